using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using ChatApp.Accounts;
using ChatApp.Push;
using ChatApp.Wire;

namespace ChatApp.Sockets;

/// <summary>
/// One program, whatever the transport: WebSocket, lines over TCP, server-sent events. Two loops: the read loop carries out commands one after the other, the write
/// loop writes what the network did not take at once. Everything that is sent after the connect reply goes through the
/// connection's outbox, so replies and events keep one order.
/// </summary>
/// <param name="socket">The accepted socket.</param>
/// <param name="wire">What lies under it.</param>
/// <param name="address">The client's network address.</param>
/// <param name="proof">What the HTTP request itself proved; a token in the connect command wins.</param>
/// <param name="first">The connect command that stood in the address; null where the client sends it.</param>
/// <param name="services">The house.</param>
public sealed partial class SocketSession(WebSocket socket, ISocketWire wire, string address, Credential proof, ClientCommand.Connect? first, SocketServices services) : IAsyncDisposable
{
    private const int MaxErrors = 10;
    private const int MaxNameLength = 64;
    private static readonly TimeSpan ErrorWindow = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FarewellTime = TimeSpan.FromSeconds(2);

    private readonly PushOptions _options = services.Options;
    private readonly FrameReader _frames = new(socket, services.Options.FrameBytes);
    private readonly List<ClientCommand> _commands = [];
    private readonly CancellationTokenSource _stopReading = new();
    private CommandBucket _pace = new(services.Options, services.Time);
    private Connection? _connection;
    private SocketWriter? _writer;
    private SocketAnswers? _answers;
    private Task<EndReason?>? _firstRead;
    private SocketWatch? _watch;
    private long _firstError;
    private int _errors;
    private bool _isOnlyHaste;

