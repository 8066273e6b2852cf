using System.Text;
using System.Text.Json;
using ChatApp.Client.Wire;

namespace ChatApp.Client;

/// <summary>
/// A live connection to the chat that repairs itself: it reconnects with jittered back-off, its subscriptions go on where
/// they were, and unanswered calls are sent again, posts under their first key. It is over when it is disposed or the
/// server says not to come back; <see cref="Completion"/> then holds the reason. All members may be called from any thread.
/// </summary>
/// <example>
/// <code>
/// using var http = new HttpClient();
/// using var login = await ChatLogin.LoginAsync(http, site, email, password);
/// await using var chat = new ChatClient(new() { Endpoint = login.Endpoint, Token = login.TokenAsync });
/// await chat.ConnectAsync();
/// await using var general = await chat.SubscribeAsync("room:general");
/// await chat.PostAsync("general", "hello");
/// await foreach (var happened in general)
/// {
///     if (happened is MessagePosted { Message: var message })
///         Console.WriteLine($"{message.Author.Name}: {message.Text}");
/// }
/// </code>
/// </example>
public sealed partial class ChatClient : IAsyncDisposable
{
    private const string OwnPrefix = "#";
    private const int MaxFaults = 3;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, ChatSubscription> _subscriptions = new(StringComparer.Ordinal);
    private readonly Reconnector _connection;
    private readonly Pacer _posts;

    /// <summary>Prepares a client; nothing is sent before <see cref="ConnectAsync"/>.</summary>
    /// <param name="options">How to connect.</param>
    /// <exception cref="ArgumentException">An option is out of its range; the message names it, its value and the range.</exception>
    public ChatClient(ChatClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        Options = options;
        _connection = new(options, Dispatch);
        _posts = new(options.Posts, options.Time);
    }

    /// <summary>Completes, never with an exception, when the client is over for good.</summary>
    public Task<EndReason> Completion => _connection.Completion;

    internal ChatClientOptions Options { get; }

    /// <summary>
    /// Starts the client and waits until it is connected, however many attempts that takes
    /// (<see cref="ChatClientOptions.Lost"/> hears of each). May be called again to wait again.
    /// </summary>
    /// <param name="cancel">Stops the waiting; the client goes on trying until it is disposed.</param>
    /// <exception cref="ChatException">The server, or the token's issuer, refused for good.</exception>
    public async Task ConnectAsync(CancellationToken cancel = default)
    {
        _connection.Start();
        if (await _connection.LinkAsync(cancel) is null)
            throw await EndedAsync();
    }

    /// <summary>Subscribes to a channel, waiting for the connection where it is down.</summary>
    /// <param name="channel">The channel, for example <c>room:general</c>; at most 255 characters, and one live subscription each.</param>
    /// <param name="from">What the program has already: everything after it comes first, or a <see cref="Gap"/>. Null
    /// for what happens from now on.</param>
    /// <param name="cancel">Gives up; the server then forgets the subscription too.</param>
    /// <returns>The channel's events.</returns>
    /// <exception cref="ChatException">The server refused (102 unknown channel, 103 permission denied), or the client is over.</exception>
    /// <exception cref="InvalidOperationException">Not connected yet, or this client already has that subscription.</exception>
    public Task<ChatSubscription> SubscribeAsync(string channel, ChannelPosition? from = null, CancellationToken cancel = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(channel);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(channel.Length, 255, nameof(channel));
        ArgumentOutOfRangeException.ThrowIfNegative(from?.Offset ?? 0, nameof(from));
        _connection.EnsureStarted();
        return StartAsync(new(this, channel, from), cancel);
    }

    /// <summary>
    /// The events that concern this account on all its devices: rooms joined and left, what was read elsewhere, a new rank.
    /// The server keeps none of them, so each lost connection leaves a <see cref="Gap"/>.
    /// </summary>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ChatException">The client is over.</exception>
    /// <exception cref="InvalidOperationException">Not connected yet, or this client already has that subscription.</exception>
    public async Task<ChatSubscription> SubscribeOwnAsync(CancellationToken cancel = default)
    {
        _connection.EnsureStarted();
        if (await _connection.LinkAsync(cancel) is not { } link)
            throw await EndedAsync();
        return await StartAsync(new(this, OwnPrefix + link.User, from: null, isOwn: true), cancel);
    }

