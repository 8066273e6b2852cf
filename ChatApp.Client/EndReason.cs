namespace ChatApp.Client;

/// <summary>Who or what ended a client or a subscription.</summary>
public enum EndKind
{
    /// <summary>This program disposed it.</summary>
    Disposed,

    /// <summary>The server closed the connection with a code that says not to come back (3500-3999, 4500-4999).</summary>
    Disconnected,

    /// <summary>The server took the subscription away (unsubscribe codes below 2500).</summary>
    Unsubscribed,

    /// <summary>The server answered connect or subscribe, or the token's issuer a login, with a lasting error.</summary>
    Refused,

    /// <summary>The program read too slowly and the buffer was full: events after the buffered ones are lost.</summary>
    Overflowed,

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

    internal static EndReason Overflowed(int capacity) =>
        new(EndKind.Overflowed, 0, $"{capacity} events were waiting to be read and another one came");
}