    /// <summary>Serves the socket until one side ends it.</summary>
    /// <param name="authenticated">Called once it is known who is there.</param>
    /// <param name="stopping">The end of the server.</param>
    public async Task RunAsync(Action authenticated, CancellationToken stopping)
    {
        var reason = EndReason.Closed;
        try
        {
            reason = await ReadFirstAsync(authenticated, stopping) ?? await ServeAsync();
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
    public ValueTask DisposeAsync()
    {
        _answers?.Dispose();
        _stopReading.Dispose();
        return ValueTask.CompletedTask;
    }

    // Read loop, first part: nobody is known yet, so the time is short and nothing is kept.
    private async Task<EndReason?> ReadFirstAsync(Action authenticated, CancellationToken stopping)
    {
        if (first is not null) return await ConnectAsync(first, authenticated);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(_options.ConnectSeconds), services.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stopping);
        // The wait is cancelled and not the read: that would abort the socket before the reason could be said.
        _firstRead = ReadFirstCommandsAsync();
        try
        {
            if (await _firstRead.WaitAsync(either.Token) is { } problem) return problem;
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            if (stopping.IsCancellationRequested) return EndReason.Shutdown.Spread(TimeSpan.FromSeconds(_options.ReturnSeconds));
            // Where thousands come at once it may have spoken in time, and this server be late.
            if (!await PoolTurns.CompletesAsync(_firstRead)) return EndReason.Stale;
            if (await _firstRead is { } late) return late;
        }

        // What read the first frame is not needed any more, and would be kept as long as the socket.
        _firstRead = null;
        if (_commands is not [ClientCommand.Connect connect, ..]) return EndReason.BadRequest;
        _commands.RemoveAt(0);
        return await ConnectAsync(connect, authenticated);
    }

    private async Task<EndReason?> ReadFirstCommandsAsync()
    {
        while (_commands.Count == 0)
        {
            if (await _frames.ReadAsync(_commands, _stopReading.Token) is { } problem) return problem;
        }

        return null;
    }

    private async Task<EndReason?> ConnectAsync(ClientCommand.Connect connect, Action authenticated)
    {
        var credential = connect.Token is { Length: > 0 } token ? await services.Tokens.ReadAsync(token, address) : proof;
        if (credential.HasExpired)
        {
            // The client gets a new token for this code and tries again.
            if (connect.Id > 0) await SendAloneAsync(FrameEncoder.Refused(connect.Id, WireError.TokenExpired));
            return EndReason.Expired;
        }

        if (credential.Ban is { } ban)
        {
            if (connect.Id > 0) await SendAloneAsync(FrameEncoder.Refused(connect.Id, WireError.Banned with { Until = ban.Until }));
            return EndReason.Banned;
        }

        if (credential.User is not { } user) return EndReason.InvalidToken;
        var description = new ConnectionDescription(user, ConnectionKind.Socket, address, Shorten(connect.Name))
        {
            Credential = credential.Id,
            Owner = credential.Owner,
            Reach = credential.Grant.Reach,
        };
        _connection = services.Broker.Connect(description, wire.Direct);
        if (_connection is null) return EndReason.ConnectionLimit;
        // Connected first and looked at again second: whoever revoked in between has not seen the connection.
        if (!services.Tokens.StillHolds(credential)) return services.Guard.Ban(user) is not null ? EndReason.Banned : credential.Kind == CredentialKind.SignIn ? EndReason.SignedOut : EndReason.InvalidToken;
        services.Uses.Note(SessionClaims.IdOf(credential.Id), address);
        // Before the client hears of it: its next socket must not find this one still counted.
        authenticated();

        var life = new TokenLife(_connection, credential.Expires, hasGrace: credential.Kind != CredentialKind.Personal, _options, services.Time);
        _answers = new SocketAnswers(_connection, credential, life, services);
        var (begun, subs) = _answers.Begin(connect);
        // Past the outbox, in which an event may wait already: the reply to connect is the first thing that a client hears.
        await SendAloneAsync(FrameEncoder.Connected(connect.Id, _connection, services.Version, services.Node, _options, life.Ttl, services.Time.GetUtcNow(), subs));
        _writer = new SocketWriter(socket, wire, _connection, _options, services.Time, services.Metrics, _stopReading);
        _watch = _frames.Watch = _writer.Start(life, services.Wheel);
        foreach (var subscription in begun) _answers.GoOn(subscription);
        return null;
    }

    // Read loop, second part: the only place that receives from the socket after connect.
    private async Task<EndReason> ServeAsync()
    {
        while (true)
        {
            foreach (var command in _commands)
            {
                if (await CarryOutAsync(command) is { } end) return end;
            }

            _commands.Clear();
            var problem = await _frames.ReadAsync(_commands, _stopReading.Token);
            _watch!.Heard();
            if (problem is null) continue;
            // What came before the broken object was fine and is still done.
            foreach (var command in _commands)
            {
                if (await CarryOutAsync(command) is { } end) return end;
            }

            return problem;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<EndReason?> CarryOutAsync(ClientCommand command)
    {
        if (command is ClientCommand.Pong) return null;
        if (_connection!.EndReason is { } ended) return ended;
        // Whoever checks a busy room answers as often as it is asked.
        if (command is ClientCommand.Verdict { Id: 0 } verdict && _answers!.TakeVerdict(verdict)) return null;
        var error = MaySend(_connection.User)
            ? await _answers!.AnswerAsync(command)
            : WireError.TooManyRequests with { RetryMs = 1000 };
        if (error is null) return null;
        // A disk that fails is not the client's fault: many posts may be refused at once for it, and it shall come back.
        // Counted before it is told, so that whoever has the answer knows that it counts from then on.
        var isOneTooMany = error.Code != WireError.Internal.Code && CountError(isHaste: error.Code == WireError.TooManyRequests.Code);
        if (command.Id > 0) Send(FrameEncoder.Refused(command.Id, error));
        if (!isOneTooMany) return null;
        // A program that is only too fast has nothing to mend: it may come back, after a while.
        return _isOnlyHaste ? EndReason.TooManyRequests.Spread(TimeSpan.FromSeconds(_options.ReturnSeconds)) : EndReason.TooManyErrors;
    }

    private bool MaySend(UserId user)
    {
        var limit = !_pace.TryPass() ? nameof(PushOptions.CommandBurst) : !services.Pace.TryPass(user) ? nameof(PushOptions.BusySocketsPerUser) : null;
        if (limit is not null) services.Metrics.LimitMet(limit);
        return limit is null;
    }

    // Moderators read it: nothing that turns or hides what stands beside it.
    private static string? Shorten(string? name) => name is null
        ? null
        : VisibleText.Cut(string.Concat(name.EnumerateRunes().Where(rune => !VisibleText.IsForbiddenInNames(rune)).Select(rune => rune.ToString())), MaxNameLength);

    private void Send(byte[] frame) => _connection!.Send(services.Broker.Wrap(new ReadyFrame(frame)));

    private bool CountError(bool isHaste)
    {
        if (services.Time.GetElapsedTime(_firstError) > ErrorWindow)
        {
            _firstError = services.Time.GetTimestamp();
            _errors = 0;
        }

        _isOnlyHaste = isHaste && (_errors == 0 || _isOnlyHaste);
        return ++_errors >= MaxErrors;
    }

    private async Task FinishAsync(EndReason reason)
    {
        _connection?.End(reason);
        if (_writer is not null) await _writer.Finished;
        else await CloseUnknownAsync(_connection?.EndReason ?? reason);
        await HearOutAsync();
    }

    // The client has a moment to answer the close frame.
    private async Task HearOutAsync()
    {
        _stopReading.CancelAfter(FarewellTime);
        try
        {
            if (_firstRead is { IsCompleted: false }) await _firstRead;
            await _frames.DrainAsync(_stopReading.Token);
            // The WebSocket layer has said its last word by itself and reads no more (text that is not UTF-8): if we closed now, the
            // client's answer would make the system reset the connection, and the word be lost where the client has not read it yet.
            if (socket.State == WebSocketState.Aborted) await wire.GoneAsync(_stopReading.Token);
        }
        catch (Exception fault) when (fault is WebSocketException or OperationCanceledException or IOException)
        {
            // It is gone, or does not answer.
        }
    }

    private async Task CloseUnknownAsync(EndReason reason)
    {
        // A connection counts its end itself.
        if (_connection is null) services.Metrics.Closed(ConnectionKind.Socket, reason);
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

    // Before the write loop starts there is nothing that this could get in the way of.
    private async Task SendAloneAsync(byte[] frame)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(_options.PongSeconds), services.Time);
        await socket.SendAsync(frame, WebSocketMessageType.Text, endOfMessage: true, deadline.Token);
    }

    [LoggerMessage(200, LogLevel.Error, "A socket session failed")]
    internal static partial void LogFault(ILogger logger, Exception fault);
}
