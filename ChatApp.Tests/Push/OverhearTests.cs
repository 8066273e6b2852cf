using ChatApp.Push;

namespace ChatApp.Tests.Push;

/// <summary>Whoever keeps count for the house hears everything once, in order, and holds nobody up.</summary>
public sealed class OverhearTests
{
    [Fact]
    public async Task Every_event_of_rooms_and_users_is_heard_in_order_whether_anybody_listens_there_or_not()
    {
        var broker = new Engine().Broker;
        var heard = broker.Overhear(maxEvents: 10);
        broker.Publish(new RoomId("a"), "one", new Offset(1));
        broker.PublishToUser(new UserId("u"), "two");
        broker.Publish(new RoomId("b"), "three", new Offset(1));
        Assert.True(await heard.WaitAsync());
        Assert.Equal(["one", "two", "three"], heard.Take([]).Select(envelope => envelope.Body));
    }

    [Fact]
    public void A_reader_who_is_too_slow_is_told_that_events_are_lost()
    {
        var broker = new Engine().Broker;
        var heard = broker.Overhear(maxEvents: 3);
        for (var i = 0; i < 4; i++) broker.Publish(new RoomId("a"), $"{i}", new Offset(i + 1));
        Assert.IsType<EventsLost>(Assert.Single(heard.Take([])).Body);
    }
}
