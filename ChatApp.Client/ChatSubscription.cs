using ChatApp.Client.Wire;

namespace ChatApp.Client;

/// <summary>
/// The events of one channel, in order, each once. Enumerate it once: each event goes to one reader. Where the channel
/// keeps history it goes on after a lost connection exactly where it was: what was missed comes before anything newer.
/// Where that cannot be done a <see cref="Gap"/> stands in the place of what is missing.
/// <para>A program that reads too slowly costs only itself: once <see cref="ChatClientOptions.EventBuffer"/> events are
/// waiting the subscription pauses, everything else of the client goes on, and when half of them are read it fetches
/// what happened meanwhile from the server.</para>
/// <para>The enumeration ends, after the events that were already there, when the subscription does;
/// <see cref="Completion"/> says why. Disposing unsubscribes.</para>
/// </summary>
public sealed class ChatSubscription : IAsyncEnumerable<ChatEvent>, IAsyncDisposable
{
    private readonly ChatClient _client;
    private readonly EventBuffer _events;
    private readonly bool _isOwn;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<EndReason> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _subscribed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _keeping = Task.CompletedTask;

    // The link whose pushes are ours: set by its subscribe reply, cleared by its unsubscribe push or by a pause.
    // While it is null nobody but the keeper touches the position.
    private volatile Link? _active;
    private volatile EndReason? _end;
    private TaskCompletionSource<Interruption> _interrupted = new();
    private ChannelPosition? _position;
    private long? _holeAfter;
    private bool _hasBegun;

    internal ChatSubscription(ChatClient client, string channel, ChannelPosition? from, bool isOwn = false)
    {
        _client = client;
        Channel = channel;
        _position = from;
        _isOwn = isOwn;
        _events = new(client.Options.EventBuffer);
    }

    private enum Interruption
    {
        Evicted,
        Full,
        Hole,
    }

    /// <summary>The channel's name, for example <c>room:general</c>.</summary>
    public string Channel { get; }

    /// <summary>Completes, never with an exception, when the subscription is over.</summary>
    public Task<EndReason> Completion => _completion.Task;

