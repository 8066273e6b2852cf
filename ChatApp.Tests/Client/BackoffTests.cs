using ChatApp.Client;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Client;

/// <summary>How long a client waits before it comes back.</summary>
public sealed class BackoffTests : ClientTestBase
{
    [Fact]
    public async Task It_waits_exactly_as_long_as_a_disconnect_push_says()
    {
        var time = new ManualTime();
        var (_, session) = await ConnectedAsync(Options(time));
        await session.SendAsync("""{"push":{"disconnect":{"code":3001,"reason":"shutdown","reconnect":true,"retry_ms":7000}}}""");
        var loss = await LossAsync();
        Assert.Equal((3001, TimeSpan.FromSeconds(7)), (loss.Code, loss.RetryIn));
        var returning = Server.WelcomeAsync();
        await Eventually.BecomesAsync(() => time.IsArmed(TimeSpan.FromSeconds(7)), "the wait");
        time.Advance(TimeSpan.FromMilliseconds(6999));
        Assert.False(returning.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));
        await returning.Soon();
    }

    [Fact]
    public async Task Its_waits_grow_from_half_a_second_to_twenty_and_are_scattered()
    {
        var time = new ManualTime();
        var client = Client(new()
        {
            Endpoint = Server.Endpoint,
            Time = time,
            Token = (_, _) => throw new HttpRequestException("down"),
            Lost = loss =>
            {
                lock (Losses)
                    Losses.Add(loss);
            },
        });
        var connecting = client.ConnectAsync();
        var waits = new List<double>();
        for (var number = 1; number <= 25; number++)
        {
            var loss = await LossAsync(number);
            waits.Add(loss.RetryIn.TotalSeconds);
            await time.PassAsync(loss.RetryIn);
        }
        Assert.All(waits, (wait, failures) => Assert.InRange(wait, 0.5, Math.Min(20, Math.Pow(2, failures))));
        Assert.Contains(waits, wait => wait > 5);
        Assert.True(waits.Distinct().Count() > 10, "no jitter");
        Assert.False(connecting.IsCompleted);
        await client.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => connecting).Soon();
    }
}
