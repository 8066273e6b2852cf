using System.Collections.Concurrent;
using ChatApp.Accounts;
using ChatApp.Moderation;
using ChatApp.Moderation.Rules;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Settings;
using ChatApp.Storage;

namespace ChatApp.Messages;

/// <summary>How a change of a message went.</summary>
public enum MessageOutcome
{
    /// <summary>Done, or it was so already.</summary>
    Done,

    /// <summary>There is no such message, as far as the actor may know.</summary>
    NotFound,

    /// <summary>The actor may not do this to that message.</summary>
    NotAllowed,

    /// <summary>The time in which this is possible is over.</summary>
    WindowClosed,

    /// <summary>Nothing visible in the new text.</summary>
    Empty,

    /// <summary>The new text has more than <see cref="Settings.InstanceLimits.Text"/> characters.</summary>
    TooLong,

    /// <summary>It names more than <see cref="Mentions.MaxPeople"/> people.</summary>
    TooManyMentions,

    /// <summary>It calls everybody in a room of more than <see cref="Mentions.MaxEverybody"/> members.</summary>
    RoomTooLarge,

    /// <summary>Not one emoji, or the message has <see cref="Settings.InstanceLimits.ReactionKinds"/> kinds already.</summary>
    BadReaction,

    /// <summary>The room is archived.</summary>
    Archived,

    /// <summary>The actor is muted, in the room or in the instance.</summary>
    Muted,

    /// <summary>A rule stands against the new text, or the program that checks the room.</summary>
    Blocked,

    /// <summary>The room is checked by a program that has not answered in time.</summary>
    NotChecked,

    /// <summary>A new message of that text would be held for review; what stands already cannot wait in two forms.</summary>
    NeedsReview,

    /// <summary>Nothing was stored; trying again soon makes sense.</summary>
    Busy,
}

/// <summary>What a message said before an edit.</summary>
/// <param name="Text">The text.</param>
/// <param name="ReplacedAt">When it was replaced.</param>
public sealed record EarlierText(string Text, DateTimeOffset ReplacedAt);

/// <summary>Outcome of a change of a message.</summary>
/// <param name="Outcome">How it went.</param>
/// <param name="Message">The message as it is now, where it was done and is still there.</param>
public readonly record struct MessageResult(MessageOutcome Outcome, MessageView? Message = null)
{
    /// <summary>When a mute that is the reason ends by itself; null where it does not, or none is.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>What a rule or a program says to the author; null where it says nothing.</summary>
    public string? Words { get; init; }

    /// <summary>True where the rules have changed since the text was looked at.</summary>
    internal bool IsOutdated { get; init; }

    /// <summary>Where an order, a rule or a program refused a new text, and how it would have refused a message.</summary>
    internal (RoomId Room, PostResult.Rejected Why)? Refusal { get; init; }

    internal static MessageResult Refused(SanctionTerm held) => new(MessageOutcome.Muted) { Until = held.Until };
}

