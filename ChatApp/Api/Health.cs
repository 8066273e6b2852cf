using System.Text.Json.Serialization;
using ChatApp.Push;
using ChatApp.Storage;

namespace ChatApp.Api;

/// <summary>Says whether the server works, for supervisors and load balancers.</summary>
public static class Health
{
    /// <summary>
    /// Adds <c>GET /health</c>: 200 while changes can be stored, 503 and the reason while they cannot; <c>GET /health/live</c>: 200 as long as
    /// the process answers; <c>GET /health/ready</c>: 200 while new visitors should come here, 503 while the server stops or cannot store.
    /// </summary>
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health", static (CommitQueue commits, RoomBroker broker) =>
        {
            var failure = commits.Failure;
            var report = new HealthReport(failure is null ? "ok" : "failing", failure, SqliteRuntime.EnsureLoaded(), commits.Depth, broker.Figures.Connections);
            return TypedResults.Json(report, statusCode: failure is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
        });
        routes.MapGet("/health/live", static () => TypedResults.Json(new HealthState("alive", Reason: null)));
        routes.MapGet("/health/ready", static (CommitQueue commits, Readiness readiness) =>
        {
            HealthState state = readiness.IsDraining ? new("draining", Reason: null)
                : commits.Failure is { } failure ? new("failing", failure)
                : new("ready", Reason: null);
            return TypedResults.Json(state, statusCode: state.Status == "ready" ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
        });
    }

    /// <summary>The answer of <c>/health</c>.</summary>
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

    /// <summary>The answer of the two others.</summary>
    /// <param name="Status">The word <c>alive</c>, <c>ready</c>, <c>draining</c> or <c>failing</c>.</param>
    /// <param name="Reason">Why it fails; absent while it does not.</param>
    public sealed record HealthState(string Status, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason);
}
