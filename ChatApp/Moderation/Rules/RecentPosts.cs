using System.Data.Common;
using ChatApp.Rooms;
using ChatApp.Storage;

namespace ChatApp.Moderation.Rules;

/// <summary>
/// Who said what lately, for rules that look back. Only the writer asks and tells it, so of two messages in one batch the second one sees the
/// first. It is read from the messages when it is first needed and after each change of the rules, and so knows what was said before a start.
/// </summary>
/// <remarks>
/// From the newest <see cref="MostRead"/> messages of the instance. Whoever speaks first after a change reads them, on their own thread; the writer
/// adds what came since. A message whose commit fails is counted all the same until it is too old.
/// </remarks>
internal sealed class RecentPosts
{
    private const int MostRead = 20_000;
    private const int MostOfOne = 200;
    private const int ForgetEvery = 4096;

    private Dictionary<UserId, List<Post>> _posts = [];
    private volatile int _generation = -1;
    private TimeSpan _span;
    private int _noted;
    private Ahead? _ahead;
    private int _isReading;

    /// <summary>Reads what the rules will look back at, before the writer needs it; by any thread. Does nothing where that is done, or another one is at it.</summary>
    public void ReadAhead(ChatDatabase database, ScreenSnapshot rules, DateTimeOffset now)
    {
        if (_generation == rules.Generation || Volatile.Read(ref _ahead)?.Generation == rules.Generation || Interlocked.Exchange(ref _isReading, 1) == 1) return;
        try
        {
            using var db = database.OpenRead();
            var head = HeadOf(db);
            var posts = new Dictionary<UserId, List<Post>>();
            Read(db, posts, head - MostRead, now - rules.LongestSpan);
            Volatile.Write(ref _ahead, new Ahead(rules.Generation, head, posts));
        }
        catch (DbException)
        {
            // A storage that cannot be read is no reason to fail here: the change reads it itself, and says in its way what is wrong.
        }
        finally
        {
            Volatile.Write(ref _isReading, 0);
        }
    }

    /// <summary>Brings it up to date with the rules.</summary>
    public void Prepare(Commit commit, ScreenSnapshot rules)
    {
        if (_generation == rules.Generation) return;
        var ahead = Interlocked.Exchange(ref _ahead, null) is { } read && read.Generation == rules.Generation ? read : new Ahead(rules.Generation, HeadOf(commit.Db) - MostRead, []);
        Read(commit.Db, ahead.Posts, ahead.Head, commit.Now - rules.LongestSpan);
        (_posts, _span, _noted) = (ahead.Posts, rules.LongestSpan, 0);
        _generation = rules.Generation;
    }

    /// <summary>True where a rule that looks back hits what somebody says now.</summary>
    public bool Hits(CompiledRule rule, UserId author, UInt128 print, DateTimeOffset now)
    {
        var since = now - TimeSpan.FromSeconds(rule.Row.Seconds);
        // Of a span of a second the message of exactly a second ago is out: legal at that millisecond.
        var within = Of(author).Where(post => post.At > since && rule.Covers(post.Room));
        return rule.Row.Kind == RuleKind.Repeats
            ? within.Count(post => post.Print == print) + 1 >= rule.Row.Count
            : within.Count() >= rule.Row.Count;
    }

    /// <summary>Somebody has said something.</summary>
    public void Note(UserId author, RoomId room, UInt128 print, DateTimeOffset now)
    {
        var own = Of(author);
        own.RemoveAll(post => post.At <= now - _span);
        if (own.Count == MostOfOne) own.RemoveAt(0);
        own.Add(new Post(room, now, print));
        if (++_noted % ForgetEvery != 0) return;
        foreach (var (user, posts) in _posts)
        {
            if (posts.Count == 0 || posts[^1].At <= now - _span) _posts.Remove(user);
        }
    }

    private List<Post> Of(UserId author) => Of(_posts, author);

    private static List<Post> Of(Dictionary<UserId, List<Post>> posts, UserId author) => posts.TryGetValue(author, out var own) ? own : posts[author] = [];

    private static long HeadOf(ChatDbContext db) => db.Messages.Max(message => (long?)message.Id) ?? 0;

    private static void Read(ChatDbContext db, Dictionary<UserId, List<Post>> posts, long after, DateTimeOffset since)
    {
        var rows = db.Messages
            .Where(message => message.Id > after && message.At > since && message.DeletedAt == null)
            .Join(db.Rooms.Where(room => room.Visibility != RoomVisibility.Direct), message => message.RoomId, room => room.Id, (message, room) => message)
            .OrderBy(message => message.Id)
            .Select(message => new { message.AuthorId, message.RoomId, message.At, message.Text });
        foreach (var row in rows) Of(posts, new UserId(row.AuthorId)).Add(new Post(new RoomId(row.RoomId), row.At, RuleText.PrintOf(RuleText.Fold(row.Text))));
    }

    // What was read of the messages up to one of them.
    private sealed record Ahead(int Generation, long Head, Dictionary<UserId, List<Post>> Posts);

    private readonly record struct Post(RoomId Room, DateTimeOffset At, UInt128 Print);
}