/// <summary>
/// Changes what was said: edit, delete, bring back. Authors edit and delete their own; moderators who stand above the author
/// (<see cref="ModerationRights"/>) delete, and never edit.
/// </summary>
/// <param name="commits">The one writer.</param>
/// <param name="database">For reading earlier texts.</param>
/// <param name="broker">Tells the viewers.</param>
/// <param name="users">Names and ranks.</param>
/// <param name="texts">Rules for texts.</param>
/// <param name="mentions">Whom they name, and their HTML.</param>
/// <param name="cards">Where messages are shown that other messages link to.</param>
/// <param name="guard">Sanctions.</param>
/// <param name="screening">Rules, and programs that check rooms.</param>
/// <param name="refusals">Remembers what they refuse.</param>
/// <param name="settings">Limits.</param>
/// <param name="time">The clock.</param>
public sealed partial class MessageEditor(
    CommitQueue commits, ChatDatabase database, RoomBroker broker, UserDirectory users, MessageTexts texts, Mentions mentions, MessageCards cards, SanctionGuard guard, Screening screening, RecentRefusals refusals, InstanceSettings settings, TimeProvider time)
{
    /// <summary>How long an author can bring back a message of their own.</summary>
    public static readonly TimeSpan UndoTime = TimeSpan.FromSeconds(10);

    // A deleted text is gone from the disk at once. What can still be brought back lives here, and dies with the process.
    private readonly ConcurrentDictionary<MessageId, Removed> _removed = new();

    /// <summary>
    /// Deletes a message: its own author may, and a moderator who stands above the author in that room; the latter leaves an entry
    /// in the audit log. Text, HTML, earlier texts and reactions are gone from the database at once.
    /// </summary>
    /// <param name="actor">Who deletes.</param>
    /// <param name="id">Which message.</param>
    /// <param name="reason">Why, for the audit log; cut at 512 characters.</param>
    public Task<MessageResult> DeleteAsync(Actor actor, MessageId id, string reason = "") => CommitAsync(commit => Delete(commit, actor, id, reason));

    /// <summary>The same as a part of a change that does more. What is refused has changed nothing.</summary>
    internal MessageResult Delete(Commit commit, Actor actor, MessageId id, string reason)
    {
        var by = users.Get(actor);
        if (Find(commit, by, id) is not { } found) return new MessageResult(MessageOutcome.NotFound);
        var (message, room) = found;
        var author = users.Get(new UserId(message.AuthorId));
        var isOwn = author.Id == by.Id;
        if (!isOwn && !commit.MayModerate("message.delete", room, actor, by, author)) return new MessageResult(MessageOutcome.NotAllowed);
        if (message.DeletedAt is not null)
        {
            SweptTexts.Forget(commit, id);
            return new MessageResult(MessageOutcome.Done);
        }

        var whom = MentionRows.Of(commit, message);
        if (isOwn) Keep(message, whom, commit.Now);
        Forget(commit, message, whom);
        message.DeletedAt = commit.Now;
        if (!isOwn) AuditLog.Add(commit, by.Id, "message.delete", id.ToString(), $"by {author.Name} in {AuditLog.NameOf(room)}", reason);
        var deleted = new MessageDeleted(new RoomId(room.Id), id, by, commit.Now) { Thread = ThreadOf(message), Answers = AnswersBeside(commit, message) };
        RoomLog.Append(commit, room, LogEntryKind.MessageDeleted, by.Id, broker, deleted, id);
        commit.AfterCommit(() => cards.Changed([id]));
        if (whom.IsAny) mentions.Withdraw(commit, new RoomId(room.Id), id, whom.People, whom.IsAll);
        return new MessageResult(MessageOutcome.Done);
    }

    /// <summary>Brings back a message that its author deleted within the last <see cref="UndoTime"/>.</summary>
    public Task<MessageResult> RestoreAsync(UserId actor, MessageId id) => CommitAsync(commit =>
    {
        if (FindInOwnRoom(commit, actor, id) is not { } found) return new MessageResult(MessageOutcome.NotFound);
        var (message, room) = found;
        if (message.AuthorId != actor.Value) return new MessageResult(MessageOutcome.NotAllowed);
        if (guard.Speaking(commit, actor, new RoomId(room.Id)) is { } held) return MessageResult.Refused(held);
        if (room.IsArchived) return new MessageResult(MessageOutcome.Archived);
        if (message.DeletedAt is null) return new MessageResult(MessageOutcome.Done, MessageViews.Of(commit.Db, message, users));
        if (!_removed.TryRemove(id, out var removed) || commit.Now - removed.At >= UndoTime || message.DeletedAt != removed.At)
            return new MessageResult(MessageOutcome.WindowClosed);

        message.Text = removed.Text;
        message.Html = removed.Html;
        message.DeletedAt = null;
        message.MentionsAll = removed.Whom.IsAll;
        MentionRows.Add(commit, message.Id, new RoomId(room.Id), new Offset(message.Offset), removed.Whom.People);
        var view = MessageViews.Of(commit.Db, message, users);
        RoomLog.Append(commit, room, LogEntryKind.MessageRestored, actor, broker, new MessageRestored(view, commit.Now) { Answers = AnswersBeside(commit, message) }, id);
        commit.AfterCommit(() => cards.Changed([id]));
        if (view.Mentions.IsAny) mentions.Tell(commit, view, view.Mentions.People, view.Mentions.IsAll);
        return new MessageResult(MessageOutcome.Done, view);
    });

    /// <summary>What a message said before, oldest first; for its author and for moderators, null for everybody else.</summary>
    public IReadOnlyList<EarlierText>? EarlierTexts(Actor viewer, MessageId id)
    {
        using var db = database.OpenRead();
        if (db.Messages.FirstOrDefault(m => m.Id == id.Value) is not { } message) return null;
        var mayRead = RoomAccess.Find(db, new RoomId(message.RoomId), viewer.Id) is { IsMember: true };
        if (!mayRead || (message.AuthorId != viewer.Id.Value && !users.Get(viewer).IsModerator)) return null;
        // Those of a message that a sweep hides are stored still.
        if (message.DeletedAt is not null) return [];
        return [.. db.Revisions
            .Where(revision => revision.MessageId == id.Value)
            .OrderBy(revision => revision.Revision)
            .Select(revision => new EarlierText(revision.Text, revision.ReplacedAt))];
    }

    // What somebody says, they say as a member, whatever their rank.
    private (Message Message, Room Room)? FindInOwnRoom(Commit commit, UserId actor, MessageId id) =>
        Find(commit, users.Get(actor), id) is { } found && RoomAccess.Find(commit.Db, new RoomId(found.Room.Id), actor) is { IsMember: true } ? found : null;

    // Moderators act everywhere but in the conversations of others; whoever is neither that nor in the room must not even learn
    // that the message exists.
    private static (Message Message, Room Room)? Find(Commit commit, UserCard actor, MessageId id)
    {
        if (commit.Db.Messages.FirstOrDefault(m => m.Id == id.Value) is not { } message) return null;
        var room = commit.Db.Rooms.Find(message.RoomId)!;
        var actsAnywhere = actor.IsModerator && room.Visibility != RoomVisibility.Direct;
        return actsAnywhere || RoomAccess.Find(commit.Db, new RoomId(room.Id), actor.Id) is { IsMember: true } ? (message, room) : null;
    }

    private static MessageOutcome OutcomeOf(PostRefusal refusal) => refusal switch
    {
        PostRefusal.TooManyMentions => MessageOutcome.TooManyMentions,
        PostRefusal.RoomTooLarge => MessageOutcome.RoomTooLarge,
        PostRefusal.NewMember => MessageOutcome.NotAllowed,
        _ => MessageOutcome.Busy,
    };

    private static MessageId? ThreadOf(Message message) => message.ThreadId is { } thread ? new MessageId(thread) : null;

    // Which answers stand without this one, or with it, is not to be seen from the event alone.
    private static ThreadSummary? AnswersBeside(Commit commit, Message message)
    {
        if (message.ThreadId is not { } thread) return null;
        commit.Db.SaveChanges(); // so that it is counted as it is now
        return ThreadViews.Of(commit.Db, thread);
    }

    private static void Forget(Commit commit, Message message, Mentioning whom)
    {
        var db = commit.Db;
        message.Text = "";
        message.Html = "";
        message.EditedAt = null;
        message.PinnedAt = null;
        message.MentionsAll = false;
        MentionRows.Remove(commit, message.Id, whom.People);
        db.Revisions.RemoveRange(db.Revisions.Where(revision => revision.MessageId == message.Id));
        db.Reactions.RemoveRange(db.Reactions.Where(reaction => reaction.MessageId == message.Id));
    }

    private void Keep(Message message, Mentioning whom, DateTimeOffset now)
    {
        foreach (var (id, removed) in _removed)
        {
            if (now - removed.At >= UndoTime) _removed.TryRemove(id, out _);
        }

        _removed[new MessageId(message.Id)] = new Removed(message.Text, message.Html, whom, now);
        // Nobody may delete again for hours: the text must not wait here for the next deletion.
        _ = ForgetLaterAsync(new MessageId(message.Id), now);
    }

    private async Task ForgetLaterAsync(MessageId id, DateTimeOffset at)
    {
        await Task.Delay(UndoTime, time);
        if (_removed.TryGetValue(id, out var removed) && removed.At == at) _removed.TryRemove(KeyValuePair.Create(id, removed));
    }

    private async Task<MessageResult> CommitAsync(Func<Commit, MessageResult> change)
    {
        try
        {
            return await commits.CommitAsync(change);
        }
        catch (StorageUnavailableException)
        {
            return new MessageResult(MessageOutcome.Busy);
        }
    }

    private sealed record Removed(string Text, string Html, Mentioning Whom, DateTimeOffset At);
}
