using System.Globalization;
using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Bench.Product;

/// <summary>
/// Fills the product's own tables in big transactions, as its writer would have in months: messages with log entries,
/// reactions, replies, edits, pins and read markers. The full-text index is built at the end, because its trigger takes five
/// times as long; afterwards the schema is what it was.
/// </summary>
internal sealed class Corpus : IDisposable
{
    private const int RowsPerTransaction = 50_000;
    private const int Authors = 200;
    private static readonly DateTimeOffset Begin = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly string[] Emoji = ["👍", "❤️", "🎉", "😄", "👀"];

    private readonly ChatDbContext _db;
    private readonly SqliteConnection _connection;
    private readonly WordList _words;
    private readonly Dictionary<string, long> _heads = new(StringComparer.Ordinal);
    private readonly string _trigger;
    private readonly Insert _messages;
    private readonly Insert _log;
    private readonly Insert _reactions;
    private SqliteTransaction? _transaction;
    private long _id;
    private int _inTransaction;

    public Corpus(ChatDatabase database, int seed = 1)
    {
        _words = new WordList(seed);
        _db = database.OpenWrite();
        _db.Database.OpenConnection();
        _connection = (SqliteConnection)_db.Database.GetDbConnection();
        // The file is thrown away afterwards, and nobody waits for these rows to be safe.
        Run("PRAGMA synchronous=OFF; PRAGMA cache_size=-262144;");
        _trigger = Ask("SELECT sql FROM sqlite_master WHERE name = 'message_search_insert'");
        Run("DROP TRIGGER message_search_insert");
        for (var number = 0; number < Authors; number++) AddPerson($"author{number:d3}", $"Author {number:d3}");
        _db.SaveChanges();
        _messages = new Insert(_connection,
            """
            INSERT INTO messages ("Id", "RoomId", "Offset", "AuthorId", "Key", "Fingerprint", "Text", "Html", "At", "EditedAt", "Revision", "ReplyTo", "PinnedAt")
            VALUES ($p0, $p1, $p2, $p3, $p4, $p5, $p6, $p7, $p8, $p9, $p10, $p11, $p12)
            """, parameters: 13);
        _log = new Insert(_connection,
            """INSERT INTO log ("RoomId", "Offset", "Kind", "MessageId", "ActorId", "At") VALUES ($p0, $p1, $p2, $p3, $p4, $p5)""", parameters: 6);
        _reactions = new Insert(_connection,
            """INSERT INTO reactions ("MessageId", "Emoji", "UserId", "At") VALUES ($p0, $p1, $p2, $p3)""", parameters: 4);
    }

    /// <summary>Where the texts come from.</summary>
    public WordList Words => _words;

    /// <summary>Id of the newest message.</summary>
    public long LastId => _id;

    /// <summary>Makes an account that nobody can sign in to.</summary>
    public UserId AddPerson(string id, string name)
    {
        _db.Users.Add(new ChatUser
        {
            Id = id, UserName = $"{id}@example.org", NormalizedUserName = $"{id}@EXAMPLE.ORG", NormalizedEmail = $"{id}@EXAMPLE.ORG", Email = $"{id}@example.org",
            DisplayName = name, NormalizedDisplayName = DisplayName.Fold(name), SecurityStamp = id, CreatedAt = Begin,
        });
        return new UserId(id);
    }

    /// <summary>Makes a private room with these members.</summary>
    public RoomId AddRoom(string id, params UserId[] members)
    {
        _db.Rooms.Add(new Room { Id = id, Name = id, Visibility = RoomVisibility.Private, Epoch = ChatDatabase.NewEpoch(), CreatedAt = Begin, Head = 0 });
        foreach (var member in members) _db.Memberships.Add(new Membership { RoomId = id, UserId = member.Value, JoinedAt = Begin });
        _db.SaveChanges();
        _db.ChangeTracker.Clear(); // what is tracked is looked through at each save
        _heads[id] = 0;
        return new RoomId(id);
    }