    /// <summary>
    /// Posts a message and waits until the server has stored it. Where the connection is down or breaks, or the server
    /// wants a pause, it waits and sends the message again with the same key, so it is stored once. It waits for as long
    /// as that takes: bound it with <paramref name="cancel"/>.
    /// </summary>
    /// <param name="room">The room's id, without <c>room:</c>.</param>
    /// <param name="text">The message as Markdown.</param>
    /// <param name="key">The message's idempotency key, 1 to 128 characters. By default a new one; pass your own to be able to repeat the
    /// call, after it was cancelled or the program restarted, without posting twice.</param>
    /// <param name="replyTo">Id of the message that this one answers; null for none.</param>
    /// <param name="thread">Id of the message in whose thread it is said; null for the room itself.</param>
    /// <param name="cancel">Stops the waiting; the message may have been posted nevertheless.</param>
    /// <exception cref="ChatException">The server refused (103 not a member, 407 too long, ...), or the client is over.</exception>
    /// <exception cref="InvalidOperationException">Not connected yet.</exception>
    public async Task<PostReceipt> PostAsync(
        string room, string text, string? key = null, string? replyTo = null, string? thread = null, CancellationToken cancel = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(room);
        ArgumentNullException.ThrowIfNull(text);
        var data = new PostData(text, key ?? Guid.NewGuid().ToString("N"), replyTo, thread);
        var command = new PublishCommand($"room:{room}", JsonSerializer.SerializeToElement(data, WireFormat.Json.PostData));
        var reply = await AskAsync(new() { Publish = command }, _posts, cancel);
        return reply.Publish is { } stored
            ? new(stored.Offset, stored.Epoch ?? "", stored.Id ?? "", stored.Duplicate)
            : throw new ChatException(ChatError.NotTheProtocol);
    }

    /// <summary>Says goodbye to the server, ends every subscription and the client itself.</summary>
    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        ChatSubscription[] subscriptions;
        lock (_gate)
        {
            subscriptions = [.. _subscriptions.Values];
        }
        foreach (var subscription in subscriptions)
            await subscription.DisposeAsync();
    }

    internal Task<Link?> LinkAsync(CancellationToken cancel) => _connection.LinkAsync(cancel);

    internal void Retire(Link link) => _connection.Retire(link);

    internal void Forget(ChatSubscription subscription)
    {
        lock (_gate)
        {
            if (_subscriptions.GetValueOrDefault(subscription.Channel) == subscription)
                _subscriptions.Remove(subscription.Channel);
        }
    }

    /// <summary>What a call throws that comes when the client is over.</summary>
    internal async Task<Exception> EndedAsync()
    {
        var end = await Completion;
        return end.Kind is EndKind.Disposed
            ? new ObjectDisposedException(nameof(ChatClient))
            : new ChatException(new(end.Code, end.Message, Temporary: false));
    }

    private async Task<ChatSubscription> StartAsync(ChatSubscription subscription, CancellationToken cancel)
    {
        lock (_gate)
        {
            if (!_subscriptions.TryAdd(subscription.Channel, subscription))
                throw new InvalidOperationException($"This client is already subscribed to {subscription.Channel}.");
        }
        try
        {
            await subscription.StartAsync().WaitAsync(cancel);
            return subscription;
        }
        catch
        {
            await subscription.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Asks until there is an answer for good: again on the next connection where one broke, and after a pause where the
    /// server could not do it now. So a command may be carried out twice; all that are sent here bear that. One at which
    /// the server ends the connection again and again is given up: it would cost all others theirs for ever.
    /// </summary>
    private async Task<Incoming> AskAsync(Command command, Pacer? pacer, CancellationToken cancel)
    {
        _connection.EnsureStarted();
        var backoff = new Backoff(Options.BackoffMin, Options.BackoffMax);
        var faults = 0;
        while (await _connection.LinkAsync(cancel) is { } link)
        {
            if (pacer is not null)
                await pacer.WaitAsync(cancel);
            var reply = await link.RequestAsync(command, onReply: null, cancel);
            if (reply is null)
            {
                _connection.Retire(link);
                if (link.EndedByAnswer && ++faults == MaxFaults)
                    throw new ChatException(new(ChatError.Internal, $"the connection ended {MaxFaults} times while this was asked", Temporary: true));
                continue;
            }
            if (reply.Error?.ToError() is not { } error)
                return reply;
            if (!error.Temporary)
                throw new ChatException(error);
            var wait = backoff.Next(TimeSpan.Zero, atLeast: error.RetryAfter);
            if (error.Code is ChatError.TooManyRequests)
                pacer?.Hold(wait);
            await Task.Delay(wait, Options.Time, cancel);
        }
        throw await EndedAsync();
    }

    private void Dispatch(Link link, Push push)
    {
        if (push.Channel is not { } channel)
            return;
        ChatSubscription? subscription;
        lock (_gate)
        {
            subscription = _subscriptions.GetValueOrDefault(channel);
        }
        subscription?.Take(link, push);
    }
}
