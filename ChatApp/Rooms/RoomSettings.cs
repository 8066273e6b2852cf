using ChatApp.Accounts;
using ChatApp.Moderation;
using ChatApp.Push;
using ChatApp.Storage;

namespace ChatApp.Rooms;

/// <summary>What shall be another way in a room; null leaves it as it is.</summary>
/// <param name="Name">1 to <see cref="RoomWriter.MaxNameLength"/> characters.</param>
/// <param name="Topic">At most <see cref="RoomWriter.MaxTopicLength"/> characters, one line.</param>
/// <param name="Description">At most <see cref="RoomSettings.MaxDescriptionLength"/> characters, several lines.</param>
public sealed record RoomEdit(string? Name = null, string? Topic = null, string? Description = null);

/// <summary>
/// Changes a room itself: what it is called and about, whether it is archived, how long it keeps messages. Each change is one
/// entry of the room's log and one of the audit log, committed before anybody is told.
/// </summary>
/// <param name="commits">The one writer.</param>
/// <param name="broker">Tells the viewers.</param>
/// <param name="users">Names and ranks.</param>
/// <param name="guard">Sanctions.</param>
public sealed class RoomSettings(CommitQueue commits, RoomBroker broker, UserDirectory users, SanctionGuard guard)
{
    /// <summary>Longest description, in UTF-16 units.</summary>
    public const int MaxDescriptionLength = 1000;

    /// <summary>Longest slow mode, in seconds: six hours.</summary>
    public const int MaxSlowSeconds = 21_600;

    /// <summary>Longest time after which messages go, in days: ten years.</summary>
    public const int MaxRetentionDays = 3650;

    /// <summary>
    /// Changes name, topic and description. The name is for who governs the room, the others also for its moderators
    /// (<see cref="RoomRights"/>). What is the same already changes nothing.
    /// </summary>
    public Task<RoomResult> EditAsync(Actor actor, RoomId id, RoomEdit edit)
    {
        ArgumentNullException.ThrowIfNull(edit);
        var (name, topic, description) = (edit.Name is null ? null : RoomText.OneLine(edit.Name), edit.Topic is null ? null : RoomText.OneLine(edit.Topic), edit.Description is null ? null : RoomText.Lines(edit.Description));
        if (name is not null && !RoomText.IsName(name)) return Refused(RoomOutcome.BadName);
        if (topic?.Length > RoomWriter.MaxTopicLength) return Refused(RoomOutcome.BadTopic);
        if (description?.Length > MaxDescriptionLength) return Refused(RoomOutcome.BadDescription);
        return commits.CommitRoomAsync(commit =>
        {
            var by = users.Get(actor);
            if (commit.FindRoom(id, by) is not var (room, _, rights)) return new RoomResult(RoomOutcome.NotFound);
            var renames = name is not null && name != room.Name;
            var describes = (topic is not null && topic != room.Topic) || (description is not null && description != room.Description);
            if ((renames && !rights.CanGovern) || (describes && !rights.CanDescribe) || rights is { CanGovern: false, CanDescribe: false })
                return new RoomResult(RoomOutcome.NotAllowed);
            if (!renames && !describes) return new RoomResult(RoomOutcome.Done, RoomView.Of(room));
            if (guard.Speaking(commit, by.Id, id) is { } held) return RoomResult.Refused(held);
            if (room.IsArchived) return new RoomResult(RoomOutcome.Archived);

            List<string> changes = [];
            if (renames) changes.Add(Said(room, "name", room.Name, name!));
            if (topic is not null && topic != room.Topic) changes.Add(Said(room, "topic", room.Topic, topic));
            if (description is not null && description != room.Description) changes.Add("description");
            AuditLog.Add(commit, by.Id, "room.edit", room.Id, $"{AuditLog.NameOf(room)}: {string.Join(", ", changes)}", reason: "");
            (room.Name, room.Topic, room.Description) = (name ?? room.Name, topic ?? room.Topic, description ?? room.Description);
            return commit.LogRoomChange(room, by, broker, tellMembers: renames);
        });
    }

    /// <summary>
    /// Archives a room, or opens it again: an archived one is read and searched as before, and nothing is posted or changed
    /// there. For who governs the room; General is always open.
    /// </summary>
    /// <param name="actor">Who decides.</param>
    /// <param name="id">The room.</param>
    /// <param name="isArchived">Whether it is archived from now on.</param>
    /// <param name="reason">Why, for the audit log; may be empty.</param>
    public Task<RoomResult> ArchiveAsync(Actor actor, RoomId id, bool isArchived, string reason = "") => commits.CommitRoomAsync(commit =>
    {
        var by = users.Get(actor);
        if (commit.FindRoom(id, by) is not var (room, _, rights)) return new RoomResult(RoomOutcome.NotFound);
        if (!rights.CanGovern) return new RoomResult(RoomOutcome.NotAllowed);
        if (room.IsArchived == isArchived) return new RoomResult(RoomOutcome.Done, RoomView.Of(room));
        if (room.IsDefault) return new RoomResult(RoomOutcome.NotPossible);
        AuditLog.Add(commit, by.Id, isArchived ? "room.archive" : "room.restore", room.Id, AuditLog.NameOf(room), reason, isArchived ? "open" : "archived", isArchived ? "archived" : "open");
        room.IsArchived = isArchived;
        return commit.LogRoomChange(room, by, broker, tellMembers: true);
    });

