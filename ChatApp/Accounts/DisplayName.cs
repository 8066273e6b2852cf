using System.Globalization;
using System.Text;

namespace ChatApp.Accounts;

/// <summary>The rules for names of people.</summary>
public static class DisplayName
{
    /// <summary>Longest name, in code points.</summary>
    public const int MaxLength = 30;

    /// <summary>
    /// The name as it is stored (trimmed, NFC, single spaces); null where it is empty, longer than
    /// <see cref="MaxLength"/>, or holds control, direction or invisible characters, with which one name can pose as another.
    /// </summary>
    public static string? Normalize(string? input)
    {
        if (string.IsNullOrWhiteSpace(input) || input.Length > MaxLength * 8) return null;
        string name;
        try
        {
            name = string.Join(' ', input.Normalize(NormalizationForm.FormC).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        }
        catch (ArgumentException)
        {
            return null; // half of a surrogate pair
        }

        var length = 0;
        var visible = false;
        foreach (var rune in name.EnumerateRunes())
        {
            length++;
            var category = Rune.GetUnicodeCategory(rune);
            if (category is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate
                or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
            {
                // A joiner inside an emoji is the one invisible character that people type.
                if (rune.Value != 0x200D) return null;
            }
            else if (rune.Value is not (0x115F or 0x1160 or 0x3164 or 0xFFA0 or ' '))
            {
                visible = true;
            }
        }

        return visible && length <= MaxLength ? name : null;
    }

    /// <summary>The form in which two names are compared: compatibility forms and case do not make a difference.</summary>
    public static string Fold(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        try
        {
            return name.Trim().Normalize(NormalizationForm.FormKC).ToUpperInvariant();
        }
        catch (ArgumentException)
        {
            return name.Trim().ToUpperInvariant();
        }
    }
}
