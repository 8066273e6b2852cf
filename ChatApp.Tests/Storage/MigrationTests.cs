using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Search;
using ChatApp.Storage;
using ChatApp.Tests.Commands;
using ChatApp.Tests.Harness;
using Microsoft.Data.Sqlite;

namespace ChatApp.Tests.Storage;

/// <summary>From the database of every earlier version to the present one, with all that is in it, also where the start is killed on the way.</summary>
public sealed class MigrationTests : ProcessTest
{
    private const int Kills = 20;

    public static TheoryData<string> Schemas => [.. MigrationKit.Earlier];

    [Fact]
    public void Every_schema_before_the_newest_is_tested()
    {
        using var database = new ChatDatabase(DataFolder.Open(new DataOptions { Folder = Folder }));
        using var db = database.OpenWrite();
        Assert.Equal(MigrationKit.Earlier, Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions.GetMigrations(db.Database).SkipLast(1));
    }

    [Theory]
    [MemberData(nameof(Schemas))]
    public async Task A_database_of_an_earlier_version_keeps_all_that_is_in_it(string schema)
    {
        MigrationKit.Make(Folder, schema, messages: 100);
        await using var server = await TestServer.StartAsync(folder: Folder);
        MigrationKit.AssertComplete(server.Get<ChatDatabase>(), messages: 100);

        // And it works: what was written then is found, and more can be written.
        var bob = new UserId("bob");
        Assert.Equal(100, server.Get<MessageHistory>().Latest(bob, RoomId.General, 200)!.Messages.Count);
        Assert.Equal(91, server.Get<MessageSearch>().Search(bob, SearchQuery.Parse("creme 91"))!.Hits.Single().Message.Id.Value);
        Assert.True(Assert.IsType<PostResult.Accepted>(await server.Get<MessageWriter>().PostAsync(bob, RoomId.General, "new", "key of a new one")).Message.Offset.Value == 102);
        Assert.IsType<PostResult.Rejected>(await server.Get<MessageWriter>().PostAsync(bob, RoomId.General, "other", "key 8"));
        Assert.True((await server.Get<RoomSettings>().EditAsync(new UserId("ann"), new RoomId("attic"), new RoomEdit(Description: "new"))).IsDone);
    }

    [Fact]
    public async Task A_start_that_is_killed_while_it_migrates_is_made_good_by_the_next_one()
    {
        const int messages = 4000;
        var seed = new Random(20261120);
        var template = Path.Combine(Folder, "template");
        MigrationKit.Make(template, MigrationKit.Earlier[0], messages);
        var full = await MigrateAsync(Path.Combine(Folder, "whole"), template, long.MaxValue);
        var interrupted = 0;
        for (var round = 0; round < Kills; round++)
        {
            var path = Path.Combine(Folder, $"round-{round}");
            // At a random amount of what a migration writes: inside one of them, between two, at the very end.
            await MigrateAsync(path, template, seed.NextInt64(1, full));
            if (Pending(path)) interrupted++;
            using (var database = new ChatDatabase(DataFolder.Open(new DataOptions { Folder = path })))
            {
                database.Prepare(TimeProvider.System);
                MigrationKit.AssertComplete(database, messages);
            }

            Directory.Delete(path, recursive: true);
        }

        Assert.True(interrupted >= Kills / 2, $"Only {interrupted} of {Kills} starts were killed before they had migrated.");
    }

    // Starts a server on a copy of the template, and kills it as soon as the write-ahead log has reached that size.
    private static async Task<long> MigrateAsync(string path, string template, long bytes)
    {
        Directory.CreateDirectory(path);
        File.Copy(Path.Combine(template, "chat.db"), Path.Combine(path, "chat.db"));
        var log = new FileInfo(Path.Combine(path, "chat.db-wal"));
        await using var server = await ProductProcess.StartAsync(["--Urls=http://127.0.0.1:0", $"--Data:Folder={path}"]);
        long size = 0;
        // Looked at every millisecond: a migration writes in bursts.
        using var deadline = new CancellationTokenSource(Eventually.DefaultDeadline * 2);
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        while (size < bytes && !server.Output.Any(line => line.Contains("http://127.0.0.1:", StringComparison.Ordinal)))
        {
            await look.WaitForNextTickAsync(deadline.Token);
            log.Refresh();
            if (log.Exists) size = Math.Max(size, log.Length);
        }

        await server.KillAsync();
        return size;
    }

    // Read as the kill has left it, without a word of the product's own start.
    private static bool Pending(string path)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(path, "chat.db")};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = """SELECT (SELECT COUNT(*) FROM "__EFMigrationsHistory"), (SELECT integrity_check FROM pragma_integrity_check)""";
        using var reader = command.ExecuteReader();
        Assert.True(reader.Read());
        Assert.Equal("ok", reader.GetString(1));
        return reader.GetInt32(0) <= MigrationKit.Earlier.Length;
    }
}
