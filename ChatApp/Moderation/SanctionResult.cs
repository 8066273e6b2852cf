namespace ChatApp.Moderation;

/// <summary>What shall be imposed.</summary>
/// <param name="User">On whom.</param>
/// <param name="Kind">What.</param>
/// <param name="Room">The room where it holds; null in the whole instance.</param>
/// <param name="Reason">Why; 1 to <see cref="Sanction.MaxReasonLength"/> characters.</param>
/// <param name="Lasts">
/// How long from the commit on: a mute 1 second to <see cref="Sanctions.LongestMute"/>, a ban to <see cref="Sanctions.LongestBan"/>, or null
/// until somebody lifts it; null for a warning.
/// </param>
public sealed record SanctionOrder(UserId User, SanctionKind Kind, RoomId? Room, string Reason, TimeSpan? Lasts = null);

/// <summary>How an act of moderation on a person went.</summary>
public enum SanctionOutcome
{
    /// <summary>Done, or it was so already.</summary>
    Done,

    /// <summary>There is no such room, as far as the actor may know.</summary>
    RoomNotFound,

    /// <summary>There is no such person, or not in that room.</summary>
    NoSuchUser,

    /// <summary>There is no such sanction, as far as the actor may know.</summary>
    NotFound,

    /// <summary>The actor may not do this there, or not to that person: nobody acts on equal or higher standing.</summary>
    NotAllowed,

    /// <summary>No reason, or one that is too long.</summary>
    BadReason,

    /// <summary>A term that this kind of sanction cannot have.</summary>
    BadTerm,

    /// <summary>Not in this room: nobody is taken out of General or of a conversation.</summary>
    NotPossible,

    /// <summary>A room has an owner: the last one cannot be taken out.</summary>
    LastOwner,

    /// <summary>Nothing was stored; trying again soon makes sense.</summary>
    Busy,
}

/// <summary>Outcome of an act of moderation on a person.</summary>
/// <param name="Outcome">How it went.</param>
/// <param name="Term">The sanction, where there is one.</param>
public readonly record struct SanctionResult(SanctionOutcome Outcome, SanctionTerm? Term = null)
{
    /// <summary>True where it was done.</summary>
    public bool IsDone => Outcome == SanctionOutcome.Done;
}
