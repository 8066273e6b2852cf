using System.Collections.Concurrent;
using ChatApp.Accounts;
using ChatApp.Rooms;
using ChatApp.Storage;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Messages;

/// <summary>What is shown of a message where another one links to it, to somebody who may read it.</summary>
/// <param name="Link">The link.</param>
/// <param name="Message">The message.</param>
/// <param name="Room">Its room.</param>
/// <param name="Author">Who wrote it.</param>
/// <param name="Extract">The beginning of its text.</param>
/// <param name="At">When.</param>
public sealed record MessageCard(Permalink Link, MessageId Message, RoomView Room, UserCard Author, string Extract, DateTimeOffset At);

/// <summary>
/// Looks up what links to messages lead to, for one reader and at this moment: nothing of it is stored with the message that has the
/// link. Whoever may not read the room, or comes after the deletion, gets nothing, and cannot tell which.
/// </summary>
/// <param name="database">Where messages are stored.</param>
/// <param name="users">Names of authors.</param>
public sealed class MessageCards(ChatDatabase database, UserDirectory users)
{
    /// <summary>Cards below one message.</summary>
    public const int MaxOfMessage = 3;

    /// <summary>Links that one look answers; what is more has no card.</summary>
    public const int MaxAtOnce = 200;

    private readonly ConcurrentDictionary<Watch, byte> _watches = new();

    /// <summary>The cards of links, as far as the reader may see them: three queries for any number.</summary>
    public IReadOnlyDictionary<Permalink, MessageCard> Find(UserId viewer, IEnumerable<Permalink> links)
    {
        var wanted = links.Take(MaxAtOnce).ToHashSet();
        if (wanted.Count == 0) return new Dictionary<Permalink, MessageCard>();
        using var db = database.OpenRead();
        var rooms = RoomAccess.Find(db, wanted.Select(link => link.Room).Distinct(), viewer).Where(room => room.Value.IsMember).ToDictionary();
        string[] ids = [.. rooms.Keys.Select(room => room.Value)];
        long[] places = [.. wanted.Select(link => link.Place.Value).Distinct()];
        return db.Messages
            .Where(m => EF.Parameter(ids).Contains(m.RoomId) && EF.Parameter(places).Contains(m.Offset) && m.DeletedAt == null)
            .Select(m => new { m.Id, m.RoomId, m.Offset, m.AuthorId, m.Text, m.At })
            .AsEnumerable()
            .Select(m => new MessageCard(
                new Permalink(new RoomId(m.RoomId), new Offset(m.Offset)), new MessageId(m.Id), rooms[new RoomId(m.RoomId)].Room, users.Get(new UserId(m.AuthorId)), MessageViews.ExtractOf(m.Text), m.At))
            .Where(card => wanted.Contains(card.Link))
            .ToDictionary(card => card.Link);
    }

    /// <summary>Calls <paramref name="changed"/>, on any thread, after a message was edited, deleted, brought back or trimmed, until the result is disposed.</summary>
    /// <param name="shows">Whether a page shows that message.</param>
    /// <param name="changed">Must return at once.</param>
    public IDisposable Listen(Func<MessageId, bool> shows, Action changed)
    {
        var watch = new Watch(this, shows, changed);
        _watches[watch] = 0;
        return watch;
    }

    /// <summary>To be called once such a change is committed.</summary>
    public void Changed(IEnumerable<MessageId> messages)
    {
        // Nearly always nobody shows a card at all.
        foreach (var (watch, _) in _watches)
        {
            if (messages.Any(watch.Shows)) watch.Changed();
        }
    }

    private sealed class Watch(MessageCards cards, Func<MessageId, bool> shows, Action changed) : IDisposable
    {
        public Func<MessageId, bool> Shows => shows;

        public Action Changed => changed;

        public void Dispose() => cards._watches.TryRemove(this, out _);
    }
}
