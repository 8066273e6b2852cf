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
    /// <summary>When it will have waited too long for a moderator; null where it does not wait for one.</summary>
    public DateTimeOffset? HeldUntil { get; init; }

    /// <summary>What a rule, a program or a moderator says of it; null where they say nothing.</summary>
    public string? Words { get; init; }
}
