using ChatApp.Messages;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Messages;

/// <summary>Who follows a thread, what is unread of it, and the list of those.</summary>
public sealed class ThreadFollowTests(TestServer server) : IClassFixture<TestServer>
{
    private MessageHistory History => server.Get<MessageHistory>();

    private Threads Threads => server.Get<Threads>();

    [Fact]
    public async Task Who_began_a_thread_and_who_answers_follow_it_and_nobody_else_and_a_post_writes_no_row_per_member()
    {
        var (ann, bob, room) = await RoomOfTwoAsync();
        var cleo = await server.AddPersonAsync("Cleo");
        await server.Get<RoomWriter>().InviteAsync(ann.Id, room.Id, cleo.Id);
        var root = await server.PostAsync(ann, room.Id, "root");
        Assert.False(Threads.Of(ann.Id, root.Id)!.IsFollowing);
        var first = await AnswerAsync(bob, root, "first");
        Assert.Equal((true, 1, first.Offset), (Threads.Of(ann.Id, root.Id)!.IsFollowing, Threads.Of(ann.Id, root.Id)!.Unread, Threads.Of(ann.Id, root.Id)!.First));
        Assert.Equal((true, 0), (Threads.Of(bob.Id, root.Id)!.IsFollowing, Threads.Of(bob.Id, root.Id)!.Unread));
        Assert.False(Threads.Of(cleo.Id, root.Id)!.IsFollowing);
        Assert.Equal(2, Rows(root));
        await AnswerAsync(bob, root, "second");
        Assert.Equal((2, 2), (Rows(root), Threads.Of(ann.Id, root.Id)!.Unread));

        // Nothing of a thread is unread in the room.
        Assert.Equal(0, server.Get<ReadMarkers>().Of(ann.Id, room.Id)!.Count);
    }

    [Fact]
    public async Task Who_no_longer_follows_is_left_alone_until_they_answer_or_are_named()
    {
        var (ann, bob, room) = await RoomOfTwoAsync();
        var root = await server.PostAsync(ann, room.Id, "root");
        await AnswerAsync(bob, root, "one");
        Assert.False((await Threads.FollowAsync(ann.Id, root.Id, isOn: false))!.IsFollowing);
        await AnswerAsync(bob, root, "two");
        Assert.Equal((false, 0), (Threads.Of(ann.Id, root.Id)!.IsFollowing, Threads.Of(ann.Id, root.Id)!.Unread));
        var named = await AnswerAsync(bob, root, "Ann, look");
        await server.Get<CommitQueue>().CommitAsync(commit =>
        {
            Threads.Follow(commit, server.Get<RoomBroker>(), room.Id, root.Id, ann.Id, new Offset(named.Offset.Value - 1));
            return true;
        });
        Assert.Equal((true, 1), (Threads.Of(ann.Id, root.Id)!.IsFollowing, Threads.Of(ann.Id, root.Id)!.Unread));
        await Threads.FollowAsync(ann.Id, root.Id, isOn: false);
        await AnswerAsync(ann, root, "here I am");
        Assert.Equal((true, 0), (Threads.Of(ann.Id, root.Id)!.IsFollowing, Threads.Of(ann.Id, root.Id)!.Unread));
    }

    [Fact]
    public async Task Reading_goes_forward_back_only_when_asked_and_moves_all_devices()
    {
        var (ann, bob, room) = await RoomOfTwoAsync();
        var root = await server.PostAsync(ann, room.Id, "root");
        var (one, two) = (await AnswerAsync(bob, root, "one"), await AnswerAsync(bob, root, "two"));
        var connection = server.Get<RoomBroker>().Connect(new ConnectionDescription(ann.Id, ConnectionKind.Circuit, "192.0.2.1"))!;
        Assert.Equal(1, (await Threads.ReadAsync(ann.Id, root.Id, one.Offset))!.Unread);
        Assert.Equal(0, (await Threads.ReadAsync(ann.Id, root.Id, new Offset(long.MaxValue)))!.Unread);
        Assert.Equal(0, (await Threads.ReadAsync(ann.Id, root.Id, one.Offset))!.Unread);
        Assert.Equal((1, two.Offset), ((await Threads.ReadAsync(ann.Id, root.Id, one.Offset, isBack: true))!.Unread, Threads.Of(ann.Id, root.Id)!.First));
        var heard = new List<Envelope>();
        connection.Outbox.Take(heard);
        Assert.Equal([1, 0, 1], heard.Select(envelope => envelope.Body).OfType<ThreadMoved>().Select(moved => moved.Standing.Unread));
        connection.End(EndReason.Closed);
    }

