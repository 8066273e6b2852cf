using ChatApp.Push;
using ChatApp.Storage;

namespace ChatApp.Api;

/// <summary>Says whether the server works, for supervisors and load balancers.</summary>
public static class Health
{
    /// <summary>Adds <c>GET /health</c>.</summary>
    public static void MapHealth(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/health", static (CommitQueue commits, RoomBroker broker) => new HealthReport(
            "ok", SqliteRuntime.EnsureLoaded(), commits.Depth, broker.Figures.Connections));

    /// <summary>The answer.</summary>
    /// <param name="Status">The word <c>ok</c>.</param>
    /// <param name="Sqlite">Version of the SQLite library in use.</param>
    /// <param name="WaitingChanges">Changes that wait to be stored.</param>
    /// <param name="Connections">Live connections.</param>
    public sealed record HealthReport(string Status, string Sqlite, int WaitingChanges, int Connections);
}
