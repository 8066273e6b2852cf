using System.Collections.Concurrent;
using ChatApp.Storage;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Storage;

public sealed class CommitQueueTests
{
    [Fact]
    public async Task Offsets_are_consecutive_from_1_however_many_post_at_once_and_each_has_its_log_entry()
    {
        await using var kit = await StorageKit.StartAsync();
        var rooms = new[] { await kit.AddRoomAsync(), await kit.AddRoomAsync(), await kit.AddRoomAsync() };
        const int posters = 32;
        const int posts = 12;
        var given = await Task.WhenAll(Enumerable.Range(0, posters).Select(poster => Task.Run(async () =>
        {
            var mine = new List<(RoomId Room, Offset Offset)>();
            for (var i = 0; i < posts; i++)
            {
                var room = rooms[(poster + i) % rooms.Length];
                mine.Add((room, await kit.Queue.CommitAsync(commit => StorageKit.Append(commit, room))));
            }

            return mine;
        })));
        using var db = kit.Database.OpenRead();
        foreach (var room in given.SelectMany(mine => mine).GroupBy(one => one.Room))
        {
            var offsets = room.Select(one => one.Offset.Value).Order().ToList();
            Assert.Equal(Enumerable.Range(1, posters * posts / rooms.Length).Select(i => (long)i), offsets);
            Assert.Equal(offsets, db.Log.Where(entry => entry.RoomId == room.Key.Value).OrderBy(entry => entry.Offset).Select(entry => entry.Offset));
            Assert.Equal(offsets[^1], db.Rooms.Single(r => r.Id == room.Key.Value).Head);
        }
    }

    [Fact]
    public async Task A_change_that_throws_takes_nothing_of_its_batch_with_it_and_leaves_no_hole()
    {
        await using var kit = await StorageKit.StartAsync();
        var room = await kit.AddRoomAsync();
        var published = new ConcurrentQueue<long>();
        var outcomes = new List<Task<Offset>>();
        await using (await kit.HoldWriterAsync())
        {
            for (var i = 0; i < 9; i++)
            {
                var fails = i % 3 == 1;
                outcomes.Add(kit.Queue.CommitAsync(commit =>
                {
                    var offset = StorageKit.Append(commit, room);
                    commit.AfterCommit(() => published.Enqueue(offset.Value));
                    return fails ? throw new InvalidOperationException("this one alone") : offset;
                }));
            }
        }

        for (var i = 0; i < outcomes.Count; i++)
        {
            if (i % 3 == 1) Assert.Equal("this one alone", (await Assert.ThrowsAsync<InvalidOperationException>(() => outcomes[i])).Message);
            else await outcomes[i];
        }

        Assert.Equal([1, 2, 3, 4, 5, 6], published);
        using var db = kit.Database.OpenRead();
        Assert.Equal([1, 2, 3, 4, 5, 6], db.Log.Where(entry => entry.RoomId == room.Value).Select(entry => entry.Offset).OrderBy(offset => offset));
    }

    [Fact]
    public async Task A_change_that_the_database_refuses_is_told_as_storage_failed_and_takes_nothing_with_it()
    {
        await using var kit = await StorageKit.StartAsync();
        var room = await kit.AddRoomAsync();
        Task<int> refused;
        Task<Offset> fine;
        await using (await kit.HoldWriterAsync())
        {
            refused = kit.Queue.CommitAsync(commit =>
            {
                commit.Db.Log.Add(new ChatApp.Messages.LogEntry { RoomId = "nowhere", Offset = 1, ActorId = "ann" });
                return 0;
            });
            fine = kit.Queue.CommitAsync(commit => StorageKit.Append(commit, room));
        }

        Assert.False((await Assert.ThrowsAsync<StorageUnavailableException>(() => refused)).IsBusy);
        Assert.Equal(new Offset(1), await fine);
    }

    [Fact]
    public async Task A_full_queue_says_busy_at_once()
    {
        await using var kit = await StorageKit.StartAsync(new StorageOptions { QueueLength = 3 });
        List<Task<int>> waiting = [];
        await using (await kit.HoldWriterAsync())
        {
            for (var i = 0; i < 3; i++) waiting.Add(kit.Queue.CommitAsync(_ => 1));
            var refused = await Assert.ThrowsAsync<StorageUnavailableException>(() => kit.Queue.CommitAsync(_ => 1));
            Assert.True(refused.IsBusy);
            Assert.Equal(3, kit.Queue.Depth);
        }

        Assert.All(await Task.WhenAll(waiting), one => Assert.Equal(1, one));
        Assert.Equal(1, await kit.Queue.CommitAsync(_ => 1));
    }

