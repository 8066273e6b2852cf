using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Messages;

public sealed class ReadMarkersTests(TestServer server) : IClassFixture<TestServer>
{
    private ReadMarkers Markers => server.Get<ReadMarkers>();

    [Fact]
    public async Task Unread_counts_the_standing_messages_of_others()
    {
        var (ann, bob, room) = await RoomOfTwoAsync();
        await server.PostAsync(ann, room.Id, "one");
        var two = await server.PostAsync(ann, room.Id, "two");
        await server.PostAsync(bob, room.Id, "my own");
        Assert.Equal(2, CountOf(bob, room));
        await server.Get<MessageEditor>().DeleteAsync(ann.Id, two.Id);
        Assert.Equal(1, CountOf(bob, room));
        Assert.Equal(1, CountOf(ann, room));
    }

    [Fact]
    public async Task What_was_said_before_somebody_came_is_not_news()
    {
        var (ann, _, room) = await RoomOfTwoAsync();
        var before = await server.PostAsync(ann, room.Id, "old");
        await Eventually.BecomesAsync(() => TimeProvider.System.GetUtcNow() > before.At.AddMilliseconds(1), "the clock stands still");
        var late = await server.AddPersonAsync("Late");
        await server.Get<RoomWriter>().InviteAsync(ann.Id, room.Id, late.Id);
        Assert.Equal(0, CountOf(late, room));
        await server.PostAsync(ann, room.Id, "new");
        Assert.Equal(1, CountOf(late, room));
    }

    [Fact]
    public async Task All_devices_of_a_person_hear_how_far_they_have_read_and_nobody_else_does()
    {
        var (ann, bob, room) = await RoomOfTwoAsync();
        await using var phone = await server.ConnectAsync(bob);
        await using var laptop = await server.ConnectAsync(bob);
        await using var other = await server.SubscribeAsync(ann, room.Id);
        var message = await server.PostAsync(ann, room.Id, "one");
        var reply = await phone.AskAsync(new { rpc = new { method = "read.mark", data = new { room = room.Id.Value, offset = message.Offset.Value } } });
        Assert.Equal(0, reply.GetProperty("rpc").GetProperty("data").GetProperty("unread").GetInt32());
        Assert.Equal(message.Offset.Value, (await laptop.EventAsync("read.moved")).GetProperty("data").GetProperty("up_to").GetInt64());
        await server.PostAsync(ann, room.Id, "a sign that all before it has come");
        await other.EventAsync("message.posted");
        await other.EventAsync("message.posted");
        Assert.DoesNotContain(other.Rest(), frame => frame.ToString().Contains("read.moved", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_marker_goes_forward_only_unless_somebody_marks_unread_from_here()
    {
        var (ann, bob, room) = await RoomOfTwoAsync();
        var one = await server.PostAsync(ann, room.Id, "one");
        var two = await server.PostAsync(ann, room.Id, "two");
        await Markers.MarkAsync(bob.Id, room.Id, two.Offset);
        await Markers.MarkAsync(bob.Id, room.Id, one.Offset);
        Assert.Equal(0, CountOf(bob, room));
        await Markers.MarkAsync(bob.Id, room.Id, one.Offset, isBack: true);
        Assert.Equal(1, CountOf(bob, room));
    }

    [Fact]
    public async Task Counting_stops_at_a_hundred_and_marking_all_read_ends_at_zero()
    {
        var (ann, bob, room) = await RoomOfTwoAsync();
        await Task.WhenAll(Enumerable.Range(0, 120).Select(i => server.PostAsync(ann, room.Id, $"message {i}")));
        Assert.Equal(ReadMarkers.MaxCount, CountOf(bob, room));
        await Markers.MarkAllAsync(bob.Id);
        Assert.All(Markers.Of(bob.Id), unread => Assert.Equal(0, unread.Count));
    }

    [Fact]
    public async Task A_program_marks_all_rooms_read_at_once()
    {
        var (ann, bob, room) = await RoomOfTwoAsync();
        var second = await server.MakeRoomAsync(ann, RoomVisibility.Private, "Second", bob);
        await server.PostAsync(ann, room.Id, "one");
        await server.PostAsync(ann, second.Id, "two");
        await using var socket = await server.ConnectAsync(bob);
        var reply = await socket.AskAsync(new { rpc = new { method = "read.mark_all", data = new { } } });
        var rooms = reply.GetProperty("rpc").GetProperty("data").GetProperty("rooms").EnumerateArray().ToList();
        Assert.Equal(3, rooms.Count);
        Assert.All(rooms, unread => Assert.Equal(0, unread.GetProperty("unread").GetInt32()));
        Assert.All(Markers.Of(bob.Id), unread => Assert.Equal(0, unread.Count));
    }

    [Fact]
    public async Task What_is_unread_says_where_it_begins_and_up_to_which_change_it_was_counted()
    {
        var (ann, bob, room) = await RoomOfTwoAsync();
        await server.PostAsync(bob, room.Id, "my own");
        var one = await server.PostAsync(ann, room.Id, "one");
        var two = await server.PostAsync(ann, room.Id, "two");
        var unread = Markers.Of(bob.Id, room.Id)!;
        Assert.Equal((2, one.Offset, two.Offset), (unread.Count, unread.First, unread.Head));
        unread = await Markers.MarkAsync(bob.Id, room.Id, one.Offset);
        Assert.Equal((1, two.Offset, two.Offset), (unread!.Count, unread.First, unread.Head));
        unread = await Markers.MarkAsync(bob.Id, room.Id, two.Offset);
        Assert.Equal((0, (Offset?)null), (unread!.Count, unread.First));
        Assert.Null(Markers.Of((await server.AddPersonAsync("Out")).Id, room.Id));
    }

    [Fact]
    public async Task Outsiders_have_no_marker()
    {
        var (_, _, room) = await RoomOfTwoAsync();
        var outsider = await server.AddPersonAsync("Out");
        Assert.Null(await Markers.MarkAsync(outsider.Id, room.Id, new Offset(1)));
        Assert.DoesNotContain(Markers.Of(outsider.Id), unread => unread.Room == room.Id);
    }

    private int CountOf(TestPerson person, RoomView room) => Markers.Of(person.Id).Single(unread => unread.Room == room.Id).Count;

    private async Task<(TestPerson Ann, TestPerson Bob, RoomView Room)> RoomOfTwoAsync()
    {
        var ann = await server.AddPersonAsync("Ann");
        var bob = await server.AddPersonAsync("Bob");
        return (ann, bob, await server.MakeRoomAsync(ann, RoomVisibility.Private, "Two", bob));
    }
}
