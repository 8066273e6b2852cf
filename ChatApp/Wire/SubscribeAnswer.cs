using ChatApp.Push;

namespace ChatApp.Wire;

/// <summary>What a program is told when its subscription begins.</summary>
/// <param name="State">Where the channel's sequence stands; null where nothing is kept of it.</param>
/// <param name="IsRecovering">True where the client said where it was.</param>
/// <param name="Missed">The first changes that it missed; the others follow as pushes.</param>
/// <param name="Gap">Why it cannot be given all; null where it can.</param>
public sealed record SubscribeAnswer(ChannelState? State, bool IsRecovering, IReadOnlyList<Envelope> Missed, Gap? Gap)
{
    /// <summary>Seconds until the token of the subscription ends; null where it has none.</summary>
    public long? Ttl { get; init; }
}

/// <summary>What became of the subscriptions that a program asked for with its connect. Channels stand once.</summary>
/// <param name="Accepted">Those that began, by channel.</param>
/// <param name="Refused">Those that did not, and why; the connection goes on without them.</param>
public sealed record ConnectSubs(IReadOnlyList<(string Channel, SubscribeAnswer Answer)> Accepted, IReadOnlyList<(string Channel, WireError Error)> Refused);
