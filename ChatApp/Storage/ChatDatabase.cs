using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Search;
using ChatApp.Settings;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using System.Data.Common;

namespace ChatApp.Storage;

/// <summary>
/// Opens the database: for reading (many at once), for the writer (one), and for Identity (through the gate).
/// SQLite in WAL mode with <c>synchronous=FULL</c>: what was committed survives a crash and a power loss.
/// </summary>
public sealed class ChatDatabase : IDisposable
{
    private const int NotADatabase = 26;
    private const int Corrupt = 11;

    private readonly DbContextOptions<ChatDbContext> _reading;
    private readonly DbContextOptions<ChatDbContext> _writing;
    private readonly DataFolder _folder;

    /// <summary>Nothing is opened yet; <see cref="Prepare"/> does.</summary>
    /// <param name="folder">Where it lies.</param>
    /// <param name="time">The clock; null for the system's.</param>
    public ChatDatabase(DataFolder folder, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        Kept = new KeptRights(time ?? TimeProvider.System);
        SqliteRuntime.EnsureLoaded();
        _folder = folder;
        _reading = Options(SqliteOpenMode.ReadOnly);
        _writing = Options(SqliteOpenMode.ReadWriteCreate);
    }

    /// <summary>The gate that every write and checkpoint of this process takes.</summary>
    public WriteGate Gate { get; } = new();

    /// <summary>What rights hang on, in memory; every context that writes keeps it true.</summary>
    public KeptRights Kept { get; }

    /// <summary>A context for reading; it tracks nothing and cannot write.</summary>
    public ChatDbContext OpenRead() => new(_reading);

    /// <summary>A context for whoever holds <see cref="Gate"/>.</summary>
    public ChatDbContext OpenWrite() => new(_writing, gate: null, Kept);

    /// <summary>A context that takes <see cref="Gate"/> for each of its saves; for Identity.</summary>
    public ChatDbContext OpenGated() => new(_writing, Gate, Kept);

    /// <summary>The same for what a session does.</summary>
    /// <param name="acting">The session.</param>
    public ChatDbContext OpenGated(ActingSession acting) => new(_writing, Gate, Kept, acting);

    /// <summary>
    /// Creates or migrates the database and adds what every instance has. Safe beside other processes that do the same.
    /// </summary>
    /// <exception cref="StartException">The file is not a database; it is left as it is.</exception>
    public void Prepare(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        RefuseForeignFile();
        using var gate = Gate.Enter();
        using var exclusive = LockFor(TimeSpan.FromMinutes(1));
        try
        {
            using var db = OpenWrite();
            ForgetInterruptedMigration(db);
            db.Database.Migrate();
            if (!db.Rooms.Any())
            {
                var now = time.GetUtcNow();
                db.Rooms.Add(new Room { Id = RoomId.General.Value, Name = "General", IsDefault = true, Epoch = NewEpoch(), CreatedAt = now, Head = 1 });
                db.Log.Add(new LogEntry { RoomId = RoomId.General.Value, Offset = 1, Kind = LogEntryKind.RoomCreated, ActorId = "", At = now });
                db.SaveChanges();
            }
        }
        catch (SqliteException problem) when (problem.SqliteErrorCode is NotADatabase or Corrupt)
        {
            throw Unreadable(problem.Message);
        }
        catch (SqliteException problem)
        {
            throw new StartException($"the database '{_folder.Database}' cannot be opened or written: {problem.Message}");
        }
    }

    /// <summary>A name for a new log: 8 random characters.</summary>
    public static string NewEpoch() => Secret.NewId();

    /// <summary>
    /// Moves what the write-ahead log holds into the database file. The caller holds <see cref="Gate"/>; a lock file
    /// keeps other processes (<c>user add</c>) from writing at the same moment.
    /// </summary>
    /// <remarks>Passive: it moves what no reader still needs, and waits for nobody.</remarks>
    public void Checkpoint(ChatDbContext writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        using var exclusive = _folder.TryLock("write.lock");
        if (exclusive is not null) writer.Database.ExecuteSqlRaw("PRAGMA wal_checkpoint(PASSIVE)");
    }

    /// <summary>
    /// Moves all of the write-ahead log into the database file and cuts it to nothing, so that no page is left there as it was
    /// before. The caller holds <see cref="Gate"/>.
    /// </summary>
    /// <returns>False where a reader still needs a page of it, or another process writes; nobody is waited for.</returns>
    public bool EmptyLog(ChatDbContext writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        using var exclusive = _folder.TryLock("write.lock");
        if (exclusive is null) return false;
        writer.Database.OpenConnection();
        using var command = writer.Database.GetDbConnection().CreateCommand();
        command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
        // The first column says whether somebody was in the way.
        return command.ExecuteScalar() is 0L;
    }

