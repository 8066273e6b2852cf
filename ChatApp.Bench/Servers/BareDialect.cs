using System.Text;
using ChatApp.Bench.Load;

namespace ChatApp.Bench.Servers;

/// <summary>The bare server's way: a frame is a message, and the path says who receives.</summary>
internal sealed class BareDialect : IDialect
{
    public byte Separator => (byte)'\n';

    public byte[] PingAnswer => [];

    public string Path(bool receives) => receives ? BareServer.ReceivePath : BareServer.PublishPath;

    public byte[] Hello(bool receives) => [];

    public RecordKind Classify(ReadOnlySpan<byte> record, bool receives) => RecordKind.Other;

    public byte[] Publish(Message message) => Encoding.UTF8.GetBytes(message.Json);
}
