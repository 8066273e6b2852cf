using System.Runtime.CompilerServices;

namespace ChatApp.Client;

/// <summary>How a <see cref="ChatClient"/> connects. Checked once, by the client's constructor.</summary>
public sealed class ChatClientOptions
{
    /// <summary>The server's socket, for example <c>wss://chat.example/connection/websocket</c>; absolute, ws or wss.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>
    /// Yields the access token of the connect command, asked before every connection and reconnection.
    /// <see cref="ChatLogin.TokenAsync"/> fits. A <see cref="ChatException"/> that is not temporary ends the client,
    /// any other failure is tried again like a lost connection.
    /// </summary>
    public required Func<CancellationToken, ValueTask<string>> Token { get; init; }

    /// <summary>What the server's list of connections calls this program: 1 to 64 characters, default <c>chatapp-client</c>.</summary>
    public string Name { get; init; } = "chatapp-client";

    /// <summary>The clock of every wait; default the system's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Shortest wait before reconnecting: 1 ms to <see cref="BackoffMax"/>, default 500 ms. A wait that the server names wins.</summary>
    public TimeSpan BackoffMin { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest wait before reconnecting: <see cref="BackoffMin"/> to 1 hour, default 20 s.</summary>
    public TimeSpan BackoffMax { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// How long opening a socket and each reply may take: 100 ms to 10 minutes, default 10 s.
    /// A reply that is later than this counts as a broken connection.
    /// </summary>
    public TimeSpan ReplyTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many unread events a subscription holds before it ends as overflowed: 1 to 1,000,000, default 1,024.</summary>
    public int EventBuffer { get; init; } = 1024;

    /// <summary>
    /// Told of every connection that was lost or did not come about, before the wait for the next one; for logs and
    /// status lines. Runs on the client's own task: it must be quick, and if it throws the client ends as faulted.
    /// </summary>
    public Action<ConnectionLoss>? Lost { get; init; }

    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Endpoint);
        ArgumentNullException.ThrowIfNull(Token);
        ArgumentNullException.ThrowIfNull(Name);
        ArgumentNullException.ThrowIfNull(Time);
        if (!Endpoint.IsAbsoluteUri || Endpoint.Scheme is not ("ws" or "wss"))
            throw Wrong("must be an absolute ws:// or wss:// address", Endpoint, nameof(Endpoint));
        if (Name.Length is 0 or > 64)
            throw Wrong("must have 1 to 64 characters", Name, nameof(Name));
        Between(BackoffMax, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1));
        Between(BackoffMin, TimeSpan.FromMilliseconds(1), BackoffMax);
        Between(ReplyTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10));
        Between(EventBuffer, 1, 1_000_000);
    }

    private static void Between<T>(T value, T min, T max, [CallerArgumentExpression(nameof(value))] string name = "")
        where T : IComparable<T>
    {
        if (value.CompareTo(min) < 0 || value.CompareTo(max) > 0)
            throw Wrong($"must lie between {min} and {max}", value, name);
    }

    private static ArgumentException Wrong(string rule, object value, string name) =>
        new($"{nameof(ChatClientOptions)}.{name} {rule}, but is \"{value}\".", name);
}
