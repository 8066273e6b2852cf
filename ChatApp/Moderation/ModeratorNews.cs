using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Moderation.Held;
using ChatApp.Moderation.Rules;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Storage;

namespace ChatApp.Moderation;

/// <summary>Tells a moderator of a message that a rule has hit and let through.</summary>
/// <param name="Rule">The rule's name.</param>
/// <param name="Message">The message, in a room that they are in.</param>
public sealed record RuleAlert(string Rule, MessageView Message);

/// <summary>Tells moderators of what happens in rooms that they look after, on their own channels, and leaves it in the audit log.</summary>
/// <param name="broker">The live connections.</param>
/// <param name="users">Ranks.</param>
/// <param name="time">The clock.</param>
public sealed class ModeratorNews(RoomBroker broker, UserDirectory users, TimeProvider time)
{
    /// <summary>How many alerts a minute one person can cause: whoever writes more of the same shall not bury the others.</summary>
    public const int AlertsPerMinute = 6;

    private readonly Budget _alerts = new(time, AlertsPerMinute, TimeSpan.FromMinutes(1));

    /// <summary>Whether a message was hit by a rule that only tells.</summary>
    internal void Alert(Commit commit, AutoModRule rule, MessageView message)
    {
        if (!_alerts.TryTake(message.Author.Id)) return;
        var room = commit.Db.Rooms.Single(one => one.Id == message.Room.Value);
        AuditLog.Add(commit, UserId.System, "rule.alert", message.Id.ToString(), $"{rule.Name}: {message.Author.Name} in {AuditLog.NameOf(room)}", rule.Name);
        // The text goes to those who read there anyway.
        Tell(commit, room, new RuleAlert(rule.Name, message), isText: true);
    }

    /// <summary>Something waits in a room, or waits no more.</summary>
    internal void HeldChanged(Commit commit, Room room, int waiting) => Tell(commit, room, new HeldChanged(new RoomId(room.Id), waiting, commit.Now), isText: false);

    // Few are connected of the many who may moderate.
    private void Tell(Commit commit, Room room, object news, bool isText)
    {
        var members = RoomAccess.Memberships(commit.Db).Where(member => member.RoomId == room.Id);
        var staff = members.Where(member => member.Role >= RoomRole.Moderator).Select(member => member.UserId).ToHashSet(StringComparer.Ordinal);
        var told = new List<UserId>();
        foreach (var user in broker.Connections.Select(connection => connection.User).Distinct())
        {
            if (staff.Contains(user.Value)) told.Add(user);
            else if (users.Get(user).IsModerator && IsForModerator(user)) told.Add(user);
        }

        commit.AfterCommit(() =>
        {
            foreach (var user in told) broker.PublishToUser(user, news);
        });

        bool IsForModerator(UserId user) => room.IsDefault || (room.Visibility == RoomVisibility.Public && !isText) || members.Any(member => member.UserId == user.Value);
    }
}
