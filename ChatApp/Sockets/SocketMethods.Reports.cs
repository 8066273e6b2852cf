using System.Text.Json;
using ChatApp.Moderation;
using ChatApp.Wire;

namespace ChatApp.Sockets;

/// <summary>The methods for reports: of everybody who makes one, and of those who decide.</summary>
internal sealed partial class SocketMethods
{
    private async Task<(Action<Utf8JsonWriter>? Data, WireError? Error)> CallReportAsync(string method, Arguments given) => method switch
    {
        "report.message" => Of(await services.Reports.AddAsync(user, new ReportOrder(given.Message("id"), default, Room: null, CategoryOf(given), given.OptionalText("comment")))),
        "report.user" => Of(await services.Reports.AddAsync(user, new ReportOrder(Message: null, new UserId(given.Text("user")), given.OptionalRoom("room"), CategoryOf(given), given.OptionalText("comment")))),
        "report.own" => OwnReports(),
        "report.seen" => await services.Reports.AcknowledgeAsync(user, given.Number("id")) ? (Nothing, null) : Bad("there is no such decision"),
        "report.list" => ListReports(given),
        "report.read" => await services.ReportDesk.ReadAsync(permit.Actor, given.Number("id")) is { } view ? (json => ReportJson.View(json, view), null) : (null, WireError.PermissionDenied),
        "report.resolve" => Of(await services.ReportDesk.ResolveAsync(permit.Actor, given.Number("id"), new ReportVerdict(
            given.OneOf("decision", ReportJson.Decisions), given.Text("reason"), given.OptionalCount("seconds") is { } seconds ? TimeSpan.FromSeconds(seconds) : null, given.Flag("everywhere", otherwise: false)))),
        _ => (null, WireError.MethodNotFound),
    };

    private static ReportCategory CategoryOf(Arguments given) => given.OneOf("category", ReportJson.Categories);

    private static (Action<Utf8JsonWriter>?, WireError?) Of(ReportResult result) => result.Outcome switch
    {
        ReportOutcome.Done => (json => json.WriteNumber("report", result.Id), null),
        ReportOutcome.NotAllowed => (null, WireError.PermissionDenied),
        ReportOutcome.TooMany => (null, WireError.LimitExceeded),
        ReportOutcome.TooFast => (null, WireError.TooManyRequests with { RetryMs = 60_000 }),
        ReportOutcome.Busy => (null, WireError.TooManyRequests with { RetryMs = 1000 }),
        ReportOutcome.NotFound => Bad("there is no such message, person or report"),
        ReportOutcome.Already => Bad("reported already"),
        ReportOutcome.Resolved => Bad("decided already"),
        ReportOutcome.BadComment => Bad($"comment must have at most {Report.MaxCommentLength} characters, and some where category is other"),
        ReportOutcome.BadReason => Bad($"reason must have 1 to {Sanction.MaxReasonLength} characters"),
        ReportOutcome.BadTerm => Bad("seconds must be as for sanctions"),
        _ => Bad("not possible about this"),
    };

    private (Action<Utf8JsonWriter>?, WireError?) OwnReports()
    {
        var notices = services.Reports.Own(user);
        return (json => List(json, "reports", notices, notice => ReportJson.Notice(json, notice)), null);
    }

    private (Action<Utf8JsonWriter>?, WireError?) ListReports(Arguments given) => services.ReportLists.List(permit.Actor, given.OptionalRoom("room")) is { } lines
        ? (json => List(json, "reports", lines, line => ReportJson.Line(json, line)), null)
        : (null, WireError.PermissionDenied);
}
