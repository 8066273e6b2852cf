using System.Globalization;
using System.Text;
using ChatApp.Bench.Load;

namespace ChatApp.Bench.Servers;

/// <summary>The product's protocol: JSON objects separated by line feeds, see docs/PROTOCOL.md.</summary>
/// <param name="token">The access token of the account that receives and publishes.</param>
internal sealed class ProductDialect(string token) : IDialect
{
    private const string Room = "room:general";
    private long _command = 10;

    public byte Separator => (byte)'\n';

    public byte[] PingAnswer { get; } = "{}"u8.ToArray();

    public string Path(bool receives) => "/connection/websocket";

    public byte[] Hello(bool receives)
    {
        var connect = $$$"""{"id":1,"connect":{"token":"{{{token}}}"}}""";
        var subscribe = $$$"""{"id":2,"subscribe":{"channel":"{{{Room}}}"}}""";
        return Encoding.UTF8.GetBytes(receives ? $"{connect}\n{subscribe}" : connect);
    }

    public RecordKind Classify(ReadOnlySpan<byte> record, bool receives)
    {
        if (record.SequenceEqual("{}"u8)) return RecordKind.Ping;
        if (record.StartsWith("{\"push\""u8))
            return record.IndexOf("\"disconnect\":"u8) >= 0 || record.IndexOf("\"unsubscribe\":"u8) >= 0 ? RecordKind.Refusal : RecordKind.Other;
        if (record.IndexOf("\"error\":"u8) >= 0) return RecordKind.Refusal;
        return record.StartsWith(receives ? "{\"id\":2,"u8 : "{\"id\":1,"u8) ? RecordKind.Ready : RecordKind.Other;
    }

    public byte[] Publish(Message message)
    {
        var id = (++_command).ToString(CultureInfo.InvariantCulture);
        return Encoding.UTF8.GetBytes(
            $$$$"""{"id":{{{{id}}}},"publish":{"channel":"{{{{Room}}}}","data":{"text":"{{{{message.Text}}}}","key":"{{{{message.Key}}}}"}}}""");
    }
}
