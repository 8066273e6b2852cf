using System.Text;
using ChatApp.Settings;

namespace ChatApp.Messages;

/// <summary>The rules that the text of a message must pass, when it is posted and when it is edited.</summary>
/// <param name="settings">How long a text may be.</param>
public sealed class MessageTexts(InstanceSettings settings)
{
    /// <summary>Why a text cannot be stored; null where it can, in the form <paramref name="clean"/>.</summary>
    public PostRefusal? Check(string text, out string clean)
    {
        clean = Clean(text);
        if (!VisibleText.HasAny(clean)) return PostRefusal.Empty;
        return IsTooLong(clean) ? PostRefusal.TooLong : null;
    }

    private bool IsTooLong(string text)
    {
        var most = settings.Current.Limits.Text;
        if (text.Length <= most) return false;
        var characters = 0;
        foreach (var _ in text.EnumerateRunes()) characters++;
        return characters > most;
    }

    // Line ends become one kind, halves of surrogate pairs become U+FFFD, NUL goes: what is stored can be shown and sent anywhere.
    private static string Clean(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        // Nearly always there is nothing to do, and then the text itself comes back.
        if (text.AsSpan().ContainsAny('\r', '\0') || text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF')) text = Rewrite(text);
        return text.TrimEnd().TrimStart('\n');
    }

    private static string Rewrite(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').EnumerateRunes())
        {
            if (rune.Value != 0) clean.Append(rune.ToString());
        }

        return clean.ToString();
    }
}
