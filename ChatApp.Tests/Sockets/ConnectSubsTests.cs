using System.Text.Json;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Sockets;

/// <summary>Subscriptions inside connect: one round trip from an open socket to live in all rooms.</summary>
public sealed class ConnectSubsTests(TestServer server) : ConnectSubsTests<TestServer>(server);

/// <summary>The same through the web server.</summary>
public sealed class ConnectSubsByStreamTests(StreamServer server) : ConnectSubsTests<StreamServer>(server);

public abstract class ConnectSubsTests<TServer>(TServer server) : IClassFixture<TServer>
    where TServer : TestServer
{
    [Fact]
    public async Task One_frame_makes_a_client_live_in_a_hundred_rooms_each_with_its_position()
    {
        var ann = await server.AddPersonAsync("Ann");
        var rooms = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => server.MakeRoomAsync(ann)));
        await using var socket = await server.OpenSocketAsync();
        var reply = await ConnectAsync(socket, ann, rooms.ToDictionary(room => $"room:{room.Id}", _ => (object)new { }));

        var subs = reply.GetProperty("subs");
        Assert.Equal(101, subs.EnumerateObject().Count());
        Assert.False(reply.TryGetProperty("refused", out _));
        foreach (var room in rooms)
        {
            Assert.Equal($$"""{"recoverable":true,"positioned":true,"epoch":"{{room.Epoch}}","offset":{{room.Head}}}""", subs.GetProperty($"room:{room.Id}").GetRawText());
            await server.PostAsync(ann, room.Id, "live");
            Assert.Equal(room.Head.Value + 1, (await socket.PushAsync(push => push.TryGetProperty("channel", out var name) && name.GetString() == $"room:{room.Id}")).GetProperty("pub").GetProperty("offset").GetInt64());
        }
    }

    [Fact]
    public async Task What_was_missed_stands_in_the_reply_as_far_as_it_fits_and_the_rest_follows_before_anything_live()
    {
        await using var small = await TestServer.StartAsync(["Push:OutboxBytes=65536", "Push:RecentEvents=1"]);
        var ann = await small.AddPersonAsync("Ann");
        var rooms = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => small.MakeRoomAsync(ann)));
        foreach (var room in rooms) await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => small.PostAsync(ann, room.Id, new string('x', 1000))));
        await using var socket = await small.OpenSocketAsync();
        var reply = await ConnectAsync(socket, ann, rooms.ToDictionary(room => $"room:{room.Id}", room => (object)new { recover = true, epoch = room.Epoch, offset = 0 }), small);
        Assert.InRange(reply.GetRawText().Length, 1000, 65536 / 2);

        var live = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var room in rooms) live[$"room:{room.Id}"] = (await small.PostAsync(ann, room.Id, "live")).Offset.Value;
        foreach (var room in rooms)
        {
            var channel = $"room:{room.Id}";
            var sub = reply.GetProperty("subs").GetProperty(channel);
            Assert.True(sub.GetProperty("recovered").GetBoolean());
            var offsets = sub.GetProperty("publications").EnumerateArray().Select(pub => pub.GetProperty("offset").GetInt64()).ToList();
            while (offsets.Count < live[channel])
                offsets.Add((await socket.PushAsync(push => push.TryGetProperty("channel", out var name) && name.GetString() == channel)).GetProperty("pub").GetProperty("offset").GetInt64());
            Assert.Equal(Enumerable.Range(1, (int)live[channel]).Select(offset => (long)offset), offsets);
        }
    }

    [Fact]
    public async Task What_is_refused_says_why_and_the_connection_goes_on_with_the_others()
    {
        await using var narrow = await TestServer.StartAsync(["Push:SubscriptionsPerConnection=4"]);
        var ann = await narrow.AddPersonAsync("Ann");
        var bob = await narrow.AddPersonAsync("Bob");
        var own = await narrow.MakeRoomAsync(ann);
        var open = await narrow.MakeRoomAsync(bob);
        var secret = await narrow.MakeRoomAsync(bob, RoomVisibility.Private);
        await using var socket = await narrow.OpenSocketAsync();
        var reply = await ConnectAsync(socket, ann, new Dictionary<string, object>
        {
            [$"#{ann.Id}"] = new { },
            [$"room:{secret.Id}"] = new { },
            [$"room:{open.Id}"] = new { },
            [$"room:{own.Id}"] = new { recover = true, epoch = "another", offset = 1, flag = 2 },
            ["room:general"] = new { },
            [$"#{bob.Id}"] = new { },
        }, narrow);

        var refused = reply.GetProperty("refused").EnumerateObject().ToDictionary(line => line.Name, line => line.Value.GetProperty("code").GetInt32(), StringComparer.Ordinal);
        Assert.Equal(
            new Dictionary<string, int>(StringComparer.Ordinal) { [$"room:{secret.Id}"] = 102, [$"room:{open.Id}"] = 103, [$"room:{own.Id}"] = 112, [$"#{bob.Id}"] = 106 },
            refused);
        Assert.Equal(["#" + ann.Id, "room:general"], reply.GetProperty("subs").EnumerateObject().Select(sub => sub.Name));
        Assert.Equal(0, narrow.Get<RoomBroker>().SubscriberCount(own.Id));
        Assert.True((await socket.AskAsync(new { subscribe = new { channel = $"room:{own.Id}" } })).TryGetProperty("subscribe", out _));
    }

    [Fact]
    public async Task No_event_comes_before_the_reply_and_none_is_lost_or_doubled_while_others_post()
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann);
        using var stop = new CancellationTokenSource();
        var posting = Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++) await server.PostAsync(ann, room.Id, $"meanwhile {i}");
        });
        for (var round = 0; round < 20; round++)
        {
            await using var socket = await server.OpenSocketAsync();
            var reply = await ConnectAsync(socket, ann, new Dictionary<string, object> { [$"room:{room.Id}"] = new { recover = round % 2 == 0, epoch = room.Epoch, offset = 0 } });
            var sub = reply.GetProperty("subs").GetProperty($"room:{room.Id}");
            var offsets = sub.TryGetProperty("publications", out var missed) ? missed.EnumerateArray().Select(pub => pub.GetProperty("offset").GetInt64()).ToList() : [sub.GetProperty("offset").GetInt64()];
            var first = offsets[0];
            for (var i = 0; i < 20; i++) offsets.Add((await socket.PushAsync()).GetProperty("pub").GetProperty("offset").GetInt64());
            Assert.Equal(Enumerable.Range(0, offsets.Count).Select(i => first + i), offsets);
        }

        await stop.CancelAsync();
        await posting;
    }

    [Theory]
    [InlineData("""[]""")]
    [InlineData("""{"room:general":[]}""")]
    [InlineData("""{"":{}}""")]
    [InlineData("""{"room:general":{"recover":true,"offset":-1}}""")]
    public async Task Subscriptions_that_are_none_end_the_socket_as_any_bad_connect(string subs)
    {
        var ann = await server.AddPersonAsync("Ann");
        await using var socket = await server.OpenSocketAsync();
        await socket.SendTextAsync($$$"""{"id":1,"connect":{"token":"{{{await server.TokenOfAsync(ann)}}}","subs":{{{subs}}}}}""");
        Assert.Equal(3501, await socket.ClosedAsync());
    }

    private async Task<JsonElement> ConnectAsync(TestSocket socket, TestPerson person, Dictionary<string, object> subs, TestServer? other = null)
    {
        await socket.SendAsync(new { id = 1, connect = new { token = await (other ?? server).TokenOfAsync(person), subs } });
        // The very first thing that comes.
        return (await socket.NextAsync()).GetProperty("connect");
    }
}
