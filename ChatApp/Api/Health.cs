using System.Text.Json.Serialization;
using ChatApp.Push;
using ChatApp.Storage;

namespace ChatApp.Api;

/// <summary>Says whether the server works, for supervisors and load balancers.</summary>
public static class Health
{
    /// <summary>Adds <c>GET /health</c>: 200 while changes can be stored, 503 and the reason while they cannot.</summary>
    public static void MapHealth(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/health", static (CommitQueue commits, RoomBroker broker) =>
        {
            var failure = commits.Failure;
            var report = new HealthReport(failure is null ? "ok" : "failing", failure, SqliteRuntime.EnsureLoaded(), commits.Depth, broker.Figures.Connections);
            return TypedResults.Json(report, statusCode: failure is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
        });

    /// <summary>The answer.</summary>
    /// <param name="Status">The word <c>ok</c> or <c>failing</c>.</param>
    /// <param name="Reason">Why it fails; absent while it does not.</param>
    /// <param name="Sqlite">Version of the SQLite library in use.</param>
    /// <param name="WaitingChanges">Changes that wait to be stored.</param>
    /// <param name="Connections">Live connections.</param>
    public sealed record HealthReport(
        string Status,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason,
        string Sqlite,
        int WaitingChanges,
        int Connections);
}
