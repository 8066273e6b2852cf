using System.Globalization;
using System.Runtime.InteropServices;
using ChatApp.Accounts;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Storage;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Messages;

/// <summary>How a change of somebody's bookmarks went.</summary>
public enum BookmarkOutcome
{
    /// <summary>Done, or it was so already.</summary>
    Done,

    /// <summary>There is no such message, as far as the person may know.</summary>
    NotFound,

    /// <summary>They have <see cref="Bookmarks.MaxCount"/> bookmarks already.</summary>
    TooMany,

    /// <summary>Nothing was stored; trying again soon makes sense.</summary>
    Busy,
}

/// <summary>Tells a person on all devices that a message is among their bookmarks, or no longer.</summary>
/// <param name="Message">Which message.</param>
/// <param name="IsOn">True: it is.</param>
public sealed record BookmarkChanged(MessageId Message, bool IsOn);

/// <summary>A bookmark.</summary>
/// <param name="Id">The message.</param>
/// <param name="At">Since when.</param>
/// <param name="Message">The message as it is now; null where it was deleted, or is not theirs to read any more.</param>
/// <param name="Room">Its room; null where the message is.</param>
public sealed record BookmarkLine(MessageId Id, DateTimeOffset At, MessageView? Message, RoomView? Room);

/// <summary>A place in a list of bookmarks.</summary>
/// <param name="At">Of the bookmark at that place.</param>
/// <param name="Message">Its message.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct BookmarkPlace(DateTimeOffset At, MessageId Message)
{
    /// <summary>The place that was written so; null where it is none.</summary>
    public static BookmarkPlace? Parse(string? text)
    {
        if (text?.Split('-') is not [var at, var message] || !TryRead(at, out var moment) || !TryRead(message, out var id)) return null;
        return moment <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() ? new BookmarkPlace(DateTimeOffset.FromUnixTimeMilliseconds(moment), new MessageId(id)) : null;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{At.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)}-{Message}";

    private static bool TryRead(string digits, out long number) => long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}

/// <summary>A stretch of somebody's bookmarks, the newest bookmark first.</summary>
/// <param name="Lines">The bookmarks.</param>
/// <param name="Next">Go on behind this place; null where there are no more.</param>
public sealed record BookmarkPage(IReadOnlyList<BookmarkLine> Lines, BookmarkPlace? Next);

/// <summary>Messages that people want to find again. Nobody else knows of them; what may be read is asked anew at each look.</summary>
/// <param name="commits">The one writer.</param>
/// <param name="database">For reading.</param>
/// <param name="broker">Tells the person's other devices.</param>
/// <param name="users">Names of authors.</param>
public sealed class Bookmarks(CommitQueue commits, ChatDatabase database, RoomBroker broker, UserDirectory users)
{
    /// <summary>Most bookmarks of one person.</summary>
    public const int MaxCount = 1000;

    /// <summary>Longest page.</summary>
    public const int MaxPage = 100;

    /// <summary>Adds a message that the person may read.</summary>
    public Task<BookmarkOutcome> AddAsync(UserId user, MessageId id) => ChangeAsync(commit =>
    {
        if (commit.Db.Messages.FirstOrDefault(m => m.Id == id.Value && m.DeletedAt == null) is not { } message) return BookmarkOutcome.NotFound;
        if (RoomAccess.Find(commit.Db, new RoomId(message.RoomId), user) is not { IsMember: true }) return BookmarkOutcome.NotFound;
        if (commit.Db.Bookmarks.Any(row => row.UserId == user.Value && row.MessageId == id.Value)) return BookmarkOutcome.Done;
        if (commit.Db.Bookmarks.Count(row => row.UserId == user.Value) >= MaxCount) return BookmarkOutcome.TooMany;
        commit.Db.Bookmarks.Add(new Bookmark { UserId = user.Value, MessageId = id.Value, At = commit.Now });
        commit.AfterCommit(() => broker.PublishToUser(user, new BookmarkChanged(id, IsOn: true)));
        return BookmarkOutcome.Done;
    });

    /// <summary>Takes one away, whatever has become of its message.</summary>
    public Task<BookmarkOutcome> RemoveAsync(UserId user, MessageId id) => ChangeAsync(commit =>
    {
        if (commit.Db.Bookmarks.FirstOrDefault(row => row.UserId == user.Value && row.MessageId == id.Value) is not { } bookmark) return BookmarkOutcome.Done;
        commit.Db.Bookmarks.Remove(bookmark);
        commit.AfterCommit(() => broker.PublishToUser(user, new BookmarkChanged(id, IsOn: false)));
        return BookmarkOutcome.Done;
    });

    /// <summary>The messages that somebody has marked, at most <see cref="MaxCount"/>.</summary>
    public IReadOnlySet<MessageId> Of(UserId user)
    {
        using var db = database.OpenRead();
        return db.Bookmarks.Where(row => row.UserId == user.Value).Select(row => row.MessageId).AsEnumerable().Select(id => new MessageId(id)).ToHashSet();
    }

    /// <summary>A page of somebody's bookmarks.</summary>
    /// <param name="user">Whose.</param>
    /// <param name="after">Behind this place; null for the newest.</param>
    /// <param name="count">Lines wanted, 1 to <see cref="MaxPage"/>.</param>
    /// <param name="within">Only messages of these rooms; null for all.</param>
    public BookmarkPage Page(UserId user, BookmarkPlace? after = null, int count = 30, IReadOnlySet<RoomId>? within = null)
    {
        count = Math.Clamp(count, 1, MaxPage);
        using var db = database.OpenRead();
        var own = db.Bookmarks.Where(row => row.UserId == user.Value);
        if (after is { } place) own = own.Where(row => row.At < place.At || (row.At == place.At && row.MessageId < place.Message.Value));
        if (within is not null)
        {
            string[] rooms = [.. within.Select(room => room.Value)];
            own = own.Where(row => db.Messages.Any(m => m.Id == row.MessageId && EF.Parameter(rooms).Contains(m.RoomId)));
        }

        var rows = own.OrderByDescending(row => row.At).ThenByDescending(row => row.MessageId).Take(count + 1).ToList();
        var hasMore = rows.Count > count;
        if (hasMore) rows.RemoveAt(count);
        return new BookmarkPage(Lines(db, user, rows), hasMore ? new BookmarkPlace(rows[^1].At, new MessageId(rows[^1].MessageId)) : null);
    }

    private List<BookmarkLine> Lines(ChatDbContext db, UserId user, List<Bookmark> rows)
    {
        long[] ids = [.. rows.Select(row => row.MessageId)];
        var messages = db.Messages.Where(m => EF.Parameter(ids).Contains(m.Id) && m.DeletedAt == null).ToList();
        var rooms = RoomAccess.Find(db, messages.Select(m => new RoomId(m.RoomId)).Distinct(), user);
        var readable = MessageViews.Of(db, messages.FindAll(m => rooms.GetValueOrDefault(new RoomId(m.RoomId)) is { IsMember: true }), users).ToDictionary(m => m.Id);
        return rows.ConvertAll(row =>
        {
            var message = readable.GetValueOrDefault(new MessageId(row.MessageId));
            return new BookmarkLine(new MessageId(row.MessageId), row.At, message, message is null ? null : rooms[message.Room].Room);
        });
    }

    private async Task<BookmarkOutcome> ChangeAsync(Func<Commit, BookmarkOutcome> change)
    {
        try
        {
            return await commits.CommitAsync(change);
        }
        catch (StorageUnavailableException)
        {
            return BookmarkOutcome.Busy;
        }
    }
}
