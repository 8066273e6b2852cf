using System.Text;
using ChatApp.Bench.Load;

namespace ChatApp.Bench.Servers;

/// <summary>SignalR's JSON hub protocol over a WebSocket without negotiation.</summary>
internal sealed class SignalRDialect : IDialect
{
    private const string Handshake = "{\"protocol\":\"json\",\"version\":1}\u001e";
    private const string Join = "{\"type\":1,\"invocationId\":\"1\",\"target\":\"Join\",\"arguments\":[\"general\"]}\u001e";

    public byte Separator => 0x1e;

    // A row is shorter than the 30 s for which a hub lets a client be silent, so answers to the hub's own pings are enough.
    public byte[] PingAnswer { get; } = Encoding.UTF8.GetBytes("{\"type\":6}\u001e");

    public string Path(bool receives) => SignalRServer.Path;

    public byte[] Hello(bool receives) => Encoding.UTF8.GetBytes(receives ? Handshake + Join : Handshake);

    public RecordKind Classify(ReadOnlySpan<byte> record, bool receives)
    {
        if (record.SequenceEqual("{}"u8)) return receives ? RecordKind.Other : RecordKind.Ready;
        if (record.IndexOf("\"error\":"u8) >= 0 || record.StartsWith("{\"type\":7"u8)) return RecordKind.Refusal;
        if (record.StartsWith("{\"type\":3"u8)) return RecordKind.Ready;
        return record.StartsWith("{\"type\":6"u8) ? RecordKind.Ping : RecordKind.Other;
    }

    public byte[] Publish(Message message) =>
        Encoding.UTF8.GetBytes($"{{\"type\":1,\"target\":\"Publish\",\"arguments\":[{message.Json}]}}\u001e");
}
