using ChatApp.Messages;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Messages;

/// <summary>The live numbers are those that the service counts, whatever happens, and nobody subscribes to anything for them.</summary>
public sealed class UnreadBoardTests(TestServer server) : IClassFixture<TestServer>
{
    private UnreadBoard Board => server.Get<UnreadBoard>();

    [Fact]
    public async Task Posts_of_others_are_added_own_and_deleted_ones_are_not_and_what_is_brought_back_is()
    {
        var (ann, bob, room) = await RoomOfTwoAsync();
        await server.PostAsync(ann, room.Id, "before the page");
        using var watch = Board.Watch(bob.Id, () => { });
        Assert.Equal(1, CountIn(watch, room));
        var gone = await server.PostAsync(ann, room.Id, "gone");
        await server.PostAsync(bob, room.Id, "my own");
        await server.PostAsync(ann, room.Id, "stays");
        await Eventually.EqualsAsync(3, () => CountIn(watch, room));
        await server.Get<MessageEditor>().DeleteAsync(ann.Id, gone.Id);
        await Eventually.EqualsAsync(2, () => CountIn(watch, room));
        await server.Get<MessageEditor>().RestoreAsync(ann.Id, gone.Id);
        await Eventually.EqualsAsync(3, () => CountIn(watch, room));
        Assert.Equal(0, server.Get<RoomBroker>().SubscriberCount(room.Id));
    }

    [Fact]
    public async Task Reading_on_one_device_moves_the_numbers_of_all_and_rooms_come_and_go()
    {
        var (ann, bob, room) = await RoomOfTwoAsync();
        var changes = 0;
        using var first = Board.Watch(bob.Id, () => Interlocked.Increment(ref changes));
        using var second = Board.Watch(bob.Id, () => { });
        using var other = Board.Watch(ann.Id, () => { });
        var message = await server.PostAsync(ann, room.Id, "one");
        await Eventually.EqualsAsync((1, 1), () => (CountIn(first, room), CountIn(second, room)));
        await server.Get<ReadMarkers>().MarkAsync(bob.Id, room.Id, message.Offset);
        await Eventually.EqualsAsync((0, 0), () => (CountIn(first, room), CountIn(second, room)));
        await server.Get<ReadMarkers>().MarkAsync(bob.Id, room.Id, new Offset(message.Offset.Value - 1), isBack: true);
        await Eventually.EqualsAsync((1, 1), () => (CountIn(first, room), CountIn(second, room)));
        Assert.Equal(0, CountIn(other, room));
        Assert.True(Volatile.Read(ref changes) >= 3);

        await server.Get<RoomWriter>().LeaveAsync(bob.Id, room.Id);
        await Eventually.BecomesAsync(() => !first.Numbers.ContainsKey(room.Id));
        await server.Get<RoomWriter>().InviteAsync(ann.Id, room.Id, bob.Id);
        await Eventually.BecomesAsync(() => first.Numbers.ContainsKey(room.Id));
        await server.PostAsync(ann, room.Id, "welcome back");
        await Eventually.EqualsAsync(server.Get<ReadMarkers>().Of(bob.Id, room.Id)!.Count, () => CountIn(first, room));
    }