    /// <summary>
    /// The right to write from a process beside the server, which must not checkpoint meanwhile.
    /// </summary>
    /// <exception cref="StartException">Somebody else held it all the time.</exception>
    public IDisposable LockFor(TimeSpan patience)
    {
        var waiting = System.Diagnostics.Stopwatch.StartNew();
        using var pause = new ManualResetEventSlim();
        while (true)
        {
            if (_folder.TryLock("write.lock") is { } handle) return handle;
            if (waiting.Elapsed > patience) throw new StartException($"another process keeps the database in '{_folder.Path}' locked");
            pause.Wait(TimeSpan.FromMilliseconds(20));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Gate.Dispose();
    }

    private DbContextOptions<ChatDbContext> Options(SqliteOpenMode mode)
    {
        var connection = new SqliteConnectionStringBuilder { DataSource = _folder.Database, Mode = mode, ForeignKeys = true, DefaultTimeout = 30 };
        return new DbContextOptionsBuilder<ChatDbContext>()
            .UseSqlite(connection.ConnectionString)
            .AddInterceptors(mode == SqliteOpenMode.ReadOnly ? SessionPragmas.Reader : SessionPragmas.Writer)
            .UseQueryTrackingBehavior(mode == SqliteOpenMode.ReadOnly ? QueryTrackingBehavior.NoTracking : QueryTrackingBehavior.TrackAll)
            .Options;
    }

    private void RefuseForeignFile()
    {
        if (Directory.Exists(_folder.Database)) throw Unreadable("it is a folder");
        if (!File.Exists(_folder.Database)) return;
        try
        {
            using var file = new FileStream(_folder.Database, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            Span<byte> head = stackalloc byte[16];
            var read = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
            if (read > 0 && !head[..read].SequenceEqual("SQLite format 3\0"u8)) throw Unreadable("it does not begin as one");
            if (read > 0 && BelongsToAnotherProgram()) throw Unreadable("it is the database of another program");
        }
        catch (SqliteException problem)
        {
            throw Unreadable(problem.Message);
        }
        catch (Exception problem) when (problem is UnauthorizedAccessException or IOException)
        {
            throw Unreadable(problem.Message);
        }
    }

    // Looked at through a connection that cannot write: opening it as ours would already change it.
    private bool BelongsToAnotherProgram()
    {
        using var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = _folder.Database, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ConnectionString);
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText =
            """
            SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%')
               AND NOT EXISTS (SELECT 1 FROM sqlite_master WHERE name IN ('__EFMigrationsHistory', '__EFMigrationsLock'))
            """;
        return command.ExecuteScalar() is 1L;
    }

    // A process that was killed while migrating leaves its lock row behind, and every later start would wait for it for
    // ever. We hold the lock file, so nobody else is migrating now.
    private static void ForgetInterruptedMigration(ChatDbContext db) => db.Database.ExecuteSqlRaw(
        """CREATE TABLE IF NOT EXISTS "__EFMigrationsLock" ("Id" INTEGER NOT NULL CONSTRAINT "PK___EFMigrationsLock" PRIMARY KEY, "Timestamp" TEXT NOT NULL); DELETE FROM "__EFMigrationsLock";""");

    private StartException Unreadable(string why) =>
        new($"'{_folder.Database}' is not a usable SQLite database ({why}); it was left untouched. Move it away, or set Data:Folder to another folder");

    private sealed class SessionPragmas(string pragmas, bool writes) : DbConnectionInterceptor
    {
        // Settings of a session are lost with it, so they are said each time a connection opens. Only the writer's own
        // checkpoints (ChatDatabase.Checkpoint) touch the main file: automatic ones are off everywhere.
        public static readonly SessionPragmas Writer = new("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0; PRAGMA secure_delete=ON; PRAGMA mmap_size=0;", writes: true);
        public static readonly SessionPragmas Reader = new("PRAGMA query_only=1; PRAGMA mmap_size=0;", writes: false);

        public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => Apply(connection);

        public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
        {
            Apply(connection);
            return Task.CompletedTask;
        }

        private void Apply(DbConnection connection)
        {
            using var command = connection.CreateCommand();
            command.CommandText = pragmas;
            command.ExecuteNonQuery();
            if (!writes) return;
            // The triggers of the full-text index call them.
            ((SqliteConnection)connection).CreateFunction(SearchText.FunctionName, static (string text) => SearchText.ForIndex(text), isDeterministic: true);
            ((SqliteConnection)connection).CreateFunction(SearchText.DeferralName, static () => false);
        }
    }
}
