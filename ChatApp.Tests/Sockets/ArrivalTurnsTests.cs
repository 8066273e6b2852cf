using System.Net.Sockets;
using ChatApp.Sockets;
using ChatApp.Tests.Harness;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace ChatApp.Tests.Sockets;

/// <summary>Sockets that come at once are opened a few at a time, first come, first served.</summary>
public sealed class ArrivalTurnsTests : IDisposable
{
    private readonly ArrivalTurns _turns = new(atOnce: 2);

    [Fact]
    public async Task So_many_have_a_turn_at_once_and_the_next_one_follows_in_order()
    {
        var (first, second) = (await _turns.TakeAsync(CancellationToken.None), await _turns.TakeAsync(CancellationToken.None));
        var (third, fourth) = (_turns.TakeAsync(CancellationToken.None).AsTask(), _turns.TakeAsync(CancellationToken.None).AsTask());
        Assert.False(third.IsCompleted);
        Assert.Equal(2, _turns.Waiting);

        first!.Dispose();
        // Twice is once: a place must not be given to two.
        first.Dispose();
        Assert.NotNull(await third);
        Assert.False(fourth.IsCompleted);
        second!.Dispose();
        Assert.NotNull(await fourth);
        Assert.Equal(0, _turns.Waiting);
    }

    [Fact]
    public async Task Whoever_goes_while_waiting_takes_no_turn()
    {
        var (first, second) = (await _turns.TakeAsync(CancellationToken.None), await _turns.TakeAsync(CancellationToken.None));
        using var gone = new CancellationTokenSource();
        var leaving = _turns.TakeAsync(gone.Token).AsTask();
        var staying = _turns.TakeAsync(CancellationToken.None).AsTask();
        await gone.CancelAsync();
        Assert.Null(await leaving);

        first!.Dispose();
        Assert.NotNull(await staying);
        second!.Dispose();
    }

    [Fact]
    public async Task A_herd_is_opened_a_few_at_a_time_and_whoever_went_meanwhile_not_at_all()
    {
        await using var server = await TestServer.StartAsync();
        var turns = server.Get<ArrivalTurns>();
        List<Task<IDisposable?>> taken = [];
        do taken.Add(turns.TakeAsync(CancellationToken.None).AsTask());
        while (taken[^1].IsCompleted);

        using var leaving = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await leaving.ConnectAsync("127.0.0.1", new Uri(server.Address).Port);
        await leaving.SendAsync("GET /connection/websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"u8.ToArray());
        var staying = Enumerable.Range(0, 5).Select(_ => server.OpenSocketAsync()).ToList();
        await Eventually.EqualsAsync(1 + 1 + 5, () => turns.Waiting);
        Assert.All(staying, opening => Assert.False(opening.IsCompleted));
        leaving.Close(0);
        await Eventually.EqualsAsync(1 + 5, () => turns.Waiting);

        foreach (var turn in taken) (await turn.Soon())!.Dispose();
        foreach (var opening in staying) await (await opening.Soon()).DisposeAsync();
        Assert.Equal(0, turns.Waiting);
    }

    [Fact]
    public async Task Thousands_may_wait_to_be_accepted()
    {
        await using var server = await TestServer.StartAsync();
        Assert.Equal(4096, server.Get<IOptions<SocketTransportOptions>>().Value.Backlog);
    }

    public void Dispose() => _turns.Dispose();
}
