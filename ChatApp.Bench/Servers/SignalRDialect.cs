using System.Text;
using ChatApp.Bench.Load;

namespace ChatApp.Bench.Servers;

/// <summary>SignalR's JSON hub protocol over a WebSocket without negotiation.</summary>
internal sealed class SignalRDialect(bool usesTls = false) : IDialect
{
    public bool UsesTls => usesTls;

    private const string Handshake = "{\"protocol\":\"json\",\"version\":1}\u001e";

    public byte Separator => 0x1e;

    // A row is shorter than the 30 s for which a hub lets a client be silent, so answers to the hub's own pings are enough.
    public byte[] PingAnswer { get; } = Encoding.UTF8.GetBytes("{\"type\":6}\u001e");

    public string Path(IReadOnlyList<string> rooms) => SignalRServer.Path;

    public byte[] Hello(IReadOnlyList<string> rooms) => Encoding.UTF8.GetBytes(Handshake + string.Concat(rooms.Select((room, number) =>
        $$"""{"type":1,"invocationId":"{{number + 1}}","target":"Join","arguments":["{{room}}"]}""" + '\u001e')));

    public RecordKind Classify(ReadOnlySpan<byte> record, IReadOnlyList<string> rooms)
    {
        if (record.SequenceEqual("{}"u8)) return rooms.Count > 0 ? RecordKind.Other : RecordKind.Ready;
        if (record.IndexOf("\"error\":"u8) >= 0 || record.StartsWith("{\"type\":7"u8)) return RecordKind.Refusal;
        if (record.StartsWith("{\"type\":3"u8)) return IsOfJoin(record, rooms.Count) ? RecordKind.Ready : RecordKind.Other;
        return record.StartsWith("{\"type\":6"u8) ? RecordKind.Ping : RecordKind.Other;
    }

    public byte[] Publish(Message message) =>
        Encoding.UTF8.GetBytes($"{{\"type\":1,\"target\":\"Publish\",\"arguments\":[{message.Json}]}}\u001e");

    // A hub carries out one call of a connection after the other.
    private static bool IsOfJoin(ReadOnlySpan<byte> record, int number)
    {
        var name = "\"invocationId\":\""u8;
        var at = record.IndexOf(name);
        return at >= 0 && record.Length > at + name.Length && record[at + name.Length] == '0' + number;
    }
}
