namespace ChatApp.Storage;

/// <summary>
/// One writer at a time in this process. SQLite before 3.51.3 can corrupt a database when one connection writes while
/// another checkpoints, so every write and every checkpoint passes through here, Identity's writes too.
/// </summary>
public sealed class WriteGate : IDisposable
{
    private readonly SemaphoreSlim _semaphore = new(1, 1);

    /// <summary>Waits for the gate without holding a thread. Dispose the result to leave.</summary>
    public async ValueTask<IDisposable> EnterAsync(CancellationToken cancellationToken = default)
    {
        await _semaphore.WaitAsync(cancellationToken).ConfigureAwait(false);
        return new Pass(_semaphore);
    }

    /// <summary>Waits for the gate on a thread of one's own: for the log's writer, and for Identity's rare synchronous saves.</summary>
    public IDisposable Enter()
    {
        _semaphore.Wait();
        return new Pass(_semaphore);
    }

    /// <inheritdoc/>
    public void Dispose() => _semaphore.Dispose();

    private sealed class Pass(SemaphoreSlim semaphore) : IDisposable
    {
        private SemaphoreSlim? _semaphore = semaphore;

        public void Dispose() => Interlocked.Exchange(ref _semaphore, null)?.Release();
    }
}
