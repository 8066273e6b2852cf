using ChatApp.Storage;

namespace ChatApp.Accounts;

/// <summary>Removes sessions that nobody can use any more: expired ones, and those that were ended a while ago.</summary>
/// <param name="commits">The one writer.</param>
/// <param name="time">The clock.</param>
public sealed class SessionUpkeep(CommitQueue commits, TimeProvider time)
{
    /// <summary>How long an ended session is kept, for whoever asks the database what happened: 30 days.</summary>
    public static readonly TimeSpan KeepEnded = TimeSpan.FromDays(30);

    private const int MostTogether = 500;
    private const string Remove = "DELETE FROM sessions WHERE Id IN (SELECT Id FROM sessions WHERE ExpiresAt < ?1 OR EndedAt < ?2 LIMIT ?3)";

    /// <summary>Removes them, some at a time, so that nobody waits for it.</summary>
    /// <returns>How many there were.</returns>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var removed = 0;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var some = await commits.CommitAsync(commit => commit.Execute(Remove, now.ToUnixTimeMilliseconds(), (now - KeepEnded).ToUnixTimeMilliseconds(), MostTogether));
            removed += some;
            if (some < MostTogether) return removed;
        }
    }
}
