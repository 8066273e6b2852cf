using ChatApp.Push;

namespace ChatApp.Components;

/// <summary>
/// The live connection of one open page: made when the page has become interactive, gone with its circuit. One loop
/// reads the outbox and hands each batch to those who listen, one after the other, so a slow renderer gets larger
/// batches and never a longer queue. While the browser is out of reach there is no connection: nothing is collected for it,
/// nobody sees it as present, and when it is back it is told that events were lost.
/// </summary>
/// <param name="broker">The push engine.</param>
/// <param name="pace">How long it rests between two batches.</param>
/// <param name="log">Faults of listeners.</param>
public sealed partial class CircuitSession(RoomBroker broker, PagePace pace, ILogger<CircuitSession> log) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<Func<IReadOnlyList<Envelope>, Task>> _listeners = [];
    private readonly TaskCompletionSource<EndReason> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _reading = Task.CompletedTask;
    private Func<bool> _mayConnect = static () => true;
    private bool _disposed;

    /// <summary>True while the browser is out of reach.</summary>
    public bool IsAway { get; private set; }

    /// <summary>The connection, the last one while the browser is away; null before <see cref="Open"/>, and where the user has too many open pages.</summary>
    public Connection? Connection { get; private set; }

    /// <summary>Completes with the reason when the server has ended the connection, not when the page was closed.</summary>
    public Task<EndReason> Ended => _ended.Task;

    /// <summary>Connects the page, once. False where the user has too many open pages.</summary>
    /// <param name="user">Who looks at it.</param>
    /// <param name="address">From where.</param>
    /// <param name="credential">Names the sign-in behind it.</param>
    /// <param name="mayConnect">Whether that still holds; asked when the page is connected already, so that no end of it is missed. Null for pages of nobody in particular.</param>
    public bool Open(UserId user, string address, string? credential = null, Func<bool>? mayConnect = null)
    {
        lock (_gate)
        {
            if (_disposed) return false;
            if (Connection is not null) return true;
            _mayConnect = mayConnect ?? _mayConnect;
            Connection = broker.Connect(new ConnectionDescription(user, ConnectionKind.Circuit, address) { Credential = credential });
            if (Connection is null) return false;
        }

        if (!_mayConnect()) Connection.End(EndReason.SignedOut);
        _reading = ReadAsync(Connection, _reading);
        return true;
    }

    /// <summary>True where one more page of the user could be connected now.</summary>
    public bool HasPlace(UserId user) => broker.HasPlace(user, ConnectionKind.Circuit);

    /// <summary>The browser cannot be reached: its connection ends, and the page stays as it is.</summary>
    public void Leave()
    {
        lock (_gate) IsAway = true;
        Connection?.End(EndReason.Closed);
    }

    /// <summary>The browser is back: the page is connected anew, and everything on it catches up with what it missed.</summary>
    /// <param name="isSignedIn">False where the sign-in behind the page has ended meanwhile.</param>
    public void Return(bool isSignedIn)
    {
        lock (_gate)
        {
            if (_disposed || !IsAway) return;
            IsAway = false;
            // A page that was ended by the server before it went away has been told so, and stays ended.
            if (Connection is not { EndReason: { } reason } || reason != EndReason.Closed) return;
            var again = isSignedIn ? broker.Connect(Connection.Description) : null;
            if (again is null)
            {
                _ended.TrySetResult(isSignedIn ? EndReason.ConnectionLimit : EndReason.SignedOut);
                return;
            }

            Connection = again;
        }

        if (!_mayConnect()) Connection.End(EndReason.SignedOut);
        Connection.Send(broker.EventsLost);
        _reading = ReadAsync(Connection, _reading);
    }

    /// <summary>
    /// Hands every batch of events to <paramref name="listener"/> until the result is disposed. The next batch is taken
    /// when all listeners have finished with this one.
    /// </summary>
    public IDisposable Listen(Func<IReadOnlyList<Envelope>, Task> listener)
    {
        lock (_gate) _listeners.Add(listener);
        return new Listening(this, listener);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _listeners.Clear();
        }

        Connection?.End(EndReason.Closed);
    }

    // One reader per outbox: this loop. Listeners get one batch at a time, also where one connection follows another.
    private async Task ReadAsync(Connection connection, Task previous)
    {
        await previous;
        var batch = new List<Envelope>();
        long? last = null;
        while (await connection.Outbox.WaitAsync())
        {
            if (last is { } before) await pace.RestAsync(before);
            var begun = pace.Begin();
            last = begun;
            connection.Outbox.Take(batch);
            if (batch.Count == 0) continue;
            Func<IReadOnlyList<Envelope>, Task>[] listeners;
            lock (_gate) listeners = [.. _listeners];
            foreach (var listener in listeners)
            {
                try
                {
                    await listener(batch);
                }
                catch (ObjectDisposedException)
                {
                    // The page was closed while its batch was on the way.
                }
                catch (Exception fault)
                {
                    LogListenerFailed(log, fault);
                }
            }

            pace.Worked(begun);
        }

        if (connection.EndReason is { } reason && reason != EndReason.Closed) _ended.TrySetResult(reason);
    }

    [LoggerMessage(300, LogLevel.Error, "A page could not take an event")]
    private static partial void LogListenerFailed(ILogger logger, Exception fault);

    private sealed class Listening(CircuitSession session, Func<IReadOnlyList<Envelope>, Task> listener) : IDisposable
    {
        public void Dispose()
        {
            lock (session._gate) session._listeners.Remove(listener);
        }
    }
}
