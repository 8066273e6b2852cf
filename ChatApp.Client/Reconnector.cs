using System.Diagnostics.CodeAnalysis;
using System.Net.WebSockets;
using ChatApp.Client.Wire;

namespace ChatApp.Client;

/// <summary>Holds one link after the other until one ends for good, and hands the current one to whoever waits for it.</summary>
internal sealed class Reconnector(ChatClientOptions options, Action<Link, Push> onPush) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<EndReason> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Holds the link that is connected, or waits for the next one; null once it is over.
    private TaskCompletionSource<Link?> _next = NewNext();
    private Link? _current;
    private Task? _running;
    private string? _outworn;

    /// <summary>Completes, never with an exception, when no further link will come.</summary>
    public Task<EndReason> Completion => _completion.Task;

    public void Start()
    {
        lock (_gate)
        {
            if (!_completion.Task.IsCompleted)
                _running ??= Task.Run(RunAsync, CancellationToken.None);
        }
    }

    public void EnsureStarted()
    {
        lock (_gate)
        {
            if (_running is null && !_completion.Task.IsCompleted)
                throw new InvalidOperationException($"Call {nameof(ChatClient.ConnectAsync)} first.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Task? running;
        lock (_gate)
        {
            running = _running;
        }
        if (running is not null)
            await running;
        End(EndReason.Disposed);
    }

    /// <summary>The connected link, waited for where there is none; null once it is over.</summary>
    public async Task<Link?> LinkAsync(CancellationToken cancel)
    {
        Task<Link?> next;
        lock (_gate)
        {
            next = _next.Task;
        }
        return await next.WaitAsync(cancel);
    }

    /// <summary>Whoever first notices that a link is lost makes everybody wait for the next one.</summary>
    public void Retire(Link link)
    {
        lock (_gate)
        {
            if (_current != link)
                return;
            _current = null;
            _next = NewNext();
        }
    }

    private static TaskCompletionSource<Link?> NewNext() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void End(EndReason reason)
    {
        _completion.TrySetResult(reason);
        lock (_gate)
        {
            _next.TrySetResult(null);
        }
    }

    /// <summary>One connection after the other, until one ends for good.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Whatever a callback throws must end the client with a reason.")]
    private async Task RunAsync()
    {
        var backoff = new Backoff(options.BackoffMin, options.BackoffMax);
        try
        {
            while (true)
            {
                var loss = await LiveAsync(_stop.Token);
                if (loss.Ends is { } kind)
                {
                    End(new(kind, loss.Code, loss.Reason));
                    return;
                }
                _stop.Token.ThrowIfCancellationRequested();
                if (!loss.TokenIsOutworn)
                    _outworn = null;
                var delay = loss.RetryAfter ?? backoff.Next(loss.Lived);
                options.Lost?.Invoke(new(loss.Code, loss.Reason, delay, loss.Cause));
                await Task.Delay(delay, options.Time, _stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            End(EndReason.Disposed);
        }
        catch (Exception e)
        {
            End(new(EndKind.Faulted, 0, e.ToString()));
        }
    }

    /// <summary>One connection from its token to its end.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Tokens and sockets fail in many ways, and each is a lost connection.")]
    private async Task<Loss> LiveAsync(CancellationToken stop)
    {
        string token;
        WebSocket socket;
        try
        {
            token = await options.Token(_outworn, stop);
            socket = await DialAsync(stop);
        }
        catch (ChatException e)
        {
            return Loss.Refused(e.Error, e);
        }
        catch (Exception e)
        {
            return Loss.Local($"no connection: {e.Message}", e);
        }
        // Asked for again only where the server says that it is used up; see RunAsync.
        _outworn = token;
        using var link = new Link(socket, options, onPush);
        var running = link.RunAsync();
        using var closing = stop.Register(link.Close);
        try
        {
            var reply = await link.RequestAsync(new() { Connect = new(token, options.Name) }, onReply: null, CancellationToken.None);
            if (reply is null)
                return await running;
            if (reply.Connect is not { } welcome)
                return Loss.Refused(reply.Error?.ToError() ?? ChatError.NotTheProtocol);
            Publish(link);
            var connected = options.Time.GetTimestamp();
            options.Connected?.Invoke();
            using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
            var renewing = new TokenRenewal(link, options, token => _outworn = token).RunAsync(token, welcome.Ttl, over.Token);
            var loss = await running with { Lived = options.Time.GetElapsedTime(connected) };
            await over.CancelAsync();
            await renewing;
            return loss;
        }
        catch (ChatException e)
        {
            return Loss.Refused(e.Error, e);
        }
        finally
        {
            link.Close();
            await running;
            Retire(link);
        }
    }

    private async Task<WebSocket> DialAsync(CancellationToken stop)
    {
        using var deadline = new CancellationTokenSource(options.ReplyTimeout, options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, deadline.Token);
        var socket = new ClientWebSocket();
        try
        {
            // The protocol has pings of its own.
            socket.Options.KeepAliveInterval = Timeout.InfiniteTimeSpan;
            await socket.ConnectAsync(options.Endpoint, either.Token);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private void Publish(Link link)
    {
        lock (_gate)
        {
            _current = link;
            _next.TrySetResult(link);
        }
    }
}
