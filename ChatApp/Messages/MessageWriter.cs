using System.Buffers;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using ChatApp.Accounts;
using ChatApp.Moderation;
using ChatApp.Moderation.Held;
using ChatApp.Moderation.Rules;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Settings;
using ChatApp.Storage;

namespace ChatApp.Messages;

/// <summary>
/// The one way by which messages come into being: the same for the composer, the socket and every other entrance, so each
/// rule stands here once. Whoever calls says who acts; what they may do is looked up here.
/// </summary>
public sealed partial class MessageWriter
{
    /// <summary>Longest key of a sender, in UTF-16 units.</summary>
    public const int MaxKeyLength = 128;

    private readonly CommitQueue _commits;
    private readonly RoomBroker _broker;
    private readonly UserDirectory _users;
    private readonly MessageTexts _texts;
    private readonly Mentions _mentions;
    private readonly PostingRules _rules;
    private readonly Screening _screening;
    private readonly HeldMessages _held;
    private readonly RecentRefusals _refusals;
    private readonly SenderTurns _turns = new();
    private readonly AccountPace _pace;
    private readonly Counter<long>? _posts;
    private readonly Histogram<double>? _latency;

    /// <summary>Name of the instrument that measures how long posts take until they are acknowledged, in seconds.</summary>
    internal const string LatencyName = "chatapp.post.duration";

