using System.Text.Json;
using System.Threading.RateLimiting;
using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Settings;
using ChatApp.Storage;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Search;

/// <summary>
/// Finds messages in the rooms that the viewer is in, newest first. An index proposes, the database gives a text out only
/// together with the right to read it, and both the right and the message are looked at once more before anybody sees it.
/// </summary>
/// <remarks>
/// The index knows runs of three characters (two of Chinese, Japanese and Korean). For shorter words, and where a query
/// proposes much that the viewer may not see, a page looks at no more than <see cref="MaxExamined"/> messages and says
/// where to go on: the time of a search is bounded, and nothing is passed over.
/// </remarks>
public sealed class MessageSearch : IAsyncDisposable
{
    /// <summary>Longest page.</summary>
    public const int MaxCount = 50;

    // Most pages are full after the first few hundred; what is rare among what the viewer may see needs longer strides, and
    // each about as much as those before it, so that no search looks at many times what it needs.
    private static readonly int[] Strides = [256, 2048, 8192, 26_624];

    private readonly ChatDatabase _database;
    private readonly UserDirectory _users;
    private readonly AccountPace _pace;
    private readonly ConcurrencyLimiter _turns;

    /// <summary>One instance for all.</summary>
    public MessageSearch(ChatDatabase database, UserDirectory users, SearchOptions options, InstanceSettings settings, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        _database = database;
        _users = users;
        _pace = new AccountPace(time, () => settings.Current.Limits.Searches);
        _turns = new ConcurrencyLimiter(new() { PermitLimit = options.AtOnce, QueueLimit = options.QueueLength });
    }

    /// <summary>How many messages one page looks at, at most.</summary>
    public static int MaxExamined { get; } = Strides.Sum();

    /// <summary>
    /// Searches on a thread of its own, within the limits of <see cref="SearchOptions"/>: for people and programs, who may
    /// ask as often as they like.
    /// </summary>
    /// <param name="viewer">Who searches.</param>
    /// <param name="query">What for; an empty one finds nothing.</param>
    /// <param name="room">Only in this room; null for all rooms that the viewer is in.</param>
    /// <param name="before">Only before this message: <see cref="SearchPage.Next"/> of the page before; null for the first page.</param>
    /// <param name="count">Messages wanted, 1 to <see cref="MaxCount"/>.</param>
    /// <param name="within">Only in these rooms; null for all.</param>
    /// <param name="stop">Gives up waiting for a turn.</param>
    public async Task<SearchResult> SearchAsync(
        UserId viewer, SearchQuery query, RoomId? room = null, MessageId? before = null, int count = 20, IReadOnlySet<RoomId>? within = null, CancellationToken stop = default)
    {
        if (!_pace.TryTake(viewer, out var wait)) return new SearchResult(SearchOutcome.TooFast, RetryAfter: wait);
        using var turn = await _turns.AcquireAsync(cancellationToken: stop);
        if (!turn.IsAcquired) return new SearchResult(SearchOutcome.TooFast, RetryAfter: TimeSpan.FromSeconds(1));
        var page = await Task.Run(() => Search(viewer, query, room, before, count, within), stop);
        return page is null ? new SearchResult(SearchOutcome.RoomNotFound) : new SearchResult(SearchOutcome.Done, page);
    }

    /// <summary>The same at once and without limits; null where the viewer is not in <paramref name="room"/>.</summary>
    public SearchPage? Search(UserId viewer, SearchQuery query, RoomId? room = null, MessageId? before = null, int count = 20, IReadOnlySet<RoomId>? within = null)
    {
        ArgumentNullException.ThrowIfNull(query);
        using var db = _database.OpenRead();
        db.Database.OpenConnection();
        if (SearchScope.Find(db, _users, viewer, query, room, before, within) is not { } scope) return null;
        if (query.IsEmpty || scope.IsEmpty) return SearchPage.Empty;

        var matcher = new SearchMatcher(query);
        var found = Collect(db, query, scope, matcher, Math.Clamp(count, 1, MaxCount), out var next);
        return new SearchPage(Show(found, scope, matcher), next);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _turns.DisposeAsync();

    private static List<long> Collect(ChatDbContext db, SearchQuery query, SearchScope scope, SearchMatcher matcher, int count, out MessageId? next)
    {
        var candidates = new SearchCandidates(db, query, scope);
        var found = new List<long>();
        var before = scope.Before;
        foreach (var stride in Strides)
        {
            var proposed = candidates.Next(before, stride);
            foreach (var candidate in Readable(db, query, scope, proposed))
            {
                if (!matcher.Matches(candidate.Text)) continue;
                if (found.Count == count)
                {
                    next = new MessageId(found[^1]);
                    return found;
                }

                found.Add(candidate.Id);
            }

            if (proposed.Count < stride)
            {
                next = null;
                return found;
            }

            before = proposed[^1];
        }

        next = new MessageId(before);
        return found;
    }

    // The join has its order written down (CROSS JOIN): a planner without statistics might begin with the author's or the
    // room's messages instead of the few that are asked for.
    private static List<Candidate> Readable(ChatDbContext db, SearchQuery query, SearchScope scope, List<long> ids)
    {
        if (ids.Count == 0) return [];
        var list = JsonSerializer.Serialize(ids);
        var rooms = JsonSerializer.Serialize(scope.Rooms.Keys);
        var authors = scope.Authors is null ? null : JsonSerializer.Serialize(scope.Authors);
        var since = query.Since?.ToUnixTimeMilliseconds() ?? long.MinValue;
        var until = query.Until?.ToUnixTimeMilliseconds() ?? long.MaxValue;
        return db.Database.SqlQuery<Candidate>(
            $"""
             SELECT m.Id, m.Text
             FROM json_each({list}) AS proposed CROSS JOIN messages AS m ON m.Id = proposed.value CROSS JOIN rooms AS r ON r.Id = m.RoomId
             WHERE m.RoomId IN (SELECT value FROM json_each({rooms}))
               AND (r.IsDefault OR EXISTS (SELECT 1 FROM memberships AS own WHERE own.RoomId = m.RoomId AND own.UserId = {scope.Viewer.Value}))
               AND m.DeletedAt IS NULL
               AND ({authors} IS NULL OR m.AuthorId IN (SELECT value FROM json_each({authors})))
               AND m.At >= {since} AND m.At < {until}
               AND ({query.IsPinned} = 0 OR m.PinnedAt IS NOT NULL)
               AND ({query.HasLink} = 0 OR instr(m.Html, '<a href="http') > 0)
             ORDER BY m.Id DESC
             """).ToList();
    }

    // With eyes of its own: what was deleted, edited or closed to the viewer since the first look is not shown.
    private List<SearchHit> Show(List<long> found, SearchScope scope, SearchMatcher matcher)
    {
        if (found.Count == 0) return [];
        using var db = _database.OpenRead();
        var rows = db.Messages
            .Where(m => found.Contains(m.Id) && m.DeletedAt == null)
            .Where(m => db.Rooms.Any(r => r.Id == m.RoomId && (r.IsDefault || db.Memberships.Any(own => own.RoomId == r.Id && own.UserId == scope.Viewer.Value))))
            .OrderByDescending(m => m.Id)
            .ToList();
        return [.. MessageViews.Of(db, rows, _users)
            .Where(message => matcher.Matches(message.Text))
            .Select(message => new SearchHit(message, scope.Rooms[message.Room.Value], matcher.Extract(message.Text)))];
    }

    private sealed record Candidate(long Id, string Text);
}
