namespace ChatApp.Push;

/// <summary>Why a viewer cannot be given all that it missed.</summary>
public enum GapReason
{
    /// <summary>The position belongs to another sequence: the room was restored from a backup, the topic's history began anew.</summary>
    Epoch,

    /// <summary>The beginning of what was missed is no longer held (retention, or the limits of a topic's history).</summary>
    Trimmed,

    /// <summary>The position is after the newest change: it cannot be of this sequence.</summary>
    TooFar,
}

/// <summary>What is missing, said before anything else is delivered.</summary>
/// <param name="Reason">Why.</param>
/// <param name="From">First offset that is held.</param>
/// <param name="To">Last offset that is held.</param>
/// <param name="Lost">How many changes cannot be given; 0 where nobody can know.</param>
public sealed record Gap(GapReason Reason, Offset From, Offset To, long Lost)
{
    /// <summary>Why the changes after a position cannot all be given; null where they can.</summary>
    /// <param name="now">The sequence as it is.</param>
    /// <param name="epoch">The sequence that the position belongs to; null or empty where the viewer does not say.</param>
    /// <param name="position">The last change that the viewer has.</param>
    public static Gap? Before(ChannelState now, string? epoch, Offset position)
    {
        var first = new Offset(now.Floor.Value + 1);
        if (!string.IsNullOrEmpty(epoch) && epoch != now.Epoch) return new Gap(GapReason.Epoch, first, now.Head, 0);
        if (position > now.Head) return new Gap(GapReason.TooFar, first, now.Head, 0);
        if (position < now.Floor) return new Gap(GapReason.Trimmed, first, now.Head, now.Floor.Value - position.Value);
        return null;
    }
}

/// <summary>Where the sequence of a channel stands.</summary>
/// <param name="Epoch">Its name.</param>
/// <param name="Floor">Everything up to here is no longer held.</param>
/// <param name="Head">The last change.</param>
public readonly record struct ChannelState(string Epoch, Offset Floor, Offset Head);
