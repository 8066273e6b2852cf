namespace ChatApp.Components;

/// <summary>Gives people a page where an answer would be empty, and leaves programs their bare status.</summary>
public static class ErrorPages
{
    private static readonly string[] Programs = ["/api", "/connection", "/health", "/_blazor", "/_framework"];

    /// <summary>Puts the pages for faults and for addresses without a page before everything that follows.</summary>
    public static void UseErrorPages(this IApplicationBuilder app) => app.UseWhen(
        static context => !Array.Exists(Programs, path => context.Request.Path.StartsWithSegments(path, StringComparison.OrdinalIgnoreCase)),
        static pages => pages
            .UseExceptionHandler("/error", createScopeForErrors: true)
            .UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true));
}
