using ChatApp.Push;
using static ChatApp.Tests.Push.Engine;

namespace ChatApp.Tests.Push;

/// <summary>What an event costs the collector.</summary>
public sealed class AllocationTests
{
    private readonly Engine _engine = new();

    [Fact]
    public void A_round_allocates_nothing_for_a_socket_that_takes_all()
    {
        var ann = _engine.Connect("ann", direct: static bytes => bytes.Length);
        var subscription = _engine.Join(ann, Lobby);
        Assert.True(subscription.TryRelease(Offset.Zero));
        var waiting = WaitAsync();
        using var batch = new ChannelBatch([_engine.Broker.Wrap("one"), _engine.Broker.Wrap("two")]);
        Assert.Equal(0, Enumerable.Range(0, 3).Min(_ => AllocatedBy(1000)));
        Assert.Equal(0, ann.Outbox.Count);
        Assert.False(waiting.IsCompleted);

        async Task WaitAsync() => await ann.Outbox.WaitAsync();

        // Code that runs for the first time may allocate.
        long AllocatedBy(int times)
        {
            var wakes = default(WakeList);
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var time = 0; time < times; time++) subscription.Deliver(batch, ref wakes);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }
}