    [Fact]
    public async Task Whoever_may_not_read_the_room_has_no_part_in_its_threads()
    {
        var (ann, bob, room) = await RoomOfTwoAsync();
        var root = await server.PostAsync(ann, room.Id, "root");
        await AnswerAsync(bob, root, "answer");
        var stranger = await server.AddPersonAsync("Stranger");
        Assert.Null(Threads.Of(stranger.Id, root.Id));
        Assert.Null(await Threads.FollowAsync(stranger.Id, root.Id, isOn: true));
        Assert.Null(await Threads.ReadAsync(stranger.Id, root.Id, new Offset(1)));
        Assert.Null(History.Latest(stranger.Id, room.Id, 9, HistoryScope.Of(root.Id)));
        // One's own room is no way into the thread of another one.
        var own = await server.MakeRoomAsync(stranger);
        for (var i = 0; i < 9; i++) await server.PostAsync(stranger, own.Id, "my own");
        Assert.Null(History.Latest(stranger.Id, own.Id, 9, HistoryScope.Of(root.Id)));

        await AnswerAsync(ann, root, "for Bob");
        Assert.Equal(1, Threads.NumbersOf(bob.Id).Unread);
        await server.Get<RoomWriter>().LeaveAsync(bob.Id, room.Id);
        Assert.Equal(0, Threads.NumbersOf(bob.Id).Unread);
        Assert.Empty(Threads.NumbersOf(bob.Id).Followed);
        Assert.Empty(server.Get<ThreadList>().Read(bob.Id).Lines);
    }

    [Fact]
    public async Task The_list_has_what_is_unread_first_the_newest_first_and_pages_by_place()
    {
        var (ann, bob, room) = await RoomOfTwoAsync();
        var roots = new List<MessageView>();
        for (var i = 0; i < 7; i++)
        {
            roots.Add(await server.PostAsync(ann, room.Id, $"root {i}"));
            await AnswerAsync(bob, roots[i], $"answer {i}");
        }

        foreach (var read in new[] { 0, 3, 6 }) await Threads.ReadAsync(ann.Id, roots[read].Id, new Offset(long.MaxValue));
        await AnswerAsync(bob, roots[1], "again");
        var list = server.Get<ThreadList>();
        var (seen, place) = (new List<string>(), (ThreadPlace?)null);
        do
        {
            var page = list.Read(ann.Id, place, 2);
            Assert.True(page.Lines.Count is 1 or 2);
            seen.AddRange(page.Lines.Select(line => $"{line.Root.Text}:{line.Standing.Unread}:{line.Last!.Text}"));
            place = page.Next is { } next ? ThreadPlace.Parse(next.ToString()) : null;
        }
        while (place is not null);
        Assert.Equal(
            ["root 1:2:again", "root 5:1:answer 5", "root 4:1:answer 4", "root 2:1:answer 2", "root 6:0:answer 6", "root 3:0:answer 3", "root 0:0:answer 0"], seen);
        Assert.Empty(list.Read(ann.Id, within: new HashSet<RoomId> { RoomId.General }).Lines);
        foreach (var nonsense in new[] { "", "1", "2.3.4", "1.-3.4", "x.y.z", "1.2.3.4", null }) Assert.Null(ThreadPlace.Parse(nonsense));
    }

    private int Rows(MessageView root)
    {
        using var db = server.Get<ChatDatabase>().OpenRead();
        return db.ThreadFollows.Count(follow => follow.ThreadId == root.Id.Value);
    }

    private async Task<MessageView> AnswerAsync(TestPerson author, MessageView root, string text) =>
        Assert.IsType<PostResult.Accepted>(await server.Get<MessageWriter>().PostAsync(author.Id, root.Room, text, key: null, thread: root.Id)).Message;

    private async Task<(TestPerson Ann, TestPerson Bob, RoomView Room)> RoomOfTwoAsync()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        return (ann, bob, await server.MakeRoomAsync(ann, RoomVisibility.Private, "Two", bob));
    }
}
