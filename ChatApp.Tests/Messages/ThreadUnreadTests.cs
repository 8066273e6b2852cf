using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using ChatApp.Tests.Search;

namespace ChatApp.Tests.Messages;

/// <summary>The live numbers of rooms and threads are those that are counted afresh, whatever happens; and counting goes by indexes.</summary>
public sealed class ThreadUnreadTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public Task Whatever_happens_in_whatever_order_the_numbers_are_those_of_a_recount() => RandomSeed.RunAsync(async seed =>
    {
        var random = new Random(seed);
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, RoomVisibility.Private, "Room", bob);
        var said = new List<MessageView> { await server.PostAsync(ann, room.Id, "first") };
        using var watch = server.Get<UnreadBoard>().Watch(bob.Id, () => { });
        for (var round = 0; round < 400; round++)
        {
            var (who, target) = (random.Next(3) == 0 ? bob : ann, said[random.Next(said.Count)]);
            switch (random.Next(12))
            {
                case < 3:
                    said.Add(await server.PostAsync(who, room.Id, $"{round}"));
                    break;
                case < 7:
                    if (await server.Get<MessageWriter>().PostAsync(who.Id, room.Id, $"{round}", key: null, thread: target.Thread ?? target.Id) is PostResult.Accepted answer) said.Add(answer.Message);
                    break;
                case 7: await server.Get<MessageEditor>().DeleteAsync(target.Author.Id, target.Id); break;
                case 8: await server.Get<MessageEditor>().RestoreAsync(target.Author.Id, target.Id); break;
                case 9: await server.Get<Threads>().ReadAsync(bob.Id, target.Thread ?? target.Id, new Offset(random.Next(500)), random.Next(2) == 0); break;
                case 10: await server.Get<Threads>().FollowAsync(bob.Id, target.Thread ?? target.Id, random.Next(3) > 0); break;
                default: await server.Get<ReadMarkers>().MarkAsync(bob.Id, room.Id, new Offset(random.Next(500)), random.Next(2) == 0); break;
            }

            if (round % 80 == 79) await AssertExactAsync();
        }

        await AssertExactAsync();

        async Task AssertExactAsync()
        {
            var (expectedRoom, expectedThreads) = Recount(bob, room);
            Assert.Equal(expectedRoom, server.Get<ReadMarkers>().Of(bob.Id, room.Id)!.Count);
            Assert.Equal(expectedThreads, server.Get<Threads>().NumbersOf(bob.Id).Unread);
            Assert.Equal(expectedThreads, server.Get<ThreadList>().Read(bob.Id, count: ThreadList.MaxCount).Lines.Count(line => line.Standing.Unread > 0));
            await Eventually.EqualsAsync((expectedRoom, expectedThreads), () => (watch.Numbers[room.Id].Count, watch.UnreadThreads));
        }
    });

    [Fact]
    public async Task An_open_page_hears_of_answers_where_it_follows_of_reading_elsewhere_and_of_leaving()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, RoomVisibility.Private, "Room", bob);
        var root = await server.PostAsync(ann, room.Id, "root");
        using var watch = server.Get<UnreadBoard>().Watch(ann.Id, () => { });
        var answer = Assert.IsType<PostResult.Accepted>(await server.Get<MessageWriter>().PostAsync(bob.Id, room.Id, "answer", key: null, thread: root.Id)).Message;
        await Eventually.EqualsAsync((0, 1), () => (watch.Numbers[room.Id].Count, watch.UnreadThreads));
        await server.Get<MessageEditor>().DeleteAsync(bob.Id, answer.Id);
        await Eventually.EqualsAsync(0, () => watch.UnreadThreads);
        await server.Get<MessageEditor>().RestoreAsync(bob.Id, answer.Id);
        await Eventually.EqualsAsync(1, () => watch.UnreadThreads);
        await server.Get<Threads>().ReadAsync(ann.Id, root.Id, answer.Offset);
        await Eventually.EqualsAsync(0, () => watch.UnreadThreads);
        await server.Get<Threads>().ReadAsync(ann.Id, root.Id, Offset.Zero, isBack: true);
        await Eventually.EqualsAsync(1, () => watch.UnreadThreads);
        await server.Get<Threads>().FollowAsync(ann.Id, root.Id, isOn: false);
        await Eventually.EqualsAsync(0, () => watch.UnreadThreads);
    }

    [Fact]
    public async Task Reading_threads_goes_by_indexes()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, RoomVisibility.Private, "Room", bob);
        var root = await server.PostAsync(ann, room.Id, "root");
        for (var i = 0; i < 3; i++) await server.Get<MessageWriter>().PostAsync(bob.Id, room.Id, "answer", key: null, thread: root.Id);
        var plans = QueryPlans.Of(server.Get<ChatDatabase>(), () =>
        {
            Assert.Equal(3, server.Get<MessageHistory>().Latest(ann.Id, room.Id, 50)!.Messages[0].Answers!.Count);
            Assert.Equal(3, server.Get<MessageHistory>().Before(ann.Id, room.Id, new Offset(1000), 50, HistoryScope.Of(root.Id))!.Messages.Count);
            server.Get<MessageHistory>().After(ann.Id, room.Id, Offset.Zero, 50, HistoryScope.Of(root.Id));
            Assert.Equal(1, server.Get<Threads>().NumbersOf(ann.Id).Unread);
            Assert.Single(server.Get<ThreadList>().Read(ann.Id).Lines);
        });
        var text = string.Join('\n', plans);
        Assert.DoesNotMatch(@"SCAN [ma](\n| USING)", text);
        // A room that is full of answers is read by place; its threads by theirs.
        Assert.Contains("SEARCH m USING INDEX IX_messages_of_the_room (RoomId=? AND Offset<?)", text, StringComparison.Ordinal);
        Assert.Contains("SEARCH m USING INDEX IX_messages_ThreadId_Offset (ThreadId=? AND Offset<?)", text, StringComparison.Ordinal);
        Assert.Contains("SEARCH a USING INDEX IX_messages_ThreadId_Offset (ThreadId=? AND Offset>?)", text, StringComparison.Ordinal);
        Assert.Contains("(UserId=?", text, StringComparison.Ordinal);
    }

    // By going through everything.
    private (int Room, int Threads) Recount(TestPerson person, RoomView room)
    {
        using var db = server.Get<ChatDatabase>().OpenRead();
        var messages = db.Messages.Where(m => m.RoomId == room.Id.Value).ToList();
        var upTo = db.ReadMarkers.FirstOrDefault(m => m.UserId == person.Id.Value && m.RoomId == room.Id.Value)?.UpTo ?? 0;
        var ofOthers = messages.Where(m => m.AuthorId != person.Id.Value && m.DeletedAt is null).ToList();
        var follows = db.ThreadFollows.Where(f => f.UserId == person.Id.Value && f.IsFollowing).ToList();
        return (
            Math.Min(ReadMarkers.MaxCount, ofOthers.Count(m => m.ThreadId is null && m.Offset > upTo)),
            follows.Count(f => ofOthers.Exists(m => m.ThreadId == f.ThreadId && m.Offset > f.UpTo)));
    }
}
