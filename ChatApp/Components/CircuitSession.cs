using ChatApp.Push;

namespace ChatApp.Components;

/// <summary>
/// The live connection of one open page: made when the page has become interactive, gone with its circuit. One loop
/// reads the outbox and hands each batch to those who listen, one after the other, so a slow renderer gets larger
/// batches and never a longer queue.
/// </summary>
/// <param name="broker">The push engine.</param>
/// <param name="log">Faults of listeners.</param>
public sealed partial class CircuitSession(RoomBroker broker, ILogger<CircuitSession> log) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<Func<IReadOnlyList<Envelope>, Task>> _listeners = [];
    private readonly TaskCompletionSource<EndReason> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _disposed;

    /// <summary>The connection; null before <see cref="Open"/>, and where the user has too many open pages.</summary>
    public Connection? Connection { get; private set; }

    /// <summary>Completes with the reason when the server has ended the connection, not when the page was closed.</summary>
    public Task<EndReason> Ended => _ended.Task;

    /// <summary>Connects the page, once. False where the user has too many open pages.</summary>
    public bool Open(UserId user, string address)
    {
        lock (_gate)
        {
            if (_disposed) return false;
            if (Connection is not null) return true;
            Connection = broker.Connect(new ConnectionDescription(user, ConnectionKind.Circuit, address));
            if (Connection is null) return false;
        }

        _ = ReadAsync(Connection);
        return true;
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

    // One reader per outbox: this loop.
    private async Task ReadAsync(Connection connection)
    {
        var batch = new List<Envelope>();
        while (await connection.Outbox.WaitAsync())
        {
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
