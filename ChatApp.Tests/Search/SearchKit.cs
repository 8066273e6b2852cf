using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Search;

/// <summary>Fills rooms faster than people post.</summary>
internal static class SearchKit
{
    /// <summary>Stores messages in few transactions, with log entries as the writer makes them.</summary>
    /// <returns>Their ids.</returns>
    public static async Task<List<MessageId>> FillAsync(TestServer server, UserId author, RoomId room, int count, Func<int, Line, Line> line)
    {
        var made = new List<MessageId>();
        for (var done = 0; done < count; done += 1000)
        {
            var first = done;
            made.AddRange(await server.Get<CommitQueue>().CommitAsync(commit =>
            {
                var row = commit.Db.Rooms.Single(r => r.Id == room.Value);
                var messages = Enumerable.Range(first, Math.Min(1000, count - first)).Select(n => Add(commit, row, author, line(n, new Line("", commit.Now)))).ToList();
                commit.Db.SaveChanges();
                return messages.Select(message => new MessageId(message.Id)).ToList();
            }));
        }

        return made;
    }

    /// <summary>Stores many messages of the same text in one statement, without log entries.</summary>
    public static Task FillPlainAsync(TestServer server, UserId author, RoomId room, int count, string text) =>
        server.Get<CommitQueue>().CommitAsync(commit => commit.Db.Database.ExecuteSql(
            $"""
             WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})
             INSERT INTO messages (RoomId, Offset, AuthorId, Key, Fingerprint, Text, Html, At, Revision)
             SELECT {room.Value}, n + 1000, {author.Value}, 'key ' || n, '', {text}, '', {commit.Now.ToUnixTimeMilliseconds()}, 1 FROM numbers
             """));

    private static Message Add(Commit commit, Room room, UserId author, Line line)
    {
        var message = new Message
        {
            RoomId = room.Id, Offset = room.Head + 1, AuthorId = author.Value, Key = Guid.NewGuid().ToString("N"), Fingerprint = "", Text = line.Text, Html = "", At = line.At,
        };
        commit.Db.Messages.Add(message);
        RoomLog.Append(commit, room, LogEntryKind.MessagePosted, author);
        return message;
    }

    /// <summary>What a message says, and when.</summary>
    internal sealed record Line(string Text, DateTimeOffset At);
}
