using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Storage;

/// <summary>The full-text index of messages that are posted in one batch: brought in together, and right whatever else the batch does.</summary>
public sealed class BatchIndexTests
{
    [Fact]
    public async Task The_texts_of_a_batch_are_found_also_where_it_changes_removes_and_takes_some_of_them_back()
    {
        await using var kit = await StorageKit.StartAsync();
        var room = await kit.AddRoomAsync();
        await kit.Queue.CommitAsync(commit => commit.Db.Users.Add(new() { Id = "ann", DisplayName = "Ann", NormalizedDisplayName = "ann", UserName = "ann" }));
        var changes = new List<Task>();
        var ids = new List<Task<long>>();
        await using (await kit.HoldWriterAsync())
        {
            void Post(string text)
            {
                var number = ids.Count + 1;
                ids.Add(kit.Queue.CommitAsync(commit => Insert(commit, room, number, text)));
            }

            Post("crimson");
            Post("vermilion");
            changes.Add(kit.Queue.CommitAsync(commit => Rewrite(commit, room, 2, "turquoise")));
            Post("ultramarine");
            changes.Add(kit.Queue.CommitAsync(commit => commit.Db.Messages.Where(message => message.RoomId == room.Value && message.Offset == 3).ExecuteDelete()));
            Post("aubergine");
            // Brings the texts before it into the index, and then takes itself back with all that it did.
            changes.Add(Assert.ThrowsAsync<InvalidOperationException>(() => kit.Queue.CommitAsync<int>(commit =>
            {
                Insert(commit, room, 99, "heliotrope");
                Rewrite(commit, room, 1, "magenta");
                throw new InvalidOperationException("this one alone");
            })));
            Post("ochre yellow");
        }

        await Task.WhenAll([.. changes, .. ids]);
        using (await kit.Database.Gate.EnterAsync())
        await using (var db = kit.Database.OpenWrite()) Assert.Null(StorageAudit.SearchIndexProblem(db));
        using var read = kit.Database.OpenRead();
        string[] Found(string word) => [.. read.Database.SqlQuery<string>($"SELECT m.Text AS Value FROM message_search s JOIN messages m ON m.Id = s.rowid WHERE message_search MATCH {word}")];
        foreach (var word in (string[])["crimson", "turquoise", "aubergine", "ochre"]) Assert.Single(Found(word));
        foreach (var word in (string[])["vermilion", "ultramarine", "heliotrope", "magenta"]) Assert.Empty(Found(word));
    }

    [Fact]
    public async Task The_index_merges_its_parts_a_little_at_a_time_and_not_much_in_one_batch()
    {
        const int PageSize = 4096;
        await using var kit = await StorageKit.StartAsync();
        var room = await kit.AddRoomAsync();
        await kit.Queue.CommitAsync(commit => commit.Db.Users.Add(new() { Id = "ann", DisplayName = "Ann", NormalizedDisplayName = "ann", UserName = "ann" }));
        var (log, random, largest, number) = (new FileInfo(kit.Folder.Database + "-wal"), new Random(5), 0L, 0);
        for (var batch = 0; batch < 150; batch++)
        {
            log.Refresh();
            var before = log.Length;
            var posts = new List<Task>();
            await using (await kit.HoldWriterAsync())
            {
                for (var post = 0; post < 32; post++)
                {
                    var mine = ++number;
                    var text = string.Create(80, random, (letters, source) => source.GetItems("abcdefghijklmnopqrstuvwxyz ", letters));
                    posts.Add(kit.Queue.CommitAsync(commit => Insert(commit, room, mine, text)));
                }
            }

            await Task.WhenAll(posts);
            log.Refresh();
            largest = Math.Max(largest, (log.Length - before) / PageSize);
        }

        // 158 as it is; 345 where the index is left to merge by itself.
        Assert.InRange(largest, 20, 200);
        using var read = kit.Database.OpenRead();
        // Parts: few enough that a search need not look into many.
        Assert.InRange(read.Database.SqlQuery<long>($"SELECT COUNT(DISTINCT segid) AS Value FROM message_search_idx").Single(), 1, 20);
    }

    private static long Insert(Commit commit, RoomId room, int number, string text) => commit.InsertMessage(
        """
        INSERT INTO messages (RoomId, "Offset", AuthorId, Key, Fingerprint, Text, Html, At, HtmlVersion, Revision)
        VALUES (?1, ?2, 'ann', ?3, '', ?4, '', 0, 1, 1) RETURNING Id
        """,
        room.Value, number, $"key {number}", text);

    private static int Rewrite(Commit commit, RoomId room, int number, string text)
    {
        commit.Db.Messages.Single(message => message.RoomId == room.Value && message.Offset == number).Text = text;
        return commit.Db.SaveChanges();
    }
}
