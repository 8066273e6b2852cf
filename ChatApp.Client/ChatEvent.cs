using System.Text.Json;

namespace ChatApp.Client;

/// <summary>A place in a channel's log.</summary>
/// <param name="Epoch">Names the log; another epoch, other offsets.</param>
/// <param name="Offset">Of the last change up to here; the first change of a log has 1.</param>
public readonly record struct ChannelPosition(string Epoch, long Offset);

/// <summary>
/// One item of a subscription. What the server sends is one of the types of this library, or a <see cref="RawEvent"/>
/// where it is none of them; a <see cref="Gap"/> is this library's own.
/// </summary>
public abstract record ChatEvent
{
    private protected ChatEvent()
    {
    }

    /// <summary>
    /// Its place in the channel; null for what passes and is not stored. A program that keeps the position of the last
    /// item that it has dealt with can go on from there after a restart, see <see cref="ChatClient.SubscribeAsync"/>.
    /// </summary>
    public ChannelPosition? Position { get; init; }

    /// <summary>The data as it came, with every field that this library does not know; undefined for a <see cref="Gap"/>.</summary>
    public JsonElement Data { get; init; }
}

/// <summary>A message was posted.</summary>
/// <param name="Message">The message in today's state: in a replay it may be edited or deleted already.</param>
public sealed record MessagePosted(ChatMessage Message) : ChatEvent;

/// <summary>A message has a new text.</summary>
/// <param name="Message">The message in today's state.</param>
public sealed record MessageEdited(ChatMessage Message) : ChatEvent;

/// <summary>A deletion was taken back by the author of the message.</summary>
/// <param name="Message">The message in today's state.</param>
public sealed record MessageRestored(ChatMessage Message) : ChatEvent;

/// <summary>A message was deleted.</summary>
/// <param name="Room">The id of its room.</param>
/// <param name="MessageId">Its id.</param>
/// <param name="By">Who deleted it.</param>
/// <param name="At">When.</param>
/// <param name="Thread">Id of the message in whose thread it was said; null for what stood in the room itself.</param>
public sealed record MessageDeleted(string Room, string MessageId, ChatPerson By, DateTimeOffset At, string? Thread = null) : ChatEvent;

/// <summary>Much of what one person said in the room was hidden at once: forget all texts of theirs at these places, also where others quote them.</summary>
/// <param name="Author">Whose messages.</param>
/// <param name="From">Offset of the first.</param>
/// <param name="To">Offset of the last.</param>
/// <param name="By">Who did it.</param>
/// <param name="At">When.</param>
public sealed record MessagesSwept(ChatPerson Author, long From, long To, ChatPerson By, DateTimeOffset At) : ChatEvent;

/// <summary>What was hidden is back as it was: read these places again where they are shown.</summary>
/// <param name="Author">Whose messages.</param>
/// <param name="From">Offset of the first.</param>
/// <param name="To">Offset of the last.</param>
/// <param name="By">Who did it.</param>
/// <param name="At">When.</param>
public sealed record MessagesReturned(ChatPerson Author, long From, long To, ChatPerson By, DateTimeOffset At) : ChatEvent;

/// <summary>Somebody reacted to a message, or took that back.</summary>
/// <param name="Room">The id of its room.</param>
/// <param name="MessageId">Its id.</param>
/// <param name="Reactions">All reactions to it now.</param>
/// <param name="By">Who reacted.</param>
/// <param name="At">When.</param>
public sealed record ReactionsChanged(string Room, string MessageId, IReadOnlyList<Reaction> Reactions, ChatPerson By, DateTimeOffset At) : ChatEvent;

/// <summary>A message was pinned, or the pin was taken off.</summary>
/// <param name="Room">The id of its room.</param>
/// <param name="MessageId">Its id.</param>
/// <param name="Pinned">True where it is pinned now.</param>
/// <param name="By">Who did it.</param>
/// <param name="At">When.</param>
public sealed record PinChanged(string Room, string MessageId, bool Pinned, ChatPerson By, DateTimeOffset At) : ChatEvent;

/// <summary>A room was made, renamed or archived, or is described otherwise. On the own channel too, where name or state changed.</summary>
/// <param name="Room">Its id.</param>
/// <param name="Name">Its name now.</param>
/// <param name="Topic">Its topic now; may be empty.</param>
/// <param name="Description">What is said about it at length now; may be empty.</param>
/// <param name="Archived">True where nothing changes there any more.</param>
/// <param name="At">When.</param>
public sealed record RoomChanged(string Room, string Name, string Topic, string Description, bool Archived, DateTimeOffset At) : ChatEvent
{
    /// <summary>True where only moderators post at present.</summary>
    public bool Locked { get; init; }

    /// <summary>Seconds that a member waits after a message before the next one; 0 where nobody waits.</summary>
    public int SlowSeconds { get; init; }

    /// <summary>True where so many came at once that nobody joins by themselves at present.</summary>
    public bool InviteOnly { get; init; }
}

