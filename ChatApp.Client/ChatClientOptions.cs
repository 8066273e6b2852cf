using System.Runtime.CompilerServices;

namespace ChatApp.Client;

/// <summary>Yields an access token for the server. <see cref="ChatLogin.TokenAsync"/> fits.</summary>
/// <param name="outworn">The token that has expired or is about to: the answer must be another one. Null where any good token will do.</param>
/// <param name="cancel">Gives up.</param>
public delegate ValueTask<string> TokenSource(string? outworn, CancellationToken cancel);

/// <summary>How fast a client sends: so many at once after a quiet time, and so many each second in the long run.</summary>
/// <param name="PerSecond">In the long run; 0.01 to 1,000,000.</param>
/// <param name="Burst">At once; 1 to 1,000,000.</param>
public sealed record Pace(double PerSecond, int Burst);

/// <summary>How a <see cref="ChatClient"/> connects. Checked once, by the client's constructor.</summary>
public sealed class ChatClientOptions
{
    /// <summary>The server's socket, for example <c>wss://chat.example/connection/websocket</c>; absolute, ws or wss.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>
    /// Yields the access token: asked before every connection and, where the server says when the token ends, shortly
    /// before that. A <see cref="ChatException"/> that is not temporary ends the client, any other failure is tried again
    /// like a lost connection.
    /// </summary>
    public required TokenSource Token { get; init; }

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

    /// <summary>
    /// How many unread events a subscription holds: 1 to 1,000,000, default 1,024. While it is full the
    /// subscription pauses; what happens meanwhile stays on the server and is fetched when half of it has been read. With
    /// less than 1,000 that costs more: the server sends up to 500 at once, and what does not fit is sent again.
    /// </summary>
    public int EventBuffer { get; init; } = 1024;

    /// <summary>
    /// Commands of one connection; default 16 a second, 40 at once. It lies below what a server allows as it is shipped,
    /// because a server ends connections that go on above its limit.
    /// </summary>
    public Pace Commands { get; init; } = new(16, 40);

    /// <summary>Messages of this client; default 8 a second, 4 at once. The server's limit counts all programs of an account.</summary>
    public Pace Posts { get; init; } = new(8, 4);

    /// <summary>
    /// Told each time the client is connected; for logs and status lines. Runs on the client's own task: it must be
    /// quick, and if it throws the client ends as faulted.
    /// </summary>
    public Action? Connected { get; init; }

    /// <summary>
    /// Told of every connection that was lost or did not come about, before the wait for the next one. Runs on the
    /// client's own task: it must be quick, and if it throws the client ends as faulted.
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
        Between(Commands, nameof(Commands));
        Between(Posts, nameof(Posts));
    }

    private static void Between(Pace pace, string name)
    {
        ArgumentNullException.ThrowIfNull(pace, name);
        Between(pace.PerSecond, 0.01, 1_000_000, name);
        Between(pace.Burst, 1, 1_000_000, name);
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
