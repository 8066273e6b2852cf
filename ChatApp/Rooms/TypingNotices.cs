using ChatApp.Accounts;
using ChatApp.Presence;
using ChatApp.Messages;
using ChatApp.Moderation;
using ChatApp.Push;

namespace ChatApp.Rooms;

/// <summary>Somebody is writing in a room. Passes and is gone: not stored, and not shown to themselves.</summary>
/// <param name="Room">The room.</param>
/// <param name="Member">Who.</param>
/// <param name="At">When.</param>
public sealed record MemberTyping(RoomId Room, UserCard Member, DateTimeOffset At) : RoomEvent(Room, At);

/// <summary>Tells a room that somebody is writing there, as often as it makes sense: not in a crowd, and not of somebody who is invisible.</summary>
/// <param name="rooms">Who may.</param>
/// <param name="users">Names of people.</param>
/// <param name="blocks">Who does not want to know.</param>
/// <param name="crowds">How many are there.</param>
/// <param name="presence">Who may be seen.</param>
/// <param name="broker">Tells the others.</param>
/// <param name="guard">Sanctions.</param>
/// <param name="rules">Who writes in a locked room.</param>
/// <param name="time">The clock.</param>
public sealed class TypingNotices(RoomDirectory rooms, UserDirectory users, Blocks blocks, RoomCrowds crowds, PresenceBoard presence, RoomBroker broker, SanctionGuard guard, PostingRules rules, TimeProvider time)
{
    /// <summary>Milliseconds in which the same person is told of once in the same room.</summary>
    public const int PauseMs = 2000;

    // A fixed number of places, shared: who meets a stranger there is told of a little later, and nobody costs memory.
    private readonly long[] _last = new long[4096];

    /// <summary>Tells the others; more often than once in <see cref="PauseMs"/> it is done without a word.</summary>
    public RoomOutcome Tell(UserId user, RoomId room)
    {
        if (rooms.Find(room, user) is not { } standing) return RoomOutcome.NotFound;
        if (!standing.IsMember) return RoomOutcome.NotAllowed;
        if (standing.Room.IsArchived) return RoomOutcome.Archived;
        // The one who writes to somebody who blocks them does not learn of it here.
        if (standing.Room.People is { Count: 2 } two && two.Any(other => other != user && blocks.Has(other, user))) return RoomOutcome.Done;
        if (presence.IsInvisible(user) || crowds.IsLarge(room)) return RoomOutcome.Done;
        if (guard.Speaking(user, room) is not null) return RoomOutcome.Muted;
        if (standing.Room.IsLocked && !rules.KeepsOrder(user, standing.Role)) return RoomOutcome.Locked;
        ref var last = ref _last[(uint)HashCode.Combine(user, room) % _last.Length];
        var before = Volatile.Read(ref last);
        var now = time.GetTimestamp();
        if (before != 0 && time.GetElapsedTime(before, now) < TimeSpan.FromMilliseconds(PauseMs)) return RoomOutcome.Done;
        if (Interlocked.CompareExchange(ref last, now, before) == before)
            broker.Publish(broker.Wrap(new MemberTyping(room, users.Get(user), time.GetUtcNow()), room, offset: null, notFor: user, mayBeLost: true));
        return RoomOutcome.Done;
    }
}
