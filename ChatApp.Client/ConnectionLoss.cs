namespace ChatApp.Client;

/// <summary>One connection that was lost or did not come about, and what happens next.</summary>
/// <param name="Code">The server's closing or error code; 0 when the network or this side ended it.</param>
/// <param name="Reason">A short English sentence for logs.</param>
/// <param name="RetryIn">How long the client now waits before it connects again.</param>
/// <param name="Cause">The exception behind it, if there was one.</param>
public sealed record ConnectionLoss(int Code, string Reason, TimeSpan RetryIn, Exception? Cause);

/// <summary>The same inside, before it is known how long to wait.</summary>
internal sealed record Loss(int Code, string Reason)
{
    private const int Expired = 3005;

    public EndKind? Ends { get; init; }

    public TimeSpan? RetryAfter { get; init; }

    public Exception? Cause { get; init; }

    /// <summary>How long the client had been connected.</summary>
    public TimeSpan Lived { get; init; }

    /// <summary>True where the token is used up: the same one would be refused again.</summary>
    public bool TokenIsOutworn => Code is ChatError.TokenExpired or Expired;

    public static Loss Local(string reason, Exception? cause = null) => new(0, reason) { Cause = cause };

    /// <summary>A close frame: the range of its code says whether to come back.</summary>
    public static Loss Closed(int code, string? reason) =>
        new(code, string.IsNullOrEmpty(reason) ? "the server closed the connection" : reason)
        {
            Ends = IsTerminal(code) ? KindOf(code) : null,
        };

    /// <summary>An error in place of a connect reply or of a token. An expired token is worth a fresh one.</summary>
    public static Loss Refused(ChatError error, Exception? cause = null) =>
        new(error.Code, error.Message)
        {
            Ends = error.Temporary || error.Code == ChatError.TokenExpired ? null
                : error.Code == ChatError.Unauthorized ? EndKind.SignedOut : EndKind.Refused,
            RetryAfter = error.RetryAfter,
            Cause = cause,
        };

    public static bool IsTerminal(int code) => code is (>= 3500 and <= 3999) or (>= 4500 and <= 4999);

    public static EndKind KindOf(int code) => code switch
    {
        3500 or 4501 => EndKind.SignedOut,
        3503 or 4500 => EndKind.Expelled,
        3504 => EndKind.TooManyConnections,
        3501 or 3502 or 3506 or 3509 => EndKind.ProtocolFault,
        _ => EndKind.Disconnected,
    };
}
