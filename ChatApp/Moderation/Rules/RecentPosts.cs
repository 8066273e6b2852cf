using ChatApp.Rooms;
using ChatApp.Storage;

namespace ChatApp.Moderation.Rules;

/// <summary>
/// Who said what lately, for rules that look back. Only the writer asks and tells it, so of two messages in one batch the second one sees the
/// first. It is read from the messages when it is first needed and after each change of the rules, and so knows what was said before a start.
/// </summary>
/// <remarks>
/// From the newest <see cref="MostRead"/> messages of the instance. A message whose commit fails is counted all the same until it is too old.
/// </remarks>
internal sealed class RecentPosts
{
    private const int MostRead = 20_000;
    private const int MostOfOne = 200;
    private const int ForgetEvery = 4096;

    private readonly Dictionary<UserId, List<Post>> _posts = [];
    private int? _generation;
    private TimeSpan _span;
    private int _noted;

    /// <summary>Brings it up to date with the rules.</summary>
    public void Prepare(Commit commit, ScreenSnapshot rules)
    {
        if (_generation == rules.Generation) return;
        (_generation, _span, _noted) = (rules.Generation, rules.LongestSpan, 0);
        _posts.Clear();
        var since = (commit.Now - _span).ToUnixTimeMilliseconds();
        using var rows = commit.Query(
            """
            SELECT m.AuthorId, m.RoomId, m.At, m.Text FROM messages AS m JOIN rooms AS r ON r.Id = m.RoomId
            WHERE m.Id > (SELECT MAX(Id) FROM messages) - ?1 AND m.At > ?2 AND m.DeletedAt IS NULL AND r.Visibility <> ?3 ORDER BY m.Id
            """,
            MostRead, since, (int)RoomVisibility.Direct);
        while (rows.Read())
            Of(new UserId(rows.Text(0))).Add(new Post(new RoomId(rows.Text(1)), DateTimeOffset.FromUnixTimeMilliseconds(rows.Number(2)), RuleText.PrintOf(RuleText.Fold(rows.Text(3)))));
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

    private List<Post> Of(UserId author) => _posts.TryGetValue(author, out var own) ? own : _posts[author] = [];

    private readonly record struct Post(RoomId Room, DateTimeOffset At, UInt128 Print);
}
