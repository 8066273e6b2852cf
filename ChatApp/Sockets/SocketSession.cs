using System.Buffers;
using System.Net.WebSockets;
using System.Threading.RateLimiting;
using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Push;
using ChatApp.Wire;

namespace ChatApp.Sockets;

/// <summary>
/// One program on the WebSocket endpoint. Two loops: the read loop carries out commands one after the other, the write
/// loop empties the connection's outbox. Everything that is sent after the connect reply goes through the outbox, so
/// replies and events keep one order.
/// </summary>
/// <param name="socket">The accepted socket.</param>
/// <param name="address">The client's network address.</param>
/// <param name="proof">What the HTTP request itself proved; a token in the connect command wins.</param>
/// <param name="services">The house.</param>
public sealed partial class SocketSession(WebSocket socket, string address, Credential proof, SocketServices services) : IAsyncDisposable
{
    private const int MaxErrors = 10;
    private static readonly TimeSpan ErrorWindow = TimeSpan.FromSeconds(10);

    private readonly PushOptions _options = services.Options;
    private readonly List<ClientCommand> _commands = [];
    private readonly CancellationTokenSource _stopReading = new();
    private readonly TokenBucketRateLimiter _pace = new(new TokenBucketRateLimiterOptions
    {
        TokenLimit = services.Options.CommandBurst,
        TokensPerPeriod = services.Options.CommandsPerSecond,
        ReplenishmentPeriod = TimeSpan.FromSeconds(1),
        QueueLimit = 0,
        AutoReplenishment = false, // a timer for each idle socket would cost more than looking when a command comes
    });

    private Connection? _connection;
    private SocketWriter? _writer;
    private long _lastReceived;
    private long _firstError;
    private int _errors;

    /// <summary>Serves the socket until one side ends it.</summary>
    /// <param name="authenticated">Called once it is known who is there.</param>
    /// <param name="stopping">The end of the server.</param>
    public async Task RunAsync(Action authenticated, CancellationToken stopping)
    {
        var reason = EndReason.Closed;
        try
        {
            reason = await ReadFirstAsync(stopping) ?? await ServeAsync(authenticated);
        }
        catch (Exception fault) when (fault is WebSocketException or OperationCanceledException or IOException)
        {
            // The peer went away without a word, or the write loop has ended the connection and says why.
        }
        catch (Exception fault)
        {
            LogFault(services.Logger, fault);
            reason = EndReason.ServerError;
        }
        finally
        {
            await FinishAsync(reason);
        }
    }

