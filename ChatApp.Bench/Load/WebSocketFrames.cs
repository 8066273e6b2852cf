using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ChatApp.Bench.Load;

/// <summary>The part of RFC 6455 that the load client and the bare server need: the upgrade, and whole frames.</summary>
internal static class WebSocketFrames
{
    public const byte Continuation = 0;
    public const byte Text = 1;
    public const byte Close = 8;
    public const byte Ping = 9;
    public const byte Pong = 10;

    private const byte Final = 0x80;
    private const byte Masked = 0x80;

    /// <summary>One frame at the start of a buffer.</summary>
    /// <param name="Opcode">What kind of frame.</param>
    /// <param name="Whole">False for a part of a fragmented message.</param>
    /// <param name="Start">Where the payload begins.</param>
    /// <param name="Length">How long it is.</param>
    /// <param name="MaskAt">Where the mask is, or -1.</param>
    public readonly record struct Frame(byte Opcode, bool Whole, int Start, int Length, int MaskAt)
    {
        /// <summary>The bytes that the frame takes.</summary>
        public int End => Start + Length;
    }

    /// <summary>Finds the frame at the start of <paramref name="bytes"/>; false while it is incomplete.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out Frame frame)
    {
        frame = default;
        if (bytes.Length < 2) return false;
        var start = 2;
        long length = bytes[1] & 0x7F;
        if (length == 126)
        {
            if (bytes.Length < 4) return false;
            length = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
            start = 4;
        }
        else if (length == 127)
        {
            if (bytes.Length < 10) return false;
            length = BinaryPrimitives.ReadInt64BigEndian(bytes[2..]);
            start = 10;
        }

        var maskAt = -1;
        if ((bytes[1] & Masked) != 0)
        {
            maskAt = start;
            start += 4;
        }

        if (bytes.Length - start < length) return false;
        frame = new Frame((byte)(bytes[0] & 0x0F), (bytes[0] & Final) != 0, start, (int)length, maskAt);
        return true;
    }

    /// <summary>A frame from a client: masked.</summary>
    public static byte[] FromClient(byte opcode, ReadOnlySpan<byte> payload)
    {
        var frame = Head(opcode, payload.Length, 4, out var start);
        frame[1] |= Masked;
        var mask = frame.AsSpan(start - 4, 4);
        RandomNumberGenerator.Fill(mask);
        payload.CopyTo(frame.AsSpan(start));
        Toggle(frame.AsSpan(start), mask);
        return frame;
    }

    /// <summary>A frame from a server: not masked, so all receivers can share it.</summary>
    public static byte[] FromServer(byte opcode, ReadOnlySpan<byte> payload)
    {
        var frame = Head(opcode, payload.Length, 0, out var start);
        payload.CopyTo(frame.AsSpan(start));
        return frame;
    }

    /// <summary>Masks or unmasks in place.</summary>
    public static void Toggle(Span<byte> payload, ReadOnlySpan<byte> mask)
    {
        for (var index = 0; index < payload.Length; index++) payload[index] ^= mask[index & 3];
    }

    /// <summary>The request that turns a connection into a WebSocket.</summary>
    public static byte[] UpgradeRequest(string path, int port) => Encoding.ASCII.GetBytes(
        $"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + $"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {Convert.ToBase64String(RandomNumberGenerator.GetBytes(16))}\r\n\r\n");

    /// <summary>The answer that accepts the upgrade.</summary>
    /// <param name="request">The head of the request.</param>
    /// <returns>Null where the request asks for no WebSocket.</returns>
    public static byte[]? UpgradeAnswer(string request)
    {
        const string header = "sec-websocket-key:";
        var at = request.IndexOf(header, StringComparison.OrdinalIgnoreCase);
        if (at < 0) return null;
        var key = request[(at + header.Length)..].Split("\r\n", 2)[0].Trim();
#pragma warning disable CA5350 // RFC 6455 fixes the hash; it proves no secret.
        var accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
        return Encoding.ASCII.GetBytes(
            $"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n");
    }

    private static byte[] Head(byte opcode, int length, int maskBytes, out int start)
    {
        start = (length < 126 ? 2 : length <= ushort.MaxValue ? 4 : 10) + maskBytes;
        var frame = new byte[start + length];
        frame[0] = (byte)(Final | opcode);
        switch (start - maskBytes)
        {
            case 2:
                frame[1] = (byte)length;
                break;
            case 4:
                frame[1] = 126;
                BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), (ushort)length);
                break;
            default:
                frame[1] = 127;
                BinaryPrimitives.WriteInt64BigEndian(frame.AsSpan(2), length);
                break;
        }

        return frame;
    }
}
