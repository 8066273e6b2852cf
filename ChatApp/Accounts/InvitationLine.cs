using ChatApp.Rooms;

namespace ChatApp.Accounts;

/// <summary>What an invitation shall be.</summary>
/// <param name="MaxUses">How many may come by it; 1 to <see cref="Invitations.MostUses"/>.</param>
/// <param name="Life">How long it holds, 1 hour to 90 days; null until it is used up or revoked.</param>
/// <param name="Rank">The rank of who comes by it.</param>
/// <param name="Room">The room that they are made members of; null for none.</param>
/// <param name="Note">Whom it is for, in one line of at most <see cref="Invitations.MaxNoteLength"/> UTF-16 units.</param>
public sealed record InvitationWish(int MaxUses, TimeSpan? Life = null, Rank Rank = Rank.Member, RoomId? Room = null, string Note = "");

/// <summary>Whether people can come by an invitation, and if not, why.</summary>
public enum InvitationState
{
    /// <summary>They can.</summary>
    Live,

    /// <summary>As many have come as may.</summary>
    UsedUp,

    /// <summary>Its time is over.</summary>
    Expired,

    /// <summary>Somebody revoked it.</summary>
    Revoked,

    /// <summary>Who made it may not invite any more: demoted, locked, gone, out of the room. It holds again where they may again.</summary>
    Suspended,
}

/// <summary>An invitation as those see it who may.</summary>
/// <param name="Id">Names it.</param>
/// <param name="Note">Whom it is for.</param>
/// <param name="Maker">Who made it.</param>
/// <param name="Rank">The rank of who comes by it.</param>
/// <param name="HasRoom">True where who comes is made a member of a room.</param>
/// <param name="Room">That room; null also where the viewer may not know of it.</param>
/// <param name="State">Whether people can come by it.</param>
/// <param name="Uses">How many have come.</param>
/// <param name="MaxUses">How many may.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">When it ends by itself; null where it does not.</param>
/// <param name="Came">The first of those who came, at most <see cref="Invitations.MostNames"/>.</param>
/// <param name="CanRevoke">True where the viewer may revoke it.</param>
public sealed record InvitationLine(
    string Id, string Note, UserCard Maker, Rank Rank, bool HasRoom, RoomView? Room, InvitationState State, int Uses, int MaxUses,
    DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, IReadOnlyList<UserCard> Came, bool CanRevoke);

/// <summary>What somebody is told who opens an invitation that holds.</summary>
/// <param name="Maker">Who invites them.</param>
/// <param name="Rank">The rank that they get with a new account.</param>
/// <param name="Room">The room that they come into; null for none.</param>
public sealed record InvitationView(UserCard Maker, Rank Rank, RoomView? Room);