    private static readonly double[] Seconds = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5];

    /// <summary>One instance for all.</summary>
    public MessageWriter(CommitQueue commits, RoomBroker broker, UserDirectory users, MessageTexts texts, Mentions mentions, PostingRules rules, Screening screening, HeldMessages held, RecentRefusals refusals, InstanceSettings settings, TimeProvider time, Meter? meter = null)
    {
        _commits = commits;
        _broker = broker;
        _users = users;
        _texts = texts;
        _mentions = mentions;
        _rules = rules;
        _screening = screening;
        _held = held;
        _refusals = refusals;
        _posts = meter?.CreateCounter<long>("chatapp.posts", unit: null, "Posts, by result: accepted, duplicate, or why not.");
        _latency = meter?.CreateHistogram(LatencyName, "s", "From the arrival of a post until it is on disk, of those that were stored.", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = Seconds });
        _pace = new AccountPace(time, () => settings.Current.Limits.Posts);
    }

    /// <summary>
    /// Stores a message and shows it to the room. Accepted means: on disk. The same key and content again gives the
    /// first result again, for ever.
    /// </summary>
    /// <param name="actor">Who posts.</param>
    /// <param name="room">Where.</param>
    /// <param name="text">Markdown.</param>
    /// <param name="key">The sender's key, 1 to <see cref="MaxKeyLength"/> characters; null makes one, and then a retry is a new message.</param>
    /// <param name="replyTo">The message of the same room, or the same thread, that this one answers; null for none.</param>
    /// <param name="thread">The message in whose thread it is said; null for the room itself.</param>
    /// <param name="stored">
    /// Called with the result before the task completes where a message was stored and no other waits: by the writer itself, so it must
    /// return at once. It saves a lone sender the way over another thread, which at times costs more than the flush. Null: never.
    /// </param>
    public async Task<PostResult> PostAsync(UserId actor, RoomId room, string text, string? key, MessageId? replyTo = null, Action<PostResult.Accepted>? stored = null, MessageId? thread = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        var began = Stopwatch.GetTimestamp();
        var result = await TryPostAsync(actor, room, text, key, replyTo, thread, stored);
        if (result is PostResult.Accepted { IsDuplicate: false }) _latency?.Record(Stopwatch.GetElapsedTime(began).TotalSeconds);
        else if (result is PostResult.Rejected refused) _refusals.Note(actor, room, refused);
        _posts?.Add(1, new KeyValuePair<string, object?>("result", result switch
        {
            PostResult.Accepted { IsDuplicate: true } => "duplicate",
            PostResult.Rejected rejected => rejected.Reason.ToString(),
            PostResult.Held => "held",
            _ => "accepted",
        }));
        return result;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<PostResult> TryPostAsync(UserId actor, RoomId room, string text, string? key, MessageId? replyTo, MessageId? thread, Action<PostResult.Accepted>? stored)
    {
        key ??= Guid.NewGuid().ToString("N");
        if (key.Length is 0 or > MaxKeyLength || HasControls(key)) return new PostResult.Rejected(PostRefusal.BadKey);
        if (_texts.Check(text, out var clean) is { } problem) return new PostResult.Rejected(problem);
        if (!_pace.TryTake(actor, out var wait)) return new PostResult.Rejected(PostRefusal.TooFast, wait);

        var draft = new Draft(actor, room, _mentions.Read(clean), key, replyTo, thread, stored);
        try
        {
            // Nearly always nothing is in the way of a room's messages, and nothing comes into it until the commit.
            var looked = _screening.Look(room);
            return (looked.Screen is null ? await _commits.CommitAsync(commit => Post(commit, draft, looked)) : null) ?? await PostScreenedAsync(draft);
        }
        catch (StorageUnavailableException fault)
        {
            return fault.IsBusy
                ? new PostResult.Rejected(PostRefusal.Busy, TimeSpan.FromSeconds(1))
                : new PostResult.Rejected(PostRefusal.StorageFailed, TimeSpan.FromSeconds(5));
        }
    }

    // Null where the rules have changed since it was looked at.
    private PostResult? Post(Commit commit, Draft draft, Looked looked)
    {
        if (RoomAccess.Find(commit, draft.Room, draft.Author) is not { IsMember: true } standing) return _rules.Outside(commit, draft.Author, draft.Room);
        if (IsKeyUsed(commit, draft)) return AnswerAgain(commit, draft, standing.Epoch);
        if (_rules.Refusal(commit, draft.Author, draft.Room, standing) is { } rejected) return rejected;
        if (standing.IsDirect && !DirectRooms.MayWrite(commit, draft.Room, draft.Author)) return new PostResult.Rejected(PostRefusal.Unreachable);
        UserId? beginner = null;
        if (draft.Thread is { } thread && (beginner = BeginnerOf(commit, thread, draft.Room)) is null) return new PostResult.Rejected(PostRefusal.NoSuchThread);
        if (draft.ReplyTo is { } target && !MayAnswer(commit, target, draft)) return new PostResult.Rejected(PostRefusal.NoSuchReply);
        return _screening.Judge(commit, looked, standing) switch
        {
            Judgement.Passed passed => Store(commit, draft, standing, beginner, looked, passed),
            Judgement.Refused refused => refused.Result,
            Judgement.Held held => _held.Keep(commit, RowOf(commit, draft, held)),
            _ => null,
        };
    }

    private PostResult Store(Commit commit, Draft draft, PostingStanding standing, UserId? beginner, Looked? looked = null, Judgement.Passed? passed = null)
    {
        var text = _mentions.Settle(commit, draft.Read, draft.Room, draft.Author);
        if (text.Refusal is { } refusal) return new PostResult.Rejected(refusal, refusal == PostRefusal.TooFast ? TimeSpan.FromMinutes(1) : default);

        var view = Insert(commit, draft, text, new Offset(standing.Head.Value + 1));
        if (standing.IsDirect) DirectRooms.Bring(commit, draft.Room, _broker);
        if (view.Mentions.IsAny) _mentions.Tell(commit, view, view.Mentions.People, view.Mentions.IsAll);
        RoomLog.AppendPosted(commit, view.Offset, new MessagePosted(view), _broker);
        if (beginner is { } first) FollowThread(commit, view, first);
        if (looked is { Screen: not null }) _screening.Stored(commit, looked, passed!, view);
        var accepted = new PostResult.Accepted(view, standing.Epoch, IsDuplicate: false);
        if (commit.IsAlone && draft.Stored is { } stored) commit.AfterCommit(() => stored(accepted));
        return accepted;
    }

    // Who wrote the message that the thread hangs on; null where nothing can be said in such a thread.
    private static UserId? BeginnerOf(Commit commit, MessageId thread, RoomId room)
    {
        using var row = commit.Query("SELECT AuthorId FROM messages WHERE Id = ?1 AND RoomId = ?2 AND ThreadId IS NULL AND DeletedAt IS NULL", thread.Value, room.Value);
        return row.Read() ? new UserId(row.Text(0)) : null;
    }

    // What is answered stands where the answer will stand; a thread also answers what it hangs on.
    private static bool MayAnswer(Commit commit, MessageId target, Draft draft)
    {
        using var row = commit.Query(
            "SELECT 1 FROM messages WHERE Id = ?1 AND RoomId = ?2 AND DeletedAt IS NULL AND (ThreadId IS ?3 OR Id = ?3)", target.Value, draft.Room.Value, draft.Thread?.Value);
        return row.Read();
    }

    private void FollowThread(Commit commit, MessageView answer, UserId beginner)
    {
        var (thread, author) = (answer.Thread!.Value, answer.Author.Id);
        foreach (var other in answer.Mentions.People.Append(beginner).Distinct().Where(other => other != author))
            Threads.Follow(commit, _broker, answer.Room, thread, other, new Offset(answer.Offset.Value - 1), isAgain: false);
        Threads.Follow(commit, _broker, answer.Room, thread, author, answer.Offset);
    }

    private static bool IsKeyUsed(Commit commit, Draft draft)
    {
        using var row = commit.Query(
            """
            SELECT 1 FROM messages WHERE AuthorId = ?1 AND Key = ?2 UNION ALL SELECT 1 FROM spent_keys WHERE AuthorId = ?1 AND Key = ?2
            UNION ALL SELECT 1 FROM held_messages WHERE AuthorId = ?1 AND Key = ?2
            """,
            draft.Author.Value, draft.Key);
        return row.Read();
    }

    private PostResult AnswerAgain(Commit commit, Draft draft, string epoch)
    {
        if (commit.Db.Messages.FirstOrDefault(m => m.AuthorId == draft.Author.Value && m.Key == draft.Key) is not { } earlier)
            return HeldMessages.AnswerTo(commit, draft.Author, draft.Key, draft.Fingerprint) ?? SpentKeys.AnswerTo(commit.Db, draft.Author, draft.Key, draft.Fingerprint, epoch, _users);
        return earlier.Fingerprint == draft.Fingerprint
            ? new PostResult.Accepted(MessageViews.Of(commit.Db, earlier, _users), epoch, IsDuplicate: true)
            : new PostResult.Rejected(PostRefusal.KeyUsedForOther);
    }

    private MessageView Insert(Commit commit, Draft draft, SettledText text, Offset offset)
    {
        var id = commit.InsertMessage(
            """
            INSERT INTO messages (RoomId, "Offset", AuthorId, Key, Fingerprint, Text, Html, At, ReplyTo, HtmlVersion, Revision, MentionsAll, ThreadId)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 1, ?11, ?12) RETURNING Id
            """,
            draft.Room.Value, offset.Value, draft.Author.Value, draft.Key, draft.Fingerprint, draft.Read.Text, text.Html,
            commit.Now.ToUnixTimeMilliseconds(), draft.ReplyTo?.Value, MarkdownRenderer.Version, text.Whom.IsAll ? 1 : 0, draft.Thread?.Value);
        MentionRows.Add(commit, id, draft.Room, offset, text.Whom.People);
        return new MessageView(new MessageId(id), draft.Room, offset, _users.Get(draft.Author), draft.Key, draft.Read.Text, text.Html, commit.Now, IsDeleted: false)
        {
            Mentions = text.Whom,
            ReplyTo = draft.ReplyTo is { } target ? MessageViews.PreviewOf(commit.Db, target, _users) : null,
            Thread = draft.Thread,
        };
    }

    private static bool HasControls(string key)
    {
        foreach (var c in key)
        {
            if (char.IsControl(c)) return true;
        }

        return false;
    }

    private sealed record Draft(UserId Author, RoomId Room, NamedText Read, string Key, MessageId? ReplyTo, MessageId? Thread, Action<PostResult.Accepted>? Stored)
    {
        public string Fingerprint { get; init; } = FingerprintOf(Room, ReplyTo, Thread, Read.Text);

        private static string FingerprintOf(RoomId room, MessageId? replyTo, MessageId? thread, string text)
        {
            var place = thread is { } root ? $"{room}#{root}" : room.Value;
            var head = replyTo is { } target ? $"{place}\n{target}\n" : $"{place}\n";
            var buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(head.Length + text.Length));
            var length = Encoding.UTF8.GetBytes(head, buffer);
            length += Encoding.UTF8.GetBytes(text, buffer.AsSpan(length));
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(buffer.AsSpan(0, length), hash);
            ArrayPool<byte>.Shared.Return(buffer);
            return Convert.ToBase64String(hash);
        }
    }
}
