using System.Text;

namespace ChatApp.Messages;

/// <summary>The rules that the text of a message must pass, when it is posted and when it is edited, and its HTML.</summary>
/// <param name="markdown">Makes the HTML.</param>
/// <param name="options">Limits.</param>
public sealed class MessageTexts(MarkdownRenderer markdown, MessageOptions options)
{
    /// <summary>Why a text cannot be stored; null where it can, in the form <paramref name="clean"/>.</summary>
    public PostRefusal? Check(string text, out string clean)
    {
        clean = Clean(text);
        if (!VisibleText.HasAny(clean)) return PostRefusal.Empty;
        return clean.EnumerateRunes().Count() > options.MaxLength ? PostRefusal.TooLong : null;
    }

    /// <summary>The text as safe HTML.</summary>
    public string Render(string text) => markdown.Render(text);

    // Line ends become one kind, halves of surrogate pairs become U+FFFD, NUL goes: what is stored can be shown and sent anywhere.
    private static string Clean(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').EnumerateRunes())
        {
            if (rune.Value != 0) clean.Append(rune.ToString());
        }

        return clean.ToString().TrimEnd().TrimStart('\n');
    }
}
