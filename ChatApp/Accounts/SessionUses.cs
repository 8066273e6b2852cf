using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using ChatApp.Push;
using ChatApp.Storage;

namespace ChatApp.Accounts;

/// <summary>
/// Notes when sessions were used, to the minute. A use costs a look into a table in memory; once a minute all of that minute go to
/// the database together, those of pages and programs that are only connected included.
/// </summary>
/// <param name="commits">Stores them.</param>
/// <param name="broker">Who is connected.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Faults.</param>
public sealed partial class SessionUses(CommitQueue commits, RoomBroker broker, TimeProvider time, ILogger<SessionUses> log) : BackgroundService
{
    /// <summary>Time between two notes: a minute.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>Longest address, in UTF-16 units.</summary>
    public const int MaxAddressLength = 64;

    private const int MostTogether = 500;
    private const string Store =
        """
        UPDATE sessions SET LastSeenAt = MAX(LastSeenAt, ?2), Address = ?3, ExpiresAt = CASE Kind WHEN 0 THEN MAX(ExpiresAt, ?2 + ?4) ELSE ExpiresAt END
        WHERE Id = ?1 AND EndedAt IS NULL
        """;

    private ConcurrentDictionary<string, Use> _uses = new(StringComparer.Ordinal);

    /// <summary>An address as it is stored.</summary>
    public static string Shorten(string address) => VisibleText.Cut(address, MaxAddressLength);

    /// <summary>A session was used; null where there was none.</summary>
    public void Note(string? session, string address)
    {
        if (session is null || (_uses.TryGetValue(session, out var noted) && noted.Address == address)) return;
        _uses[session] = new Use(address, time.GetUtcNow());
    }

    /// <summary>Stores what was noted, and that those who are connected still are.</summary>
    public async Task StoreAsync()
    {
        var uses = Interlocked.Exchange(ref _uses, new(StringComparer.Ordinal));
        var now = time.GetUtcNow();
        foreach (var connection in broker.Connections)
        {
            if (SessionClaims.IdOf(connection.Credential) is { } session) uses[session] = new Use(connection.Description.Address, now);
        }

        foreach (var some in uses.Chunk(MostTogether))
        {
            await commits.CommitAsync(commit =>
            {
                foreach (var (id, use) in some) commit.Execute(Store, id, use.At.ToUnixTimeMilliseconds(), Shorten(use.Address), (long)Sessions.BrowserLife.TotalMilliseconds);
                return some.Length;
            });
        }
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TryStoreAsync();
    }

    /// <inheritdoc/>
    [SuppressMessage("Reliability", "CA2016", Justification = "stopping is no fault")]
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await TryStoreAsync();
        }
        catch (OperationCanceledException)
        {
            // The server stops; what was noted since is stored by StopAsync.
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "one failing round must not end the service")]
    private async Task TryStoreAsync()
    {
        try
        {
            await StoreAsync();
        }
        catch (StorageUnavailableException)
        {
            // It is a courtesy to people; the next use notes it.
        }
        catch (Exception fault)
        {
            LogFailed(log, fault);
        }
    }

    [LoggerMessage(501, LogLevel.Warning, "It could not be noted which sessions are used")]
    private static partial void LogFailed(ILogger logger, Exception fault);

    private sealed record Use(string Address, DateTimeOffset At);
}
