using ChatApp.Components.Messages;
using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Components;

/// <summary>A room and a thread beside it, on one connection: what is live, and after any break what a fresh load shows.</summary>
public sealed class ThreadFeedTests(TestServer server) : IClassFixture<TestServer>
{
    private static readonly string[] Emojis = ["👍", "🎉", "😀"];

    [Fact]
    public async Task An_answer_is_counted_at_its_message_and_shown_in_the_thread_alone()
    {
        var (ann, bob, room) = await RoomAsync();
        var root = await server.PostAsync(ann, room.Id, "root");
        using var page = new FeedPage(server, ann, room);
        using var panel = new FeedPage(server, ann, room, root.Id);
        page.Feed.Load();
        panel.Feed.Load();
        page.Connect();
        panel.Share(page);
        var answer = await AnswerAsync(bob, root, "answer");
        page.TakeAll(panel);
        Assert.Equal(["root"], page.Feed.Messages.Select(message => message.Text));
        Assert.Equal((1, bob.Id, answer.At), (page.Feed.Messages[0].Answers!.Count, page.Feed.Messages[0].Answers!.Writers[0], page.Feed.Messages[0].Answers!.LastAt));
        Assert.Equal(["answer"], panel.Feed.Messages.Select(message => message.Text));
        Assert.Equal(("root", 1), (panel.Feed.Root!.Text, panel.Feed.Root.Answers!.Count));
        await server.Get<MessageEditor>().EditAsync(ann.Id, root.Id, "the root");
        await server.Get<MessageEditor>().DeleteAsync(bob.Id, answer.Id);
        page.TakeAll(panel);
        Assert.Equal((0, "the root", true), (page.Feed.Messages[0].Answers!.Count, panel.Feed.Root!.Text, panel.Feed.Messages[0].IsDeleted));
        await server.Get<MessageEditor>().RestoreAsync(bob.Id, answer.Id);
        page.TakeAll(panel);
        Assert.Equal((1, false), (page.Feed.Messages[0].Answers!.Count, panel.Feed.Messages[0].IsDeleted));
        await server.Get<MessageEditor>().DeleteAsync(ann.Id, root.Id);
        page.TakeAll(panel);
        Assert.Equal((true, true, 1), (panel.Feed.Root!.IsDeleted, page.Feed.Messages[0].IsDeleted, page.Feed.Messages[0].Answers!.Count));
    }

    [Fact]
    public async Task What_is_sent_in_a_thread_is_pending_there_stored_once_and_says_why_it_was_refused()
    {
        var (ann, _, room) = await RoomAsync();
        var root = await server.PostAsync(ann, room.Id, "root");
        using var panel = new FeedPage(server, ann, room, root.Id);
        panel.Feed.Load();
        panel.Feed.AddPending("once", "thread-key");
        Assert.Single(panel.Feed.Pending);
        Assert.True(await panel.Feed.PostAsync("thread-key"));
        panel.Feed.AddPending("once", "thread-key");
        Assert.True(await panel.Feed.PostAsync("thread-key"));
        Assert.Equal((1, 0), (panel.Feed.Messages.Count, panel.Feed.Pending.Count));
        await server.Get<MessageEditor>().DeleteAsync(ann.Id, root.Id);
        panel.Feed.AddPending("too late", "late-key");
        Assert.False(await panel.Feed.PostAsync("late-key"));
        Assert.Equal(PostRefusal.NoSuchThread, panel.Feed.Pending[0].Refusal);
        Assert.Equal(["root", "once"], server.Get<MessageHistory>().Latest(ann.Id, room.Id, 9, HistoryScope.All)!.Messages.Select(message => message.Text is { Length: > 0 } text ? text : "root"));
    }

    [Fact]
    public async Task A_thread_of_many_answers_comes_by_pages_and_a_place_is_found_in_it()
    {
        var (ann, bob, room) = await RoomAsync();
        var root = await server.PostAsync(ann, room.Id, "root");
        var answers = new List<MessageView>();
        for (var i = 0; i < 120; i++) answers.Add(await AnswerAsync(bob, root, $"answer {i:000}"));
        using var panel = new FeedPage(server, ann, room, root.Id);
        panel.Feed.Load();
        Assert.Equal((50, true, "answer 070"), (panel.Feed.Messages.Count, panel.Feed.HasOlder, panel.Feed.Messages[0].Text));
        panel.Feed.LoadOlder();
        panel.Feed.LoadOlder();
        Assert.Equal((120, false), (panel.Feed.Messages.Count, panel.Feed.HasOlder));
        Assert.True(panel.Feed.LoadAround(answers[10].Offset));
        Assert.Contains(panel.Feed.Messages, message => message.Id == answers[10].Id);
        Assert.True(panel.Feed.HasNewer);
    }

