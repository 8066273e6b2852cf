using System.Text;
using ChatApp.Messages;
using ChatApp.Search;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using ChatApp.Tests.Search;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Messages;

/// <summary>What was deleted is not in the files any more, read as bytes and not as tables.</summary>
public sealed class ErasureTests
{
    // Letters that nothing else in the files has: keys and checksums hold any three Latin ones by accident.
    private const string Secret = "ჟღყშჩცძ";
    private const string Earlier = "წჭხჯჰჱჲ";

    [Theory]
    [InlineData(0)]
    [InlineData(3000)]
    public async Task A_deleted_text_and_its_pieces_go_from_the_files(int others)
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.AddPersonAsync("Ann");
        await server.Get<Erasure>().RunAsync();
        await SearchKit.FillAsync(server, ann.Id, RoomId.General, others, (n, line) => line with { Text = $"message {n} about {(n * 7919) % 4096}" });
        var message = await server.PostAsync(ann, RoomId.General, $"{Earlier} {Earlier}");
        // Edited, so that the text has been in the message, in the index and among the earlier texts.
        await server.Get<MessageEditor>().EditAsync(ann.Id, message.Id, Secret);
        await SearchKit.FillAsync(server, ann.Id, RoomId.General, others, (n, line) => line with { Text = $"message {n} after {(n * 7907) % 4096}" });
        await CheckpointAsync(server);
        Assert.Equal(Parts.Select(part => $"chat.db: {part}"), Left(server));

        await server.Get<MessageEditor>().DeleteAsync(ann.Id, message.Id);
        Assert.NotEmpty(Left(server));
        Assert.Equal(2, await server.Get<Erasure>().RunAsync());
        Assert.Empty(Left(server));
        Assert.Equal(0, await server.Get<Erasure>().RunAsync());
        Assert.Null(await server.Get<CommitQueue>().CommitAsync(commit => StorageAudit.SearchIndexProblem(commit.Db)));
        if (others > 0) Assert.NotEmpty(server.Get<MessageSearch>().Search(ann.Id, SearchQuery.Parse("message after"))!.Hits);
    }

    [Fact]
    public async Task It_comes_to_its_end_while_people_go_on_posting()
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.AddPersonAsync("Ann");
        await server.Get<Erasure>().RunAsync();
        for (var part = 0; part < 6; part++)
            await SearchKit.FillAsync(server, ann.Id, RoomId.General, 1000, (n, line) => line with { Text = $"message {n} about {(n * 7919) % 4096} of {part}" });
        var message = await server.PostAsync(ann, RoomId.General, $"{Secret} {Earlier}");
        await server.Get<MessageEditor>().DeleteAsync(ann.Id, message.Id);
        using var done = new CancellationTokenSource();
        var posting = Task.Run(async () =>
        {
            var posted = 0;
            while (!done.IsCancellationRequested) await server.PostAsync(ann, RoomId.General, $"meanwhile {posted++}");
            return posted;
        });
        // A page that is read at the very moment of the last step makes it come again.
        await Eventually.BecomesAsync(async () => await server.Get<Erasure>().RunAsync() > 0 || Marks(server) is var (removed, erased) && removed == erased);
        await done.CancelAsync();
        Assert.True(await posting > 0);
        Assert.Empty(Left(server));
    }

    [Fact]
    public async Task It_waits_for_no_reader_and_comes_again()
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.AddPersonAsync("Ann");
        var message = await server.PostAsync(ann, RoomId.General, Secret);
        using (var reader = server.Get<ChatDatabase>().OpenRead())
        {
            reader.Database.OpenConnection();
            reader.Database.ExecuteSqlRaw("BEGIN");
            Assert.True(reader.Messages.Any());
            await server.Get<MessageEditor>().DeleteAsync(ann.Id, message.Id);
            Assert.Equal(0, await server.Get<Erasure>().RunAsync());
            await server.PostAsync(ann, RoomId.General, "nobody is held up");
            Assert.NotEmpty(Left(server));
            reader.Database.ExecuteSqlRaw("COMMIT");
        }

        Assert.True(await server.Get<Erasure>().RunAsync() > 0);
        Assert.Empty(Left(server));
    }

    [Fact]
    public async Task What_was_deleted_before_a_restart_is_erased_after_it_by_itself()
    {
        var folder = Directory.CreateTempSubdirectory("chatapp-").FullName;
        try
        {
            await using (var server = await TestServer.StartAsync(folder: folder))
            {
                var ann = await server.AddPersonAsync("Ann");
                await server.Get<MessageEditor>().DeleteAsync(ann.Id, (await server.PostAsync(ann, RoomId.General, Secret)).Id);
            }

            await using var next = await TestServer.StartAsync(folder: folder);
            await Eventually.BecomesAsync(() => Marks(next) is var (removed, erased) && removed == erased);
            Assert.Empty(Left(next));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static (long Removed, long Erased) Marks(TestServer server)
    {
        using var db = server.Get<ChatDatabase>().OpenRead();
        return (db.UpkeepMarks.Single(m => m.Name == UpkeepMark.TextsRemoved).Value, db.UpkeepMarks.Single(m => m.Name == UpkeepMark.TextsErased).Value);
    }

    private static async Task CheckpointAsync(TestServer server)
    {
        using var gate = await server.Get<ChatDatabase>().Gate.EnterAsync();
        using var db = server.Get<ChatDatabase>().OpenWrite();
        Assert.True(server.Get<ChatDatabase>().EmptyLog(db));
    }

    // The words, and each two letters of them: the index stores parts of three, of which the first may be left out where the
    // part before begins with the same.
    private static IEnumerable<string> Parts => ((string[])[Secret, Earlier])
        .SelectMany(word => Enumerable.Range(1, word.Length - 2).Select(at => word.Substring(at, 2)).Prepend(word));

    private static List<string> Left(TestServer server)
    {
        var found = new List<string>();
        foreach (var file in Directory.GetFiles(server.Folder, "chat.db*").Where(file => !file.EndsWith("-shm", StringComparison.Ordinal)))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            var bytes = Encoding.Latin1.GetString(copy.ToArray());
            found.AddRange(Parts
                .Where(part => bytes.Contains(Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(part)), StringComparison.Ordinal))
                .Select(part => $"{Path.GetFileName(file)}: {part}"));
        }

        return found;
    }
}
