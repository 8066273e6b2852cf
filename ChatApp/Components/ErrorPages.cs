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
                .UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true));
        app.UseRouting();
    }
}
