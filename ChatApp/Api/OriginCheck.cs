using ChatApp.Push;

namespace ChatApp.Api;

/// <summary>
/// Browsers send cookies along when a foreign page opens a socket here, and neither WebSockets nor circuits are covered
/// by the same-origin rule. So whatever opens one must come from this very site or from one that the operator has named:
/// scheme, host and port are compared exactly.
/// </summary>
/// <param name="options">The named sites.</param>
public sealed class OriginCheck(PushOptions options)
{
    private static readonly string[] Guarded = ["/connection", "/ws", "/_blazor"];

    /// <summary>True where the request names no origin (no browser) or one that may connect.</summary>
    public bool Allows(HttpRequest request) => !HasOrigin(request) || IsOwn(request);

    /// <summary>True where the request comes from a page of this site or a named one; only then does a cookie count.</summary>
    public bool IsOwn(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var origins = request.Headers.Origin;
        // A browser names no origin where a page of the site itself reads something, and says so in a header that no page can set.
        if (origins.Count == 0) return request.Headers["Sec-Fetch-Site"] is ["same-origin"];
        if (origins.Count != 1 || origins[0] is not { } origin) return false;
        return IsOwn(request, origin);
    }

    /// <summary>True where an origin is that of this very site, or a named one.</summary>
    public bool IsOwn(HttpRequest request, string origin)
    {
        ArgumentNullException.ThrowIfNull(request);
        return origin == $"{request.Scheme}://{request.Host}" || options.AllowedOrigins.Contains(origin, StringComparer.Ordinal);
    }

    /// <summary>Answers 403 before anything else where a guarded address is opened from elsewhere.</summary>
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(next);
        if (Array.Exists(Guarded, path => context.Request.Path.StartsWithSegments(path, StringComparison.OrdinalIgnoreCase)) && !Allows(context.Request))
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            await context.Response.WriteAsync("This address may not be opened from another site.", context.RequestAborted);
            return;
        }

        await next(context);
    }

    private static bool HasOrigin(HttpRequest request) => request.Headers.Origin.Count > 0;
}
