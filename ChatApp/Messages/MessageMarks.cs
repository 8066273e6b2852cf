using System.Globalization;
using ChatApp.Accounts;
using ChatApp.Moderation;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Settings;
using ChatApp.Storage;

namespace ChatApp.Messages;

/// <summary>What people put on messages: reactions and pins. Members of the room only.</summary>
/// <param name="commits">The one writer.</param>
/// <param name="broker">Tells the viewers.</param>
/// <param name="users">Names.</param>
/// <param name="guard">Sanctions.</param>
/// <param name="settings">How many kinds of reactions there may be.</param>
public sealed class MessageMarks(CommitQueue commits, RoomBroker broker, UserDirectory users, SanctionGuard guard, InstanceSettings settings)
{
    private const int MaxEmojiLength = 32;

    /// <summary>Adds a reaction, or takes it back. As it was already: nothing changes.</summary>
    /// <param name="actor">Who reacts.</param>
    /// <param name="id">To which message.</param>
    /// <param name="emoji">One emoji, as one grapheme cluster.</param>
    /// <param name="isOn">True adds, false takes back.</param>
    public Task<MessageResult> ReactAsync(UserId actor, MessageId id, string emoji, bool isOn) => CommitAsync(actor, id, (commit, message, room) =>
    {
        if (!IsEmoji(emoji)) return new MessageResult(MessageOutcome.BadReaction);
        var existing = commit.Db.Reactions.FirstOrDefault(r => r.MessageId == id.Value && r.Emoji == emoji && r.UserId == actor.Value);
        if (existing is not null == isOn) return new MessageResult(MessageOutcome.Done);
        if (existing is not null)
        {
            commit.Db.Reactions.Remove(existing);
        }
        else
        {
            var kinds = commit.Db.Reactions.Where(r => r.MessageId == id.Value).Select(r => r.Emoji).Distinct().ToList();
            if (!kinds.Contains(emoji) && kinds.Count >= settings.Current.Limits.ReactionKinds) return new MessageResult(MessageOutcome.BadReaction);
            commit.Db.Reactions.Add(new Reaction { MessageId = id.Value, Emoji = emoji, UserId = actor.Value, At = commit.Now });
        }

        commit.Db.SaveChanges(); // so that the view below counts it
        var reactions = MessageViews.ReactionsTo(commit.Db, id.Value);
        RoomLog.Append(commit, room, LogEntryKind.ReactionChanged, actor, broker, new ReactionChanged(new RoomId(room.Id), id, reactions, users.Get(actor), commit.Now), id);
        return new MessageResult(MessageOutcome.Done);
    });

    /// <summary>Pins a message in its room, or takes the pin off. As it was already: nothing changes.</summary>
    public Task<MessageResult> PinAsync(UserId actor, MessageId id, bool isOn) => CommitAsync(actor, id, (commit, message, room) =>
    {
        if (message.PinnedAt is not null == isOn) return new MessageResult(MessageOutcome.Done);
        message.PinnedAt = isOn ? commit.Now : null;
        RoomLog.Append(commit, room, LogEntryKind.PinChanged, actor, broker, new PinChanged(new RoomId(room.Id), id, isOn, users.Get(actor), commit.Now), id);
        return new MessageResult(MessageOutcome.Done);
    });

    internal static bool IsEmoji(string? text) =>
        text is { Length: > 0 and <= MaxEmojiLength } &&
        StringInfo.GetNextTextElementLength(text) == text.Length &&
        text.EnumerateRunes().Any(rune => rune.Value is >= 0x203C and not (>= 0x2010 and <= 0x206F)) &&
        !text.EnumerateRunes().Any(rune => System.Text.Rune.IsLetter(rune) || System.Text.Rune.IsControl(rune) || System.Text.Rune.IsWhiteSpace(rune));

    private async Task<MessageResult> CommitAsync(UserId actor, MessageId id, Func<Commit, Message, Room, MessageResult> change)
    {
        try
        {
            return await commits.CommitAsync(commit =>
            {
                if (commit.Db.Messages.FirstOrDefault(m => m.Id == id.Value) is not { DeletedAt: null } message) return new MessageResult(MessageOutcome.NotFound);
                if (RoomAccess.Find(commit.Db, new RoomId(message.RoomId), actor) is not { IsMember: true }) return new MessageResult(MessageOutcome.NotFound);
                if (guard.Speaking(commit, actor, new RoomId(message.RoomId)) is { } held) return MessageResult.Refused(held);
                var room = commit.Db.Rooms.Find(message.RoomId)!;
                if (room.IsArchived) return new MessageResult(MessageOutcome.Archived);
                return room.Visibility != RoomVisibility.Direct || DirectRooms.MayWrite(commit, new RoomId(room.Id), actor)
                    ? change(commit, message, room)
                    : new MessageResult(MessageOutcome.NotAllowed);
            });
        }
        catch (StorageUnavailableException)
        {
            return new MessageResult(MessageOutcome.Busy);
        }
    }
}