/// <summary>Somebody has another role in the room.</summary>
/// <param name="Member">Who.</param>
/// <param name="Role"><c>member</c>, <c>moderator</c> or <c>owner</c>.</param>
/// <param name="By">Who gave it.</param>
/// <param name="At">When.</param>
public sealed record RoleChanged(ChatPerson Member, string Role, ChatPerson By, DateTimeOffset At) : ChatEvent;

/// <summary>Somebody is writing a message. Passes and is not stored; nobody hears of themselves.</summary>
/// <param name="Member">Who.</param>
/// <param name="At">When.</param>
public sealed record MemberTyping(ChatPerson Member, DateTimeOffset At) : ChatEvent;

/// <summary>Members of the room are seen in another way now: to those who asked to hear who comes and goes. Passes and is not stored.</summary>
/// <param name="Changes">The newest state of each.</param>
/// <param name="At">When.</param>
public sealed record MembersSeen(IReadOnlyList<SeenMember> Changes, DateTimeOffset At) : ChatEvent;

/// <summary>How somebody is seen.</summary>
/// <param name="User">Their id.</param>
/// <param name="State"><c>online</c>, <c>away</c>, <c>do_not_disturb</c> or <c>offline</c>.</param>
public sealed record SeenMember(string User, string State);

/// <summary>This account has chosen how it is seen, here or elsewhere, or the end of that has come. On the own channel.</summary>
/// <param name="Mode"><c>automatic</c>, <c>do_not_disturb</c> or <c>invisible</c>.</param>
/// <param name="Until">When it ends by itself; null where it stays.</param>
public sealed record PresenceChosen(string Mode, DateTimeOffset? Until) : ChatEvent;

/// <summary>Old messages went by age, pinned ones excepted.</summary>
/// <param name="Floor">Up to this offset.</param>
public sealed record HistoryTrimmed(long Floor) : ChatEvent;

/// <summary>Somebody came into the room or left it.</summary>
/// <param name="Member">Who.</param>
/// <param name="Joined">True for coming.</param>
/// <param name="At">When.</param>
public sealed record MemberChanged(ChatPerson Member, bool Joined, DateTimeOffset At) : ChatEvent;

/// <summary>This account came into a room or left it. On the own channel.</summary>
/// <param name="Room">The room's id.</param>
/// <param name="Name">The room's name.</param>
/// <param name="Joined">True for coming.</param>
public sealed record OwnRoomChanged(string Room, string Name, bool Joined) : ChatEvent
{
    /// <summary>True for a conversation between people, which has no name: its first message follows.</summary>
    public bool Direct { get; init; }
}

/// <summary>A direct room is off this account's list until something is said there. On the own channel.</summary>
/// <param name="Room">The room's id.</param>
public sealed record RoomHidden(string Room) : ChatEvent;

/// <summary>This account blocks others now. On the own channel.</summary>
/// <param name="Blocked">The ids of all whom it blocks.</param>
public sealed record BlocksChanged(IReadOnlyList<string> Blocked) : ChatEvent;

/// <summary>This account has read on, here or elsewhere. On the own channel.</summary>
/// <param name="Unread">What is unread now.</param>
public sealed record ReadMoved(UnreadRoom Unread) : ChatEvent;

/// <summary>This account has chosen something else for a room, here or elsewhere. On the own channel.</summary>
/// <param name="Room">The room's id.</param>
/// <param name="IsFavourite">True where it stands among the favourites.</param>
/// <param name="Notices">Of what the account wants to hear: <c>all</c>, <c>mentions</c> or <c>nothing</c>.</param>
/// <param name="HiddenUpTo">A direct room is not listed until something is said after this offset; null where it is listed.</param>
public sealed record RoomPreferenceChanged(string Room, bool IsFavourite, string Notices, long? HiddenUpTo) : ChatEvent;

/// <summary>A message mentions this account. On the own channel, whatever rooms the program listens to.</summary>
/// <param name="Message">The message.</param>
public sealed record Mentioned(ChatMessage Message) : ChatEvent;

/// <summary>A message mentions this account no longer: it was deleted, or edited. On the own channel.</summary>
/// <param name="Room">The id of its room.</param>
/// <param name="MessageId">Its id.</param>
public sealed record MentionWithdrawn(string Room, string MessageId) : ChatEvent;

/// <summary>This account has bookmarked a message, or taken the bookmark away, here or elsewhere. On the own channel.</summary>
/// <param name="MessageId">The message.</param>
/// <param name="On">True where it is bookmarked now.</param>
public sealed record BookmarkChanged(string MessageId, bool On) : ChatEvent;

/// <summary>This account follows a thread now, or no longer, or has read on in it, here or elsewhere. On the own channel.</summary>
/// <param name="Standing">What it has to do with the thread now.</param>
public sealed record ThreadMoved(ThreadStanding Standing) : ChatEvent;

