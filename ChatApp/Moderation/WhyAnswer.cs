using ChatApp.Accounts;
using ChatApp.Moderation.Rules;
using ChatApp.Push;
using ChatApp.Rooms;

namespace ChatApp.Moderation;

/// <summary>What decides whether something reaches a person, or what they say reaches others. The words stand in the resource files under these names.</summary>
public enum WhyFact
{
    /// <summary>The account was deleted.</summary>
    AccountGone,

    /// <summary>An administrator has locked the account.</summary>
    AccountLocked,

    /// <summary>They are banned from the instance.</summary>
    Banned,

    /// <summary>They are banned from the room.</summary>
    BannedHere,

    /// <summary>They are not in the room.</summary>
    NotAMember,

    /// <summary>They are muted, there or everywhere: they read, and cannot write.</summary>
    Muted,

    /// <summary>The room is archived: nobody writes.</summary>
    RoomArchived,

    /// <summary>The room is locked: only moderators write.</summary>
    RoomLocked,

    /// <summary>The room is in slow mode.</summary>
    RoomSlow,

    /// <summary>Messages of theirs wait for a moderator.</summary>
    WaitsForReview,

    /// <summary>Something of theirs was refused within the last hour.</summary>
    RefusedLately,

    /// <summary>They want to hear only of mentions in this room.</summary>
    LevelMentions,

    /// <summary>They want to hear of nothing in this room.</summary>
    LevelNothing,

    /// <summary>Nothing of theirs is connected.</summary>
    NotConnected,

    /// <summary>Something is connected, and none of it listens to this room: a page that shows another one only hears its numbers.</summary>
    NotListening,

    /// <summary>Not everything has gone out to each connection that listens.</summary>
    Behind,

    /// <summary>They wrote the message themselves.</summary>
    OwnMessage,

    /// <summary>The message was deleted.</summary>
    MessageDeleted,

    /// <summary>They came into the room after the message: they can read it, and it did not count as unread.</summary>
    JoinedLater,

    /// <summary>They block its author: it is folded away and counts nothing.</summary>
    BlocksAuthor,

    /// <summary>It is an answer in a thread that they do not follow.</summary>
    ThreadNotFollowed,

    /// <summary>It mentions them.</summary>
    Mentioned,

    /// <summary>They have read up to it, or further.</summary>
    Read,

    /// <summary>They have not read up to it.</summary>
    NotRead,
}

/// <summary>A live connection of the person, and how far it is in the room.</summary>
/// <param name="Id">Identity.</param>
/// <param name="Description">Kind, name, address, since when.</param>
/// <param name="Sent">Offset of the last change of the room that was handed to it; null where it does not listen to the room.</param>
/// <param name="Waiting">Events that wait for it, of all channels.</param>
public sealed record WhyDevice(ConnectionId Id, ConnectionDescription Description, Offset? Sent, int Waiting);

/// <summary>The message that is asked about. Never its text.</summary>
/// <param name="Id">Identity.</param>
/// <param name="Offset">Its place in the room's log.</param>
/// <param name="At">When it was stored.</param>
/// <param name="Author">Who wrote it.</param>
public sealed record WhyMessage(MessageId Id, Offset Offset, DateTimeOffset At, UserCard Author);

/// <summary>A rule that is turned on and asked about what the person says in the room.</summary>
/// <param name="Name">What moderators call it.</param>
/// <param name="Kind">What it looks for.</param>
/// <param name="Action">What it does.</param>
/// <param name="IsEverywhere">True for one of all rooms, false for one of this room.</param>
public sealed record WhyRule(string Name, RuleKind Kind, RuleAction Action, bool IsEverywhere);

/// <summary>That a program checks what the person says in the room.</summary>
/// <param name="FailsClosed">True where a message is refused that it does not answer in time; false where it is posted.</param>
/// <param name="Checker">Who checks at this moment; null where nobody does.</param>
public sealed record WhyPolicy(bool FailsClosed, UserCard? Checker);

/// <summary>Messages of the person that wait for a moderator in the room. Never their texts.</summary>
/// <param name="Source">The rule or the program that holds them, in a name.</param>
/// <param name="Count">How many.</param>
/// <param name="At">When the newest came.</param>
public sealed record WhyHeld(string Source, int Count, DateTimeOffset At);

/// <summary>That the message was held, and approved.</summary>
/// <param name="Source">The rule or the program that had held it, in a name.</param>
/// <param name="By">Who approved it.</param>
/// <param name="At">When.</param>
public sealed record WhyReview(string Source, UserCard By, DateTimeOffset At);

/// <summary>What reaches a person in a room, and what does not.</summary>
/// <param name="User">The person.</param>
/// <param name="Room">The room.</param>
/// <param name="RoomName">What it is called for whoever asks.</param>
/// <param name="Facts">What decides, the heaviest first; empty where nothing stands in the way.</param>
public sealed record WhyAnswer(UserCard User, RoomView Room, string RoomName, IReadOnlyList<WhyFact> Facts)
{
    /// <summary>The message; null where it is about the room alone.</summary>
    public WhyMessage? Message { get; init; }

    /// <summary>Their role there; null where they are not in it.</summary>
    public RoomRole? Role { get; init; }

    /// <summary>Since when; null where they are not in it, or everybody is.</summary>
    public DateTimeOffset? JoinedAt { get; init; }

    /// <summary>Of what they want to hear.</summary>
    public NoticeLevel Level { get; init; }

    /// <summary>How far they have read; null where they never read there.</summary>
    public Offset? ReadUpTo { get; init; }

    /// <summary>What holds on them, there or everywhere.</summary>
    public IReadOnlyList<SanctionTerm> Sanctions { get; init; } = [];

    /// <summary>The rules that are asked about what they say there, in their order; empty in conversations.</summary>
    public IReadOnlyList<WhyRule> Rules { get; init; } = [];

    /// <summary>Whether a program checks what they say there; null where none does, or it is they.</summary>
    public WhyPolicy? Policy { get; init; }

    /// <summary>What of theirs waits for review there, the newest first.</summary>
    public IReadOnlyList<WhyHeld> Held { get; init; } = [];

    /// <summary>What was refused to them there lately, the newest first.</summary>
    public IReadOnlyList<RefusedAttempts> Refused { get; init; } = [];

    /// <summary>That the message was held and approved; null where it was not, or there is none.</summary>
    public WhyReview? Review { get; init; }

    /// <summary>Names of the rules that have told moderators of the message.</summary>
    public IReadOnlyList<string> Alerts { get; init; } = [];

    /// <summary>Their connections, the oldest first; at most <see cref="WhyDesk.MaxDevices"/>.</summary>
    public IReadOnlyList<WhyDevice> Devices { get; init; } = [];
}

/// <summary>Outcome of the question.</summary>
/// <param name="Outcome">How it went; <see cref="ModerationOutcome.NotFound"/> also where the room is none that the actor may know of.</param>
/// <param name="Answer">The answer, where there is one.</param>
public readonly record struct WhyResult(ModerationOutcome Outcome, WhyAnswer? Answer = null);
