namespace ChatApp.Push;

/// <summary>What becomes of a channel's events that a socket is too slow for.</summary>
public enum SlowPolicy
{
    /// <summary>The connection ends with <see cref="EndReason.Slow"/> and resumes from its offset: nothing is lost. The default.</summary>
    Close,

    /// <summary>The channel's oldest events make room for new ones, and the viewer is told how many are gone, in their place.</summary>
    DropOldest,

    /// <summary>Only the channel's newest event waits: each says all that the ones before it said.</summary>
    LatestOnly,
}

/// <summary>Tells a viewer that events of a channel were left out because it was too slow; stands in their place.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="Lost">How many.</param>
/// <param name="Last">Position of the last of them; null where they have none.</param>
public sealed record EventsDropped(ChannelName Channel, long Lost, Offset? Last);

/// <summary>Tells a program that half of its outbox is full: it should read faster, or ask for less.</summary>
/// <param name="Waiting">Bytes that wait at least.</param>
/// <param name="Limit">Bytes that may wait.</param>
public sealed record Lagging(long Waiting, long Limit);
