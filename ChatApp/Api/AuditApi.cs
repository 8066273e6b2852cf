using System.Globalization;
using ChatApp.Accounts;
using ChatApp.Moderation;

namespace ChatApp.Api;

/// <summary>The download of the audit log: <c>GET /admin/audit.csv</c>, with the filters of its page, for who is signed in as a moderator.</summary>
public static class AuditApi
{
    /// <summary>Adds it.</summary>
    public static void MapAudit(this IEndpointRouteBuilder routes) => routes.MapGet(AuditExport.Path, ExportAsync).ExcludeFromDescription();

    private static async Task ExportAsync(HttpContext context, AccessTokens tokens, ModerationDesk desk, AuditExport export)
    {
        var query = QueryOf(context.Request.Query);
        // Whoever may not see it finds nothing there.
        if (tokens.Holds(context.User) is not { } user || desk.AuditCount(user, query) is not { } count)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var headers = context.Response.Headers;
        headers.CacheControl = "no-store";
        headers.ContentDisposition = "attachment; filename=\"audit.csv\"";
        // The head is a line too.
        headers["X-Lines"] = (count + 1).ToString(CultureInfo.InvariantCulture);
        context.Response.ContentType = "text/csv; charset=utf-8";
        // What is cut off must not look whole.
        if (!await export.WriteAsync(user, query, context.Response.Body, context.RequestAborted)) context.Abort();
    }

    private static AuditQuery QueryOf(IQueryCollection given) => new()
    {
        Actor = given["actor"].ToString() is { Length: > 0 } actor ? actor : null,
        ActorName = VisibleText.Cut(given["name"].ToString(), 60),
        Action = given["action"].ToString(),
        Target = VisibleText.Cut(given["target"].ToString(), 64),
        From = MomentOf(given["from"].ToString()),
        Until = MomentOf(given["until"].ToString()),
    };

    private static DateTimeOffset? MomentOf(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;
}
