using System.Data.Common;
using System.Runtime.InteropServices;
using ChatApp.Rooms;
using ChatApp.Storage;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Messages;

/// <summary>A stored change with the message that it names, as that is today.</summary>
/// <param name="Entry">The change.</param>
/// <param name="Message">The message, without what only its writer needs; null where it is gone or none is named.</param>
/// <param name="Target">The message that this one answers; null where it is gone or there is none.</param>
/// <param name="IsAnswered">True where the message has a thread.</param>
/// <param name="IsReactedTo">True where there are reactions to the message.</param>
/// <param name="Role">What the person whom a change of roles names is today; null where they are no member or it is another change.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct LogRow(LogEntry Entry, Message? Message, ReplyTarget? Target, bool IsAnswered, bool IsReactedTo, RoomRole? Role);

/// <summary>What is shown of a message where another one answers it, as stored.</summary>
/// <param name="Id">Which.</param>
/// <param name="Author">Whose.</param>
/// <param name="Text">Its beginning at least, as far as <see cref="MessageViews.ExtractOf"/> needs it.</param>
/// <param name="IsDeleted">True where it was taken back.</param>
internal sealed record ReplyTarget(long Id, string Author, string Text, bool IsDeleted);

/// <summary>
/// Reads a stretch of a log with its messages in one statement, column by column: whoever was away for long reads tens of
/// thousands of them, and general-purpose mapping would cost several times what the database does.
/// </summary>
internal static class LogRows
{
    internal const string Sql =
        """
        SELECT e."Offset", e."Kind", e."MessageId", e."SubjectId", e."ActorId", e."At",
               m."Offset", m."AuthorId", m."Key", m."Text", m."Html", m."At", m."EditedAt", m."DeletedAt", m."ReplyTo", m."PinnedAt", m."HtmlVersion", m."MentionsAll", m."ThreadId",
               t."AuthorId", substr(t."Text", 1, 300), t."DeletedAt", p."Role",
               EXISTS (SELECT 1 FROM messages AS a WHERE a."ThreadId" = m."Id"),
               EXISTS (SELECT 1 FROM reactions AS r WHERE r."MessageId" = m."Id")
        FROM log AS e LEFT JOIN messages AS m ON m."Id" = e."MessageId" LEFT JOIN messages AS t ON t."Id" = m."ReplyTo"
             LEFT JOIN memberships AS p ON p."RoomId" = e."RoomId" AND p."UserId" = e."SubjectId"
        WHERE e."RoomId" = @room AND e."Offset" > @after
        ORDER BY e."Offset" LIMIT @count
        """;

    private const int FirstOfMessage = 6;
    private const int FirstOfTarget = 19;
    private const int Role = 22;
    private const int IsAnswered = 23;
    private const int IsReactedTo = 24;

    /// <summary>The changes after a place, in order.</summary>
    /// <param name="db">With an open connection.</param>
    /// <param name="room">The room.</param>
    /// <param name="after">The place.</param>
    /// <param name="count">Most changes.</param>
    public static List<LogRow> Read(ChatDbContext db, RoomId room, Offset after, int count)
    {
        using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = Sql;
        Add("@room", room.Value);
        Add("@after", after.Value);
        Add("@count", count);
        using var reader = command.ExecuteReader();
        var rows = new List<LogRow>(count);
        // A message that changed often comes with each of its changes, and is one object.
        var messages = new Dictionary<long, Message>(count);
        while (reader.Read())
        {
            var entry = EntryOf(reader, room);
            if (entry.MessageId is not { } id || reader.IsDBNull(FirstOfMessage))
            {
                rows.Add(new LogRow(entry, Message: null, Target: null, IsAnswered: false, IsReactedTo: false, reader.IsDBNull(Role) ? null : (RoomRole)reader.GetInt32(Role)));
                continue;
            }

            if (!messages.TryGetValue(id, out var message)) messages.Add(id, message = MessageOf(reader, id, room));
            rows.Add(new LogRow(entry, message, TargetOf(reader, message), reader.GetInt64(IsAnswered) != 0, reader.GetInt64(IsReactedTo) != 0, Role: null));
        }

        return rows;

        void Add(string name, object value)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value;
            command.Parameters.Add(parameter);
        }
    }

    private static LogEntry EntryOf(DbDataReader reader, RoomId room) => new()
    {
        RoomId = room.Value,
        Offset = reader.GetInt64(0),
        Kind = (LogEntryKind)reader.GetInt32(1),
        MessageId = Number(reader, 2),
        SubjectId = reader.IsDBNull(3) ? null : reader.GetString(3),
        ActorId = reader.GetString(4),
        At = DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(5)),
    };

    private static Message MessageOf(DbDataReader reader, long id, RoomId room) => new()
    {
        Id = id,
        RoomId = room.Value,
        Offset = reader.GetInt64(FirstOfMessage),
        AuthorId = reader.GetString(7),
        Key = reader.GetString(8),
        Fingerprint = "",
        Text = reader.GetString(9),
        Html = reader.GetString(10),
        At = DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(11)),
        EditedAt = Moment(reader, 12),
        DeletedAt = Moment(reader, 13),
        ReplyTo = Number(reader, 14),
        PinnedAt = Moment(reader, 15),
        HtmlVersion = reader.GetInt32(16),
        MentionsAll = reader.GetInt64(17) != 0,
        ThreadId = Number(reader, 18),
    };

    private static ReplyTarget? TargetOf(DbDataReader reader, Message message) => message.ReplyTo is not { } id || reader.IsDBNull(FirstOfTarget)
        ? null
        : new ReplyTarget(id, reader.GetString(FirstOfTarget), reader.GetString(FirstOfTarget + 1), !reader.IsDBNull(FirstOfTarget + 2));

    private static long? Number(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetInt64(column);

    private static DateTimeOffset? Moment(DbDataReader reader, int column) =>
        Number(reader, column) is { } stored ? DateTimeOffset.FromUnixTimeMilliseconds(stored) : null;
}
