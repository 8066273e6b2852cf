using ChatApp.Accounts;
using Microsoft.AspNetCore.Antiforgery;

namespace ChatApp.Api;

/// <summary>The download of one's own data: <c>POST /account/data/export</c>, by the form of its page.</summary>
public static class OwnDataApi
{
    private const string Page = "/account/data";

    /// <summary>Adds it.</summary>
    public static void MapOwnData(this IEndpointRouteBuilder routes) =>
        routes.MapPost(Page + "/export", ExportAsync).WithMetadata(new RequireAntiforgeryTokenAttribute());

    private static async Task<IResult> ExportAsync(HttpContext context, AccessTokens tokens, DataExport export, CancellationToken cancellation)
    {
        if (context.Features.Get<IAntiforgeryValidationFeature>() is not { IsValid: true }) return TypedResults.BadRequest();
        if (tokens.Holds(context.User) is not { } user) return TypedResults.LocalRedirect("/account/login?returnUrl=" + Uri.EscapeDataString(Page));
        using var turn = export.TryBegin(user);
        if (turn is null) return TypedResults.LocalRedirect(Page + "?busy=1");
        var headers = context.Response.Headers;
        headers.CacheControl = "no-store";
        headers.ContentDisposition = "attachment; filename=\"chatapp-my-data.zip\"";
        context.Response.ContentType = "application/zip";
        await export.WriteAsync(user, context.Response.Body, cancellation);
        return TypedResults.Empty;
    }
}
