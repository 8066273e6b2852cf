using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace ChatApp.Tests.Wire;

/// <summary>Reads along one direction of a WebSocket connection, from the handshake on, and hands on the text of each whole frame.</summary>
/// <param name="heard">Gets each text.</param>
internal sealed class FrameTap(Action<string> heard)
{
    private static readonly byte[] EndOfHandshake = "\r\n\r\n"u8.ToArray();
    private readonly ArrayBufferWriter<byte> _message = new();
    private byte[] _waiting = [];
    private bool _isOpen;

    /// <summary>The next bytes of it.</summary>
    public void Take(ReadOnlySpan<byte> bytes)
    {
        _waiting = [.. _waiting, .. bytes];
        if (!_isOpen)
        {
            var end = _waiting.AsSpan().IndexOf(EndOfHandshake);
            if (end < 0) return;
            _isOpen = true;
            _waiting = _waiting[(end + EndOfHandshake.Length)..];
        }

        var taken = 0;
        while (TakeFrame(_waiting.AsSpan(taken)) is > 0 and var length) taken += length;
        _waiting = _waiting[taken..];
    }

    // The length of the frame that it begins with; 0 where not all of it is there.
    private int TakeFrame(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 2) return 0;
        var (header, length) = (bytes[1] & 0x7F) switch
        {
            126 => (4, bytes.Length < 4 ? 0 : BinaryPrimitives.ReadUInt16BigEndian(bytes[2..])),
            127 => (10, bytes.Length < 10 ? 0 : checked((int)BinaryPrimitives.ReadInt64BigEndian(bytes[2..]))),
            var small => (2, small),
        };
        var isMasked = (bytes[1] & 0x80) != 0;
        var start = header + (isMasked ? 4 : 0);
        if (bytes.Length < start + length) return 0;
        var payload = bytes.Slice(start, length).ToArray();
        for (var i = 0; isMasked && i < length; i++) payload[i] ^= bytes[header + (i % 4)];
        // Text, or the rest of one; a control frame may stand between.
        if ((bytes[0] & 0x0F) > 1) return start + length;
        _message.Write(payload);
        if ((bytes[0] & 0x80) == 0) return start + length;
        heard(Encoding.UTF8.GetString(_message.WrittenSpan));
        _message.ResetWrittenCount();
        return start + length;
    }
}
