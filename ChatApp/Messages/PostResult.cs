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
    public sealed record Accepted(MessageView Message, string Epoch, bool IsDuplicate) : PostResult;

    /// <summary>Nothing was stored.</summary>
    /// <param name="Reason">Why.</param>
    /// <param name="RetryAfter">How long to wait before trying again; zero where that makes no sense.</param>
    public sealed record Rejected(PostRefusal Reason, TimeSpan RetryAfter = default) : PostResult;
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

    /// <summary>More than <see cref="MessageOptions.MaxLength"/> characters.</summary>
    TooLong,

    /// <summary>The key is longer than 128 characters or holds control characters.</summary>
    BadKey,

    /// <summary>The sender used this key before for another message.</summary>
    KeyUsedForOther,

    /// <summary>The sender posts too fast.</summary>
    TooFast,

    /// <summary>Too many messages wait to be stored.</summary>
    Busy,

    /// <summary>The database cannot be written at present.</summary>
    StorageFailed,
}

/// <summary>Outcome of deleting a message.</summary>
public enum DeleteOutcome
{
    /// <summary>It is deleted, now or before.</summary>
    Done,

    /// <summary>There is no such message, as far as the actor may know.</summary>
    NotFound,

    /// <summary>The actor neither wrote it nor has a higher rank than its author.</summary>
    NotAllowed,

    /// <summary>Nothing was stored; trying again soon makes sense.</summary>
    Busy,
}

/// <summary>Limits of messages. Section <c>Messages</c> of the settings.</summary>
public sealed class MessageOptions
{
    /// <summary>Longest message, in Unicode code points; 8,000 by default, 1 to 8,000.</summary>
    [Range(1, 8000)]
    public int MaxLength { get; init; } = 8000;

    /// <summary>Messages per second that one person may post in the long run; 10 by default, 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int PostsPerSecond { get; init; } = 10;

    /// <summary>Messages that one person may post at once after a quiet time; 20 by default, 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int PostBurst { get; init; } = 20;
}
