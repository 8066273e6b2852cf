using System.Text;

namespace ChatApp.Accounts;

/// <summary>What browsers and programs call themselves, in words that people know.</summary>
public static class AgentName
{
    /// <summary>Longest name, in UTF-16 units.</summary>
    public const int MaxLength = 200;

    // Nearly all pretend to be others: whoever names two is the one that comes first here.
    private static readonly (string Mark, string Name)[] Browsers =
    [
        ("Edg", "Edge"), ("OPR/", "Opera"), ("Vivaldi/", "Vivaldi"), ("SamsungBrowser/", "Samsung Internet"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"),
        ("CriOS/", "Chrome"), ("Chromium/", "Chromium"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
    ];

    private static readonly (string Mark, string Name)[] Systems =
    [
        ("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iOS"), ("iPad", "iPadOS"), ("CrOS", "ChromeOS"), ("Mac OS X", "macOS"), ("Linux", "Linux"),
    ];

    /// <summary>A browser by its <c>User-Agent</c>, such as "Firefox on Windows"; as it stands where it is not one that is known.</summary>
    public static string OfBrowser(string? userAgent)
    {
        var text = Clean(userAgent);
        return Find(Browsers, text) is not { } browser ? text : Find(Systems, text) is { } system ? $"{browser} on {system}" : browser;
    }

    /// <summary>Both parts of what <see cref="OfBrowser"/> has made; null where it is another text.</summary>
    public static (string Browser, string System)? Split(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Split(" on ") is [var browser, var system] && Array.Exists(Browsers, known => known.Name == browser) && Array.Exists(Systems, known => known.Name == system)
            ? (browser, system)
            : null;
    }

    /// <summary>A text without what nobody sees or what turns its neighbours, and not too long.</summary>
    public static string Clean(string? text)
    {
        if (string.IsNullOrEmpty(text)) return "";
        var clean = new StringBuilder();
        foreach (var rune in VisibleText.Cut(text, 4 * MaxLength).EnumerateRunes())
        {
            if (rune != Rune.ReplacementChar && !VisibleText.IsForbiddenInNames(rune)) clean.Append(rune.ToString());
        }

        return VisibleText.Cut(clean.ToString().Trim(), MaxLength);
    }

    private static string? Find((string Mark, string Name)[] known, string text) =>
        Array.Find(known, one => text.Contains(one.Mark, StringComparison.Ordinal)).Name;
}
