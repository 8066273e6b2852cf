namespace ChatApp.Sockets;

/// <summary>
/// Lets sockets in a few at a time, in the order in which they came. Where thousands come at once, all would otherwise be opened
/// first and served afterwards: each waits for all others once more, and the time that it has for its first word passes meanwhile.
/// </summary>
/// <remarks>A turn ends before the client's first word: who says nothing holds up nobody.</remarks>
/// <param name="atOnce">Sockets that are opened at the same time.</param>
public sealed class ArrivalTurns(int atOnce) : IDisposable
{
    private readonly SemaphoreSlim _free = new(atOnce);
    private int _waiting;

    /// <summary>Sockets that wait to be opened.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Waits for a turn, which ends with the result; null where the client has gone meanwhile.</summary>
    public async ValueTask<IDisposable?> TakeAsync(CancellationToken gone)
    {
        var entering = _free.WaitAsync(gone);
        if (!entering.IsCompletedSuccessfully)
        {
            Interlocked.Increment(ref _waiting);
            try
            {
                await entering;
            }
            catch (OperationCanceledException)
            {
                return null;
            }
            finally
            {
                Interlocked.Decrement(ref _waiting);
            }

            // To the end of the pool's queue: first words of those who were let in before are there already, and come first.
            await Task.Yield();
        }

        return new Turn(_free);
    }

    /// <inheritdoc/>
    public void Dispose() => _free.Dispose();

    private sealed class Turn(SemaphoreSlim free) : IDisposable
    {
        private SemaphoreSlim? _free = free;

        public void Dispose() => Interlocked.Exchange(ref _free, null)?.Release();
    }
}
