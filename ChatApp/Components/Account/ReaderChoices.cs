using Microsoft.AspNetCore.Localization;

namespace ChatApp.Components.Account;

/// <summary>
/// What a reader has chosen about the looks of every page: language and theme. Kept in cookies, because sign-in pages
/// follow them too, when nobody is known yet.
/// </summary>
public static class ReaderChoices
{
    /// <summary>Name of the cookie that holds the theme; <see cref="App"/> reads it.</summary>
    public const string ThemeCookie = "theme";

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

    /// <summary>Keeps the theme for a year. False, and nothing kept, where it is none of <see cref="Themes"/>.</summary>
    public static bool KeepTheme(HttpContext context, string? theme)
    {
        if (!Themes.Contains(theme, StringComparer.Ordinal)) return false;
        Keep(context, ThemeCookie, theme!);
        return true;
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
