using System.Collections.Concurrent;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using ChatApp.Rooms;
using ChatApp.Storage;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Accounts;

/// <summary>
/// Everything that the server holds of one person, as a ZIP archive of JSON: written while it is read, a page of rows at a time, so that
/// years of messages take no more memory than an hour of them. Secrets are not in it, only what they are called.
/// </summary>
/// <param name="database">Where it is read.</param>
/// <param name="options">How many may run at once.</param>
public sealed class DataExport(ChatDatabase database, AccountOptions options)
{
    private const int PageSize = 200;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        // A file to read, and no part of a page.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private readonly ConcurrentDictionary<UserId, byte> _running = new();

    /// <summary>Takes the place for an export; null where this person has one running, or too many others have. Dispose it at the end.</summary>
    public IDisposable? TryBegin(UserId user)
    {
        if (!_running.TryAdd(user, 0)) return null;
        if (_running.Count <= options.Exports) return new Turn(this, user);
        _running.TryRemove(user, out _);
        return null;
    }

    /// <summary>Writes the archive.</summary>
    /// <param name="user">Whose.</param>
    /// <param name="output">Where to; it need not be able to seek.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task WriteAsync(UserId user, Stream output, CancellationToken cancellation)
    {
        var id = user.Value;
        if (await ReadAsync(db => db.Users.Where(row => row.Id == id), cancellation) is not [var account]) return;
        await using var late = new LateStream(output);
        await using (var zip = await ZipArchive.CreateAsync(late, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellation))
            await FillAsync(zip, account, cancellation);
        await late.FlushAsync(cancellation);
    }