    /// <summary>Posts a message, and with usual probability what belongs to one: a reply, an edit, reactions, a pin.</summary>
    /// <param name="room">Where.</param>
    /// <param name="word">A word that stands in the text besides; null for none.</param>
    public void Post(RoomId room, string? word = null)
    {
        var id = ++_id;
        var at = Begin.AddSeconds(20 * id).ToUnixTimeMilliseconds();
        var author = Author();
        var text = word is null ? _words.NextText() : $"{_words.NextText()} {word}";
        var isEdited = _words.Happens(0.03);
        _transaction ??= _connection.BeginTransaction();
        _messages.Run(
            _transaction, id, room.Value, Log(room, LogEntryKind.MessagePosted, id, author, at), author, id.ToString("x16", CultureInfo.InvariantCulture), "", text, $"<p>{text}</p>\n", at,
            isEdited ? at + 5000 : null, isEdited ? 2 : 1, _words.Happens(0.1) && id > 20 ? id - 1 - _words.Number(10) : null, _words.Happens(0.0002) ? at : null);
        if (_words.Happens(0.1)) React(id, at);
        if (++_inTransaction >= RowsPerTransaction) Commit();
    }

    /// <summary>A later change of a message, as an entry of the log.</summary>
    public void Change(RoomId room, LogEntryKind kind, long message)
    {
        _transaction ??= _connection.BeginTransaction();
        Log(room, kind, message, Author(), Begin.AddSeconds(20 * _id).ToUnixTimeMilliseconds());
    }

    /// <summary>How far somebody has read: everything but the newest <paramref name="unread"/> changes.</summary>
    public void Mark(UserId person, RoomId room, int unread)
    {
        Commit();
        _db.ReadMarkers.Add(new ReadMarker { UserId = person.Value, RoomId = room.Value, UpTo = Math.Max(0, _heads[room.Value] - unread) });
        _db.SaveChanges();
    }

    /// <summary>Writes down what is left, and moves all of it into the database file.</summary>
    public void Finish()
    {
        Commit();
        _db.ChangeTracker.Clear();
        Run("INSERT INTO message_search(message_search) VALUES ('rebuild')");
        Run(_trigger);
        Run("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA synchronous=FULL;");
    }

    public void Dispose()
    {
        _messages.Dispose();
        _log.Dispose();
        _reactions.Dispose();
        _transaction?.Dispose();
        _db.Dispose();
    }

    private string Author() => $"author{_words.Number(Authors):d3}";

    private long Log(RoomId room, LogEntryKind kind, long message, string actor, long at)
    {
        var offset = ++_heads[room.Value];
        _log.Run(_transaction, room.Value, offset, (int)kind, message, actor, at);
        return offset;
    }

    private void React(long message, long at)
    {
        var first = _words.Number(Authors);
        for (var count = 1 + _words.Number(4); count > 0; count--)
            _reactions.Run(_transaction, message, Emoji[_words.Number(Emoji.Length)], $"author{(first + count) % Authors:d3}", at + count);
    }

    private void Commit()
    {
        if (_transaction is null) return;
        _transaction.Commit();
        _transaction.Dispose();
        _transaction = null;
        foreach (var (room, head) in _heads) _db.Database.ExecuteSql($"UPDATE rooms SET Head = {head} WHERE Id = {room}");
        _inTransaction = 0;
        Run("PRAGMA wal_checkpoint(PASSIVE)");
    }

    private void Run(string sql)
    {
        using var command = _connection.CreateCommand();
#pragma warning disable CA2100 // constants of this file, and the schema's own words
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private string Ask(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        return (string)command.ExecuteScalar()!;
    }

    private sealed class Insert : IDisposable
    {
        private readonly SqliteCommand _command;

        public Insert(SqliteConnection connection, string sql, int parameters)
        {
            _command = connection.CreateCommand();
#pragma warning disable CA2100 // a constant of this file
            _command.CommandText = sql;
#pragma warning restore CA2100
            for (var place = 0; place < parameters; place++) _command.Parameters.Add(new SqliteParameter { ParameterName = $"$p{place}" });
        }

        public void Run(SqliteTransaction? transaction, params ReadOnlySpan<object?> values)
        {
            _command.Transaction = transaction;
            for (var place = 0; place < values.Length; place++) _command.Parameters[place].Value = values[place] ?? DBNull.Value;
            _command.ExecuteNonQuery();
        }

        public void Dispose() => _command.Dispose();
    }
}
