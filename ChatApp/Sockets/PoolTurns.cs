namespace ChatApp.Sockets;

/// <summary>Tells a client that says nothing from a server that has not got to what it said.</summary>
internal static class PoolTurns
{
    // From the network to the reader a frame passes the pool's queue several times.
    private const int Most = 16;

    /// <summary>
    /// Lets everything that waits for a thread have its turn, as often as what has come in may need it. Costs nothing where nothing waits.
    /// </summary>
    /// <returns>True where the work is done by then.</returns>
    public static async Task<bool> CompletesAsync(Task work)
    {
        // Each time to the end of the pool's queue.
        for (var turn = 0; turn < Most && !work.IsCompleted; turn++) await Task.Yield();
        return work.IsCompleted;
    }
}
