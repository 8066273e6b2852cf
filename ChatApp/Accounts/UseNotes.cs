using System.Collections.Concurrent;
using ChatApp.Storage;

namespace ChatApp.Accounts;

/// <summary>Notes when secrets were used last: to the minute, off the caller's way, and of many uses at once only one.</summary>
/// <param name="commits">The one writer.</param>
/// <param name="time">The clock.</param>
/// <param name="store">Stores it, inside a change: which, and when.</param>
public sealed class UseNotes(CommitQueue commits, TimeProvider time, Action<Commit, string, DateTimeOffset, string> store)
{
    private static readonly TimeSpan BetweenNotes = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _noted = new(StringComparer.Ordinal);

    /// <summary>It is used now.</summary>
    /// <param name="id">Which secret.</param>
    /// <param name="stored">When it was used last, as stored; null where never.</param>
    /// <param name="address">From which network address; empty where nobody wants to know.</param>
    public void Note(string id, DateTimeOffset? stored, string address = "")
    {
        var now = time.GetUtcNow();
        var last = _noted.GetValueOrDefault(id, stored ?? DateTimeOffset.MinValue);
        if (now - last < BetweenNotes) return;
        // Of many requests at once one writes.
        if (_noted.TryGetValue(id, out var noted) ? !_noted.TryUpdate(id, now, noted) : !_noted.TryAdd(id, now)) return;
        _ = StoreAsync(id, now, address);
    }

    /// <summary>It will not be used any more.</summary>
    public void Forget(string id) => _noted.TryRemove(id, out _);

    private async Task StoreAsync(string id, DateTimeOffset now, string address)
    {
        try
        {
            await commits.CommitAsync(commit =>
            {
                store(commit, id, now, address);
                return true;
            });
        }
        catch (StorageUnavailableException)
        {
            // It is a courtesy to people; the next use notes it.
        }
    }
}
