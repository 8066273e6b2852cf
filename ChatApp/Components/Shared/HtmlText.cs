using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace ChatApp.Components.Shared;

/// <summary>Text for markup that is made in one piece.</summary>
internal static class HtmlText
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    /// <summary>The text as it must stand in an element, or in an attribute between double quotes.</summary>
    public static string Encode(string text) => Encoder.Encode(text);
}
