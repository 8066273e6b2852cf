using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;

namespace ChatApp.Client.Wire;

/// <summary>
/// Escapes what JSON itself demands and nothing else: what is sent goes into no page, and with escapes, three bytes for
/// one, a long text would burst the frame. The framework's most relaxed encoder still escapes every emoji.
/// </summary>
internal sealed unsafe class PlainEncoder : JavaScriptEncoder
{
    public override int MaxOutputCharactersPerInputCharacter => UnsafeRelaxedJsonEscaping.MaxOutputCharactersPerInputCharacter;

    public override bool WillEncode(int unicodeScalar) => unicodeScalar <= char.MaxValue && UnsafeRelaxedJsonEscaping.WillEncode(unicodeScalar);

    public override bool TryEncodeUnicodeScalar(int unicodeScalar, char* buffer, int bufferLength, out int numberOfCharactersWritten) =>
        UnsafeRelaxedJsonEscaping.TryEncodeUnicodeScalar(unicodeScalar, buffer, bufferLength, out numberOfCharactersWritten);

    public override int FindFirstCharacterToEncode(char* text, int textLength)
    {
        var rest = new ReadOnlySpan<char>(text, textLength);
        for (var at = 0; at < textLength;)
        {
            // Half a surrogate pair is to be replaced, and so counts as one to encode.
            if (Rune.DecodeFromUtf16(rest[at..], out var rune, out var length) != OperationStatus.Done || WillEncode(rune.Value))
                return at;
            at += length;
        }
        return -1;
    }
}
