using System.Diagnostics;
using ChatApp.Push;
using ChatApp.Tests.BrowserTests;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Commands;

[Collection(Browser.Collection)]
public sealed class EndOfServiceTests(Browser browser)
{
    // Far below the 30 s after which the framework loses its patience, far above what a busy machine needs.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(8);

    [Fact]
    public async Task A_server_with_open_sockets_stops_at_once_and_tells_them_to_come_back()
    {
        await using var server = await TestServer.StartAsync();
        var person = await server.AddPersonAsync();
        await using var listening = await server.SubscribeAsync(person, RoomId.General);
        await using var silent = await server.OpenSocketAsync();
        await using var deaf = await server.ConnectAsync(person);
        deaf.AnswersPings = false;
        Assert.InRange(await StopAsync(server), TimeSpan.Zero, Soon);
        foreach (var socket in (TestSocket[])[listening, silent, deaf])
            Assert.Equal(EndReason.Shutdown.Code, await socket.ClosedAsync());
    }

    [Fact]
    public async Task A_server_with_open_pages_stops_soon()
    {
        await using var server = await TestServer.StartAsync();
        var person = await server.AddPersonAsync();
        await using var window = await browser.SignInAsync(server, person);
        Assert.InRange(await StopAsync(server), TimeSpan.Zero, Soon);
    }

    private static async Task<TimeSpan> StopAsync(TestServer server)
    {
        var watch = Stopwatch.StartNew();
        await server.Get<Microsoft.Extensions.Hosting.IHost>().StopAsync();
        return watch.Elapsed;
    }
}
