using ChatApp.Push;
using ChatApp.Tests.Harness;
using static ChatApp.Tests.Push.Engine;

namespace ChatApp.Tests.Push;

/// <summary>Whoever hides is nowhere to be seen, and hears everything.</summary>
public sealed class HiddenTests
{
    private readonly Engine _engine = new();

    [Fact]
    public void A_hidden_connection_is_neither_named_nor_counted_and_gets_every_event()
    {
        var (ann, bob) = (_engine.Socket("ann", Lobby), _engine.Circuit("bob", Lobby));
        Assert.Equal((2, 2), Numbers());
        ann.Hide(isHidden: true);
        for (var again = 0; again < 2; again++)
        {
            Assert.Equal((1, 1), Numbers());
            Assert.Equal([bob], _engine.Broker.Presence(Lobby, most: 10).Clients);
        }

        _engine.Broker.Publish(Lobby, "hello");
        Assert.Equal(["hello"], Taken(ann));
        ann.Hide(isHidden: false);
        Assert.Equal((2, 2), Numbers());
    }

    [Fact]
    public async Task Hiding_is_told_as_leaving_and_showing_again_as_coming()
    {
        var listener = _engine.Connect("ear", ConnectionKind.Circuit);
        _engine.Broker.Subscribe(listener, Lobby, hearsJoins: true).Subscription!.TryRelease(Offset.Zero);
        var ann = _engine.Socket("ann", Lobby);
        await HearsAsync(listener, ("ear", true, 1), ("ann", true, 2));
        ann.Hide(isHidden: true);
        ann.Hide(isHidden: true);
        await HearsAsync(listener, ("ann", false, 1));
        ann.Hide(isHidden: false);
        await HearsAsync(listener, ("ann", true, 2));
        ann.Hide(isHidden: true);
        await HearsAsync(listener, ("ann", false, 1));
        // Nobody hears a second time that it has gone, nor of one that was hidden all the time.
        ann.End(EndReason.Closed);
        var carl = _engine.Connect("carl");
        carl.Hide(isHidden: true);
        _engine.Join(carl, Lobby).TryRelease(Offset.Zero);
        carl.End(EndReason.Closed);
        _engine.Socket("dora", Lobby);
        await HearsAsync(listener, ("dora", true, 2));
    }

    [Fact]
    public void What_may_be_lost_is_left_out_for_whom_much_waits_already()
    {
        var engine = new Engine(new PushOptions { OutboxEvents = 100 });
        var (slow, quick) = (engine.Circuit("slow", Lobby), engine.Circuit("quick", Lobby));
        for (var i = 0; i < 30; i++)
        {
            engine.Broker.Publish(Lobby, "post");
            Taken(quick);
        }

        engine.Broker.Publish(engine.Broker.Wrap("typing", Lobby, offset: null, mayBeLost: true));
        Assert.DoesNotContain("typing", Taken(slow));
        Assert.Equal(["typing"], Taken(quick));
        engine.Broker.Publish(engine.Broker.Wrap("typing", Lobby, offset: null, mayBeLost: true));
        Assert.Equal(["typing"], Taken(slow));
    }

    private static async Task HearsAsync(Connection listener, params (string User, bool IsHere, int Clients)[] expected)
    {
        var heard = new List<(string, bool, int)>();
        await Eventually.BecomesAsync(() =>
        {
            heard.AddRange(Taken(listener).OfType<PresenceChanged>().Select(news => (news.User.Value, news.IsHere, news.Clients)));
            return heard.Count >= expected.Length;
        });
        // The first news may be told together: the numbers are those of the moment of telling.
        Assert.Equal(expected.Select(news => (news.User, news.IsHere)), heard.Select(news => (news.Item1, news.Item2)));
        Assert.Equal(expected[^1].Clients, heard[^1].Item3);
    }

    private (int Clients, int Users) Numbers() => _engine.Broker.Presence(Lobby, most: 10) is var presence ? (presence.NumClients, presence.NumUsers) : default;
}
