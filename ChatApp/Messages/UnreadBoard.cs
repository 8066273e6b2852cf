using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using ChatApp.Push;
using ChatApp.Rooms;

namespace ChatApp.Messages;

/// <summary>
/// The live unread numbers of everybody who has a page open. One reader hears every event once and counts in memory for all
/// of them: a page would have to subscribe to all rooms of its person to do that itself, and a post to a room of a thousand
/// would wake a thousand pages that do not show it. Numbers are read from storage when somebody comes, and again for a room
/// where something was deleted, brought back or trimmed; a post costs no query.
/// </summary>
/// <remarks>
/// Exact, because events come in the order of commits and each number says up to which change it was counted
/// (<see cref="Unread.Head"/>): a post is added once, whether the number was read before it or after it.
/// </remarks>
/// <param name="markers">Counts.</param>
/// <param name="threads">Counts threads.</param>
/// <param name="broker">Whose events are heard.</param>
/// <param name="time">The clock, for the pause between two batches.</param>
/// <param name="log">Faults.</param>
public sealed partial class UnreadBoard(ReadMarkers markers, Threads threads, RoomBroker broker, TimeProvider time, ILogger<UnreadBoard> log) : BackgroundService
{
    /// <summary>Time between two changes of the numbers on a page, however much is said: 200 ms.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    // References only; what does not fit means reading all numbers again.
    private const int MaxWaiting = 100_000;

    // What is said in a pause is let go of many times in it: messages that wait for its end would outlive a collection, which then
    // takes several times as long (docs/PERFORMANCE.md).
    private const int Parts = 10;

    private readonly Outbox _heard = broker.Overhear(MaxWaiting);
    private readonly Lock _gate = new();
    private readonly Dictionary<UserId, UnreadReader> _readers = [];

    /// <summary>Keeps the numbers of a person live until the result is disposed.</summary>
    /// <param name="user">Whose.</param>
    /// <param name="changed">Called on another thread after each change; must return at once.</param>
    public UnreadWatch Watch(UserId user, Action changed)
    {
        UnreadReader? reader;
        UnreadWatch watch;
        lock (_gate)
        {
            if (!_readers.TryGetValue(user, out reader)) _readers.Add(user, reader = new UnreadReader(user));
            watch = new UnreadWatch(this, reader, changed);
            reader.Watches = reader.Watches.Add(watch);
        }

        try
        {
            // Known first and read second: what is committed in between waits for the reader's lock.
            reader.Load(markers, threads);
            return watch;
        }
        catch
        {
            watch.Dispose();
            throw;
        }
    }

    internal void Forget(UnreadWatch watch)
    {
        lock (_gate)
        {
            watch.Reader.Watches = watch.Reader.Watches.Remove(watch);
            if (watch.Reader.Watches.IsEmpty && _readers.GetValueOrDefault(watch.Reader.User) == watch.Reader) _readers.Remove(watch.Reader.User);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var ending = stoppingToken.Register(() => _heard.Complete(discard: true));
        var batch = new List<Envelope>();
        var news = new UnreadNews();
        while (!news.IsEmpty || await _heard.WaitAsync())
        {
            Hear(news, batch);
            Take(news);
            news = new UnreadNews();
            for (var part = 0; part < Parts; part++)
            {
                await Task.Delay(Pause / Parts, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                Hear(news, batch);
            }
        }
    }

    private void Hear(UnreadNews news, List<Envelope> batch)
    {
        news.Add(_heard.Take(batch));
        batch.Clear();
    }

    private void Take(UnreadNews news)
    {
        if (news.IsEmpty) return;
        UnreadReader[] readers;
        lock (_gate) readers = [.. _readers.Values];
        foreach (var reader in readers) Tell(reader, news);
    }

    [SuppressMessage("Design", "CA1031", Justification = "one person's fault, or a failing disk, must not end everybody's numbers")]
    private void Tell(UnreadReader reader, UnreadNews news)
    {
        try
        {
            if (!reader.Take(news, markers, threads)) return;
            foreach (var watch in reader.Watches) watch.Changed();
        }
        catch (Exception fault)
        {
            LogFailed(log, fault);
        }
    }

    [LoggerMessage(330, LogLevel.Error, "Somebody's unread numbers could not be brought up to date; they are read again with the next event")]
    private static partial void LogFailed(ILogger logger, Exception fault);
}

/// <summary>One page's interest in the numbers of its person.</summary>
public sealed class UnreadWatch : IDisposable
{
    private readonly UnreadBoard _board;

    internal UnreadWatch(UnreadBoard board, UnreadReader reader, Action changed)
    {
        _board = board;
        Reader = reader;
        Changed = changed;
    }

    /// <summary>What is unread in each of the person's rooms, at this moment.</summary>
    public IReadOnlyDictionary<RoomId, Unread> Numbers => Reader.Numbers;

    /// <summary>How many threads that the person follows have answers that they have not read, at this moment.</summary>
    public int UnreadThreads => Reader.Threads.Unread;

    internal UnreadReader Reader { get; }

    internal Action Changed { get; }

    /// <inheritdoc/>
    public void Dispose() => _board.Forget(this);
}
