using ChatApp.Messages;

namespace ChatApp.Components.Messages;

/// <summary>A message of one's own that is not on disk yet, or was refused.</summary>
/// <param name="Key">The sender's key: the row keeps it when the message is stored, so nothing jumps.</param>
/// <param name="Text">As written.</param>
/// <param name="Html">As it will look.</param>
/// <param name="At">When it was sent.</param>
/// <param name="Refusal">Null while it is on its way.</param>
/// <param name="ReplyTo">What it answers; null where it answers nothing.</param>
public sealed record PendingMessage(string Key, string Text, string Html, DateTimeOffset At, PostRefusal? Refusal, ReplyPreview? ReplyTo = null)
{
    /// <summary>Its number among those that wait for a moderator; null where it does not.</summary>
    public long? Held { get; init; }

    /// <summary>True where its key has the same answer for good: it was decided on, and sending it again changes nothing.</summary>
    public bool IsDecided => Refusal is PostRefusal.TurnedDown or PostRefusal.Withdrawn or PostRefusal.HeldTooLong;

    /// <summary>What a rule, a program or a moderator says of it; null where they say nothing.</summary>
    public string? Words { get; init; }
}
