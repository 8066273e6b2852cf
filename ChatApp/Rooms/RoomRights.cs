using ChatApp.Accounts;

namespace ChatApp.Rooms;

/// <summary>What somebody may change of a room, by their role there or by their rank in the instance.</summary>
/// <param name="CanGovern">Its name, its state, its retention, and the roles of those below.</param>
/// <param name="CanDescribe">Its topic and its description.</param>
public readonly record struct RoomRights(bool CanGovern, bool CanDescribe)
{
    /// <summary>
    /// The rights of a person. Owners govern their rooms, administrators all; room moderators describe theirs, moderators of
    /// the instance every room that they may know of. A direct room is as it is: nobody changes it.
    /// </summary>
    /// <param name="standing">Their place in the room; null where they may not know of it.</param>
    /// <param name="rank">Their rank.</param>
    public static RoomRights Of(RoomStanding? standing, Rank rank)
    {
        if (standing is { Room.IsDirect: true }) return default;
        var role = standing is { IsMember: true } ? standing.Role : RoomRole.Member;
        var governs = role == RoomRole.Owner || rank == Rank.Administrator;
        return new RoomRights(governs, governs || role == RoomRole.Moderator || (standing is not null && rank == Rank.Moderator));
    }

    /// <summary>
    /// True where somebody may give a member another role. Nobody acts on someone of equal or higher standing; administrators
    /// stand above owners. Everybody may step down.
    /// </summary>
    /// <param name="actor">Who acts: their role, and their rank.</param>
    /// <param name="target">On whom.</param>
    /// <param name="isSelf">True where both are the same person.</param>
    /// <param name="role">The role to give.</param>
    public static bool CanGive((RoomRole Role, Rank Rank) actor, (RoomRole Role, Rank Rank) target, bool isSelf, RoomRole role)
    {
        if (isSelf && role < target.Role) return true;
        var (above, below) = (Level(actor), Level(target));
        return above >= Level((RoomRole.Owner, Rank.Member)) && (isSelf ? actor.Rank == Rank.Administrator : above > below);
    }

    private static int Level((RoomRole Role, Rank Rank) person) => person.Rank == Rank.Administrator ? (int)RoomRole.Owner + 1 : (int)person.Role;
}
