namespace ChatApp.Accounts;

/// <summary>How often something may happen to one account in a span of time. In memory: one entry for each account to which it happened lately.</summary>
/// <param name="time">The clock.</param>
/// <param name="most">How often.</param>
/// <param name="span">In which time, counted from the first.</param>
public sealed class Budget(TimeProvider time, int most, TimeSpan span)
{
    private const int CleanAt = 1024;
    private readonly Lock _gate = new();
    private readonly Dictionary<UserId, (long Since, int Count)> _spent = [];
    private int _cleanAt = CleanAt;

    /// <summary>Takes one; false where there is none left.</summary>
    public bool TryTake(UserId user)
    {
        lock (_gate)
        {
            var spent = _spent.GetValueOrDefault(user);
            if (spent.Count == 0 || IsOver(spent.Since)) spent = (time.GetTimestamp(), 0);
            if (spent.Count >= most) return false;
            _spent[user] = spent with { Count = spent.Count + 1 };
            if (_spent.Count >= _cleanAt) Clean();
            return true;
        }
    }

    private bool IsOver(long since) => time.GetElapsedTime(since) >= span;

    private void Clean()
    {
        foreach (var (user, spent) in _spent)
        {
            if (IsOver(spent.Since)) _spent.Remove(user);
        }

        _cleanAt = Math.Max(CleanAt, 2 * _spent.Count);
    }
}
