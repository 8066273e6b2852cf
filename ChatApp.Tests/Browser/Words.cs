using System.Globalization;
using System.Resources;
using ChatApp.Resources;

namespace ChatApp.Tests.BrowserTests;

/// <summary>What the product says, by the key of its resource files: a better wording must not break a test.</summary>
internal static class Words
{
    private static readonly ResourceManager Texts = new(typeof(Text));

    /// <summary>The English text.</summary>
    public static string Of(string key, params object[] values) => In("en", key, values);

    /// <summary>The text in a language.</summary>
    public static string In(string language, string key, params object[] values) => string.Format(
        CultureInfo.InvariantCulture,
        Texts.GetString(key, new CultureInfo(language)) ?? throw new ArgumentException($"There is no text {key}.", nameof(key)),
        values);
}
