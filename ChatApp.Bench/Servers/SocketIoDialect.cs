using System.Text;
using ChatApp.Bench.Load;

namespace ChatApp.Bench.Servers;

/// <summary>Socket.IO 4 over a WebSocket alone: Engine.IO's packet type, then Socket.IO's, then JSON.</summary>
internal sealed class SocketIoDialect : IDialect
{
    // One packet in a frame; this separates them where several share one, as over HTTP.
    public byte Separator => 0x1e;

    public byte[] PingAnswer { get; } = "3"u8.ToArray();

    public string Path(IReadOnlyList<string> rooms) => "/socket.io/?EIO=4&transport=websocket";

    public byte[] Hello(IReadOnlyList<string> rooms) =>
        Encoding.UTF8.GetBytes($$"""40{"rooms":[{{string.Join(',', rooms.Select(room => $"\"{room}\""))}}]}""");

    public RecordKind Classify(ReadOnlySpan<byte> record, IReadOnlyList<string> rooms)
    {
        if (record.SequenceEqual("2"u8)) return RecordKind.Ping;
        if (record.StartsWith("42[\"ready\""u8)) return RecordKind.Ready;
        return record.StartsWith("44"u8) || record.StartsWith("41"u8) || record.StartsWith("1"u8) ? RecordKind.Refusal : RecordKind.Other;
    }

    public byte[] Publish(Message message) => Encoding.UTF8.GetBytes($"42[\"publish\",{message.Json}]");
}
