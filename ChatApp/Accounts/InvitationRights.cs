using ChatApp.Moderation;
using ChatApp.Rooms;
using ChatApp.Storage;

namespace ChatApp.Accounts;

/// <summary>
/// Who may invite to what. Asked when an invitation is made, and again whenever somebody comes by it: an invitation is worth
/// what its maker may do at that moment, and nothing once they may not.
/// </summary>
internal static class InvitationRights
{
    /// <summary>
    /// Moderators invite members to the instance, administrators moderators too; administrators are made by nobody's link. Others
    /// invite members to a room while registration is open to all: the link then gives nothing but the room. Into a room
    /// only its members invite, whatever their rank, and into a direct one nobody. Whoever is locked by an administrator, banned or gone, and a program, invites nobody.
    /// </summary>
    /// <param name="db">What holds now.</param>
    /// <param name="maker">Who invites.</param>
    /// <param name="rank">The rank that who comes gets.</param>
    /// <param name="room">The room that they come into; null for none.</param>
    /// <param name="mode">Who may make an account without being invited.</param>
    /// <param name="now">The moment: a ban that ends then is over.</param>
    public static bool MayGive(ChatDbContext db, ChatUser maker, Rank rank, RoomId? room, RegistrationMode mode, DateTimeOffset now)
    {
        // Not a lock by wrong passwords: strangers would switch other people's links off with it.
        if (maker.IsBot || !AccountLock.IsOpen(maker.DeletedAt, maker.LockoutEnd)) return false;
        if (Bans.Of(db, now).Any(ban => ban.UserId == maker.Id)) return false;
        var mayInvite = rank switch
        {
            Rank.Member => maker.Rank >= Rank.Moderator || (mode == RegistrationMode.Open && room is not null),
            Rank.Moderator => maker.Rank == Rank.Administrator,
            _ => false,
        };
        return mayInvite && (room is not { } into || RoomAccess.Find(db, into, new UserId(maker.Id)) is { IsMember: true, Room.IsDirect: false });
    }

    /// <summary>True where somebody may revoke an invitation: their own, that of somebody of lower rank, and as administrator each.</summary>
    public static bool MayRevoke(UserId actor, Rank rank, UserId maker, Rank makerRank) =>
        actor == maker || rank == Rank.Administrator || (rank == Rank.Moderator && makerRank < rank);
}
