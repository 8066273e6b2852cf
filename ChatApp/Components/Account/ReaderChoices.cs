using System.Security.Claims;
using ChatApp.Accounts;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Localization;

namespace ChatApp.Components.Account;

/// <summary>
/// What a reader has chosen about the looks of every page. Language, theme and time zone are kept in cookies too, because sign-in
/// pages follow them, when nobody is known yet; a sign-in brings along what its account has chosen elsewhere.
/// </summary>
public static class ReaderChoices
{
    /// <summary>Name of the cookie that holds the theme.</summary>
    public const string ThemeCookie = "theme";

    /// <summary>Name of the cookie that holds a chosen time zone; without it the browser's own counts.</summary>
    public const string ZoneCookie = "zone";

    /// <summary>Themes that can be chosen; the first one leaves it to the browser.</summary>
    public static readonly string[] Themes = ["system", "light", "dark", "contrast"];

    /// <summary>How close together pages can be set; the first one is the default.</summary>
    public static readonly string[] Densities = ["comfortable", "compact"];

    /// <summary>How much may move; the first one leaves it to the browser.</summary>
    public static readonly string[] Motions = ["system", "reduce"];

    /// <summary>The language's name in itself, so that those who look for it can read it.</summary>
    public static string NameOf(string language) => language == "zh-Hans" ? "简体中文" : "English";

    /// <summary>Keeps the language for a year. False, and nothing kept, where it is none of <see cref="PageServices.Languages"/>.</summary>
    public static bool KeepLanguage(HttpContext context, string? language)
    {
        if (!PageServices.Languages.Contains(language, StringComparer.Ordinal)) return false;
        Keep(context, CookieRequestCultureProvider.DefaultCookieName, CookieRequestCultureProvider.MakeCookieValue(new RequestCulture(language!)));
        return true;
    }

    /// <summary>What a form says; null where it names something that cannot be chosen.</summary>
    public static Choices? Read(string? language, string? theme, string? zone, string? density, string? motion)
    {
        if (!PageServices.Languages.Contains(language, StringComparer.Ordinal) || !(string.IsNullOrEmpty(zone) || TimeZones.All.Contains(zone, StringComparer.Ordinal))) return null;
        return TryRead(Themes, theme, out var chosenTheme) && TryRead(Densities, density, out var chosenDensity) && TryRead(Motions, motion, out var chosenMotion)
            ? new Choices(language, chosenTheme, string.IsNullOrEmpty(zone) ? null : zone, chosenDensity, chosenMotion)
            : null;
    }

    /// <summary>Keeps choices in this browser.</summary>
    /// <param name="context">Answers the browser.</param>
    /// <param name="choices">What was chosen.</param>
    /// <param name="isAll">True where what was not chosen is forgotten too; else it stays as the browser has it.</param>
    public static void Keep(HttpContext context, Choices choices, bool isAll)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(choices);
        KeepLanguage(context, choices.Language);
        if (choices.Theme is not null || isAll) Keep(context, ThemeCookie, choices.Theme ?? Themes[0]);
        if (choices.TimeZone is not null) Keep(context, ZoneCookie, choices.TimeZone);
        else if (isAll) context.Response.Cookies.Delete(ZoneCookie);
    }

    /// <summary>The time zone that the reader has chosen; null where it is the browser's.</summary>
    public static string? ZoneOf(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Request.Cookies[ZoneCookie] is { Length: > 0 } chosen ? chosen : null;
    }

    /// <summary>
    /// The looks that the reader who sent the request has chosen, on whatever device: with the first byte of the page, so that nothing
    /// changes before their eyes. Of somebody who is not signed in the theme that this browser showed last.
    /// </summary>
    public static Choices LooksOf(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        // On the page of an error nothing is read: it may be just that which broke.
        var id = context.Features.Get<IExceptionHandlerFeature>() is null ? context.User.FindFirstValue(ClaimTypes.NameIdentifier) : null;
        if (id is not null && context.RequestServices.GetRequiredService<Profiles>().ChoicesOf(new UserId(id)) is { } stored) return stored;
        var cookie = context.Request.Cookies[ThemeCookie];
        return new Choices(Language: null, Themes.Skip(1).Contains(cookie, StringComparer.Ordinal) ? cookie : null, TimeZone: null);
    }

    // The default is stored as nothing, and a form that does not ask means it.
    private static bool TryRead(string[] all, string? given, out string? chosen)
    {
        chosen = string.IsNullOrEmpty(given) || given == all[0] ? null : given;
        return chosen is null || all.Contains(chosen, StringComparer.Ordinal);
    }

    private static void Keep(HttpContext context, string name, string value) => context.Response.Cookies.Append(name, value, new CookieOptions
    {
        MaxAge = TimeSpan.FromDays(365),
        Path = "/",
        SameSite = SameSiteMode.Lax,
        Secure = context.Request.IsHttps,
        HttpOnly = true,
        IsEssential = true,
    });
}