    private async Task FillAsync(ZipArchive zip, ChatUser account, CancellationToken cancellation)
    {
        var id = account.Id;
        await AddAsync(zip, "account.json", [new
        {
            account.Id, account.DisplayName, account.Email, account.EmailConfirmed, account.Rank, account.CreatedAt, account.StatusText,
            account.TimeZone, account.Language, account.Theme, account.Density, account.Motion, account.PresenceMode, account.PresenceUntil, account.TwoFactorEnabled, HasPassword = account.PasswordHash is not null,
        }], cancellation);
        await AddAsync(zip, "sessions.jsonl", await ReadAsync(db => db.Sessions.Where(row => row.UserId == id).OrderBy(row => row.CreatedAt)
            .Select(row => new { row.Kind, row.Name, row.Address, row.CreatedAt, row.LastSeenAt, row.ExpiresAt, row.EndedAt }), cancellation), cancellation);
        await AddAsync(zip, "tokens.jsonl", await ReadAsync(db => db.PersonalTokens.Where(row => row.UserId == id).OrderBy(row => row.CreatedAt)
            .Select(row => new { row.Id, row.Name, row.Scopes, row.Rooms, row.CreatedAt, row.ExpiresAt, row.LastUsedAt, row.LastAddress, row.RevokedAt }), cancellation), cancellation);
        await AddAsync(zip, "other-sign-ins.jsonl", await ReadAsync(db => db.UserLogins.Where(row => row.UserId == id)
            .Select(row => new { row.LoginProvider, row.ProviderDisplayName }), cancellation), cancellation);
        // A conversation has no name: it is known by who is in it.
        var people = (await ReadAsync(db => db.Memberships.Where(other => db.Rooms.Any(room => room.Id == other.RoomId && room.Visibility == RoomVisibility.Direct)
                && db.Memberships.Any(own => own.RoomId == other.RoomId && own.UserId == id))
            .Join(db.Users, other => other.UserId, user => user.Id, (other, user) => new { other.RoomId, user.DisplayName }), cancellation))
            .ToLookup(other => other.RoomId, other => other.DisplayName, StringComparer.Ordinal);
        // And one that somebody has opened and said nothing in is nothing that the other knows of.
        var untold = (await ReadAsync(db => RoomAccess.Untold(db, new UserId(id)).Select(row => row.RoomId), cancellation)).ToHashSet(StringComparer.Ordinal);
        var memberships = await ReadAsync(db => db.Memberships.Where(row => row.UserId == id && !untold.Contains(row.RoomId)).OrderBy(row => row.JoinedAt)
            .Join(db.Rooms, row => row.RoomId, room => room.Id, (row, room) => new { room.Id, room.Name, room.Visibility, row.Role, row.JoinedAt }), cancellation);
        await AddAsync(zip, "memberships.jsonl", memberships.ConvertAll(row => new { Room = row.Id, row.Name, Kind = row.Visibility, People = people[row.Id], row.Role, row.JoinedAt }), cancellation);
        await AddAsync(zip, "blocks.jsonl", await ReadAsync(db => db.Blocks.Where(row => row.UserId == id).OrderBy(row => row.At)
            .Join(db.Users, row => row.BlockedId, user => user.Id, (row, user) => new { User = user.Id, Name = user.DisplayName, row.At }), cancellation), cancellation);
        await AddAsync(zip, "sanctions.jsonl", await ReadAsync(db => db.Sanctions.Where(row => row.UserId == id).OrderBy(row => row.Id)
            .Select(row => new { row.Kind, Room = row.RoomId, row.Reason, row.At, row.Until, row.LiftedAt, row.LiftReason, row.SeenAt }), cancellation), cancellation);
        await AddAsync(zip, "reports.jsonl", await ReadAsync(db => db.Reports.Where(row => row.ReporterId == id).OrderBy(row => row.Id)
            .Select(row => new { About = row.UserId, Room = row.RoomId, Message = row.MessageId, row.Category, row.Comment, row.At, row.ResolvedAt, row.Outcome, row.Reason }), cancellation), cancellation);
        await AddAsync(zip, "held-messages.jsonl", await ReadAsync(db => db.Held.Where(row => row.AuthorId == id).OrderBy(row => row.Id)
            .Select(row => new { Room = row.RoomId, row.Text, row.ReplyTo, Thread = row.ThreadId, row.At, row.State, row.Reason, row.DecidedAt }), cancellation), cancellation);
        await AddAsync(zip, "read-markers.jsonl", await ReadAsync(db => db.ReadMarkers.Where(row => row.UserId == id).OrderBy(row => row.RoomId)
            .Select(row => new { Room = row.RoomId, row.UpTo }), cancellation), cancellation);
        await AddAsync(zip, "room-preferences.jsonl", await ReadAsync(db => db.RoomPreferences.Where(row => row.UserId == id && !untold.Contains(row.RoomId)).OrderBy(row => row.RoomId)
            .Select(row => new { Room = row.RoomId, row.IsFavourite, row.Level, row.HiddenUpTo }), cancellation), cancellation);
        await AddAsync(zip, "bookmarks.jsonl", await ReadAsync(db => db.Bookmarks.Where(row => row.UserId == id).OrderBy(row => row.At)
            .Select(row => new { Message = row.MessageId, row.At }), cancellation), cancellation);
        await AddAsync(zip, "mentions.jsonl", MentionsAsync(id, cancellation), cancellation);
        await AddAsync(zip, "threads.jsonl", await ReadAsync(db => db.ThreadFollows.Where(row => row.UserId == id).OrderBy(row => row.ThreadId)
            .Select(row => new { Room = row.RoomId, Thread = row.ThreadId, row.IsFollowing, row.UpTo }), cancellation), cancellation);
        await AddAsync(zip, "reactions.jsonl", ReactionsAsync(id, cancellation), cancellation);
        foreach (var room in await ReadAsync(db => db.Messages.Where(message => message.AuthorId == id).Select(message => message.RoomId).Distinct(), cancellation))
            await AddAsync(zip, $"messages/{room}.jsonl", MessagesAsync(id, room, cancellation), cancellation);
        if (await ReadAsync(db => db.Avatars.Where(avatar => avatar.UserId == id), cancellation) is [var picture])
        {
            var entry = zip.CreateEntry("avatar." + picture.ContentType.Split('/')[1], CompressionLevel.NoCompression);
            await using var content = await entry.OpenAsync(cancellation);
            await content.WriteAsync(picture.Bytes, cancellation);
        }
    }