    [Fact]
    public Task After_any_break_room_and_thread_show_what_a_fresh_load_shows() => RandomSeed.RunAsync(async seed =>
    {
        var random = new Random(seed);
        var (ann, bob, room) = await RoomAsync();
        var roots = new List<MessageView>();
        for (var i = 0; i < 3; i++) roots.Add(await server.PostAsync(ann, room.Id, $"root {i}"));
        using var page = new FeedPage(server, ann, room);
        using var panel = new FeedPage(server, ann, room, roots[0].Id);
        page.Feed.Load();
        panel.Feed.Load();
        for (var round = 0; round < 25; round++)
        {
            // Between the connections, while the two are read, and live.
            for (var left = random.Next(8); left > 0; left--) await ActAsync(random.Next(2) == 0 ? ann : bob, room, roots, random);
            page.Connect();
            panel.Share(page);
            for (var left = random.Next(8); left > 0; left--) await ActAsync(random.Next(2) == 0 ? ann : bob, room, roots, random);
            if (random.Next(4) == 0) server.Get<ChatApp.Push.RoomBroker>().PublishToUser(ann.Id, new ChatApp.Push.EventsLost());
            page.TakeAll(panel);
            AssertFresh(page.Feed, ann, room, thread: null);
            AssertFresh(panel.Feed, ann, room, roots[0].Id);
            page.Connection.End(ChatApp.Push.EndReason.Closed);
        }
    });

    private static string Line(MessageView? message) => message is null ? "gone"
        : $"{message.Id} {message.Thread} {message.IsDeleted} {message.Text} {message.EditedAt} {message.IsPinned} {string.Join(',', message.Reactions.Select(kind => $"{kind.Emoji}{kind.Users.Count}"))} {message.ReplyTo} " +
          $"{message.Answers?.Count ?? 0} {message.Answers?.LastAt} {string.Join(',', message.Answers?.Writers ?? [])}";

    private void AssertFresh(RoomFeed feed, TestPerson viewer, RoomView room, MessageId? thread)
    {
        var fresh = server.Get<MessageHistory>().Latest(viewer.Id, room.Id, 200, HistoryScope.Of(thread))!.Messages;
        var shown = Math.Min(fresh.Count, feed.Messages.Count);
        Assert.True(feed.HasOlder || feed.Messages.Count == fresh.Count);
        Assert.Equal(fresh.TakeLast(shown).Select(Line), feed.Messages.TakeLast(shown).Select(Line));
        if (thread is { } root) Assert.Equal(Line(server.Get<MessageHistory>().Find(viewer.Id, root)), Line(feed.Root));
    }

    private async Task ActAsync(TestPerson person, RoomView room, List<MessageView> roots, Random random)
    {
        var known = server.Get<MessageHistory>().Latest(person.Id, room.Id, 30, HistoryScope.All)!.Messages;
        var target = known[random.Next(known.Count)];
        var thread = random.Next(3) == 0 ? null : (MessageId?)roots[random.Next(roots.Count)].Id;
        switch (random.Next(12))
        {
            case < 6: await server.Get<MessageWriter>().PostAsync(person.Id, room.Id, $"message {random.Next()}", key: null, random.Next(4) == 0 ? target.Id : null, thread: thread); break;
            case 6: await server.Get<MessageEditor>().EditAsync(person.Id, target.Id, $"edit {random.Next()}"); break;
            case 7: await server.Get<MessageEditor>().DeleteAsync(person.Id, target.Id); break;
            case 8: await server.Get<MessageEditor>().RestoreAsync(person.Id, target.Id); break;
            case 9: await server.Get<MessageMarks>().ReactAsync(person.Id, target.Id, Emojis[random.Next(3)], random.Next(3) > 0); break;
            default: await server.Get<MessageMarks>().PinAsync(person.Id, target.Id, random.Next(2) == 0); break;
        }
    }

    private async Task<MessageView> AnswerAsync(TestPerson author, MessageView root, string text) =>
        Assert.IsType<PostResult.Accepted>(await server.Get<MessageWriter>().PostAsync(author.Id, root.Room, text, key: null, thread: root.Id)).Message;

    private async Task<(TestPerson Ann, TestPerson Bob, RoomView Room)> RoomAsync()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        return (ann, bob, await server.MakeRoomAsync(ann, members: [bob]));
    }
}
