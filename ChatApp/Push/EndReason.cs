namespace ChatApp.Push;

/// <summary>
/// Why a connection or a subscription ended, as a value that tells people and programs what to do next.
/// The code's range is the instruction: a closing code of 3000-3499 or 4000-4499 says "reconnect",
/// 3500-3999 or 4500-4999 says "stop"; an unsubscribe code below 2500 says "stay out", from 2500 "subscribe again".
/// Codes are those of docs/PROTOCOL.md.
/// </summary>
/// <param name="Code">The number sent on the wire.</param>
/// <param name="Text">A short English phrase for logs and programs; people read a translated text instead.</param>
public sealed record EndReason(int Code, string Text)
{
    /// <summary>The peer went away by itself.</summary>
    public static readonly EndReason Closed = new(3000, "connection closed");

    /// <summary>The server is stopping.</summary>
    public static readonly EndReason Shutdown = new(3001, "shutdown");

    /// <summary>A fault of the server.</summary>
    public static readonly EndReason ServerError = new(3004, "internal server error");

    /// <summary>The token of the connection has expired; connect again with a new one.</summary>
    public static readonly EndReason Expired = new(3005, "connection expired");

    /// <summary>The reader did not keep up: its outbox was full, or a write made no progress.</summary>
    public static readonly EndReason Slow = new(3008, "slow");

    /// <summary>The socket could not be written to.</summary>
    public static readonly EndReason WriteError = new(3009, "write error");

    /// <summary>Events were lost, and the client cannot subscribe again without a new connection.</summary>
    public static readonly EndReason StateLost = new(3010, "insufficient state");

    /// <summary>A moderator ended the connection; the client may come back.</summary>
    public static readonly EndReason ForceReconnect = new(3011, "force reconnect");

    /// <summary>No pong came in time.</summary>
    public static readonly EndReason NoPong = new(3012, "no pong");

    /// <summary>Again and again too many commands in too short a time, and nothing else that was wrong.</summary>
    public static readonly EndReason TooManyRequests = new(3013, "too many requests");

    /// <summary>The token is not valid.</summary>
    public static readonly EndReason InvalidToken = new(3500, "invalid token");

    /// <summary>The client sent something that is not the protocol.</summary>
    public static readonly EndReason BadRequest = new(3501, "bad request");

    /// <summary>The client did not send its first command, or the rest of a frame, in time.</summary>
    public static readonly EndReason Stale = new(3502, "stale");

    /// <summary>A moderator ended the connection and the client shall not come back by itself.</summary>
    public static readonly EndReason ForceDisconnect = new(3503, "force disconnect");

    /// <summary>The user has too many connections.</summary>
    public static readonly EndReason ConnectionLimit = new(3504, "connection limit");

    /// <summary>A frame that is not text, or too long.</summary>
    public static readonly EndReason WrongProtocol = new(3506, "wrong protocol");

    /// <summary>Too many commands were refused in a short time.</summary>
    public static readonly EndReason TooManyErrors = new(3509, "too many errors");

    /// <summary>The account is banned from the instance.</summary>
    public static readonly EndReason Banned = new(4500, "banned");

    /// <summary>The account was signed out everywhere.</summary>
    public static readonly EndReason SignedOut = new(4501, "signed out");

    /// <summary>Unsubscribe: the client asked for it.</summary>
    public static readonly EndReason Unsubscribed = new(0, "unsubscribed");

    /// <summary>Unsubscribe: the right to read the room is gone.</summary>
    public static readonly EndReason RemovedByServer = new(2000, "unsubscribed by server");

    /// <summary>Unsubscribe: events were lost before they could be delivered; subscribe again.</summary>
    public static readonly EndReason InsufficientState = new(2500, "insufficient state");

    /// <summary>Unsubscribe: the token of the subscription has expired; subscribe again with a new one.</summary>
    public static readonly EndReason SubscriptionExpired = new(2501, "subscription expired");

    /// <summary>How long the client should stay away before it comes back; null where the server does not mind.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The same with a random time to stay away: those who leave together must not come back together.</summary>
    /// <param name="longest">The longest time; zero leaves it as it is.</param>
    public EndReason Spread(TimeSpan longest) => longest <= TimeSpan.Zero ? this : this with { RetryAfter = longest * Random.Shared.NextDouble() };

    /// <summary>True where the client should come back by itself.</summary>
    public bool Reconnect => Code is (>= 3000 and < 3500) or (>= 4000 and < 4500);

    /// <summary>
    /// True where what still waits for the connection is thrown away: it could not be written, or the user has lost the
    /// right to see it.
    /// </summary>
    internal bool DropsBacklog => this == Slow || this == WriteError || this == Expired || this == InvalidToken || this == ForceDisconnect || this == Banned || this == SignedOut;
}
