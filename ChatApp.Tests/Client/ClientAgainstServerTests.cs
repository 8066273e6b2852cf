using ChatApp.Accounts;
using ChatApp.Client;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;
using EndReason = ChatApp.Push.EndReason;
using Gap = ChatApp.Client.Gap;
using GapReason = ChatApp.Client.GapReason;
using MemberChanged = ChatApp.Client.MemberChanged;

namespace ChatApp.Tests.Client;

/// <summary>The library and the real server: restarts, gaps, ends, and every method.</summary>
public sealed class ClientAgainstServerTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task A_restart_of_the_server_costs_neither_an_event_nor_a_post()
    {
        var folder = Directory.CreateTempSubdirectory("chatapp-restart").FullName;
        var first = await TestServer.StartAsync(folder: folder);
        var ann = await first.AddPersonAsync("Ann");
        var room = await first.MakeRoomAsync(ann);
        await using var proxy = new CuttingProxy(first.Address);
        var losses = 0;
        await using var client = await first.ClientAsync(ann, proxy, lost: _ => Interlocked.Increment(ref losses));
        var replica = new RoomReplica((await client.HistoryAsync(room.Id.Value)).Position);
        await using var events = (await client.SubscribeAsync(room.Channel(), replica.Position)).GetAsyncEnumerator();
        await client.PostAsync(room.Id.Value, "before");

        await first.DisposeAsync();
        var posting = client.PostAsync(room.Id.Value, "while it was down");
        await Eventually.BecomesAsync(() => Volatile.Read(ref losses) > 1, "nothing was lost");
        Assert.False(posting.IsCompleted);
        var second = await TestServer.StartAsync(folder: folder);
        await second.PostAsync(ann, room.Id, "by the new server");
        proxy.PointAt(second.Address);

        var stored = await posting.Soon();
        Assert.False(stored.Duplicate);
        while (replica.Position.Offset < stored.Offset) replica.Apply(await events.NextAsync());
        Assert.Equal(3, replica.Lines.Count());
        await client.DisposeAsync();
        await second.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Trimmed_history_is_a_gap_in_the_stream_and_a_load_and_the_stream_make_a_whole()
    {
        var (ann, room) = await RoomOfAnnAsync();
        await using var proxy = new CuttingProxy(server.Address);
        await using var client = await server.ClientAsync(ann, proxy);
        await using var events = (await client.SubscribeAsync(room.Channel())).GetAsyncEnumerator();
        proxy.IsDown = true;
        for (var i = 0; i < 5; i++) await server.PostAsync(ann, room.Id, $"missed {i}");
        await server.Get<CommitQueue>().CommitAsync(commit => commit.Db.Rooms.Single(r => r.Id == room.Id.Value).Floor = room.Head.Value + 3);
        proxy.IsDown = false;

        var gap = Assert.IsType<Gap>(await events.NextAsync());
        Assert.Equal((GapReason.Trimmed, 3, room.Head.Value + 5), (gap.Reason, gap.Lost, gap.Position?.Offset));
        await server.PostAsync(ann, room.Id, "live");
        Assert.Equal("live", Assert.IsType<ChatApp.Client.MessagePosted>(await events.NextAsync()).Message.Text);
    }

    [Fact]
    public async Task A_position_of_another_log_is_a_gap()
    {
        var (ann, room) = await RoomOfAnnAsync();
        await using var client = await server.ClientAsync(ann);
        await using var events = (await client.SubscribeAsync(room.Channel(), new("otherlog", 1))).GetAsyncEnumerator();
        var gap = Assert.IsType<Gap>(await events.NextAsync());
        Assert.Equal((GapReason.Epoch, new ChannelPosition(room.Epoch, room.Head.Value)), (gap.Reason, gap.Position));
    }

    [Fact]
    public async Task A_program_that_answers_from_inside_its_loop_and_reads_slowly_gets_everything()
    {
        var (ann, room) = await RoomOfAnnAsync();
        await using var client = await server.ClientAsync(ann, eventBuffer: 100);
        await using var events = (await client.SubscribeAsync(room.Channel())).GetAsyncEnumerator();
        const int count = 1000;
        await Task.WhenAll(Enumerable.Range(0, count).Select(i => server.PostAsync(ann, room.Id, $"{i}")));
        for (var i = 0; i < count; i++)
        {
            var posted = Assert.IsType<ChatApp.Client.MessagePosted>(await events.NextAsync());
            Assert.Equal(room.Head.Value + 1 + i, posted.Position?.Offset);
            if (i % 100 == 0) await client.ReactAsync(posted.Message.Id, "👍").Soon();
        }
    }

    [Fact]
    public async Task A_token_that_ends_costs_a_reconnection_and_no_event()
    {
        var time = new ManualTime();
        await using var other = await TestServer.StartAsync(
            ["Accounts:AccessTokenMinutes=1", "Push:PingSeconds=3600"], services => services.AddSingleton<TimeProvider>(time));
        var ann = await other.AddPersonAsync("Ann");
        var room = await other.MakeRoomAsync(ann);
        var lost = new TaskCompletionSource<ConnectionLoss>();
        // Its own clock runs on as always: only the server says that the token has ended.
        await using var client = await other.ClientAsync(ann, lost: loss => lost.TrySetResult(loss));
        await using var events = (await client.SubscribeAsync(room.Channel())).GetAsyncEnumerator();
        time.Advance(TimeSpan.FromSeconds(90));
        Assert.Equal(3005, (await lost.Task.Soon()).Code);
        await other.PostAsync(ann, room.Id, "meanwhile");
        Assert.Equal("meanwhile", Assert.IsType<ChatApp.Client.MessagePosted>(await events.NextAsync()).Message.Text);
    }

    [Fact]
    public async Task Leaving_the_room_and_being_sent_away_have_their_reasons()
    {
        var (_, room) = await RoomOfAnnAsync();
        var bob = await server.AddPersonAsync("Bob");
        await server.Get<RoomWriter>().JoinAsync(bob.Id, room.Id);
        await using var client = await server.ClientAsync(bob);
        var subscription = await client.SubscribeAsync(room.Channel());
        await using var own = (await client.SubscribeOwnAsync()).GetAsyncEnumerator();

        await server.Get<RoomWriter>().LeaveAsync(bob.Id, room.Id);
        var end = await subscription.Completion.Soon();
        Assert.Equal((EndKind.Unsubscribed, 2000), (end.Kind, end.Code));
        var left = Assert.IsType<OwnRoomChanged>(await own.NextAsync());
        Assert.Equal((room.Id.Value, false), (left.Room, left.Joined));

        server.Get<RoomBroker>().EndAll(bob.Id, EndReason.ForceDisconnect);
        var over = await client.Completion.Soon();
        Assert.Equal((EndKind.Expelled, 3503), (over.Kind, over.Code));
    }

    [Fact]
    public async Task Every_method_does_what_it_says()
    {
        var (ann, room) = await RoomOfAnnAsync();
        var bob = await server.AddPersonAsync("Bob");
        await server.Get<RoomWriter>().JoinAsync(bob.Id, room.Id);
        await using var client = await server.ClientAsync(ann);
        await using var events = (await client.SubscribeAsync(room.Channel(), new(room.Epoch, room.Head.Value))).GetAsyncEnumerator();
        Assert.Equal(bob.Name, Assert.IsType<MemberChanged>(await events.NextAsync()).Member.Name);

        Assert.Contains(await client.RoomsAsync(), mine => mine.Id == room.Id.Value && mine.Name == room.Name && mine.Epoch == room.Epoch);
        var question = await server.PostAsync(bob, room.Id, "anyone for lunch?");
        Assert.Equal(1, (await client.UnreadAsync()).Single(unread => unread.Room == room.Id.Value).Unread);
        Assert.Equal(new UnreadRoom(room.Id.Value, question.Offset.Value, 0), await client.MarkReadAsync(room.Id.Value));

        var answer = await client.PostAsync(room.Id.Value, "me", replyTo: question.Id.ToString());
        Assert.Equal("me, gladly", (await client.EditAsync(answer.MessageId, "me, gladly")).Text);
        await client.ReactAsync(answer.MessageId, "🍝");
        await client.PinAsync(answer.MessageId);
        var page = await client.HistoryAsync(room.Id.Value, HistoryPlace.After(question.Offset.Value));
        var seen = Assert.Single(page.Messages);
        Assert.Equal((answer.MessageId, answer.Offset, true, "anyone for lunch?"), (seen.Id, seen.Offset, seen.Pinned, seen.ReplyTo?.Extract));
        Assert.Equal("🍝", Assert.Single(seen.Reactions!).Emoji);
        Assert.True(page.HasOlder);
        Assert.Equal(2, (await client.HistoryAsync(room.Id.Value, HistoryPlace.At(question.At))).Messages.Count);
        Assert.Equal(2, (await client.HistoryAsync(room.Id.Value, HistoryPlace.Around(answer.Offset))).Messages.Count);

        var hit = Assert.Single((await client.SearchAsync("gladly", room.Id.Value)).Hits);
        Assert.Equal((answer.MessageId, answer.Offset, room.Name), (hit.Message.Id, hit.Offset, hit.RoomName));
        Assert.Contains(hit.Extract, part => part is { Hit: true, Text: "gladly" });

        await client.DeleteAsync(answer.MessageId);
        await client.DeleteAsync(answer.MessageId);
        Assert.Equal("me, gladly", (await client.RestoreAsync(answer.MessageId)).Text);
        Assert.Equal(104, await CodeOfAsync(client.CallAsync("no.such.method", [])));
        Assert.Equal(404, await CodeOfAsync(client.EditAsync("999999", "x")));
        Assert.Equal(103, await CodeOfAsync(client.EditAsync(question.Id.ToString(), "not mine")));
        Assert.Equal(102, await CodeOfAsync(client.HistoryAsync("nowhere")));
        Assert.Equal(408, await CodeOfAsync(TwiceAsync()));

        async Task TwiceAsync()
        {
            await client.PostAsync(room.Id.Value, "one", "the-key");
            await client.PostAsync(room.Id.Value, "two", "the-key");
        }
    }

    [Fact]
    public async Task A_program_answers_in_a_thread_follows_it_reads_it_and_lists_its_threads()
    {
        var (ann, room) = await RoomOfAnnAsync();
        var bob = await server.AddPersonAsync("Bob");
        await server.Get<RoomWriter>().JoinAsync(bob.Id, room.Id);
        await using var hers = await server.ClientAsync(ann);
        await using var his = await server.ClientAsync(bob);
        await using var events = (await hers.SubscribeAsync(room.Channel())).GetAsyncEnumerator();
        await using var own = (await hers.SubscribeOwnAsync()).GetAsyncEnumerator();
        var root = await hers.PostAsync(room.Id.Value, "who brings what?");
        Assert.Null(Assert.IsType<ChatApp.Client.MessagePosted>(await events.NextAsync()).Message.Thread);
        var answers = new List<PostReceipt>();
        for (var i = 0; i < 3; i++) answers.Add(await his.PostAsync(room.Id.Value, $"bread {i}", thread: root.MessageId));
        Assert.Equal(root.MessageId, Assert.IsType<ChatApp.Client.MessagePosted>(await events.NextAsync()).Message.Thread);
        // Whoever began it follows it.
        Assert.Equal((root.MessageId, true, 1), Assert.IsType<ChatApp.Client.ThreadMoved>(await own.NextAsync()).Standing is var moved ? (moved.Thread, moved.Following, moved.Unread) : default);

        var page = await hers.ThreadHistoryAsync(root.MessageId, limit: 2);
        Assert.Equal(("who brings what?", 3), (page.Message.Text, page.Message.Answers!.Count));
        Assert.Equal(["bread 1", "bread 2"], page.Messages.Select(message => message.Text));
        Assert.Equal((true, false, answers[2].Offset), (page.HasOlder, page.HasNewer, page.Messages[1].Offset));
        Assert.Equal(new ChannelPosition(room.Epoch, answers[2].Offset), page.Position);
        Assert.Equal(["bread 0"], (await hers.ThreadHistoryAsync(root.MessageId, HistoryPlace.Before(answers[1].Offset))).Messages.Select(message => message.Text));

        var listed = Assert.Single((await hers.ThreadsAsync()).Threads);
        Assert.Equal((root.MessageId, room.Name, 3, "who brings what?", "bread 2"), (listed.Thread, listed.RoomName, listed.Unread, listed.Message.Text, listed.Last?.Text));
        Assert.Equal(1, (await hers.MarkThreadReadAsync(root.MessageId, answers[1].Offset)).Unread);
        Assert.Equal(0, (await hers.MarkThreadReadAsync(root.MessageId)).Unread);
        Assert.Equal(3, (await hers.MarkThreadReadAsync(root.MessageId, 0, back: true)).Unread);
        Assert.False((await hers.FollowThreadAsync(root.MessageId, on: false)).Following);
        Assert.Empty((await hers.ThreadsAsync()).Threads);
        Assert.True((await hers.FollowThreadAsync(root.MessageId)).Following);

        var other = await hers.PostAsync(room.Id.Value, "and drinks?");
        await his.PostAsync(room.Id.Value, "water", thread: other.MessageId);
        var first = await hers.ThreadsAsync(limit: 1);
        Assert.Equal(other.MessageId, Assert.Single(first.Threads).Thread);
        var second = await hers.ThreadsAsync(first.Next, limit: 1);
        Assert.Equal((root.MessageId, null), (Assert.Single(second.Threads).Thread, second.Next));
        Assert.Equal(404, await CodeOfAsync(hers.ThreadHistoryAsync(answers[0].MessageId)));
        Assert.Equal(404, await CodeOfAsync(hers.PostAsync(room.Id.Value, "x", thread: answers[0].MessageId)));
        Assert.Equal(107, await CodeOfAsync(hers.ThreadsAsync("nonsense")));
    }

    private static async Task<int> CodeOfAsync(Task call) => (await Assert.ThrowsAsync<ChatException>(() => call)).Error.Code;

    private async Task<(TestPerson Ann, RoomView Room)> RoomOfAnnAsync()
    {
        var ann = await server.AddPersonAsync("Ann");
        return (ann, await server.MakeRoomAsync(ann));
    }
}
