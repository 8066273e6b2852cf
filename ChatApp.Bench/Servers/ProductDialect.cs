using System.Globalization;
using System.Text;
using ChatApp.Bench.Load;

namespace ChatApp.Bench.Servers;

/// <summary>The product's protocol: JSON objects separated by line feeds, see docs/PROTOCOL.md.</summary>
/// <param name="token">The access token of the account that receives and publishes.</param>
/// <param name="prefix">What kind of channel a room of the load is: <c>room:</c>, where every message is stored, or <c>topic:</c>.</param>
/// <param name="usesTls">Whether the server ends TLS itself.</param>
internal sealed class ProductDialect(string token, string prefix = "room:", bool usesTls = false) : IDialect
{
    public bool UsesTls => usesTls;

    private long _command = 10;

    public byte Separator => (byte)'\n';

    public byte[] PingAnswer { get; } = "{}"u8.ToArray();

    public string Path(IReadOnlyList<string> rooms) => "/connection/websocket";

    public byte[] Hello(IReadOnlyList<string> rooms) => Encoding.UTF8.GetBytes(string.Join('\n',
    [
        $$$"""{"id":1,"connect":{"token":"{{{token}}}"}}""",
        .. rooms.Select((room, number) => $$$"""{"id":{{{number + 2}}},"subscribe":{"channel":"{{{prefix}}}{{{room}}}"}}"""),
    ]));

    /// <summary>The first frame of one who comes back to a room.</summary>
    /// <param name="room">Which.</param>
    /// <param name="epoch">The log that its position belongs to.</param>
    /// <param name="offset">The last change that it has.</param>
    public byte[] Return(string room, string epoch, long offset) => Encoding.UTF8.GetBytes(
        $$$"""
        {"id":1,"connect":{"token":"{{{token}}}"}}
        {"id":2,"subscribe":{"channel":"{{{prefix}}}{{{room}}}","recover":true,"epoch":"{{{epoch}}}","offset":{{{offset.ToString(CultureInfo.InvariantCulture)}}}}}
        """);

    public RecordKind Classify(ReadOnlySpan<byte> record, IReadOnlyList<string> rooms)
    {
        if (record.SequenceEqual("{}"u8)) return RecordKind.Ping;
        if (record.StartsWith("{\"push\""u8))
            return record.IndexOf("\"disconnect\":"u8) >= 0 || record.IndexOf("\"unsubscribe\":"u8) >= 0 ? RecordKind.Refusal : RecordKind.Other;
        if (record.IndexOf("\"error\":"u8) >= 0) return RecordKind.Refusal;
        return IsReply(record, rooms.Count + 1) ? RecordKind.Ready : RecordKind.Other;
    }

    public byte[] Publish(Message message)
    {
        var id = (++_command).ToString(CultureInfo.InvariantCulture);
        return Encoding.UTF8.GetBytes(
            $$$$"""{"id":{{{{id}}}},"publish":{"channel":"{{{{prefix}}}}{{{{message.Room}}}}","data":{"text":"{{{{message.Text}}}}","key":"{{{{message.Key}}}}"}}}""");
    }

    // Replies come in the order of the commands: the last one means that all were carried out.
    private static bool IsReply(ReadOnlySpan<byte> record, int id) =>
        record.StartsWith("{\"id\":"u8) && record.Length > 7 && record[6] == '0' + id && record[7] == ',';
}
