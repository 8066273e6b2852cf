using ChatApp.Accounts;

namespace ChatApp.Moderation;

/// <summary>What is imposed on somebody; the numbers are stored and grow with the weight, so they never change meaning.</summary>
public enum SanctionKind
{
    /// <summary>Words that they have to read; takes nothing away, and is over when they have read it.</summary>
    Warning = 1,

    /// <summary>They read on, and say nothing: no message, edit, reaction, pin, topic, invitation.</summary>
    Mute = 2,

    /// <summary>In a room: they are out, and cannot come back or be brought back. In the instance: they cannot be signed in.</summary>
    Ban = 3,
}

/// <summary>One sanction as stored. What is over stays: it is the person's history.</summary>
public sealed class Sanction
{
    /// <summary>Longest reason, in UTF-16 units.</summary>
    public const int MaxReasonLength = 512;

    /// <summary>Given by the database, growing.</summary>
    public long Id { get; init; }

    /// <summary>On whom.</summary>
    public required string UserId { get; init; }

    /// <summary>What.</summary>
    public SanctionKind Kind { get; init; }

    /// <summary>The room where it holds; null in the whole instance.</summary>
    public string? RoomId { get; init; }

    /// <summary>Why, in words that the person reads; 1 to <see cref="MaxReasonLength"/> characters.</summary>
    public required string Reason { get; init; }

    /// <summary>Who imposed it.</summary>
    public required string ById { get; init; }

    /// <summary>When, by the server's clock.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>At this millisecond it is over; null where it has no end of its own.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>When it was taken back; null where it was not.</summary>
    public DateTimeOffset? LiftedAt { get; set; }

    /// <summary>Who took it back.</summary>
    public string? LiftedById { get; set; }

    /// <summary>Why it was taken back.</summary>
    public string? LiftReason { get; set; }

    /// <summary>When the person said that they have read it; a warning is over with that, everything else goes on.</summary>
    public DateTimeOffset? SeenAt { get; set; }

    /// <summary>True where it holds at a moment: at <see cref="Until"/> itself it is over.</summary>
    public bool HoldsAt(DateTimeOffset now) => LiftedAt is null && !(Kind == SanctionKind.Warning && SeenAt is not null) && !(Until <= now);
}

/// <summary>A sanction as the person on whom it is learns of it. Immutable.</summary>
/// <param name="Id">Identity.</param>
/// <param name="Kind">What.</param>
/// <param name="Room">The room where it holds; null in the whole instance.</param>
/// <param name="Reason">Why.</param>
/// <param name="Until">At this millisecond it is over; null where it has no end of its own.</param>
/// <param name="By">Who imposed it, whom to ask.</param>
public sealed record SanctionTerm(long Id, SanctionKind Kind, RoomId? Room, string Reason, DateTimeOffset? Until, UserId By)
{
    internal static SanctionTerm Of(Sanction row) =>
        new(row.Id, row.Kind, row.RoomId is { } room ? new RoomId(room) : null, row.Reason, row.Until, new UserId(row.ById));
}

/// <summary>A sanction as the person on whom it is finds it in their own list.</summary>
/// <param name="Term">What it is.</param>
/// <param name="RoomName">Name of the room, which they may not see any more; null in the whole instance.</param>
/// <param name="IsSeen">True where they said that they have read it.</param>
public sealed record OwnSanction(SanctionTerm Term, string? RoomName, bool IsSeen);

/// <summary>A sanction as a moderator sees it.</summary>
/// <param name="Term">What it is.</param>
/// <param name="User">On whom.</param>
/// <param name="By">Who imposed it.</param>
/// <param name="At">When.</param>
/// <param name="Holds">True where it holds now.</param>
/// <param name="LiftedAt">When it was taken back; null where it was not.</param>
/// <param name="LiftedBy">Who took it back.</param>
/// <param name="LiftReason">Why; empty where it was not.</param>
public sealed record SanctionLine(
    SanctionTerm Term, UserCard User, UserCard By, DateTimeOffset At, bool Holds, DateTimeOffset? LiftedAt, UserCard? LiftedBy, string LiftReason)
{
    /// <summary>Name of its room, where the moderator may know of it; null otherwise, and in the whole instance.</summary>
    public string? RoomName { get; init; }
}

/// <summary>Tells a person on all devices that something was imposed on them, or taken back.</summary>
/// <param name="Term">What.</param>
/// <param name="By">Who did it.</param>
/// <param name="Holds">True: it holds from now on; false: it does not any more.</param>
/// <param name="At">When.</param>
public sealed record SanctionChanged(SanctionTerm Term, UserCard By, bool Holds, DateTimeOffset At);
