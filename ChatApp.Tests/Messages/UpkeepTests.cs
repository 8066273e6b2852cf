using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Moderation;
using ChatApp.Moderation.Held;
using ChatApp.Tests.Harness;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace ChatApp.Tests.Messages;

/// <summary>When the upkeep works.</summary>
public sealed class UpkeepTests
{
    [Fact]
    public async Task A_server_that_has_not_started_yet_keeps_nothing_up()
    {
        await using var server = await TestServer.StartAsync();
        var time = new ManualTime();
        using var lifetime = new Lifetime();
        using var upkeep = new Upkeep(
            server.Get<Retention>(), server.Get<HtmlRenewal>(), server.Get<Erasure>(), server.Get<Sweeps>(), server.Get<SessionUpkeep>(), server.Get<HeldMessages>(), lifetime, time, NullLogger<Upkeep>.Instance);
        await upkeep.StartAsync(CancellationToken.None);
        await lifetime.IsAwaited.Soon();
        // Its clock is set before its first work.
        Assert.False(time.IsArmed(Upkeep.Interval));
        lifetime.Start();
        await Eventually.BecomesAsync(() => time.IsArmed(Upkeep.Interval));
        await upkeep.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_start_that_is_given_up_ends_the_upkeep_before_it_began()
    {
        await using var server = await TestServer.StartAsync();
        var time = new ManualTime();
        using var lifetime = new Lifetime();
        using var upkeep = new Upkeep(
            server.Get<Retention>(), server.Get<HtmlRenewal>(), server.Get<Erasure>(), server.Get<Sweeps>(), server.Get<SessionUpkeep>(), server.Get<HeldMessages>(), lifetime, time, NullLogger<Upkeep>.Instance);
        await upkeep.StartAsync(CancellationToken.None);
        await lifetime.IsAwaited.Soon();
        await upkeep.StopAsync(CancellationToken.None).Soon();
        Assert.True(upkeep.ExecuteTask!.IsCompletedSuccessfully);
        Assert.False(time.IsArmed(Upkeep.Interval));
    }

    private sealed class Lifetime : IHostApplicationLifetime, IDisposable
    {
        private readonly CancellationTokenSource _started = new();
        private readonly TaskCompletionSource _awaited = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task IsAwaited => _awaited.Task;

        public CancellationToken ApplicationStarted
        {
            get
            {
                _awaited.TrySetResult();
                return _started.Token;
            }
        }

        public CancellationToken ApplicationStopping => CancellationToken.None;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void Start() => _started.Cancel();

        public void Dispose() => _started.Dispose();

        public void StopApplication() => throw new NotSupportedException();
    }
}
