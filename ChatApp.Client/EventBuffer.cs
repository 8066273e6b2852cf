using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace ChatApp.Client;

/// <summary>Events between the read loop, which must never wait, and the program, which may take its time. Bounded.</summary>
internal sealed class EventBuffer(int capacity)
{
    private readonly Channel<ChatEvent> _events = Channel.CreateBounded<ChatEvent>(capacity);
    private volatile TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private bool IsDrained => _events.Reader.Count <= capacity / 2;

    /// <summary>False where it is full; nothing was added then.</summary>
    public bool TryAdd(ChatEvent item) => _events.Writer.TryWrite(item);

    /// <summary>Nothing more will come; what is there can still be read.</summary>
    public void Complete() => _events.Writer.TryComplete();

    /// <summary>Waits until the program has read at least half of a full buffer. One caller at a time.</summary>
    public Task DrainedAsync()
    {
        var drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _drained = drained;
        // Looked at after it can be signalled, so that no reading in between goes unnoticed.
        if (IsDrained)
            drained.TrySetResult();
        return drained.Task;
    }

    public async IAsyncEnumerable<ChatEvent> ReadAllAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        while (await _events.Reader.WaitToReadAsync(cancel))
        {
            while (_events.Reader.TryRead(out var item))
            {
                if (IsDrained)
                    _drained.TrySetResult();
                yield return item;
            }
        }
    }
}
