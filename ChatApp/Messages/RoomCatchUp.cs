using ChatApp.Push;
using ChatApp.Rooms;

namespace ChatApp.Messages;

/// <summary>What a viewer has of a room: up to where, in which log, and what that log had let go of.</summary>
/// <param name="Epoch">Name of the log; null where the viewer has nothing yet.</param>
/// <param name="Floor">Messages up to this place were gone by retention.</param>
/// <param name="Head">The last change that the viewer has.</param>
public readonly record struct LogPosition(string? Epoch, Offset Floor, Offset Head);

/// <summary>
/// Brings a viewer from where it was to now without a hole: read what was missed, from memory where it is hot and from
/// the log otherwise, then release the live events that came meanwhile. One piece of code for circuits and sockets.
/// </summary>
/// <param name="broker">Holds what is hot.</param>
/// <param name="log">Holds everything.</param>
/// <param name="rooms">Says who may read what.</param>
public sealed class RoomCatchUp(RoomBroker broker, RoomLog log, RoomDirectory rooms)
{
    /// <summary>Changes read at once: what a thread of the pool does in a few milliseconds, before it is others' turn.</summary>
    public const int ChunkSize = 500;

    /// <summary>Why the changes after a position cannot all be given; null where they can.</summary>
    /// <param name="room">The room as it is now.</param>
    /// <param name="epoch">The log that the position belongs to; null or empty where the viewer does not say.</param>
    /// <param name="position">The last change that the viewer has.</param>
    public static Gap? GapBefore(RoomView room, string? epoch, Offset position)
    {
        ArgumentNullException.ThrowIfNull(room);
        return Gap.Before(room.State, epoch, position);
    }

    /// <summary>
    /// The next changes after a position, at most <see cref="ChunkSize"/>, ready to be sent; empty where the viewer has all.
    /// </summary>
    /// <param name="room">The room.</param>
    /// <param name="position">The last change that the viewer has.</param>
    /// <param name="maxBytes">Long messages make short chunks: so many encoded bytes, but always one change.</param>
    public IReadOnlyList<Envelope> Next(RoomId room, Offset position, long maxBytes) => Fit(Next(room, position), maxBytes);

    private static IReadOnlyList<Envelope> Fit(IReadOnlyList<Envelope> chunk, long maxBytes)
    {
        var fits = 0;
        for (var bytes = 0L; fits < chunk.Count && (fits == 0 || bytes + chunk[fits].Encoded.Length <= maxBytes); fits++) bytes += chunk[fits].Encoded.Length;
        return fits == chunk.Count ? chunk : [.. chunk.Take(fits)];
    }

    /// <summary>A stretch of the log, for whoever asks for it and follows nothing; null where not all after <paramref name="since"/> is held.</summary>
    /// <param name="room">The room as it is now.</param>
    /// <param name="since">What came after this place, or before it where <paramref name="reverse"/> is set; null for all that is held.</param>
    /// <param name="epoch">The log that the place belongs to; null or empty where the viewer does not say.</param>
    /// <param name="limit">Most changes; at most <see cref="ChunkSize"/> come.</param>
    /// <param name="reverse">The newest first.</param>
    /// <param name="maxBytes">Long messages make short pages: so many encoded bytes, but always one change.</param>
    public IReadOnlyList<Envelope>? History(RoomView room, Offset? since, string? epoch, int limit, bool reverse, long maxBytes)
    {
        ArgumentNullException.ThrowIfNull(room);
        // What went by age is no hole for who looks back from there.
        if (since is { } place && GapBefore(room, epoch, place) is { } gap && !(reverse && gap.Reason == GapReason.Trimmed)) return null;
        var count = Math.Min(limit, ChunkSize);
        if (count <= 0) return [];
        if (!reverse) return Fit([.. Next(room.Id, since ?? room.Floor).Take(count)], maxBytes);
        var end = since?.Value ?? room.Head.Value + 1;
        var start = new Offset(Math.Max(room.Floor.Value, end - 1 - count));
        // Offsets have no hole, so the place to begin at is a matter of counting.
        return Fit([.. Next(room.Id, start).TakeWhile(envelope => envelope.Offset!.Value.Value < end).Reverse()], maxBytes);
    }

    /// <summary>
    /// All that a viewer missed, in order, for one who takes it at once instead of at its own pace. Null where it must load
    /// anew: more than <paramref name="limit"/> was missed, some of it is gone, or the room is not theirs to read.
    /// </summary>
    /// <param name="viewer">Who.</param>
    /// <param name="room">Which room.</param>
    /// <param name="position">What they have.</param>
    /// <param name="limit">Most changes that are of use to them.</param>
    public IReadOnlyList<Envelope>? Missed(UserId viewer, RoomId room, LogPosition position, int limit)
    {
        if (position.Epoch is null || rooms.Find(room, viewer, position.Head) is not { IsMember: true, Room: var now }) return null;
        // A floor that has moved is no entry of the log: only loading anew shows what went.
        if (GapBefore(now, position.Epoch, position.Head) is not null || now.Floor != position.Floor) return null;
        if (now.Head.Value - position.Head.Value > limit) return null;
        List<Envelope> missed = [];
        // To the very end: what comes while this reads is there as well.
        while (Next(room, position.Head) is { Count: > 0 } chunk)
        {
            missed.AddRange(chunk);
            if (missed.Count > limit) return null;
            position = position with { Head = chunk[^1].Offset!.Value };
        }

        return missed;
    }

    /// <summary>
    /// Sends everything after <paramref name="position"/> to the subscription's connection, at the pace at which it reads,
    /// and then lets live events through.
    /// </summary>
    public async Task StreamAsync(Subscription subscription, Offset position)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        var outbox = subscription.Connection.Outbox;
        var room = subscription.Channel.Room ?? throw new ArgumentException("only rooms have a log", nameof(subscription));
        while (!subscription.HasEnded)
        {
            await outbox.HalfEmptyAsync();
            // Read after waiting: what is sent is what is so now.
            var chunk = Next(room, position, outbox.ReplayBytes);
            if (chunk.Count == 0)
            {
                // False: so much came while we read that it was not kept. It is in the log by now.
                if (subscription.TryRelease(position)) return;
            }
            else if (subscription.TryReplay(chunk))
            {
                position = chunk[^1].Offset!.Value;
                // Where the reader is quick the wait above is none, and other connections would wait for the whole way.
                await Task.Yield();
            }
        }
    }

    private IReadOnlyList<Envelope> Next(RoomId room, Offset position)
    {
        if (broker.TryReadRecent(room, position, ChunkSize) is { } recent) return recent;
        var head = broker.HeadOf(room);
        var version = head?.Version ?? 0;
        IReadOnlyList<Envelope> read = [.. log.Read(room, position, ChunkSize).Select(logged => broker.Wrap(logged.Event, room, logged.Offset))];
        head?.Adopt(read, version);
        return read;
    }
}
