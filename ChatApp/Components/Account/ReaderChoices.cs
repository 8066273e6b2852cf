using ChatApp.Accounts;
using Microsoft.AspNetCore.Localization;

namespace ChatApp.Components.Account;

/// <summary>
/// What a reader has chosen about the looks of every page: language, theme and time zone. Kept in cookies, because sign-in pages
/// follow them too, when nobody is known yet; a sign-in brings along what its account has chosen elsewhere.
/// </summary>
public static class ReaderChoices
{
    /// <summary>Name of the cookie that holds the theme; <see cref="App"/> reads it.</summary>
    public const string ThemeCookie = "theme";

    /// <summary>Name of the cookie that holds a chosen time zone; without it the browser's own counts.</summary>
    public const string ZoneCookie = "zone";

    /// <summary>Themes that can be chosen; the first one leaves it to the browser.</summary>
    public static readonly string[] Themes = ["system", "light", "dark"];

    /// <summary>The language's name in itself, so that those who look for it can read it.</summary>
    public static string NameOf(string language) => language == "zh-Hans" ? "简体中文" : "English";

    /// <summary>Keeps the language for a year. False, and nothing kept, where it is none of <see cref="PageServices.Languages"/>.</summary>
    public static bool KeepLanguage(HttpContext context, string? language)
    {
        if (!PageServices.Languages.Contains(language, StringComparer.Ordinal)) return false;
        Keep(context, CookieRequestCultureProvider.DefaultCookieName, CookieRequestCultureProvider.MakeCookieValue(new RequestCulture(language!)));
        return true;
    }

    /// <summary>What a form says; null where it names a language, theme or zone that does not exist.</summary>
    public static Choices? Read(string? language, string? theme, string? zone) =>
        PageServices.Languages.Contains(language, StringComparer.Ordinal) && Themes.Contains(theme, StringComparer.Ordinal) && (string.IsNullOrEmpty(zone) || TimeZones.All.Contains(zone, StringComparer.Ordinal))
            ? new Choices(language, theme == Themes[0] ? null : theme, string.IsNullOrEmpty(zone) ? null : zone)
            : null;

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

    /// <summary>The theme of the reader who sent the request.</summary>
    public static string ThemeOf(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Request.Cookies[ThemeCookie] is ("light" or "dark") and var chosen ? chosen : Themes[0];
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
