using ChatApp.Messages;

namespace ChatApp.Moderation;

/// <summary>Attempts of one person in one room that were refused for one reason, within the last hour.</summary>
/// <param name="Why">The reason.</param>
/// <param name="By">Name of the rule or the program that refused; null where it was neither, or a program that did not answer.</param>
/// <param name="IsEdit">True where a text should be changed; false where a message should be posted.</param>
/// <param name="Count">How often.</param>
/// <param name="Since">When for the first time.</param>
/// <param name="At">When for the last time.</param>
public sealed record RefusedAttempts(PostRefusal Why, string? By, bool IsEdit, int Count, DateTimeOffset Since, DateTimeOffset At);

/// <summary>
/// What was refused lately to whom, for moderators who are asked why: never the text, and only what orders, rules or programs refuse. It lives in
/// memory, in bounds: the same again counts up, and whoever tries much pushes out what is theirs before anything of others.
/// </summary>
/// <param name="time">The clock.</param>
public sealed class RecentRefusals(TimeProvider time)
{
    /// <summary>How long something is remembered after the last time.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromHours(1);

    /// <summary>Most lines of one person in one room; the newest are kept.</summary>
    public const int MostInRoom = 16;

    /// <summary>Most lines of one person in all rooms.</summary>
    public const int MostOfOne = 64;

    /// <summary>Most lines of all people.</summary>
    public const int Most = 1000;

    private readonly Lock _gate = new();
    private readonly Dictionary<UserId, List<Line>> _people = []; // each person's, the newest last
    private int _count;

    /// <summary>How many lines are held.</summary>
    internal int Count
    {
        get
        {
            lock (_gate) return _count;
        }
    }

    /// <summary>What was refused to a person in a room, the newest first.</summary>
    public IReadOnlyList<RefusedAttempts> Of(UserId author, RoomId room)
    {
        var since = time.GetUtcNow() - Memory;
        lock (_gate) return _people.TryGetValue(author, out var own) ? [.. own.Where(line => line.Room == room && line.What.At > since).Select(line => line.What).Reverse()] : [];
    }

    /// <summary>An attempt was refused.</summary>
    internal void Note(UserId author, RoomId room, PostResult.Rejected refused, bool isEdit = false)
    {
        if (!IsNoted(refused.Reason)) return;
        var now = time.GetUtcNow();
        lock (_gate)
        {
            Forget(now - Memory, author);
            var own = _people.GetValueOrDefault(author) ?? [];
            var index = own.FindIndex(line => line.Room == room && line.What.Why == refused.Reason && line.What.IsEdit == isEdit && line.What.By == refused.Source);
            if (index >= 0)
            {
                var again = own[index] with { What = own[index].What with { Count = own[index].What.Count + 1, At = now } };
                own.RemoveAt(index);
                own.Add(again);
                return;
            }

            MakePlace(own, room, now);
            _people[author] = own;
            own.Add(new Line(room, new RefusedAttempts(refused.Reason, refused.Source, isEdit, 1, now, now)));
            _count++;
        }
    }

    // What is wrong with a message itself its author sees, and what is wrong with the server the log says.
    private static bool IsNoted(PostRefusal reason) => reason is
        PostRefusal.Muted or PostRefusal.Banned or PostRefusal.Locked or PostRefusal.Archived or PostRefusal.SlowMode or PostRefusal.TooFast or PostRefusal.NewMember
        or PostRefusal.Blocked or PostRefusal.NotChecked or PostRefusal.TooManyHeld;

    private void MakePlace(List<Line> own, RoomId room, DateTimeOffset now)
    {
        if (own.Count(line => line.Room == room) >= MostInRoom) RemoveAt(own, own.FindIndex(line => line.Room == room));
        else if (own.Count >= MostOfOne) RemoveAt(own, 0);
        else if (_count >= Most)
        {
            foreach (var user in _people.Keys.ToList()) Forget(now - Memory, user);
            // Whoever has most gives: many who try little keep theirs.
            if (_count >= Most) RemoveAt(_people.Values.MaxBy(lines => lines.Count)!, 0);
        }
    }

    private void RemoveAt(List<Line> lines, int index)
    {
        lines.RemoveAt(index);
        _count--;
    }

    private void Forget(DateTimeOffset since, UserId user)
    {
        if (!_people.TryGetValue(user, out var own)) return;
        _count -= own.RemoveAll(line => line.What.At <= since);
        if (own.Count == 0) _people.Remove(user);
    }

    private sealed record Line(RoomId Room, RefusedAttempts What);
}
