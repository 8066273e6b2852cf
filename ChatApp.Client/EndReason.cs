namespace ChatApp.Client;

/// <summary>Who or what ended a client or a subscription, and so what a program can do about it.</summary>
public enum EndKind
{
    /// <summary>This program disposed it.</summary>
    Disposed,

    /// <summary>Sign in again: the token is no proof any more, or the session was ended everywhere (3500, 4501, 101).</summary>
    SignedOut,

    /// <summary>A moderator ended it: stay away until a person decides otherwise (3503, 4500).</summary>
    Expelled,

    /// <summary>The account has too many connections: close others first (3504).</summary>
    TooManyConnections,

    /// <summary>The server did not understand this client, or had too many errors from it: mend the program (3501, 3502, 3506, 3509).</summary>
    ProtocolFault,

    /// <summary>The server closed the connection with another code that says not to come back (3500-3999, 4500-4999).</summary>
    Disconnected,

    /// <summary>The server took the subscription away, as from whoever is no longer a member (unsubscribe codes below 2500).</summary>
    Unsubscribed,

    /// <summary>The server answered connect or subscribe, or the token's issuer a login, with a lasting error.</summary>
    Refused,

    /// <summary>A callback of this program threw.</summary>
    Faulted,
}

/// <summary>Why a client or a subscription is over.</summary>
/// <param name="Kind">Who or what ended it.</param>
/// <param name="Code">The protocol's error, unsubscribe or closing code; 0 where the end came from this side.</param>
/// <param name="Message">A short English sentence for logs.</param>
public sealed record EndReason(EndKind Kind, int Code, string Message)
{
    internal static readonly EndReason Disposed = new(EndKind.Disposed, 0, "disposed");
}