    /// <summary>Sets after how many days a room's messages go, pinned ones excepted. For who governs the room.</summary>
    /// <param name="actor">Who decides.</param>
    /// <param name="id">The room.</param>
    /// <param name="days">1 to <see cref="MaxRetentionDays"/>; null leaves it to the instance's setting.</param>
    public Task<RoomResult> SetRetentionAsync(Actor actor, RoomId id, int? days)
    {
        if (days is < 1 or > MaxRetentionDays) return Refused(RoomOutcome.BadRetention);
        return commits.CommitRoomAsync(commit =>
        {
            var by = users.Get(actor);
            if (commit.FindRoom(id, by) is not var (room, _, rights)) return new RoomResult(RoomOutcome.NotFound);
            if (!rights.CanGovern) return new RoomResult(RoomOutcome.NotAllowed);
            if (room.RetentionDays == days) return new RoomResult(RoomOutcome.Done, RoomView.Of(room));
            AuditLog.Add(commit, by.Id, "room.retention", room.Id, $"{AuditLog.NameOf(room)}: {InDays(room.RetentionDays)} -> {InDays(days)}", reason: "", InDays(room.RetentionDays), InDays(days));
            room.RetentionDays = days;
            return commit.LogRoomChange(room, by, broker, tellMembers: false);
        });
    }

    /// <summary>Sets how long members wait after a message before the next one. For moderators (<see cref="ModerationRights"/>).</summary>
    /// <param name="actor">Who decides.</param>
    /// <param name="id">The room.</param>
    /// <param name="seconds">0 to <see cref="MaxSlowSeconds"/>; 0 ends it.</param>
    /// <param name="reason">Why, for the audit log; may be empty.</param>
    public Task<RoomResult> SetSlowModeAsync(Actor actor, RoomId id, int seconds, string reason = "") => seconds is < 0 or > MaxSlowSeconds
        ? Refused(RoomOutcome.BadSlowMode)
        : KeepOrderAsync("room.slow", actor, id, reason, room => room.SlowSeconds == seconds, room =>
        {
            var before = room.SlowSeconds;
            room.SlowSeconds = seconds;
            return new Change($"{before} s -> {seconds} s", $"{before} s", $"{seconds} s");
        });

    /// <summary>Locks a room, so that only moderators post there, or opens it again. For moderators (<see cref="ModerationRights"/>).</summary>
    /// <param name="actor">Who decides.</param>
    /// <param name="id">The room.</param>
    /// <param name="isLocked">Whether it is locked from now on.</param>
    /// <param name="reason">Why, for the audit log; may be empty.</param>
    public Task<RoomResult> SetLockAsync(Actor actor, RoomId id, bool isLocked, string reason = "") =>
        KeepOrderAsync("room.lock", actor, id, reason, room => room.IsLocked == isLocked, room =>
        {
            room.IsLocked = isLocked;
            var (before, after) = isLocked ? ("unlocked", "locked") : ("locked", "unlocked");
            return new Change(after, before, after);
        });

    private Task<RoomResult> KeepOrderAsync(string act, Actor actor, RoomId id, string reason, Func<Room, bool> isSo, Func<Room, Change> make) => commits.CommitRoomAsync(commit =>
    {
        var by = users.Get(actor);
        if (commit.FindModerated(id, by) is not { } room) return new RoomResult(RoomOutcome.NotFound);
        if (!ModerationRights.May(act, commit.StandingIn(room, actor, by))) return new RoomResult(RoomOutcome.NotAllowed);
        if (room.Visibility == RoomVisibility.Direct) return new RoomResult(RoomOutcome.NotPossible);
        if (isSo(room)) return new RoomResult(RoomOutcome.Done, RoomView.Of(room));
        var change = make(room);
        AuditLog.Add(commit, by.Id, act, room.Id, $"{AuditLog.NameOf(room)}: {change.Words}", reason, change.Before, change.After);
        return commit.LogRoomChange(room, by, broker, tellMembers: false);
    });

    private static Task<RoomResult> Refused(RoomOutcome outcome) => Task.FromResult(new RoomResult(outcome));

    // Whoever reads the audit log is not in every private room: what is said there stays there.
    private static string Said(Room room, string what, string before, string after) =>
        room.Visibility != RoomVisibility.Public ? what : $"{what} \"{before}\" -> \"{after}\"";

    private static string InDays(int? days) => days is { } number ? $"{number} days" : "no limit";

    // In the log's words, and what was before and is after it.
    private sealed record Change(string Words, string Before, string After);
}
