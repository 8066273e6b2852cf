using ChatApp.Push;
using ChatApp.Rooms;

namespace ChatApp.Messages;

/// <summary>Why a viewer cannot be given all that it missed.</summary>
public enum GapReason
{
    /// <summary>The position belongs to another log: the room was restored from a backup.</summary>
    Epoch,

    /// <summary>The beginning of what was missed is no longer held (retention).</summary>
    Trimmed,

    /// <summary>The position is after the newest change: it cannot be of this log.</summary>
    TooFar,
}

/// <summary>What is missing, said before anything else is delivered.</summary>
/// <param name="Reason">Why.</param>
/// <param name="From">First offset that is held.</param>
/// <param name="To">Last offset that is held.</param>
/// <param name="Lost">How many changes cannot be given; 0 where nobody can know.</param>
public sealed record Gap(GapReason Reason, Offset From, Offset To, long Lost);

/// <summary>
/// Brings a viewer from where it was to now without a hole: read what was missed, from memory where it is hot and from
/// the log otherwise, then release the live events that came meanwhile. One piece of code for circuits and sockets.
/// </summary>
/// <param name="broker">Holds what is hot.</param>
/// <param name="log">Holds everything.</param>
public sealed class RoomCatchUp(RoomBroker broker, RoomLog log)
{
    /// <summary>Changes read at once.</summary>
    public const int ChunkSize = 500;

    /// <summary>Why the changes after a position cannot all be given; null where they can.</summary>
    /// <param name="room">The room as it is now.</param>
    /// <param name="epoch">The log that the position belongs to; null or empty where the viewer does not say.</param>
    /// <param name="position">The last change that the viewer has.</param>
    public static Gap? GapBefore(RoomView room, string? epoch, Offset position)
    {
        ArgumentNullException.ThrowIfNull(room);
        var first = new Offset(room.Floor.Value + 1);
        if (!string.IsNullOrEmpty(epoch) && epoch != room.Epoch) return new Gap(GapReason.Epoch, first, room.Head, 0);
        if (position > room.Head) return new Gap(GapReason.TooFar, first, room.Head, 0);
        if (position < room.Floor) return new Gap(GapReason.Trimmed, first, room.Head, room.Floor.Value - position.Value);
        return null;
    }

    /// <summary>
    /// The next changes after a position, at most <see cref="ChunkSize"/>, ready to be sent; empty where the viewer has all.
    /// </summary>
    /// <param name="room">The room.</param>
    /// <param name="position">The last change that the viewer has.</param>
    /// <param name="maxBytes">Long messages make short chunks: so many encoded bytes, but always one change.</param>
    public IReadOnlyList<Envelope> Next(RoomId room, Offset position, long maxBytes)
    {
        var chunk = broker.TryReadRecent(room, position, ChunkSize)
            ?? [.. log.Read(room, position, ChunkSize).Select(logged => broker.Wrap(logged.Event, room, logged.Offset))];
        var fits = 0;
        for (var bytes = 0L; fits < chunk.Count && (fits == 0 || bytes + chunk[fits].Encoded.Length <= maxBytes); fits++) bytes += chunk[fits].Encoded.Length;
        return fits == chunk.Count ? chunk : [.. chunk.Take(fits)];
    }

    /// <summary>
    /// Sends everything after <paramref name="position"/> to the subscription's connection, at the pace at which it reads,
    /// and then lets live events through.
    /// </summary>
    public async Task StreamAsync(Subscription subscription, Offset position)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        var outbox = subscription.Connection.Outbox;
        while (!subscription.HasEnded)
        {
            await outbox.HalfEmptyAsync();
            // Read after waiting: what is sent is what is so now.
            var chunk = Next(subscription.Room, position, outbox.ReplayBytes);
            if (chunk.Count == 0)
            {
                // False: so much came while we read that it was not kept. It is in the log by now.
                if (subscription.TryRelease(position)) return;
            }
            else if (subscription.TryReplay(chunk))
            {
                position = chunk[^1].Offset!.Value;
            }
        }
    }
}
