using ChatApp.Accounts;
using ChatApp.Rooms;
using ChatApp.Storage;

namespace ChatApp.Moderation;

/// <summary>What changes by moderators have in common: who stands how high in a room, as of the change itself.</summary>
internal static class ModerationCommit
{
    /// <summary>The room, where somebody may moderate it at all; null where they must not learn that it exists. Moderators of the instance act in every room whose id they know, except in conversations of others.</summary>
    public static Room? FindModerated(this Commit commit, RoomId id, UserCard actor)
    {
        var standing = RoomAccess.Find(commit.Db, id, actor.Id);
        if (standing is null && !actor.IsModerator) return null;
        var room = commit.Db.Rooms.FirstOrDefault(room => room.Id == id.Value);
        return standing is null && room?.Visibility == RoomVisibility.Direct ? null : room;
    }

    /// <summary>An account as it is stored at this moment; null where it is gone.</summary>
    public static UserCard? CardOf(this Commit commit, UserDirectory users, UserId id) =>
        commit.Db.Users.Where(user => user.Id == id.Value && user.DeletedAt == null).Select(UserCard.FromAccount).FirstOrDefault() is { } card ? users.Capped(card) : null;

    /// <summary>How high whoever acts stands in a room.</summary>
    public static Standing StandingIn(this Commit commit, Room room, Actor actor, UserCard card) => ModerationRights.Of(actor, card, RoleIn(commit, room, card.Id));

    /// <summary>How high a person stands in a room.</summary>
    public static Standing StandingIn(this Commit commit, Room room, UserCard card) => ModerationRights.Of(card.Rank, RoleIn(commit, room, card.Id));

    /// <summary>True where somebody may do something to a person in a room.</summary>
    public static bool MayModerate(this Commit commit, string act, Room room, Actor actor, UserCard by, UserCard target) =>
        ModerationRights.May(act, commit.StandingIn(room, actor, by), commit.StandingIn(room, target));

    private static RoomRole RoleIn(Commit commit, Room room, UserId user) =>
        commit.Db.Memberships.Where(m => m.RoomId == room.Id && m.UserId == user.Value).Select(m => (RoomRole?)m.Role).FirstOrDefault() ?? RoomRole.Member;
}
