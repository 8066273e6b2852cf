using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using ChatApp.Tests.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Messages;

/// <summary>What may be said in a thread, where it stands, and who follows it.</summary>
public sealed class ThreadTests(TestServer server) : IClassFixture<TestServer>
{
    private MessageWriter Writer => server.Get<MessageWriter>();

    private MessageHistory History => server.Get<MessageHistory>();

    [Fact]
    public async Task An_answer_takes_a_place_in_the_rooms_log_and_stands_in_its_thread_alone()
    {
        var (ann, bob, room) = await RoomOfTwoAsync();
        var root = await server.PostAsync(ann, room.Id, "root");
        var answer = await AnswerAsync(bob, root, "answer");
        var next = await server.PostAsync(ann, room.Id, "next");
        Assert.Equal((root.Offset.Value + 1, root.Id), (answer.Offset.Value, answer.Thread));
        Assert.Equal(next.Offset.Value, answer.Offset.Value + 1);
        Assert.Equal(["root", "next"], Texts(History.Latest(ann.Id, room.Id, 50)));
        Assert.Equal(["root", "answer", "next"], Texts(History.Latest(ann.Id, room.Id, 50, HistoryScope.All)));
        Assert.Equal(["answer"], Texts(History.Latest(ann.Id, room.Id, 50, HistoryScope.Of(root.Id))));
        Assert.Equal(["root", "next"], Texts(History.Around(ann.Id, room.Id, answer.Offset, 50)));
        Assert.Equal(["root", "next"], Texts(History.Around(ann.Id, room.Id, answer.At, 50)));
        var events = server.Get<RoomLog>().Read(room.Id, new Offset(root.Offset.Value - 1), 10).Select(logged => logged.Event).OfType<MessagePosted>().ToList();
        Assert.Equal([null, root.Id, null], events.Select(posted => posted.Message.Thread));
        Assert.Equal($"/rooms/{room.Id}?at={root.Offset}", Places.Of(root));
        Assert.Equal($"/rooms/{room.Id}?thread={root.Id}&at={answer.Offset}", Places.Of(answer));
    }

    [Fact]
    public async Task What_a_message_shows_of_its_answers_is_how_many_stand_who_spoke_last_and_when()
    {
        var (ann, bob, room) = await RoomOfTwoAsync();
        var root = await server.PostAsync(ann, room.Id, "root");
        Assert.Null(Find(ann, root).Answers);
        await AnswerAsync(bob, root, "one");
        await AnswerAsync(ann, root, "two");
        var last = await AnswerAsync(bob, root, "three");
        Assert.Equal((3, last.At), (Find(ann, root).Answers!.Count, Find(ann, root).Answers!.LastAt));
        Assert.Equal([bob.Id, ann.Id], Find(ann, root).Answers!.Writers);
        await server.Get<MessageEditor>().DeleteAsync(bob.Id, last.Id);
        Assert.Equal((2, ann.Id), (Find(ann, root).Answers!.Count, Find(ann, root).Answers!.Writers[0]));
        await server.Get<MessageEditor>().RestoreAsync(bob.Id, last.Id);
        Assert.Equal(3, Find(ann, root).Answers!.Count);
    }

    [Fact]
    public async Task A_thread_hangs_on_a_standing_message_of_the_same_room_that_is_no_answer_itself()
    {
        var (ann, bob, room) = await RoomOfTwoAsync();
        var (_, _, elsewhere) = (ann, bob, await server.MakeRoomAsync(ann, members: bob));
        var root = await server.PostAsync(ann, room.Id, "root");
        var answer = await AnswerAsync(bob, root, "answer");
        var gone = await server.PostAsync(ann, room.Id, "gone");
        await server.Get<MessageEditor>().DeleteAsync(ann.Id, gone.Id);
        Assert.Equal(PostRefusal.NoSuchThread, await RefusalAsync(bob, elsewhere.Id, root.Id));
        Assert.Equal(PostRefusal.NoSuchThread, await RefusalAsync(bob, room.Id, answer.Id));
        Assert.Equal(PostRefusal.NoSuchThread, await RefusalAsync(bob, room.Id, gone.Id));
        Assert.Equal(PostRefusal.NoSuchThread, await RefusalAsync(bob, room.Id, new MessageId(long.MaxValue)));
        var stranger = await server.AddPersonAsync("Stranger");
        Assert.Equal(PostRefusal.RoomNotFound, await RefusalAsync(stranger, room.Id, root.Id));
    }

