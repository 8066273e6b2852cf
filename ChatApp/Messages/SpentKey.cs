using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Storage;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Messages;

/// <summary>
/// A sender's key whose message went by retention. Keys are unique per author for ever: a retry that comes after the
/// message has gone must not make a second one.
/// </summary>
public sealed class SpentKey
{
    /// <summary>Who used it.</summary>
    public required string AuthorId { get; init; }

    /// <summary>The key.</summary>
    public required string Key { get; init; }

    /// <summary>See <see cref="Message.Fingerprint"/>.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>The message that had it.</summary>
    public long MessageId { get; init; }

    /// <summary>The message's room.</summary>
    public required string RoomId { get; init; }

    /// <summary>The message's offset.</summary>
    public long Offset { get; init; }

    /// <summary>When the message was committed.</summary>
    public DateTimeOffset At { get; init; }
}

/// <summary>Keeps the keys of messages that retention removes, and answers for them.</summary>
internal static class SpentKeys
{
    /// <summary>Takes the keys over from messages that the same transaction is about to remove.</summary>
    public static void Keep(ChatDbContext db, IReadOnlyList<long> messages) => db.Database.ExecuteSql(
        $"""
         INSERT INTO spent_keys (AuthorId, Key, Fingerprint, MessageId, RoomId, Offset, At)
         SELECT AuthorId, Key, Fingerprint, Id, RoomId, Offset, At FROM messages WHERE Id IN (SELECT value FROM json_each({JsonSerializer.Serialize(messages)}))
         """);

    /// <summary>The answer to a post whose key a removed message had.</summary>
    public static PostResult AnswerTo(ChatDbContext db, UserId author, string key, string fingerprint, string epoch, UserDirectory users)
    {
        var spent = db.SpentKeys.AsNoTracking().Single(s => s.AuthorId == author.Value && s.Key == key);
        if (spent.Fingerprint != fingerprint) return new PostResult.Rejected(PostRefusal.KeyUsedForOther);
        var place = new MessageView(
            new MessageId(spent.MessageId), new RoomId(spent.RoomId), new Offset(spent.Offset), users.Get(author), key, "", "", spent.At, IsDeleted: true);
        return new PostResult.Accepted(place, epoch, IsDuplicate: true) { HasGone = true };
    }
}
