using ChatApp.Accounts;
using ChatApp.Rooms;
using ChatApp.Settings;
using ChatApp.Storage;

namespace ChatApp.Moderation;

/// <summary>
/// What accounts may not do yet that are younger than the settings say: call everybody, and begin more than some conversations in an hour.
/// Judged in the change itself, by its clock: whoever is as old as that to the millisecond may. Moderators may always; a bot is as old as its owner.
/// </summary>
/// <param name="settings">How long somebody is new, and what they may do.</param>
public sealed class NewMembers(InstanceSettings settings)
{
    /// <summary>True where somebody may not call everybody in a room.</summary>
    internal bool MayNotCall(Commit commit, UserId author) => IsNew(commit, author, settings.In(commit.Db));

    /// <summary>True where somebody may begin no other conversation now.</summary>
    internal bool MayNotBegin(Commit commit, UserId actor)
    {
        var values = settings.In(commit.Db);
        if (!IsNew(commit, actor, values)) return false;
        // The rooms' own logs say who began them: it survives restarts, and of two in one batch the second sees the first.
        using var row = commit.Query(
            """
            SELECT COUNT(*) FROM memberships AS m CROSS JOIN rooms AS r ON r.Id = m.RoomId CROSS JOIN log AS l ON l.RoomId = r.Id AND l."Offset" = 1
            WHERE m.UserId = ?1 AND r.Visibility = ?2 AND l.ActorId = ?1 AND l.At > ?3
            """,
            actor.Value, (long)RoomVisibility.Direct, commit.Now.AddHours(-1).ToUnixTimeMilliseconds());
        return row.Read() && row.Number(0) >= values.NewMemberConversations;
    }

    private static bool IsNew(Commit commit, UserId user, InstanceValues values)
    {
        if (values.NewMemberMinutes == 0) return false;
        using var row = commit.Query(
            "SELECT CreatedAt, Rank FROM users WHERE Id = COALESCE((SELECT OwnerId FROM users WHERE Id = ?1), ?1)", user.Value);
        return row.Read() && row.Number(1) < (long)Rank.Moderator
            && commit.Now < DateTimeOffset.FromUnixTimeMilliseconds(row.Number(0)).AddMinutes(values.NewMemberMinutes);
    }
}