    [Fact]
    public async Task A_quotation_stays_where_its_answer_stands()
    {
        var (ann, bob, room) = await RoomOfTwoAsync();
        var (root, other) = (await server.PostAsync(ann, room.Id, "root"), await server.PostAsync(ann, room.Id, "other"));
        var (inside, beside) = (await AnswerAsync(bob, root, "inside"), await AnswerAsync(bob, other, "beside"));
        foreach (var allowed in new[] { root, inside })
            Assert.IsType<PostResult.Accepted>(await Writer.PostAsync(ann.Id, room.Id, "quotes", key: null, allowed.Id, thread: root.Id));
        foreach (var refused in new[] { other, beside })
            Assert.Equal(PostRefusal.NoSuchReply, Assert.IsType<PostResult.Rejected>(await Writer.PostAsync(ann.Id, room.Id, "quotes", key: null, refused.Id, thread: root.Id)).Reason);
        Assert.Equal(PostRefusal.NoSuchReply, Assert.IsType<PostResult.Rejected>(await Writer.PostAsync(ann.Id, room.Id, "quotes", key: null, inside.Id)).Reason);
    }

    [Fact]
    public async Task The_same_key_in_the_same_thread_is_the_same_answer_and_elsewhere_another_message()
    {
        var (ann, _, room) = await RoomOfTwoAsync();
        var (root, other) = (await server.PostAsync(ann, room.Id, "root"), await server.PostAsync(ann, room.Id, "other"));
        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Writer.PostAsync(ann.Id, room.Id, "once", "key-once", thread: root.Id)));
        Assert.Single(results.OfType<PostResult.Accepted>().Select(accepted => accepted.Message.Id).Distinct());
        Assert.Equal(19, results.OfType<PostResult.Accepted>().Count(accepted => accepted.IsDuplicate));
        Assert.Equal(root.Id, ((PostResult.Accepted)results[0]).Message.Thread);
        foreach (var thread in new MessageId?[] { null, other.Id })
            Assert.Equal(PostRefusal.KeyUsedForOther, Assert.IsType<PostResult.Rejected>(await Writer.PostAsync(ann.Id, room.Id, "once", "key-once", thread: thread)).Reason);
        Assert.Equal(["once"], Texts(History.Latest(ann.Id, room.Id, 9, HistoryScope.Of(root.Id))));
    }

    [Fact]
    public async Task Where_the_first_message_is_deleted_the_answers_stay_and_nothing_more_is_said()
    {
        var (ann, bob, room) = await RoomOfTwoAsync();
        var root = await server.PostAsync(ann, room.Id, "root");
        var answer = await AnswerAsync(bob, root, "answer");
        await server.Get<MessageEditor>().DeleteAsync(ann.Id, root.Id);
        Assert.Equal((true, "", 1), (Find(bob, root).IsDeleted, Find(bob, root).Text, Find(bob, root).Answers!.Count));
        Assert.Equal(["answer"], Texts(History.Latest(bob.Id, room.Id, 9, HistoryScope.Of(root.Id))));
        Assert.Equal(PostRefusal.NoSuchThread, await RefusalAsync(bob, room.Id, root.Id));
        // What is there can be changed still.
        Assert.Equal(MessageOutcome.Done, (await server.Get<MessageEditor>().EditAsync(bob.Id, answer.Id, "a better answer")).Outcome);
        await server.Get<MessageEditor>().RestoreAsync(ann.Id, root.Id);
        await AnswerAsync(bob, root, "and on");
        Assert.Equal(2, Find(ann, root).Answers!.Count);
    }

    [Fact]
    public async Task Where_the_first_message_goes_by_age_the_answers_stay_until_their_own_time_and_the_log_stays_whole()
    {
        var time = new SetTime(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        await using var old = await TestServer.StartAsync(["Messages:RetentionDays=1"], replace: services => services.AddSingleton<TimeProvider>(time));
        var (ann, bob) = (await old.AddPersonAsync("Ann"), await old.AddPersonAsync("Bob"));
        var root = await old.PostAsync(ann, RoomId.General, "root");
        time.Now += TimeSpan.FromHours(20);
        var posted = (PostResult.Accepted)await old.Get<MessageWriter>().PostAsync(bob.Id, RoomId.General, "answer", key: null, thread: root.Id);
        time.Now += TimeSpan.FromHours(10);
        Assert.Equal(1, await old.Get<Retention>().TrimAsync());
        Assert.Null(old.Get<MessageHistory>().Find(ann.Id, root.Id));
        Assert.Equal(["answer"], Texts(old.Get<MessageHistory>().Latest(ann.Id, RoomId.General, 9, HistoryScope.Of(root.Id))));
        Assert.IsType<PostResult.Rejected>(await old.Get<MessageWriter>().PostAsync(bob.Id, RoomId.General, "more", key: null, thread: root.Id));
        Assert.Empty(old.Get<Threads>().NumbersOf(ann.Id).Followed);
        time.Now += TimeSpan.FromHours(20);
        Assert.Equal(1, await old.Get<Retention>().TrimAsync());
        Assert.Null(old.Get<MessageHistory>().Find(ann.Id, posted.Message.Id));
        SoundFolder.Assert(old.Folder);
    }

    [Fact]
    public async Task Threads_are_searched_like_the_room_and_pinned_in_it()
    {
        var (ann, bob, room) = await RoomOfTwoAsync();
        var root = await server.PostAsync(ann, room.Id, "root");
        var answer = await AnswerAsync(bob, root, "the green harbour");
        await server.Get<MessageMarks>().PinAsync(ann.Id, answer.Id, isOn: true);
        var found = server.Get<ChatApp.Search.MessageSearch>().Search(ann.Id, ChatApp.Search.SearchQuery.Parse("green"), room.Id)!;
        Assert.Equal(Places.Of(answer), Places.Of(Assert.Single(found.Hits).Message));
        Assert.Equal(root.Id, Assert.Single(History.Pinned(ann.Id, room.Id)!).Thread);
    }

    [Fact]
    public async Task A_deleted_account_follows_nothing_and_an_export_says_what_was_followed()
    {
        var (ann, bob, room) = await RoomOfTwoAsync();
        var root = await server.PostAsync(ann, room.Id, "root");
        await AnswerAsync(bob, root, "answer");
        using var archive = new MemoryStream();
        await server.Get<DataExport>().WriteAsync(bob.Id, archive, CancellationToken.None);
        using (var zip = new System.IO.Compression.ZipArchive(archive))
        {
            using var threads = new StreamReader(zip.GetEntry("threads.jsonl")!.Open());
            Assert.Contains($"\"thread\":{root.Id}", await threads.ReadToEndAsync(), StringComparison.Ordinal);
            using var said = new StreamReader(zip.GetEntry($"messages/{room.Id}.jsonl")!.Open());
            Assert.Contains($"\"thread\":{root.Id}", await said.ReadToEndAsync(), StringComparison.Ordinal);
        }

        Assert.Equal(2, Rows(root));
        await server.Get<AccountDeletion>().DeleteAsync(bob.Id);
        Assert.Equal(1, Rows(root));
    }

    private static IEnumerable<string> Texts(MessagePage? page) => page!.Messages.Select(message => message.Text);

    private MessageView Find(TestPerson viewer, MessageView message) => History.Find(viewer.Id, message.Id)!;

    private int Rows(MessageView root)
    {
        using var db = server.Get<ChatDatabase>().OpenRead();
        return db.ThreadFollows.Count(follow => follow.ThreadId == root.Id.Value);
    }

    private async Task<PostRefusal> RefusalAsync(TestPerson author, RoomId room, MessageId thread) =>
        Assert.IsType<PostResult.Rejected>(await Writer.PostAsync(author.Id, room, "no", key: null, thread: thread)).Reason;

    private async Task<MessageView> AnswerAsync(TestPerson author, MessageView root, string text) =>
        Assert.IsType<PostResult.Accepted>(await Writer.PostAsync(author.Id, root.Room, text, key: null, thread: root.Id)).Message;

    private async Task<(TestPerson Ann, TestPerson Bob, RoomView Room)> RoomOfTwoAsync()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        return (ann, bob, await server.MakeRoomAsync(ann, RoomVisibility.Private, "Two", bob));
    }
}
