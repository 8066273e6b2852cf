using System.Net.Security;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using ChatApp.Push;
using ChatApp.Tests.Harness;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace ChatApp.Tests.Sockets;

/// <summary>Where this process ends TLS the socket under it is not ours to write to, nor inside HTTP/2.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly string _hash;
    private readonly string _certificate = Path.Combine(Path.GetTempPath(), "chatapp-" + Guid.NewGuid().ToString("N") + ".pfx");

    public TlsTests()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        _hash = certificate.GetCertHashString();
        File.WriteAllBytes(_certificate, certificate.Export(X509ContentType.Pfx));
    }

    public void Dispose() => File.Delete(_certificate);

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Under_TLS_events_replies_and_the_close_frame_go_through_the_web_server(string version)
    {
        await using var server = await TestServer.StartAsync(
        [
            "Kestrel:Endpoints:Plain:Url=http://127.0.0.1:0", "Kestrel:Endpoints:Tls:Url=https://127.0.0.1:0", $"Kestrel:Endpoints:Tls:Certificate:Path={_certificate}",
        ]);
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann);
        var addresses = server.Get<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        var address = addresses.Single(one => one.StartsWith("https:", StringComparison.Ordinal)).Replace("https:", "wss:", StringComparison.Ordinal);
        using var handler = new SocketsHttpHandler { SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == _hash } };
        using var invoker = new HttpMessageInvoker(handler);
        using var socket = new ClientWebSocket();
        socket.Options.HttpVersion = Version.Parse(version);
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        using var deadline = new CancellationTokenSource(Eventually.DefaultDeadline);
        await socket.ConnectAsync(new Uri(address + "/ws"), invoker, deadline.Token);

        await AskAsync(new { id = 1, connect = new { token = await server.TokenOfAsync(ann) } }, "connect");
        await AskAsync(new { id = 2, subscribe = new { channel = $"room:{room.Id}" } }, "subscribe");
        Assert.False(server.Get<RoomBroker>().Connections.Single().Outbox.IsDirect);
        for (var i = 0; i < 20; i++)
        {
            await server.PostAsync(ann, room.Id, $"text {i}");
            Assert.Contains($"text {i}", await ReadAsync(), StringComparison.Ordinal);
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", deadline.Token);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.CloseStatus);
        await Eventually.BecomesAsync(() => server.Get<RoomBroker>().Connections.Count == 0);

        async Task AskAsync(object command, string reply)
        {
            await socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(command), WebSocketMessageType.Text, endOfMessage: true, deadline.Token);
            Assert.Contains($"\"{reply}\"", await ReadAsync(), StringComparison.Ordinal);
        }

        async Task<string> ReadAsync()
        {
            var buffer = new byte[64 * 1024];
            var received = await socket.ReceiveAsync(buffer.AsMemory(), deadline.Token);
            Assert.True(received.EndOfMessage);
            return Encoding.UTF8.GetString(buffer, 0, received.Count);
        }
    }
}
