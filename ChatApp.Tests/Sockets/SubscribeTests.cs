using System.Text.Json;
using ChatApp.Moderation;
using ChatApp.Accounts;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Tests.Api;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Sockets;

public sealed class SubscribeTests(TestServer server) : SubscribeTests<TestServer>(server);

/// <summary>The same through the web server.</summary>
public sealed class SubscribeByStreamTests(StreamServer server) : SubscribeTests<StreamServer>(server);

public abstract class SubscribeTests<TServer>(TServer server) : IClassFixture<TServer>
    where TServer : TestServer
{
    [Fact]
    public async Task The_reply_names_the_position_from_which_on_events_come()
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann);
        await server.PostAsync(ann, room.Id, "one");
        var last = await server.PostAsync(ann, room.Id, "two");
        await using var socket = await server.ConnectAsync(ann);
        var reply = (await socket.AskAsync(new { subscribe = new { channel = $"room:{room.Id}" } })).GetProperty("subscribe");
        Assert.True(reply.GetProperty("positioned").GetBoolean());
        Assert.Equal(room.Epoch, reply.GetProperty("epoch").GetString());
        Assert.Equal(last.Offset.Value, reply.GetProperty("offset").GetInt64());

        var next = await server.PostAsync(ann, room.Id, "three");
        Assert.Equal(next.Offset.Value, (await socket.EventAsync("message.posted")).GetProperty("offset").GetInt64());
        Assert.Equal(last.Offset.Value + 1, next.Offset.Value);
    }

    [Fact]
    public async Task A_room_without_a_message_has_a_position_too()
    {
        await using var fresh = await TestServer.StartAsync();
        await using var socket = await fresh.ConnectAsync(await fresh.AddPersonAsync());
        var reply = (await socket.AskAsync(new { subscribe = new { channel = "room:general" } })).GetProperty("subscribe");
        // The making of the room was its first change.
        Assert.Equal(1, reply.GetProperty("offset").GetInt64());
        Assert.NotEmpty(reply.GetProperty("epoch").GetString()!);
        Assert.True(reply.GetProperty("positioned").GetBoolean());
    }

    [Fact]
    public async Task The_same_channel_twice_is_105_and_after_unsubscribe_it_works_again()
    {
        await using var socket = await server.SubscribeAsync(await server.AddPersonAsync(), RoomId.General);
        var again = new { subscribe = new { channel = "room:general" } };
        Assert.Equal(105, TestSocket.ErrorOf(await socket.AskAsync(again)));
        await socket.AskAsync(new { unsubscribe = new { channel = "room:general" } });
        Assert.True((await socket.AskAsync(again)).TryGetProperty("subscribe", out _));
    }

    [Fact]
    public async Task One_subscription_too_many_is_106_and_leaves_the_others_alone()
    {
        await using var other = await TestServer.StartAsync(["Push:SubscriptionsPerConnection=2"]);
        var ann = await other.AddPersonAsync("Ann");
        var first = await other.MakeRoomAsync(ann);
        var second = await other.MakeRoomAsync(ann);
        await using var socket = await other.SubscribeAsync(ann, first.Id, second.Id);
        Assert.Equal(106, TestSocket.ErrorOf(await socket.AskAsync(new { subscribe = new { channel = "room:general" } })));
        await other.PostAsync(ann, second.Id, "still here");
        await socket.EventAsync("message.posted");
    }

    [Fact]
    public async Task A_private_room_of_others_and_a_room_that_is_not_there_give_the_same_bytes()
    {
        var room = await server.MakeRoomAsync(await server.AddPersonAsync("Owner"), RoomVisibility.Private);
        await using var socket = await server.ConnectAnybodyAsync();
        var answers = new List<string>();
        foreach (var channel in new[] { $"room:{room.Id}", "room:nosuchroom99" })
        {
            await socket.SendAsync(new { id = 5, subscribe = new { channel } });
            answers.Add((await socket.ReplyAsync(5)).GetRawText());
            await socket.SendAsync(new { id = 5, publish = new { channel, data = new { text = "x" } } });
            answers.Add((await socket.ReplyAsync(5)).GetRawText());
        }

        Assert.Equal("""{"id":5,"error":{"code":102,"message":"unknown channel","temporary":false}}""", answers[0]);
        Assert.All(answers, answer => Assert.Equal(answers[0], answer));
        Assert.Equal(0, server.Get<RoomBroker>().SubscriberCount(room.Id));
    }

    [Theory]
    [InlineData("room:")]
    [InlineData("room:no such room")]
    [InlineData("room:../general")]
    [InlineData("room:general ")]
    [InlineData("room:GENERAL")]
    [InlineData("Room:general")]
    [InlineData("general")]
    [InlineData("room:general'--")]
    [InlineData("room:gėnęral")]
    [InlineData("#someone")]
    [InlineData("topic:prices")]
    public async Task Names_that_mean_no_room_are_unknown_channels(string channel)
    {
        await using var socket = await server.ConnectAnybodyAsync();
        Assert.Equal(102, TestSocket.ErrorOf(await socket.AskAsync(new { subscribe = new { channel } })));
        Assert.Equal(102, TestSocket.ErrorOf(await socket.AskAsync(new { publish = new { channel, data = new { text = "x" } } })));
        Assert.True((await socket.AskAsync(new { unsubscribe = new { channel } })).TryGetProperty("unsubscribe", out _));
    }

    [Fact]
    public async Task The_own_personal_channel_cannot_be_subscribed_it_is_there_already()
    {
        var ann = await server.AddPersonAsync("Ann");
        await using var socket = await server.ConnectAsync(ann);
        Assert.Equal(102, TestSocket.ErrorOf(await socket.AskAsync(new { subscribe = new { channel = $"#{ann.Id}" } })));
        var room = await server.MakeRoomAsync(ann);
        var push = await socket.PushAsync();
        Assert.Equal($"#{ann.Id}", push.GetProperty("channel").GetString());
        var data = push.GetProperty("pub").GetProperty("data");
        Assert.Equal("room.joined", data.GetProperty("type").GetString());
        Assert.Equal(room.Id.Value, data.GetProperty("room").GetProperty("id").GetString());
        Assert.False(push.GetProperty("pub").TryGetProperty("offset", out _));
    }

    [Fact]
    public async Task A_channel_name_of_256_characters_is_a_bad_request()
    {
        await using var socket = await server.ConnectAnybodyAsync();
        Assert.Equal(107, TestSocket.ErrorOf(await socket.AskAsync(new { subscribe = new { channel = "room:" + new string('a', 251) } })));
        Assert.Equal(102, TestSocket.ErrorOf(await socket.AskAsync(new { subscribe = new { channel = "room:" + new string('a', 250) } })));
    }

    [Fact]
    public async Task A_public_room_of_others_is_forbidden_until_one_has_joined()
    {
        var room = await server.MakeRoomAsync(await server.AddPersonAsync("Owner"));
        var bob = await server.AddPersonAsync("Bob");
        await using var socket = await server.ConnectAsync(bob);
        var subscribe = new { subscribe = new { channel = $"room:{room.Id}" } };
        Assert.Equal(103, TestSocket.ErrorOf(await socket.AskAsync(subscribe)));
        Assert.Equal(0, server.Get<RoomBroker>().SubscriberCount(room.Id));
        await server.Get<RoomWriter>().JoinAsync(bob.Id, room.Id);
        Assert.True((await socket.AskAsync(subscribe)).TryGetProperty("subscribe", out _));
    }

    [Fact]
    public async Task Joining_is_announced_to_those_who_listen()
    {
        var owner = await server.AddPersonAsync("Owner");
        var room = await server.MakeRoomAsync(owner);
        var bob = await server.AddPersonAsync("Bob");
        await using var socket = await server.SubscribeAsync(owner, room.Id);
        await server.Get<RoomWriter>().JoinAsync(bob.Id, room.Id);
        var pub = await socket.EventAsync("member.changed");
        Assert.Equal(bob.Id.Value, pub.GetProperty("data").GetProperty("member").GetProperty("id").GetString());
        Assert.True(pub.GetProperty("data").GetProperty("joined").GetBoolean());
        Assert.Equal(room.Head.Value + 1, pub.GetProperty("offset").GetInt64());
    }

    [Fact]
    public async Task After_unsubscribe_no_event_comes_and_the_other_rooms_go_on()
    {
        var ann = await server.AddPersonAsync("Ann");
        var left = await server.MakeRoomAsync(ann);
        var kept = await server.MakeRoomAsync(ann);
        await using var socket = await server.SubscribeAsync(ann, left.Id, kept.Id);
        Assert.Equal("{}", (await socket.AskAsync(new { unsubscribe = new { channel = $"room:{left.Id}" } })).GetProperty("unsubscribe").GetRawText());
        await server.PostAsync(ann, left.Id, "nobody hears this");
        await server.PostAsync(ann, kept.Id, "but this");
        var heard = await socket.PushAsync(push => push.TryGetProperty("pub", out var pub) && pub.TryGetProperty("offset", out _));
        Assert.Equal($"room:{kept.Id}", heard.GetProperty("channel").GetString());
        Assert.Equal(0, server.Get<RoomBroker>().SubscriberCount(left.Id));
    }

    [Fact]
    public async Task Whoever_leaves_a_room_is_unsubscribed_with_2000_on_every_socket_and_hears_no_more_of_it()
    {
        var ann = await server.AddPersonAsync("Ann");
        var bob = await server.AddPersonAsync("Bob");
        var room = await server.MakeRoomAsync(ann, RoomVisibility.Private, "Room", bob);
        await using var first = await server.SubscribeAsync(bob, room.Id);
        await using var second = await server.SubscribeAsync(bob, room.Id, RoomId.General);
        await server.Get<RoomWriter>().LeaveAsync(bob.Id, room.Id);
        await server.PostAsync(ann, room.Id, "bob must not read this");
        foreach (var socket in new[] { first, second })
        {
            var push = await socket.PushAsync(push => push.TryGetProperty("unsubscribe", out _));
            Assert.Equal($"room:{room.Id}", push.GetProperty("channel").GetString());
            Assert.Equal(2000, push.GetProperty("unsubscribe").GetProperty("code").GetInt32());
            await socket.EventAsync("room.left");
            Assert.Equal(102, TestSocket.ErrorOf(await socket.AskAsync(new { subscribe = new { channel = $"room:{room.Id}" } })));
            Assert.Empty(socket.Rest());
        }

        await server.PostAsync(ann, RoomId.General, "this he may");
        await second.EventAsync("message.posted");
    }

    [Fact]
    public async Task A_moderator_ends_a_connection_with_3503_and_says_not_to_come_back()
    {
        var moderator = await server.AddPersonAsync("Mod", Rank.Moderator);
        var bob = await server.AddPersonAsync("Bob");
        await using var socket = await server.SubscribeAsync(bob, RoomId.General);
        var connection = server.Get<RoomBroker>().Connections.Single(connection => connection.User == bob.Id);
        Assert.Equal(ModerationOutcome.Done, await server.Get<ModerationDesk>().DisconnectAsync(moderator.Id, connection.Id, "enough"));
        var disconnect = (await socket.PushAsync()).GetProperty("disconnect");
        Assert.Equal("""{"code":3503,"reason":"force disconnect","reconnect":false}""", disconnect.GetRawText());
        Assert.Equal(3503, await socket.ClosedAsync());
        Assert.Equal(0, server.Get<RoomBroker>().EndAll(bob.Id, EndReason.Closed));
    }

    [Fact]
    public async Task Joining_while_others_talk_has_no_hole_and_no_double()
    {
        var ann = await server.AddPersonAsync("Ann");
        var bob = await server.AddPersonAsync("Bob");
        var room = await server.MakeRoomAsync(ann, RoomVisibility.Private, "Talk", bob);
        await using var talker = await server.ConnectAsync(bob);
        using var enough = new CancellationTokenSource();
        var talking = TalkAsync(talker, room.Id, enough.Token);
        var listeners = new List<(TestSocket Socket, long From)>();
        for (var i = 0; i < 20; i++)
        {
            // One connection per listener and no pause between them: each joins at another moment of the talk.
            var listener = await server.ConnectAsync(ann);
            var reply = await listener.AskAsync(new { subscribe = new { channel = $"room:{room.Id}" } });
            listeners.Add((listener, reply.GetProperty("subscribe").GetProperty("offset").GetInt64()));
        }

        await enough.CancelAsync();
        var last = await talking;
        Assert.True(last > listeners[^1].From - 1);
        foreach (var (socket, from) in listeners)
        {
            for (var expected = from + 1; expected <= last; expected++)
                Assert.Equal(expected, (await socket.EventAsync("message.posted")).GetProperty("offset").GetInt64());
            Assert.Empty(socket.Rest());
            await socket.DisposeAsync();
        }
    }

    private static async Task<long> TalkAsync(TestSocket talker, RoomId room, CancellationToken enough)
    {
        var count = 0;
        JsonElement reply = default;
        while (!enough.IsCancellationRequested || count < 50)
            reply = await talker.AskAsync(new { publish = new { channel = $"room:{room}", data = new { text = $"message {++count}" } } });
        return reply.GetProperty("publish").GetProperty("offset").GetInt64();
    }
}