/// <summary>Somebody has another name, picture or status, or their account is deleted. In rooms, and on the own channel for oneself.</summary>
/// <param name="Person">As they are now.</param>
/// <param name="Status">What they say of themselves; empty for nothing.</param>
/// <param name="At">When.</param>
public sealed record PersonChanged(ChatPerson Person, string Status, DateTimeOffset At) : ChatEvent;

/// <summary>Something was imposed on this account, or taken back. On the own channel. Nothing comes at its end: it is over by itself then.</summary>
/// <param name="Sanction">What.</param>
/// <param name="Holds">True: it holds from now on; false: it was lifted, or a warning was read.</param>
/// <param name="By">Who did it.</param>
/// <param name="At">When.</param>
public sealed record SanctionChanged(ChatSanction Sanction, bool Holds, ChatPerson By, DateTimeOffset At) : ChatEvent;

/// <summary>A sanction.</summary>
/// <param name="Id">Identity.</param>
/// <param name="Kind"><c>warning</c>, <c>mute</c> or <c>ban</c>.</param>
/// <param name="Room">The room where it holds; null in the whole instance.</param>
/// <param name="Reason">Why.</param>
/// <param name="Until">When it is over by itself; null where it is not.</param>
public sealed record ChatSanction(long Id, string Kind, string? Room, string Reason, DateTimeOffset? Until);

/// <summary>A report of this account, or one about it, was decided. On the own channel.</summary>
/// <param name="Report">What it came to.</param>
public sealed record ReportResolved(ChatReport Report) : ChatEvent;

/// <summary>This account has read a decision, here or elsewhere. On the own channel.</summary>
/// <param name="Id">The report.</param>
public sealed record ReportSeen(long Id) : ChatEvent;

/// <summary>A report that was decided.</summary>
/// <param name="Id">Identity.</param>
/// <param name="Own">True where this account made it; false where it is about this account, which is not told who did.</param>
/// <param name="User">Whom it is about.</param>
/// <param name="MessageId">The message; null where it is about the person.</param>
/// <param name="Category">What was wrong; null where it is about this account.</param>
/// <param name="Comment">What was said; null where it is about this account.</param>
/// <param name="At">When it was made, or decided where it is about this account.</param>
/// <param name="Decision"><c>dismiss</c>, <c>delete</c>, <c>warn</c>, <c>mute</c> or <c>ban</c>.</param>
/// <param name="Reason">Why.</param>
/// <param name="Seen">True where this account has read it.</param>
public sealed record ChatReport(long Id, bool Own, ChatPerson User, string? MessageId, string? Category, string? Comment, DateTimeOffset At, string Decision, string Reason, bool Seen);

/// <summary>A message that waited for a moderator waits no more. On the own channel; an approved one comes in its room besides.</summary>
/// <param name="Room">For which room.</param>
/// <param name="Key">The sender's key.</param>
/// <param name="Approved">True: it was posted; false: it was turned down, or taken back.</param>
/// <param name="Reason">Why it was turned down; null where it was not.</param>
/// <param name="At">When.</param>
public sealed record HeldDecided(string Room, string Key, bool Approved, string? Reason, DateTimeOffset At) : ChatEvent
{
    /// <summary>True where this account has taken it back, here or elsewhere.</summary>
    public bool Withdrawn { get; init; }
}

/// <summary>More or fewer messages wait in a room that this account moderates. On the own channel.</summary>
/// <param name="Room">The room.</param>
/// <param name="Waiting">How many do now.</param>
/// <param name="At">When.</param>
public sealed record HeldChanged(string Room, int Waiting, DateTimeOffset At) : ChatEvent;

/// <summary>A rule has hit a message and let it through, in a room that this account moderates. On the own channel.</summary>
/// <param name="Rule">The rule's name.</param>
/// <param name="Message">The message.</param>
public sealed record RuleAlert(string Rule, ChatMessage Message) : ChatEvent;

/// <summary>This account has another rank. On the own channel.</summary>
/// <param name="Rank"><c>member</c>, <c>moderator</c> or <c>administrator</c>.</param>
public sealed record RankChanged(string Rank) : ChatEvent;

/// <summary>Anything else: a general channel's data, or an event that is newer than this library.</summary>
/// <param name="Type">What calls itself its type; null where nothing does.</param>
public sealed record RawEvent(string? Type) : ChatEvent;

/// <summary>Why a subscription could not go on where it was.</summary>
public enum GapReason
{
    /// <summary>The channel keeps no history, and something may have happened while the connection was down.</summary>
    NotKept,

    /// <summary>The log is another one, as after a backup was restored.</summary>
    Epoch,

    /// <summary>What came next is no longer kept.</summary>
    Trimmed,

    /// <summary>There is no such position in the log.</summary>
    TooFar,
}

/// <summary>
/// Events are missing here: what a program knows of the channel may be wrong. Load it anew; what follows in the
/// subscription comes after <see cref="ChatEvent.Position"/>, where there is one.
/// </summary>
/// <param name="Reason">Why.</param>
/// <param name="Lost">How many changes are lost; 0 where nobody can know.</param>
public sealed record Gap(GapReason Reason, long Lost) : ChatEvent;