    [Fact]
    public async Task Events_are_published_in_commit_order_and_before_the_caller_goes_on()
    {
        await using var kit = await StorageKit.StartAsync(new StorageOptions { BatchSize = 7 });
        var room = await kit.AddRoomAsync();
        var published = new ConcurrentQueue<long>();
        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 20; i++)
            {
                var offset = await kit.Queue.CommitAsync(commit =>
                {
                    var taken = StorageKit.Append(commit, room);
                    commit.AfterCommit(() => published.Enqueue(taken.Value));
                    return taken;
                });
                Assert.Contains(offset.Value, published);
            }
        })));
        Assert.Equal(Enumerable.Range(1, 320).Select(i => (long)i), published);
    }

    [Fact]
    public async Task Nothing_is_published_before_it_can_be_read_from_the_disk()
    {
        await using var kit = await StorageKit.StartAsync();
        var room = await kit.AddRoomAsync();
        var head = await kit.Queue.CommitAsync(commit =>
        {
            var seen = new long[1];
            StorageKit.Append(commit, room);
            commit.AfterCommit(() =>
            {
                using var db = kit.Database.OpenRead();
                seen[0] = db.Rooms.Single(r => r.Id == room.Value).Head;
            });
            return seen;
        });
        Assert.Equal(1, head[0]);
    }

    [Fact]
    public async Task An_event_that_cannot_be_published_neither_fails_its_caller_nor_stops_the_others()
    {
        await using var kit = await StorageKit.StartAsync();
        var told = false;
        Assert.Equal(5, await kit.Queue.CommitAsync(commit =>
        {
            commit.AfterCommit(() => throw new InvalidOperationException("a viewer's fault"));
            commit.AfterCommit(() => told = true);
            return 5;
        }));
        Assert.True(told);
        Assert.Equal(6, await kit.Queue.CommitAsync(_ => 6));
    }

    [Fact]
    public async Task Stopping_stores_what_waits_however_impatient_the_host_is_and_then_takes_nothing_more()
    {
        await using var kit = await StorageKit.StartAsync(new StorageOptions { BatchSize = 5 });
        var room = await kit.AddRoomAsync();
        var waiting = new List<Task<Offset>>();
        Task stopped;
        await using (await kit.HoldWriterAsync())
        {
            for (var i = 0; i < 40; i++) waiting.Add(kit.Queue.CommitAsync(commit => StorageKit.Append(commit, room)));
            stopped = kit.Queue.StopAsync(new CancellationToken(canceled: true));
            Assert.False(stopped.IsCompleted);
            var late = await Assert.ThrowsAsync<StorageUnavailableException>(() => kit.Queue.CommitAsync(_ => 0));
            Assert.False(late.IsBusy);
        }

        await stopped.WaitAsync(Eventually.DefaultDeadline);
        Assert.Equal(Enumerable.Range(1, 40).Select(i => (long)i), (await Task.WhenAll(waiting)).Select(offset => offset.Value));
        using var db = kit.Database.OpenRead();
        Assert.Equal(40, db.Log.Count(entry => entry.RoomId == room.Value));
    }

    [Fact]
    public async Task After_a_stop_the_database_file_is_complete_by_itself()
    {
        await using var kit = await StorageKit.StartAsync();
        var room = await kit.AddRoomAsync();
        await kit.StopAsync();
        var copy = Path.Combine(kit.Folder.Path, "copy");
        Directory.CreateDirectory(copy);
        File.Copy(kit.Folder.Database, Path.Combine(copy, "chat.db"));
        await using var restored = await StorageKit.StartAsync(folder: copy);
        using var db = restored.Database.OpenRead();
        Assert.True(db.Rooms.Any(r => r.Id == room.Value));
    }

    [Fact]
    public async Task A_statement_of_a_change_leaves_nothing_to_collect()
    {
        await using var kit = await StorageKit.StartAsync();
        var room = await kit.AddRoomAsync();
        var bytes = await kit.Queue.CommitAsync(commit =>
        {
            const int times = 1000;
            var (before, done) = (0L, 0);
            for (var i = -100; i < times; i++)
            {
                if (i == 0) before = GC.GetAllocatedBytesForCurrentThread();
                done += commit.Execute("UPDATE rooms SET Head = ?2, Topic = ?3 WHERE Id = ?1", room.Value, i, "what it is about");
                using var row = commit.Query("SELECT Head FROM rooms WHERE Id = ?1", room.Value);
                if (row.Read() && row.Number(0) == i) done++;
            }

            Assert.Equal(2 * (times + 100), done);
            return (GC.GetAllocatedBytesForCurrentThread() - before) / times;
        });
        // A command with its parameters leaves some 1,500.
        Assert.InRange(bytes, 0, 100);
    }

    [Fact]
    public async Task Values_come_back_as_they_went_in()
    {
        await using var kit = await StorageKit.StartAsync();
        foreach (var text in (string?[])["", "a", "你好 😀", new string('x', 70_000), "\u0001", null])
        {
            await kit.Queue.CommitAsync(commit =>
            {
                using var row = commit.Query("SELECT ?1, typeof(?1), ?2, ?3", text, long.MinValue, (long?)null);
                Assert.True(row.Read());
                Assert.Equal(text is null ? "null" : "text", row.Text(1));
                if (text is not null) Assert.Equal(text, row.Text(0));
                Assert.Equal((text is null, long.MinValue, true), (row.IsNull(0), row.Number(2), row.IsNull(3)));
                Assert.False(row.Read());
                return 0;
            });
        }

        await Assert.ThrowsAsync<ArgumentException>(() => kit.Queue.CommitAsync(commit => commit.Execute("UPDATE rooms SET Head = ?1 WHERE Id = ?2", 1)));
        Assert.Equal(1, await kit.Queue.CommitAsync(_ => 1));
    }

    [Fact]
    public async Task A_batch_that_fails_is_rolled_back_and_leaves_the_connection_fit_for_the_next()
    {
        await using var kit = await StorageKit.StartAsync();
        var room = await kit.AddRoomAsync();
        // Alone in its batch: what it has done so far goes with the transaction.
        await Assert.ThrowsAsync<InvalidOperationException>(() => kit.Queue.CommitAsync(commit =>
        {
            commit.Execute("UPDATE rooms SET Head = 7 WHERE Id = ?1", room.Value);
            return room.Value.Length > 0 ? throw new InvalidOperationException("half-way") : 0;
        }));
        Assert.Equal(new Offset(1), await kit.Queue.CommitAsync(commit => StorageKit.Append(commit, room)));
    }
}
