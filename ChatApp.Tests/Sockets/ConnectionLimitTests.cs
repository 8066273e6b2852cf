using System.Net;
using System.Net.WebSockets;
using ChatApp.Push;
using ChatApp.Settings;
using ChatApp.Sockets;
using ChatApp.Tests.Api;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Sockets;

public sealed class ConnectionLimitTests
{
    private static readonly PushOptions Small = new() { Connections = 3, ConnectionsPerAddress = 2 };

    [Fact]
    public async Task Of_all_sockets_one_too_many_gets_503_before_it_is_open_and_a_place_that_is_left_can_be_taken()
    {
        await using var server = await TestServer.StartAsync(["Push:Connections=2"]);
        var ann = await server.AddPersonAsync();
        await using var known = await server.ConnectAsync(ann);
        var silent = await server.OpenSocketAsync();
        Assert.Contains("503", (await Assert.ThrowsAsync<WebSocketException>(() => server.OpenSocketAsync())).Message, StringComparison.Ordinal);
        Assert.Equal(1, (await MetricsTests.FiguresAsync(server))["chatapp_limits_total{limit=\"Connections\"}"]);
        await silent.DisposeAsync();
        await Eventually.EqualsAsync(1, () => server.Get<ConnectionGate>().Open);
        await (await server.ConnectAsync(ann)).DisposeAsync();
    }

    [Theory]
    [InlineData("Push:Connections=1", "/ws")]
    [InlineData("Push:Connections=1", "/connection/sse?channel=room:general")]
    [InlineData("Push:UnauthenticatedSockets=1", "/ws")]
    public async Task Whoever_finds_no_place_is_told_when_to_come_back(string setting, string path)
    {
        await using var server = await TestServer.StartAsync([setting]);
        await using var silent = await server.OpenSocketAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in new[] { ("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==") })
            request.Headers.TryAddWithoutValidation(name, value);
        using var answer = await server.Http.SendAsync(request).Soon();
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "10"), (answer.StatusCode, answer.Headers.RetryAfter?.ToString()));
    }

    [Fact]
    public void Pages_and_sockets_share_the_limit_of_all()
    {
        var engine = new Push.Engine(Small);
        var gate = new ConnectionGate(Small, engine.Broker, PushMetrics.None);
        engine.Connect("ann", ConnectionKind.Circuit);
        engine.Connect("bob", ConnectionKind.Circuit);
        Assert.NotNull(gate.TryEnter(IPAddress.Loopback, out _));
        Assert.Null(gate.TryEnter(IPAddress.Loopback, out var status));
        Assert.Equal(503, status);
        engine.Connect("cid", ConnectionKind.Circuit);
        Assert.Null(engine.Broker.Connect(new ConnectionDescription(new UserId("dan"), ConnectionKind.Circuit, "127.0.0.1")));
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1", 429)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", 429)]
    [InlineData("192.0.2.1", "192.0.2.2", 0)]
    [InlineData("2001:db8::1", "2001:db8::ffff:1", 429)]
    [InlineData("2001:db8::1", "2001:db8:0:1::1", 0)]
    [InlineData("127.0.0.1", "127.0.0.1", 0)]
    [InlineData("::1", "::1", 0)]
    public void Of_one_address_there_are_so_many_and_a_network_of_IPv6_is_one_address(string held, string asking, int expected)
    {
        var options = new PushOptions { ConnectionsPerAddress = 1 };
        var gate = new ConnectionGate(options, new Push.Engine(options).Broker, PushMetrics.None);
        var place = gate.TryEnter(IPAddress.Parse(held), out _)!;
        Assert.Equal(expected == 0, gate.TryEnter(IPAddress.Parse(asking), out var status) is not null);
        Assert.Equal(expected, status);
        if (expected == 0) return;
        place.Dispose();
        place.Dispose();
        Assert.Equal(0, gate.Open);
        Assert.NotNull(gate.TryEnter(IPAddress.Parse(asking), out _));
    }

    [Fact]
    public async Task A_named_proxy_is_believed_about_the_address_and_each_address_has_its_own_limit()
    {
        await using var server = await TestServer.StartAsync(["Proxy:Addresses=127.0.0.1,10.0.0.0/8", "Push:ConnectionsPerAddress=1"]);
        await using var first = await OpenFromAsync(server, "192.0.2.7");
        Assert.Contains("429", (await Assert.ThrowsAsync<WebSocketException>(() => OpenFromAsync(server, "192.0.2.7"))).Message, StringComparison.Ordinal);
        // What the client itself wrote stands before what the proxy wrote.
        Assert.Contains("429", (await Assert.ThrowsAsync<WebSocketException>(() => OpenFromAsync(server, "198.51.100.1, 192.0.2.7"))).Message, StringComparison.Ordinal);
        Assert.Contains("429", (await Assert.ThrowsAsync<WebSocketException>(() => OpenFromAsync(server, "192.0.2.7, 10.1.2.3"))).Message, StringComparison.Ordinal);
        await using var other = await OpenFromAsync(server, "192.0.2.8");
        await first.SendTextAsync(ConnectTests.ConnectFrame(await server.TokenOfAsync(await server.AddPersonAsync())));
        await first.ReplyAsync(1);
        Assert.Equal("192.0.2.7", server.Get<RoomBroker>().Connections.Single().Description.Address);
    }

    [Fact]
    public async Task Nobody_else_is_believed_about_an_address()
    {
        await using var server = await TestServer.StartAsync(["Proxy:Addresses=10.0.0.1"]);
        await using var forged = await OpenFromAsync(server, "192.0.2.7");
        await forged.SendTextAsync(ConnectTests.ConnectFrame(await server.TokenOfAsync(await server.AddPersonAsync())));
        await forged.ReplyAsync(1);
        Assert.Equal("127.0.0.1", server.Get<RoomBroker>().Connections.Single().Description.Address);
    }

    [Fact]
    public async Task A_proxy_that_is_no_address_stops_the_start() =>
        Assert.Contains("Proxy:Addresses", (await Assert.ThrowsAsync<StartException>(() => TestServer.StartAsync(["Proxy:Addresses=the-proxy"]))).Message, StringComparison.Ordinal);

    private static Task<TestSocket> OpenFromAsync(TestServer server, string forwardedFor) =>
        server.OpenSocketAsync(options => options.SetRequestHeader("X-Forwarded-For", forwardedFor));
}
