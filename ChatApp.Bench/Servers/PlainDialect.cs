using System.Text;
using ChatApp.Bench.Load;

namespace ChatApp.Bench.Servers;

/// <summary>
/// The way of servers without a protocol of their own: the path says who listens to what, and a frame is a message.
/// </summary>
internal sealed class PlainDialect : IDialect
{
    /// <summary>Before the names of the rooms, which are separated by commas.</summary>
    public const string ReceivePath = "/receive/";

    public const string PublishPath = "/publish";

    public byte Separator => (byte)'\n';

    public byte[] PingAnswer => [];

    public string Path(IReadOnlyList<string> rooms) => rooms.Count > 0 ? ReceivePath + string.Join(',', rooms) : PublishPath;

    public byte[] Hello(IReadOnlyList<string> rooms) => [];

    public RecordKind Classify(ReadOnlySpan<byte> record, IReadOnlyList<string> rooms) => RecordKind.Other;

    public byte[] Publish(Message message) => Encoding.UTF8.GetBytes(message.Json);
}
