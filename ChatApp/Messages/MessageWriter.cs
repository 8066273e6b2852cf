using System.Security.Cryptography;
using System.Text;
using System.Threading.RateLimiting;
using ChatApp.Accounts;
using ChatApp.Moderation;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Storage;

namespace ChatApp.Messages;

/// <summary>
/// The one way by which messages come into being and go: the same for the composer, the socket and every other
/// entrance, so each rule stands here once. Whoever calls says who acts; what they may do is looked up here.
/// </summary>
public sealed class MessageWriter : IAsyncDisposable
{
    /// <summary>Longest key of a sender, in UTF-16 units.</summary>
    public const int MaxKeyLength = 128;

    private readonly CommitQueue _commits;
    private readonly RoomBroker _broker;
    private readonly UserDirectory _users;
    private readonly MarkdownRenderer _markdown;
    private readonly MessageOptions _options;
    private readonly PartitionedRateLimiter<UserId> _pace;

    /// <summary>One instance for all.</summary>
    public MessageWriter(CommitQueue commits, RoomBroker broker, UserDirectory users, MarkdownRenderer markdown, MessageOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _commits = commits;
        _broker = broker;
        _users = users;
        _markdown = markdown;
        _options = options;
        _pace = PartitionedRateLimiter.Create<UserId, UserId>(user => RateLimitPartition.GetTokenBucketLimiter(user, _ => new()
        {
            TokenLimit = options.PostBurst,
            TokensPerPeriod = options.PostsPerSecond,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            QueueLimit = 0,
        }));
    }

    /// <summary>
    /// Stores a message and shows it to the room. Accepted means: on disk. The same key and content again gives the
    /// first result again, for ever.
    /// </summary>
    /// <param name="actor">Who posts.</param>
    /// <param name="room">Where.</param>
    /// <param name="text">Markdown.</param>
    /// <param name="key">The sender's key, 1 to <see cref="MaxKeyLength"/> characters; null makes one, and then a retry is a new message.</param>
    public async Task<PostResult> PostAsync(UserId actor, RoomId room, string text, string? key)
    {
        ArgumentNullException.ThrowIfNull(text);
        key ??= Guid.NewGuid().ToString("N");
        if (key.Length is 0 or > MaxKeyLength || key.Any(char.IsControl)) return new PostResult.Rejected(PostRefusal.BadKey);
        text = Clean(text);
        if (!VisibleText.HasAny(text)) return new PostResult.Rejected(PostRefusal.Empty);
        if (text.EnumerateRunes().Count() > _options.MaxLength) return new PostResult.Rejected(PostRefusal.TooLong);
        using var pass = _pace.AttemptAcquire(actor);
        if (!pass.IsAcquired)
            return new PostResult.Rejected(PostRefusal.TooFast, pass.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.FromSeconds(1));

        var html = _markdown.Render(text);
        var fingerprint = Fingerprint(room, text);
        try
        {
            return await _commits.CommitAsync(commit => Post(commit, actor, room, key, text, html, fingerprint));
        }
        catch (StorageUnavailableException problem)
        {
            return problem.IsBusy
                ? new PostResult.Rejected(PostRefusal.Busy, TimeSpan.FromSeconds(1))
                : new PostResult.Rejected(PostRefusal.StorageFailed, TimeSpan.FromSeconds(5));
        }
    }

    /// <summary>
    /// Deletes a message: its own author may, and whoever has a higher rank than the author; the latter leaves an entry
    /// in the audit log.
    /// </summary>
    /// <param name="actor">Who deletes.</param>
    /// <param name="id">Which message.</param>
    /// <param name="reason">Why, for the audit log; cut at 512 characters.</param>
    public async Task<DeleteOutcome> DeleteAsync(UserId actor, MessageId id, string reason = "")
    {
        try
        {
            return await _commits.CommitAsync(commit => Delete(commit, actor, id, reason));
        }
        catch (StorageUnavailableException)
        {
            return DeleteOutcome.Busy;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _pace.DisposeAsync();

    private PostResult Post(Commit commit, UserId actor, RoomId roomId, string key, string text, string html, string fingerprint)
    {
        if (RoomAccess.Find(commit.Db, roomId, actor) is not { } standing) return new PostResult.Rejected(PostRefusal.RoomNotFound);
        if (!standing.IsMember) return new PostResult.Rejected(PostRefusal.NotAMember);
        if (commit.Db.Messages.FirstOrDefault(m => m.AuthorId == actor.Value && m.Key == key) is { } earlier)
        {
            return earlier.Fingerprint == fingerprint
                ? new PostResult.Accepted(MessageView.Of(earlier, _users), standing.Room.Epoch, IsDuplicate: true)
                : new PostResult.Rejected(PostRefusal.KeyUsedForOther);
        }

        var room = commit.Db.Rooms.Single(r => r.Id == roomId.Value);
        var message = new Message
        {
            RoomId = room.Id,
            Offset = room.Head + 1,
            AuthorId = actor.Value,
            Key = key,
            Fingerprint = fingerprint,
            Text = text,
            Html = html,
            At = commit.Now,
        };
        commit.Db.Messages.Add(message);
        commit.Db.SaveChanges(); // gives the id that the log names
        var offset = RoomLog.Append(commit, room, LogEntryKind.MessagePosted, actor, new MessageId(message.Id));
        var view = MessageView.Of(message, _users);
        commit.AfterCommit(() => _broker.Publish(roomId, new MessagePosted(view), offset));
        return new PostResult.Accepted(view, room.Epoch, IsDuplicate: false);
    }

    private DeleteOutcome Delete(Commit commit, UserId actor, MessageId id, string reason)
    {
        if (commit.Db.Messages.FirstOrDefault(m => m.Id == id.Value) is not { } message) return DeleteOutcome.NotFound;
        var roomId = new RoomId(message.RoomId);
        var by = _users.Get(actor);
        var author = _users.Get(new UserId(message.AuthorId));
        var isOwn = author.Id == actor;
        // Moderators act everywhere; whoever is neither that nor in the room must not even learn that the message exists.
        if (!by.IsModerator && RoomAccess.Find(commit.Db, roomId, actor) is not { IsMember: true }) return DeleteOutcome.NotFound;
        if (!isOwn && !(by.IsModerator && by.Rank > author.Rank)) return DeleteOutcome.NotAllowed;
        if (message.DeletedAt is not null) return DeleteOutcome.Done;

        message.Text = "";
        message.Html = "";
        message.DeletedAt = commit.Now;
        var room = commit.Db.Rooms.Single(r => r.Id == message.RoomId);
        var offset = RoomLog.Append(commit, room, LogEntryKind.MessageDeleted, actor, id);
        if (!isOwn) AuditLog.Add(commit, actor, "message.delete", id.ToString(), $"by {author.Name} in {AuditLog.NameOf(room)}", reason);
        commit.AfterCommit(() => _broker.Publish(roomId, new MessageDeleted(roomId, id, by, commit.Now), offset));
        return DeleteOutcome.Done;
    }

    // Line ends become one kind, halves of surrogate pairs become U+FFFD, NUL goes: what is stored can be shown and sent anywhere.
    private static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').EnumerateRunes())
        {
            if (rune.Value != 0) clean.Append(rune.ToString());
        }

        return clean.ToString().TrimEnd().TrimStart('\n');
    }

    private static string Fingerprint(RoomId room, string text) =>
        Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes($"{room}\n{text}")));
}
