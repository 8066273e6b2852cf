using System.Security.Claims;
using ChatApp.Accounts;
using ChatApp.Components.Account;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.Identity;

namespace ChatApp.Components;

/// <summary>Registers and maps everything that browsers see.</summary>
public static class PageServices
{
    /// <summary>Languages that the product speaks; the first one is the default.</summary>
    public static readonly string[] Languages = ["en", "zh-Hans"];

    /// <summary>Adds pages, circuits and languages.</summary>
    public static void AddPages(this IServiceCollection services, PageOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        services.AddRazorComponents()
            .AddInteractiveServerComponents(circuit =>
            {
                circuit.DisconnectedCircuitRetentionPeriod = TimeSpan.FromMinutes(options.KeepMinutes);
                circuit.DisconnectedCircuitMaxRetained = options.KeepCount;
                // What is left of a circuit beyond that: the script of the pages does not ask for it.
                circuit.PersistedCircuitInMemoryMaxRetained = 0;
            })
            // A message of 8,000 characters of four bytes each, and room for the call around it.
            .AddHubOptions(hub => hub.MaximumReceiveMessageSize = 64 * 1024);
        LeanInterop.Add(services);
        services.AddSingleton<PagePace>().AddSingleton<DrawnOnce>();
        services.AddScoped<CircuitSession>().AddScoped<UnreadNumbers>();
        services.AddScoped<CircuitHandler, CircuitReturn>();
        services.AddScoped<AuthenticationStateProvider, CircuitAuthentication>();
        services.AddScoped<OwnAccount>();
        services.PostConfigure<CookieAuthenticationOptions>(IdentityConstants.ApplicationScheme, cookie => cookie.Events.OnSigningIn = BringChoices(cookie.Events.OnSigningIn));
        services.AddLocalization();
        services.Configure<RequestLocalizationOptions>(languages => languages
            .SetDefaultCulture(Languages[0])
            .AddSupportedCultures(Languages)
            .AddSupportedUICultures(Languages));
    }

    // Whatever the way in: the language, theme and time zone that somebody has chosen elsewhere come along.
    private static Func<CookieSigningInContext, Task> BringChoices(Func<CookieSigningInContext, Task> before) => context =>
    {
        if (context.Principal?.FindFirstValue(ClaimTypes.NameIdentifier) is { } id
            && context.HttpContext.RequestServices.GetRequiredService<Profiles>().ChoicesOf(new UserId(id)) is { } choices)
            ReaderChoices.Keep(context.HttpContext, choices, isAll: false);
        return before(context);
    };

    /// <summary>Maps pages and circuits.</summary>
    public static void MapPages(this WebApplication app)
    {
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(options => options.ContentSecurityFrameAncestorsPolicy = "'none'");
        app.MapAccountForms();
    }

    /// <summary>Refuses circuits over anything but WebSockets: the other transports are slower, and more to guard.</summary>
    public static Task OnlyWebSocketsAsync(HttpContext context, RequestDelegate next)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(next);
        if (context.Request.Path != "/_blazor" || context.WebSockets.IsWebSocketRequest) return next(context);
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        return Task.CompletedTask;
    }
}
