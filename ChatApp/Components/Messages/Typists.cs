using ChatApp.Accounts;

namespace ChatApp.Components.Messages;

/// <summary>Who writes in a room at this moment. All calls come one at a time.</summary>
/// <param name="time">The clock.</param>
public sealed class Typists(TimeProvider time)
{
    /// <summary>How long somebody counts as writing after they were last told of: 6 s.</summary>
    public static readonly TimeSpan Lasting = TimeSpan.FromSeconds(6);

    /// <summary>Names that are shown; who are more are "several people".</summary>
    public const int MostNamed = 3;

    // More need not be told apart.
    private const int MostKept = 50;

    private readonly List<(UserCard Who, DateTimeOffset End)> _typing = [];

    /// <summary>Who writes, in the order in which they began.</summary>
    public IReadOnlyList<UserCard> Now => [.. _typing.Where(one => one.End > time.GetUtcNow()).Select(static one => one.Who)];

    /// <summary>How long until the next one counts no longer; null where nobody writes.</summary>
    public TimeSpan? UntilNextEnd => _typing.Count == 0 ? null : _typing.Min(static one => one.End) - time.GetUtcNow();

    /// <summary>Somebody writes. True where that changes who does.</summary>
    public bool Hear(UserCard who)
    {
        ArgumentNullException.ThrowIfNull(who);
        var end = time.GetUtcNow() + Lasting;
        var index = _typing.FindIndex(one => one.Who.Id == who.Id);
        if (index >= 0)
        {
            _typing[index] = (who, end);
            return false;
        }

        if (_typing.Count >= MostKept) return false;
        _typing.Add((who, end));
        return true;
    }

    /// <summary>Somebody's message has arrived. True where that changes who writes.</summary>
    public bool Stop(UserId who) => _typing.RemoveAll(one => one.Who.Id == who) > 0;

    /// <summary>Forgets those whose time is over. True where there were some.</summary>
    public bool Expire()
    {
        var now = time.GetUtcNow();
        return _typing.RemoveAll(one => one.End <= now) > 0;
    }

    /// <summary>Forgets everybody. True where there was somebody.</summary>
    public bool Clear()
    {
        var had = _typing.Count > 0;
        _typing.Clear();
        return had;
    }
}
