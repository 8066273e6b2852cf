using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Diagnostics;

namespace ChatApp.Components;

/// <summary>Gives people a page where an answer would be empty, and leaves programs their bare status.</summary>
public static class ErrorPages
{
    private static readonly string[] Programs = ["/api", "/connection", "/ws", "/health", "/_blazor", "/_framework"];

    /// <summary>
    /// Puts the pages for faults and for addresses without a page before everything that follows. Routing follows too:
    /// an address is matched again when one of these pages takes the place of the answer.
    /// </summary>
    public static void UseErrorPages(this WebApplication app)
    {
        app.UseWhen(
            static context => !Array.Exists(Programs, path => context.Request.Path.StartsWithSegments(path, StringComparison.OrdinalIgnoreCase)),
            static pages => pages
                .UseExceptionHandler("/error", createScopeForErrors: true)
                .UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true)
                .Use(OpenRefusedFormsAsync));
        app.UseRouting();
    }

    // A form without a good token is refused with an empty answer that calls itself HTML, which would keep its page away;
    // and that page must be made as for reading: nobody may look at the refused form again.
    private static async Task OpenRefusedFormsAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<IStatusCodeReExecuteFeature>() is not null)
        {
            context.Request.Method = HttpMethods.Get;
            await next(context);
            return;
        }

        await next(context);
        if (context.Response is { StatusCode: StatusCodes.Status400BadRequest, HasStarted: false, ContentLength: null } refused
            && context.Features.Get<IAntiforgeryValidationFeature>() is { IsValid: false }) refused.ContentType = null;
    }
}
