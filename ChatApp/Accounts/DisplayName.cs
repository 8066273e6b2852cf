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

        if (name.EnumerateRunes().Any(VisibleText.IsForbiddenInNames) || !VisibleText.HasAny(name)) return null;
        return name.EnumerateRunes().Count() <= MaxLength ? name : null;
    }

    /// <summary>The form in which two names are compared: compatibility forms, case and what nobody sees do not make a difference.</summary>
    public static string Fold(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        try
        {
            return VisibleText.WithoutIgnorable(name.Normalize(NormalizationForm.FormKC)).Trim().ToUpperInvariant();
        }
        catch (ArgumentException)
        {
            return name.Trim().ToUpperInvariant();
        }
    }
}