    [Fact]
    public async Task Whatever_happens_in_whatever_order_the_numbers_end_as_the_service_counts_them()
    {
        var random = new Random(20261120);
        var (ann, bob, room) = await RoomOfTwoAsync();
        var second = await server.MakeRoomAsync(ann, RoomVisibility.Private, "Second", bob);
        var posted = new List<MessageView>();
        var watches = new List<UnreadWatch>();
        try
        {
            for (var round = 0; round < 400; round++)
            {
                var where = random.Next(2) == 0 ? room.Id : second.Id;
                switch (random.Next(10))
                {
                    case < 5: posted.Add(await server.PostAsync(random.Next(4) == 0 ? bob : ann, where, $"{round}")); break;
                    case 5 when posted.Count > 0:
                        var gone = posted[random.Next(posted.Count)];
                        await server.Get<MessageEditor>().DeleteAsync(gone.Author.Id, gone.Id);
                        break;
                    case 6 when posted.Count > 0:
                        var back = posted[random.Next(posted.Count)];
                        await server.Get<MessageEditor>().RestoreAsync(back.Author.Id, back.Id);
                        break;
                    case 7: await server.Get<ReadMarkers>().MarkAsync(bob.Id, where, new Offset(random.Next(200)), isBack: random.Next(2) == 0); break;
                    // Pages come in the middle of everything.
                    case 8 when round % 5 == 0: watches.Add(Board.Watch(random.Next(2) == 0 ? ann.Id : bob.Id, () => { })); break;
                    default:
                        if (watches.Count > 3)
                        {
                            watches[0].Dispose();
                            watches.RemoveAt(0);
                        }

                        break;
                }
            }

            using var last = Board.Watch(bob.Id, () => { });
            foreach (var watch in watches.Append(last).Where(watch => watch.Reader.User == bob.Id))
            {
                foreach (var each in new[] { room.Id, second.Id })
                {
                    var expected = server.Get<ReadMarkers>().Of(bob.Id, each)!;
                    await Eventually.EqualsAsync((expected.Count, expected.UpTo), () => (watch.Numbers[each].Count, watch.Numbers[each].UpTo));
                }
            }
        }
        finally
        {
            watches.ForEach(watch => watch.Dispose());
        }
    }

    [Fact]
    public async Task Counting_stops_where_the_service_stops_and_lost_events_are_made_good()
    {
        var (ann, bob, room) = await RoomOfTwoAsync();
        using var watch = Board.Watch(bob.Id, () => { });
        await Task.WhenAll(Enumerable.Range(0, 130).Select(i => server.PostAsync(ann, room.Id, $"{i}")));
        await Eventually.EqualsAsync(ReadMarkers.MaxCount, () => CountIn(watch, room));

        // Behind everybody's back, as far as events go.
        await server.Get<CommitQueue>().CommitAsync(commit => commit.Db.Messages.Where(m => m.RoomId == room.Id.Value && m.Offset > 5).ExecuteUpdate(set => set.SetProperty(m => m.DeletedAt, commit.Now)));
        var left = server.Get<ReadMarkers>().Of(bob.Id, room.Id)!.Count;
        Assert.InRange(left, 1, 5);
        server.Get<RoomBroker>().PublishToUser(ann.Id, new EventsLost());
        await Eventually.EqualsAsync(left, () => CountIn(watch, room));
    }

    [Fact]
    public async Task After_a_restart_the_numbers_are_the_same()
    {
        var folder = Directory.CreateTempSubdirectory("chatapp-").FullName;
        try
        {
            UserId bobId;
            RoomId roomId;
            await using (var before = await TestServer.StartAsync(folder: folder))
            {
                var (ann, bob) = (await before.AddPersonAsync("Ann"), await before.AddPersonAsync("Bob"));
                var room = await before.MakeRoomAsync(ann, members: [bob]);
                (bobId, roomId) = (bob.Id, room.Id);
                var one = await before.PostAsync(ann, room.Id, "one");
                await before.Get<ReadMarkers>().MarkAsync(bob.Id, room.Id, one.Offset);
                await before.PostAsync(ann, room.Id, "two");
                await before.PostAsync(ann, room.Id, "three");
            }

            await using var after = await TestServer.StartAsync(folder: folder);
            using var watch = after.Get<UnreadBoard>().Watch(bobId, () => { });
            Assert.Equal(2, watch.Numbers[roomId].Count);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static int CountIn(UnreadWatch watch, RoomView room) => watch.Numbers.TryGetValue(room.Id, out var unread) ? unread.Count : -1;

    private async Task<(TestPerson Ann, TestPerson Bob, RoomView Room)> RoomOfTwoAsync()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        return (ann, bob, await server.MakeRoomAsync(ann, RoomVisibility.Private, "Two", bob));
    }
}