    /// <summary>Frees what the session held; call it after <see cref="RunAsync"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        await _pace.DisposeAsync();
        _stopReading.Dispose();
    }

    // Read loop, first part: nobody is known yet, so the time is short and nothing is kept.
    private async Task<EndReason?> ReadFirstAsync(CancellationToken stopping)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(_options.ConnectSeconds), services.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stopping);
        try
        {
            if (await ReadFrameAsync(either.Token) is { } problem) return problem;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return EndReason.Shutdown;
        }
        catch (OperationCanceledException)
        {
            return EndReason.Stale;
        }

        if (_commands is not [ClientCommand.Connect connect, ..]) return EndReason.BadRequest;
        _commands.RemoveAt(0);
        return await ConnectAsync(connect);
    }

    private async Task<EndReason?> ConnectAsync(ClientCommand.Connect connect)
    {
        var credential = connect.Token is { Length: > 0 } token ? services.Tokens.Read(token) : proof;
        if (credential.HasExpired)
        {
            // The client gets a new token for this code and tries again.
            await SendAloneAsync(FrameEncoder.Refused(connect.Id, WireError.TokenExpired));
            return EndReason.Expired;
        }

        if (credential.User is not { } user) return EndReason.InvalidToken;
        var name = connect.Name is { Length: > 64 } longName ? longName[..64] : connect.Name;
        _connection = services.Broker.Connect(new ConnectionDescription(user, ConnectionKind.Socket, address, name));
        if (_connection is null) return EndReason.ConnectionLimit;

        var now = services.Time.GetUtcNow();
        long? ttl = credential.Expires is { } end ? Math.Max(1, (long)(end - now).TotalSeconds) : null;
        Send(FrameEncoder.Connected(connect.Id, _connection, services.Version, services.Node, _options, ttl, now));
        _writer = new SocketWriter(socket, _connection, _options, services.Time, _stopReading);
        _lastReceived = services.Time.GetTimestamp();
        _writer.Start(credential.Expires, () => Volatile.Read(ref _lastReceived));
        return null;
    }

    // Read loop, second part: the only place that receives from the socket after connect.
    private async Task<EndReason> ServeAsync(Action authenticated)
    {
        authenticated();
        while (true)
        {
            foreach (var command in _commands)
            {
                if (await CarryOutAsync(command) is { } end) return end;
            }

            _commands.Clear();
            var problem = await ReadFrameAsync(_stopReading.Token);
            Volatile.Write(ref _lastReceived, services.Time.GetTimestamp());
            if (problem is null) continue;
            // What came before the broken object was fine and is still done.
            foreach (var command in _commands)
            {
                if (await CarryOutAsync(command) is { } end) return end;
            }

            return problem;
        }
    }

    private async Task<EndReason?> CarryOutAsync(ClientCommand command)
    {
        if (command is ClientCommand.Pong) return null;
        if (_connection!.EndReason is { } ended) return ended;
        _pace.TryReplenish();
        using var pass = _pace.AttemptAcquire();
        var error = pass.IsAcquired
            ? await AnswerAsync(command)
            : WireError.TooManyRequests with { RetryMs = 1000 };
        if (error is null) return null;
        Send(FrameEncoder.Refused(command.Id, error));
        return CountError() ? EndReason.TooManyErrors : null;
    }

    private async Task<WireError?> AnswerAsync(ClientCommand command)
    {
        switch (command)
        {
            case ClientCommand.Subscribe subscribe:
                return Subscribe(subscribe);
            case ClientCommand.Unsubscribe unsubscribe:
                if (Channel.Room(unsubscribe.Channel) is { } left) _connection!.SubscriptionTo(left)?.Dispose();
                Send(FrameEncoder.Unsubscribed(unsubscribe.Id));
                return null;
            case ClientCommand.Publish publish:
                return await PublishAsync(publish);
            case ClientCommand.Malformed malformed:
                return WireError.BadRequest with { Message = malformed.Problem };
            case ClientCommand.Connect:
                return WireError.BadRequest with { Message = "already connected" };
            default:
                return WireError.MethodNotFound;
        }
    }

    private WireError? Subscribe(ClientCommand.Subscribe command)
    {
        if (Channel.Room(command.Channel) is not { } room) return WireError.UnknownChannel;
        var (subscription, refusal) = services.Broker.Subscribe(_connection!, room);
        if (subscription is null) return WireError.Of(refusal!.Value);
        // Listening first and looking second: a membership that ends in between ends the subscription too.
        var standing = services.Rooms.Find(room, _connection!.User);
        if (standing is not { IsMember: true })
        {
            subscription.Dispose();
            return standing is null ? WireError.UnknownChannel : WireError.PermissionDenied;
        }

        Send(FrameEncoder.Subscribed(command.Id, standing.Room.Head, standing.Room.Epoch));
        subscription.Release(standing.Room.Head);
        return null;
    }

    private async Task<WireError?> PublishAsync(ClientCommand.Publish command)
    {
        if (Channel.Room(command.Channel) is not { } room) return WireError.UnknownChannel;
        switch (await services.Writer.PostAsync(_connection!.User, room, command.Text, command.Key))
        {
            case PostResult.Accepted accepted:
                Send(FrameEncoder.Published(command.Id, accepted));
                return null;
            case PostResult.Rejected rejected:
                return WireError.Of(rejected);
            default:
                return WireError.Internal;
        }
    }

    /// <summary>Reads one whole frame into <see cref="_commands"/>; the reason to end where it is not what it should be.</summary>
    private async Task<EndReason?> ReadFrameAsync(CancellationToken cancellation)
    {
        // A read without a buffer: an idle socket holds no memory for what may come one day.
        var first = await socket.ReceiveAsync(Memory<byte>.Empty, cancellation);
        if (first.MessageType == WebSocketMessageType.Close) return EndReason.Closed;
        if (first.EndOfMessage) return null;
        var buffer = ArrayPool<byte>.Shared.Rent(4096);
        try
        {
            var length = 0;
            while (true)
            {
                var received = await socket.ReceiveAsync(buffer.AsMemory(length), cancellation);
                if (received.MessageType == WebSocketMessageType.Close) return EndReason.Closed;
                if (received.MessageType == WebSocketMessageType.Binary) return EndReason.WrongProtocol;
                length += received.Count;
                if (length > _options.FrameBytes) return EndReason.BadRequest with { Text = "frame too long" };
                if (received.EndOfMessage) break;
                if (length == buffer.Length) buffer = Grow(buffer);
            }

            return FrameDecoder.TryRead(buffer.AsMemory(0, length), _commands) ? null : EndReason.BadRequest;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static byte[] Grow(byte[] full)
    {
        var larger = ArrayPool<byte>.Shared.Rent(full.Length * 2);
        full.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(full);
        return larger;
    }

    private void Send(byte[] frame) => _connection!.Send(services.Broker.Wrap(new ReadyFrame(frame)));

    private bool CountError()
    {
        if (services.Time.GetElapsedTime(_firstError) > ErrorWindow)
        {
            _firstError = services.Time.GetTimestamp();
            _errors = 0;
        }

        return ++_errors >= MaxErrors;
    }

    private async Task FinishAsync(EndReason reason)
    {
        if (_connection is not null && _writer is not null)
        {
            _connection.End(reason);
            await _stopReading.CancelAsync();
            await _writer.Finished;
        }
        else
        {
            await CloseUnknownAsync(reason);
        }

    }

    private async Task CloseUnknownAsync(EndReason reason)
    {
        try
        {
            if (reason != EndReason.Closed) await SendAloneAsync(FrameEncoder.Disconnect(reason));
            await SocketWriter.CloseAsync(socket, reason, services.Time);
        }
        catch (Exception fault) when (fault is WebSocketException or OperationCanceledException or IOException)
        {
            // It is gone already.
        }
    }

    // Before connect there is no outbox, and no write loop that this could get in the way of.
    private async Task SendAloneAsync(byte[] frame)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(_options.PongSeconds), services.Time);
        await socket.SendAsync(frame, WebSocketMessageType.Text, endOfMessage: true, deadline.Token);
    }

    [LoggerMessage(200, LogLevel.Error, "A socket session failed")]
    private static partial void LogFault(ILogger logger, Exception fault);
}
