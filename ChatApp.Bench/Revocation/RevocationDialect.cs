using System.Text;
using ChatApp.Bench.Load;
using ChatApp.Bench.Servers;

namespace ChatApp.Bench.Revocation;

/// <summary>The product's protocol for connections of several sessions, whose rooms are whole channel names.</summary>
internal sealed class RevocationDialect : IDialect
{
    private readonly ProductDialect _product = new("", prefix: "");

    /// <summary>The access token with which the next ones connect.</summary>
    public string Token { get; set; } = "";

    public byte Separator => _product.Separator;

    public byte[] PingAnswer => _product.PingAnswer;

    public string Path(IReadOnlyList<string> rooms) => _product.Path(rooms);

    public byte[] Hello(IReadOnlyList<string> rooms) => new ProductDialect(Token, prefix: "").Hello(rooms);

    public RecordKind Classify(ReadOnlySpan<byte> record, IReadOnlyList<string> rooms) => _product.Classify(record, rooms);

    public byte[] Publish(Message message) => message.Room.StartsWith("topic:", StringComparison.Ordinal)
        ? Encoding.UTF8.GetBytes($$$"""{"publish":{"channel":"{{{message.Room}}}","data":{"text":"{{{message.Text}}}"}},"id":7}""")
        : _product.Publish(message);
}