    /// <inheritdoc/>
    public IAsyncEnumerator<ChatEvent> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        _events.ReadAllAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);

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
        if (push.Pub is { } publication)
            Accept(publication);
        // With a position the next publication shows the hole, and the server is asked for what is missing.
        if (push.Gap is { } dropped && _position is null)
            Offer(new Gap(GapReason.NotKept, dropped.Lost));
        if (push.Unsubscribe is not { } gone)
            return;
        if (gone.Code < 2500)
            End(new(EndKind.Unsubscribed, gone.Code, gone.Reason ?? "unsubscribed by the server"));
        Interrupt(Interruption.Evicted);
    }

    /// <summary>The first reason counts. What follows is the keeper's: see the end of <see cref="KeepAsync"/>.</summary>
    private void End(EndReason reason)
    {
        if (Interlocked.CompareExchange(ref _end, reason, null) is null)
            _stop.Cancel();
    }

    private void Interrupt(Interruption why)
    {
        _active = null;
        _interrupted.TrySetResult(why);
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
                _interrupted = new(TaskCreationOptions.RunContinuationsAsynchronously);
                asked = link;
                var error = await SubscribeAsync(link);
                if (error is { Temporary: false })
                {
                    Refuse(new(EndKind.Refused, error.Code, error.Message), new ChatException(error));
                    return;
                }
                if (error is not null)
                {
                    await Task.Delay(backoff.Next(TimeSpan.Zero, atLeast: error.RetryAfter), time, _stop.Token);
                    continue;
                }
                var subscribed = time.GetTimestamp();
                await Task.WhenAny(link.Lost, _interrupted.Task).WaitAsync(_stop.Token);
                if (link.Lost.IsCompleted)
                {
                    _client.Retire(link);
                    continue;
                }
                var why = await _interrupted.Task;
                if (why is not Interruption.Evicted && !_isOwn)
                    await link.RequestAsync(new() { Unsubscribe = new(Channel) }, onReply: null, _stop.Token);
                if (why is Interruption.Full)
                    await _events.DrainedAsync().WaitAsync(_stop.Token);
                else
                    await Task.Delay(backoff.Next(time.GetElapsedTime(subscribed)), time, _stop.Token);
            }
            Refuse(await _client.Completion, await _client.EndedAsync());
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            if (asked is not null && !_isOwn && _end is { Kind: EndKind.Disposed })
                await asked.SendAsync(new() { Unsubscribe = new(Channel) });
        }
        finally
        {
            // Told last: whoever sees the end may subscribe to the channel again at once.
            _active = null;
            _client.Forget(this);
            _events.Complete();
            _completion.TrySetResult(_end!);
            _subscribed.TrySetResult();
        }
    }

    /// <summary>Asks for the channel on this link; returns why it was refused, and null too where the link was lost.</summary>
    private async Task<ChatError?> SubscribeAsync(Link link)
    {
        if (_isOwn)
        {
            Answered(link, new SubscribeReply());
        }
        else
        {
            var command = new Command { Subscribe = SubscribeCommand.From(Channel, _position) };
            var reply = await link.RequestAsync(command, reply => Answered(link, reply), _stop.Token);
            if (reply is null)
                return null;
            if (reply.Subscribe is null)
                return reply.Error?.ToError() ?? ChatError.NotTheProtocol;
        }
        _subscribed.TrySetResult();
        return null;
    }

    private void Answered(Link link, Incoming reply)
    {
        if (reply.Subscribe is { } subscribed)
            Answered(link, subscribed);
    }

    /// <summary>In the read loop, before the next frame is looked at; for the own channel by the keeper, before its pushes are ours.</summary>
    private void Answered(Link link, SubscribeReply reply)
    {
        var head = reply is { Epoch: { } epoch, Offset: { } offset } ? new ChannelPosition(epoch, offset) : (ChannelPosition?)null;
        var goesOn = _hasBegun || _position is not null;
        if (goesOn && !reply.Recovered)
        {
            if (!Offer(new Gap(ReasonOf(reply.Gap), reply.Gap?.Lost ?? 0) { Position = head }))
                return;
            _position = head;
        }
        else if (!goesOn)
        {
            _position = head;
        }
        else if (_position is { } known && head is { } now)
        {
            // Whoever did not name an epoch learns it here.
            _position = known with { Epoch = now.Epoch };
        }
        _hasBegun = true;
        _active = link;
        foreach (var missed in reply.Publications ?? [])
        {
            if (_active != link)
                return;
            Accept(missed);
        }
    }

    private void Accept(Publication publication)
    {
        ChannelPosition? at = null;
        if (publication.Offset is { } offset && _position is { } known)
        {
            if (offset <= known.Offset)
                return;
            if (offset > known.Offset + 1 && !Bridge(known, offset - 1))
                return;
            at = known with { Offset = offset };
        }
        if (Offer(EventReader.Read(publication.Data, at)) && at is not null)
            _position = at;
    }

    /// <summary>
    /// Something is missing. The server is asked for it once; where the hole is still there afterwards, the program is told.
    /// </summary>
    private bool Bridge(ChannelPosition known, long until)
    {
        if (_holeAfter != known.Offset)
        {
            _holeAfter = known.Offset;
            Interrupt(Interruption.Hole);
            return false;
        }
        var behind = known with { Offset = until };
        if (!Offer(new Gap(GapReason.Trimmed, until - known.Offset) { Position = behind }))
            return false;
        _position = behind;
        return true;
    }

    private bool Offer(ChatEvent item)
    {
        if (_events.TryAdd(item))
            return true;
        Interrupt(Interruption.Full);
        return false;
    }

    private static GapReason ReasonOf(GapBody? gap) => gap?.Reason switch
    {
        "epoch" => GapReason.Epoch,
        "trimmed" => GapReason.Trimmed,
        "too_far" => GapReason.TooFar,
        _ => GapReason.NotKept,
    };

    private void Refuse(EndReason reason, Exception toTheFirstCaller)
    {
        End(reason);
        _subscribed.TrySetException(toTheFirstCaller);
    }
}
