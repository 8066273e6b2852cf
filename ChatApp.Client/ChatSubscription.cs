using System.Threading.Channels;
using ChatApp.Client.Wire;

namespace ChatApp.Client;

/// <summary>
/// The live events of one channel, in order. Enumerate it once: each event goes to one reader. It survives lost
/// connections by subscribing again; events of the time between are not repeated, and the jump of
/// <see cref="ChatEvent.Offset"/> shows how many were missed. The enumeration ends, after the events that were already
/// there, when the subscription does; <see cref="Completion"/> says why. Disposing unsubscribes.
/// </summary>
public sealed class ChatSubscription : IAsyncEnumerable<ChatEvent>, IAsyncDisposable
{
    private readonly ChatClient _client;
    private readonly Channel<ChatEvent> _events;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<EndReason> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _subscribed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _keeping = Task.CompletedTask;

    // The link whose pushes are ours: set by its subscribe reply, cleared by its unsubscribe push.
    private volatile Link? _active;
    private volatile EndReason? _end;
    private TaskCompletionSource _evicted = new();

    internal ChatSubscription(ChatClient client, string channel)
    {
        _client = client;
        Channel = channel;
        _events = System.Threading.Channels.Channel.CreateBounded<ChatEvent>(client.Options.EventBuffer);
    }

    /// <summary>The channel's name, for example <c>room:general</c>.</summary>
    public string Channel { get; }

    /// <summary>Completes, never with an exception, when the subscription is over.</summary>
    public Task<EndReason> Completion => _completion.Task;

    /// <inheritdoc/>
    public IAsyncEnumerator<ChatEvent> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        _events.Reader.ReadAllAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);

    /// <summary>Unsubscribes. Events that were already there can still be read.</summary>
    public async ValueTask DisposeAsync()
    {
        End(EndReason.Disposed);
        await _keeping;
    }

    /// <summary>Begins to keep the channel subscribed; completes with the first answer.</summary>
    internal Task StartAsync()
    {
        _keeping = Task.Run(KeepAsync, CancellationToken.None);
        return _subscribed.Task;
    }

    /// <summary>Called from a link's read loop.</summary>
    internal void Take(Link link, Push push)
    {
        // Another link, or an earlier subscription of the channel that this one replaces.
        if (_active != link || _end is not null)
            return;
        if (push.Pub is { } publication && !_events.Writer.TryWrite(ChatEvent.From(publication)))
            End(EndReason.Overflowed(_client.Options.EventBuffer));
        if (push.Unsubscribe is not { } gone)
            return;
        _active = null;
        if (gone.Code < 2500)
            End(new(EndKind.Unsubscribed, gone.Code, gone.Reason ?? "unsubscribed by the server"));
        else
            _evicted.TrySetResult();
    }

    /// <summary>The first reason counts. What follows is the keeper's: see the end of <see cref="KeepAsync"/>.</summary>
    private void End(EndReason reason)
    {
        if (Interlocked.CompareExchange(ref _end, reason, null) is null)
            _stop.Cancel();
    }

    /// <summary>Subscribes on one link after the other, until the subscription or the client is over.</summary>
    private async Task KeepAsync()
    {
        var backoff = new Backoff(_client.Options.BackoffMin, _client.Options.BackoffMax);
        var time = _client.Options.Time;
        Link? asked = null;
        try
        {
            while (await _client.LinkAsync(_stop.Token) is { } link)
            {
                _evicted = new(TaskCreationOptions.RunContinuationsAsynchronously);
                asked = link;
                var reply = await link.RequestAsync(new() { Subscribe = new(Channel) }, r => Answered(link, r), _stop.Token);
                if (reply?.Error?.ToError() is { } error)
                {
                    if (!_subscribed.Task.IsCompleted || !error.Temporary)
                    {
                        Refuse(new(EndKind.Refused, error.Code, error.Message), new ChatException(error));
                        return;
                    }
                    await Task.Delay(error.RetryAfter ?? backoff.Next(TimeSpan.Zero), time, _stop.Token);
                    continue;
                }
                var subscribed = time.GetTimestamp();
                if (reply is not null)
                {
                    _subscribed.TrySetResult();
                    await Task.WhenAny(link.Lost, _evicted.Task).WaitAsync(_stop.Token);
                }
                if (link.Lost.IsCompleted)
                    _client.Retire(link);
                else
                    await Task.Delay(backoff.Next(time.GetElapsedTime(subscribed)), time, _stop.Token);
            }
            Refuse(await _client.Completion, await _client.EndedAsync());
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            if (_end is { Kind: EndKind.Disposed or EndKind.Overflowed })
                asked?.Send(new() { Unsubscribe = new(Channel) });
        }
        finally
        {
            // Told last: whoever sees the end may subscribe to the channel again at once.
            _client.Forget(this);
            _events.Writer.TryComplete();
            _completion.TrySetResult(_end!);
            _subscribed.TrySetResult();
        }
    }

    private void Answered(Link link, Incoming reply)
    {
        if (reply.Error is null)
            _active = link;
    }

    private void Refuse(EndReason reason, Exception toTheFirstCaller)
    {
        End(reason);
        _subscribed.TrySetException(toTheFirstCaller);
    }
}