    private static Task AddAsync<T>(ZipArchive zip, string name, IReadOnlyList<T> rows, CancellationToken cancellation) =>
        AddAsync(zip, name, rows.ToAsyncEnumerable(), cancellation);

    private static async Task AddAsync<T>(ZipArchive zip, string name, IAsyncEnumerable<T> rows, CancellationToken cancellation)
    {
        var entry = zip.CreateEntry(name, CompressionLevel.Fastest);
        await using var content = await entry.OpenAsync(cancellation);
        await foreach (var row in rows.WithCancellation(cancellation))
        {
            await JsonSerializer.SerializeAsync(content, row, Json, cancellation);
            await content.WriteAsync("\n"u8.ToArray(), cancellation);
        }
    }

    // Read at once and with a context of its own: nobody holds the database open while a slow reader takes their bytes.
    private async Task<List<T>> ReadAsync<T>(Func<ChatDbContext, IQueryable<T>> query, CancellationToken cancellation)
    {
        await using var db = database.OpenRead();
        return await query(db).ToListAsync(cancellation);
    }

    private async IAsyncEnumerable<object> MentionsAsync(string user, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (var after = 0L; ;)
        {
            var page = await ReadAsync(db => db.Mentions.Where(row => row.UserId == user && row.MessageId > after).OrderBy(row => row.MessageId).Take(PageSize), cancellation);
            foreach (var row in page) yield return new { Message = row.MessageId, Room = row.RoomId, row.Offset };
            if (page.Count < PageSize) yield break;
            after = page[^1].MessageId;
        }
    }

    private async IAsyncEnumerable<object> ReactionsAsync(string user, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var (after, isLast) = (0L, false);
        while (!isLast)
        {
            var page = await ReadAsync(db => db.Reactions.Where(row => row.UserId == user && row.MessageId > after).OrderBy(row => row.MessageId).Take(PageSize), cancellation);
            isLast = page.Count < PageSize;
            // The reactions to one message are never on two pages: there are fewer kinds than a page holds.
            var whole = isLast ? page : page.FindAll(row => row.MessageId != page[^1].MessageId);
            foreach (var row in whole) yield return new { Message = row.MessageId, row.Emoji, row.At };
            if (whole.Count > 0) after = whole[^1].MessageId;
        }
    }

    private async IAsyncEnumerable<object> MessagesAsync(string author, string room, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var after = 0L;
        while (true)
        {
            await using var db = database.OpenRead();
            var page = await db.Messages.Where(message => message.RoomId == room && message.Offset > after && message.AuthorId == author)
                .OrderBy(message => message.Offset).Take(PageSize).ToListAsync(cancellation);
            if (page.Count == 0) yield break;
            long[] ids = [.. page.Select(message => message.Id)];
            var earlier = (await db.Revisions.Where(row => EF.Parameter(ids).Contains(row.MessageId)).ToListAsync(cancellation)).ToLookup(row => row.MessageId);
            var reactions = (await db.Reactions.Where(row => EF.Parameter(ids).Contains(row.MessageId)).ToListAsync(cancellation)).ToLookup(row => row.MessageId);
            foreach (var message in page)
            {
                yield return new
                {
                    message.Id,
                    Room = message.RoomId,
                    message.Offset,
                    message.At,
                    message.Text,
                    message.ReplyTo,
                    Thread = message.ThreadId,
                    message.EditedAt,
                    message.DeletedAt,
                    message.PinnedAt,
                    // What moderators hide shows none of its texts.
                    Earlier = earlier[message.Id].Where(_ => message.DeletedAt is null).OrderBy(row => row.Revision).Select(row => new { row.Text, row.ReplacedAt }),
                    // How many of each: who they are is theirs.
                    Reactions = reactions[message.Id].GroupBy(row => row.Emoji, StringComparer.Ordinal).Select(kind => new { Emoji = kind.Key, Count = kind.Count() }),
                };
            }

            after = page[^1].Offset;
        }
    }

    private sealed class Turn(DataExport export, UserId user) : IDisposable
    {
        public void Dispose() => export._running.TryRemove(user, out _);
    }
}
