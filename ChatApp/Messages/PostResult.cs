using System.ComponentModel.DataAnnotations;

namespace ChatApp.Messages;

/// <summary>Outcome of posting a message.</summary>
public abstract record PostResult
{
    private PostResult()
    {
    }

    /// <summary>The message is on disk.</summary>
    /// <param name="Message">As all viewers see it.</param>
    /// <param name="Epoch">Name of the log that its offset belongs to.</param>
    /// <param name="IsDuplicate">True where the same key had stored it before; nothing new was stored then.</param>
    public sealed record Accepted(MessageView Message, string Epoch, bool IsDuplicate) : PostResult
    {
        /// <summary>True where the message that the key had stored went by retention since; nothing but its place is left, and no page shows it.</summary>
        public bool HasGone { get; init; }
    }

    /// <summary>Nothing was stored.</summary>
    /// <param name="Reason">Why.</param>
    /// <param name="RetryAfter">How long to wait before trying again; zero where that makes no sense.</param>
    public sealed record Rejected(PostRefusal Reason, TimeSpan RetryAfter = default) : PostResult
    {
        /// <summary>When a sanction ends by itself; null where it does not, or none is the reason.</summary>
        public DateTimeOffset? Until { get; init; }

        /// <summary>What a rule, a program or a moderator says to the author; null where they say nothing.</summary>
        public string? Words { get; init; }

        /// <summary>The rule or the program that refused it, in a name that its author is not told; null where it was neither.</summary>
        internal string? Source { get; init; }
    }

    /// <summary>It waits until a moderator has looked at it, in no room so far. The same key again gives the same answer, and once it is approved the message.</summary>
    /// <param name="Id">Which of those that wait.</param>
    /// <param name="At">When it came.</param>
    /// <param name="Until">When it will have waited too long.</param>
    public sealed record Held(long Id, DateTimeOffset At, DateTimeOffset Until) : PostResult
    {
        /// <summary>What a rule or a program says to the author; null where it says nothing.</summary>
        public string? Words { get; init; }
    }
}

/// <summary>Why a message was not stored.</summary>
public enum PostRefusal
{
    /// <summary>There is no such room, as far as the sender may know.</summary>
    RoomNotFound,

    /// <summary>The sender is not in the room.</summary>
    NotAMember,

    /// <summary>Nothing visible in the text.</summary>
    Empty,

    /// <summary>More than <see cref="Settings.InstanceLimits.Text"/> characters.</summary>
    TooLong,

    /// <summary>The key is longer than 128 characters or holds control characters.</summary>
    BadKey,

    /// <summary>The sender used this key before for another message.</summary>
    KeyUsedForOther,

    /// <summary>The room is archived: nothing is posted there any more.</summary>
    Archived,

    /// <summary>The other one in a conversation of two cannot be reached; the sender is not told why.</summary>
    Unreachable,

    /// <summary>Only moderators post in this room at present.</summary>
    Locked,

    /// <summary>The sender is muted, here or in the instance.</summary>
    Muted,

    /// <summary>The sender is banned, from this room or from the instance.</summary>
    Banned,

    /// <summary>The sender's last message in this room is too recent for its slow mode.</summary>
    SlowMode,

    /// <summary>A rule stands against it, or the program that checks the room.</summary>
    Blocked,

    /// <summary>The room is checked by a program that has not answered in time.</summary>
    NotChecked,

    /// <summary>It was held, and a moderator has turned it down.</summary>
    TurnedDown,

    /// <summary>It was held, and nobody has looked at it in time.</summary>
    HeldTooLong,

    /// <summary>It was held, and its author has taken it back.</summary>
    Withdrawn,

    /// <summary>It would be held, and too many wait already: of this sender, or in this room.</summary>
    TooManyHeld,

    /// <summary>The message answers one that is not in this room.</summary>
    NoSuchReply,

    /// <summary>The message names more than <see cref="Mentions.MaxPeople"/> people.</summary>
    TooManyMentions,

    /// <summary>The message calls everybody in a room of more than <see cref="Mentions.MaxEverybody"/> members.</summary>
    RoomTooLarge,

    /// <summary>The message calls everybody, and its sender's account is too new for that (<see cref="Moderation.NewMembers"/>).</summary>
    NewMember,

    /// <summary>The message whose thread it is meant for is not in this room, was deleted, or is itself an answer.</summary>
    NoSuchThread,

    /// <summary>The sender posts too fast, or calls everybody more than <see cref="Mentions.EverybodyPerMinute"/> times a minute.</summary>
    TooFast,

    /// <summary>Too many messages wait to be stored.</summary>
    Busy,

    /// <summary>The database cannot be written at present.</summary>
    StorageFailed,
}

/// <summary>Limits of messages. Section <c>Messages</c> of the settings.</summary>
public sealed class MessageOptions
{
    /// <summary>Longest message, in Unicode code points; 8,000 by default, 1 to 8,000.</summary>
    [Range(1, 8000)]
    public int MaxLength { get; init; } = 8000;

    /// <summary>Hours in which an author can edit a message; 24 by default, 0 to 87,600.</summary>
    [Range(0, 87_600)]
    public int EditHours { get; init; } = 24;

    /// <summary>Kinds of reactions that one message can have; 50 by default, 1 to 1,000.</summary>
    [Range(1, 1000)]
    public int MaxReactionKinds { get; init; } = 50;

    /// <summary>Messages per second that one person may post in the long run; 10 by default, 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int PostsPerSecond { get; init; } = 10;

    /// <summary>Messages that one person may post at once after a quiet time; 20 by default, 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int PostBurst { get; init; } = 20;

    /// <summary>Days after which messages go, pinned ones excepted, in rooms that set nothing themselves; 0 by default: never. 0 to 3,650.</summary>
    [Range(0, 3650)]
    public int RetentionDays { get; init; }
}
