using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Settings;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Storage;

public sealed class ChatDatabaseTests
{
    [Fact]
    public async Task A_fresh_folder_gets_a_database_with_every_migration()
    {
        await using var kit = new StorageKit();
        kit.Database.Prepare(TimeProvider.System);
        using var db = kit.Database.OpenRead();
        Assert.Empty(db.Database.GetPendingMigrations());
        Assert.NotEmpty(db.Database.GetAppliedMigrations());
        Assert.False(db.Users.Any());
    }

    [Fact]
    public async Task The_migrations_say_what_the_model_says()
    {
        await using var kit = new StorageKit();
        using var db = kit.Database.OpenWrite();
        Assert.False(db.Database.HasPendingModelChanges());
    }

    [Fact]
    public async Task General_exists_once_however_often_the_database_is_prepared()
    {
        await using var kit = new StorageKit();
        for (var i = 0; i < 5; i++) kit.Database.Prepare(TimeProvider.System);
        AssertGeneralOnce(kit);
    }

    [Fact]
    public async Task General_exists_once_when_two_prepare_the_same_folder_at_once()
    {
        await using var kit = new StorageKit();
        // Two databases share nothing but the folder, as two processes do.
        using var other = new ChatDatabase(DataFolder.Open(new DataOptions { Folder = kit.Folder.Path }));
        await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Task.Run(() => (i % 2 == 0 ? kit.Database : other).Prepare(TimeProvider.System))));
        AssertGeneralOnce(kit);
    }

    [Fact]
    public async Task The_lock_of_a_migration_that_was_killed_does_not_stop_the_next_start()
    {
        await using var kit = new StorageKit();
        kit.Database.Prepare(TimeProvider.System);
        using (var db = kit.Database.OpenWrite())
            db.Database.ExecuteSqlRaw("""INSERT INTO "__EFMigrationsLock" VALUES (1, '2026-01-01 00:00:00+00:00')""");
        await Task.Run(() => kit.Database.Prepare(TimeProvider.System)).WaitAsync(Eventually.DefaultDeadline);
        AssertGeneralOnce(kit);
    }

    [Fact]
    public async Task A_reading_context_cannot_write()
    {
        await using var kit = new StorageKit();
        kit.Database.Prepare(TimeProvider.System);
        using var db = kit.Database.OpenRead();
        Assert.Throws<SqliteException>(() => db.Database.ExecuteSqlRaw("DELETE FROM rooms"));
        db.Add(new Room { Id = "x", Name = "x", Epoch = "x" });
        Assert.ThrowsAny<DbUpdateException>(() => db.SaveChanges());
        AssertGeneralOnce(kit);
    }

    [Fact]
    public async Task Every_writing_connection_is_durable_and_leaves_checkpoints_to_the_writer()
    {
        await using var kit = new StorageKit();
        kit.Database.Prepare(TimeProvider.System);
        foreach (var open in (Func<ChatDbContext>[])[kit.Database.OpenWrite, kit.Database.OpenGated])
        {
            // Several times: connections come from a pool and must not lose their settings there.
            for (var i = 0; i < 3; i++)
            {
                using var db = open();
                Assert.Equal("wal", db.Database.SqlQueryRaw<string>("SELECT journal_mode AS Value FROM pragma_journal_mode").Single());
                Assert.Equal(2, db.Database.SqlQueryRaw<int>("SELECT synchronous AS Value FROM pragma_synchronous").Single());
                Assert.Equal("0", PragmaOf(db, "wal_autocheckpoint"));
                Assert.Equal("1", PragmaOf(db, "foreign_keys"));
            }
        }
    }

    [Theory]
    [InlineData("UPDATE audit SET Reason = 'nothing happened'")]
    [InlineData("UPDATE audit SET \"Before\" = '', \"After\" = '', Via = NULL WHERE Id = 1")]
    [InlineData("DELETE FROM audit")]
    [InlineData("REPLACE INTO audit (Id, At, ActorId, Action, Target, Details, Reason) SELECT Id, At, 'mallory', Action, Target, Details, Reason FROM audit")]
    [InlineData("INSERT INTO audit SELECT * FROM audit WHERE true ON CONFLICT (Id) DO UPDATE SET ActorId = 'mallory'")]
    public async Task The_audit_log_cannot_be_changed_by_sql_on_the_products_own_connection(string sql)
    {
        await using var kit = await StorageKit.StartAsync();
        await kit.Queue.CommitAsync(commit =>
        {
            ChatApp.Moderation.AuditLog.Add(commit, new UserId("ann"), "message.delete", "1", "", "spam");
            return 0;
        });
        using var db = kit.Database.OpenWrite();
        var refused = Assert.Throws<SqliteException>(() => db.Database.ExecuteSqlRaw(sql));
        Assert.Contains("append-only", refused.Message, StringComparison.Ordinal);
        Assert.Equal(("ann", "spam"), db.Audit.AsNoTracking().Select(entry => new ValueTuple<string, string>(entry.ActorId, entry.Reason)).Single());
    }

    [Fact]
    public async Task The_log_has_one_entry_for_each_offset_of_a_room()
    {
        await using var kit = await StorageKit.StartAsync();
        var room = await kit.AddRoomAsync();
        await kit.Queue.CommitAsync(commit => StorageKit.Append(commit, room));
        await Assert.ThrowsAsync<StorageUnavailableException>(() => kit.Queue.CommitAsync(commit =>
        {
            commit.Db.Log.Add(new LogEntry { RoomId = room.Value, Offset = 1, ActorId = "ann" });
            return 0;
        }));
    }

    public static TheoryData<string, byte[]> ForeignFiles => new()
    {
        { "text", "Dear diary, today I was not a database.\n"u8.ToArray() },
        { "one byte", [0x53] },
        { "half a header", "SQLite for"u8.ToArray() },
        { "a header and nothing after it", "SQLite format 3\0"u8.ToArray() },
        { "a header and zeros", [.. "SQLite format 3\0"u8, .. new byte[8000]] },
        { "a header and noise", [.. "SQLite format 3\0"u8, .. Enumerable.Range(0, 8000).Select(i => (byte)(i * 31))] },
    };

    [Theory]
    [MemberData(nameof(ForeignFiles))]
    public async Task A_file_that_is_not_a_database_is_refused_in_one_line_and_left_as_it_is(string what, byte[] content)
    {
        await using var kit = new StorageKit();
        await File.WriteAllBytesAsync(kit.Folder.Database, content);
        var refused = Assert.Throws<StartException>(() => kit.Database.Prepare(TimeProvider.System));
        Assert.Contains(kit.Folder.Database, refused.Message, StringComparison.Ordinal);
        Assert.Contains("left untouched", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
        var now = await File.ReadAllBytesAsync(kit.Folder.Database);
        Assert.True(content.AsSpan().SequenceEqual(now), $"{what} is still the same");
        Assert.Empty(Directory.GetFiles(kit.Folder.Path, "chat.db-*"));
    }

    [Fact]
    public async Task A_folder_in_the_place_of_the_database_is_refused()
    {
        await using var kit = new StorageKit();
        Directory.CreateDirectory(kit.Folder.Database);
        Assert.Contains("it is a folder", Assert.Throws<StartException>(() => kit.Database.Prepare(TimeProvider.System)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_file_becomes_a_database()
    {
        await using var kit = new StorageKit();
        await File.WriteAllBytesAsync(kit.Folder.Database, []);
        kit.Database.Prepare(TimeProvider.System);
        AssertGeneralOnce(kit);
    }

    [Fact]
    public async Task A_lock_file_has_one_holder_at_a_time()
    {
        await using var kit = new StorageKit();
        using (var first = kit.Folder.TryLock("some.lock"))
        {
            Assert.NotNull(first);
            Assert.Null(kit.Folder.TryLock("some.lock"));
        }

        using var second = kit.Folder.TryLock("some.lock");
        Assert.NotNull(second);
    }

    private static void AssertGeneralOnce(StorageKit kit)
    {
        using var db = kit.Database.OpenRead();
        var room = Assert.Single(db.Rooms);
        Assert.Equal(("general", "General", true, 1L), (room.Id, room.Name, room.IsDefault, room.Head));
        Assert.Equal(1, Assert.Single(db.Log).Offset);
    }

    private static string PragmaOf(ChatDbContext db, string name)
    {
        db.Database.OpenConnection();
        using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = "PRAGMA " + name;
        return command.ExecuteScalar()!.ToString()!;
    }

    [Fact]
    public async Task The_database_of_another_program_is_refused_and_left_as_it_is()
    {
        await using var kit = new StorageKit();
        SqliteRuntime.EnsureLoaded();
        using (var foreign = new SqliteConnection($"Data Source={kit.Folder.Database};Pooling=False"))
        {
            foreign.Open();
            using var command = foreign.CreateCommand();
            command.CommandText = "CREATE TABLE recipes (name TEXT); INSERT INTO recipes VALUES ('soup')";
            command.ExecuteNonQuery();
        }

        var before = await File.ReadAllBytesAsync(kit.Folder.Database);
        var refused = Assert.Throws<StartException>(() => kit.Database.Prepare(TimeProvider.System));
        Assert.Contains("another program", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(kit.Folder.Database));
    }
}
