using System.Text;
using ChatApp.Bench;
using ChatApp.Bench.Load;
using ChatApp.Bench.Servers;

namespace ChatApp.Tests.Bench;

/// <summary>The load client counts every delivery, and publishes when it should.</summary>
public sealed class LoadTests
{
    private static readonly Crowd TwoRooms = new(["room001", "room002"], PerRoom: 3, "lounge1");

    [Fact]
    public void Messages_go_to_the_rooms_in_turn_and_to_everybody_in_them()
    {
        Assert.Equal(6, TwoRooms.Receivers);
        Assert.Equal(["room001", "room002", "room001"], Enumerable.Range(0, 3).Select(TwoRooms.RoomOf));
        Assert.Equal(["room002", "lounge1"], TwoRooms.RoomsOf(3));
        Assert.Equal((2, 1), (TwoRooms.DueTo(receiver: 2, messages: 3), TwoRooms.DueTo(receiver: 3, messages: 3)));
    }

    [Fact]
    public void A_steady_pace_does_not_wait_for_the_server()
    {
        var pace = new SteadyPace(messages: 3, perSecond: 1000);
        Assert.Equal((0, 2_000_000), (pace.Next(0, 0, 0), pace.Next(2, inFlight: 2, now: 0)));
        Assert.Null(pace.Next(3, 0, 0));
        Assert.Equal((2, -1), (pace.NumberOf(2_000_000), pace.NumberOf(2_000_001)));
    }

    [Fact]
    public void A_saturating_pace_keeps_messages_on_their_way_until_its_time_is_over()
    {
        var pace = new SaturatingPace(TimeSpan.FromSeconds(1), most: 2);
        Assert.Equal((5, Pace.Later), (pace.Next(1, inFlight: 1, now: 5), pace.Next(2, inFlight: 2, now: 5)));
        Assert.Null(pace.Next(1, inFlight: 0, now: 1_000_000_000));
    }

    [Fact]
    public async Task Every_delivery_of_a_server_is_counted_with_the_last_receiver_of_each_message()
    {
        using var stop = new CancellationTokenSource();
        var port = ChildProcess.FreePort();
        var serving = BareServer.RunAsync(port, stop.Token);
        var (steady, saturating) = await Task.Run(() =>
        {
            using var client = new LoadClient(new PlainDialect(), port);
            client.Connect(TwoRooms, CancellationToken.None);
            return (client.Run(new SteadyPace(10, 200), CancellationToken.None), client.Run(new SaturatingPace(TimeSpan.FromMilliseconds(200), 4), CancellationToken.None));
        });
        await stop.CancelAsync();
        await serving;
        Assert.Equal((10, 30, 30, 0, 10), (steady.Published, steady.Due, steady.Delivered, steady.Uneven, steady.Last.Count));
        Assert.True(saturating.Published >= 4);
        Assert.Equal((saturating.Due, 0), (saturating.Delivered, saturating.Uneven));
    }

    [Fact]
    public void Each_dialect_is_ready_when_all_rooms_are_joined()
    {
        string[] rooms = ["general", "lounge1"];
        Check(new ProductDialect("t"), """{"id":2,"subscribe":{}}""", """{"id":3,"subscribe":{}}""", """{"id":3,"error":{}}""");
        Check(new SignalRDialect(), """{"type":3,"invocationId":"1","result":null}""", """{"type":3,"invocationId":"2","result":null}""", """{"type":3,"invocationId":"2","error":"no"}""");
        Check(new SocketIoDialect(), """40{"sid":"x"}""", """42["ready"]""", "44{}");

        void Check(IDialect dialect, string early, string ready, string refusal) => Assert.Equal(
            [RecordKind.Other, RecordKind.Ready, RecordKind.Refusal],
            new[] { early, ready, refusal }.Select(record => dialect.Classify(Encoding.UTF8.GetBytes(record), rooms)));
    }
}
