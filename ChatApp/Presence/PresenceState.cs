using ChatApp.Accounts;

namespace ChatApp.Presence;

/// <summary>How somebody is seen by others.</summary>
public enum PresenceState
{
    /// <summary>Not connected, or invisible: nobody can tell which.</summary>
    Offline = 0,

    /// <summary>Connected.</summary>
    Online = 1,

    /// <summary>Connected, and at none of their windows for a while.</summary>
    Away = 2,

    /// <summary>Connected, and does not want to be disturbed.</summary>
    DoNotDisturb = 3,
}

/// <summary>What somebody has chosen about how they are seen.</summary>
/// <param name="Mode">How.</param>
/// <param name="Until">From this moment on it is <see cref="PresenceMode.Automatic"/> again; null where it stays.</param>
public sealed record PresenceChoice(PresenceMode Mode, DateTimeOffset? Until)
{
    /// <summary>Nothing in particular.</summary>
    public static readonly PresenceChoice None = new(PresenceMode.Automatic, Until: null);

    /// <summary>What counts at a moment.</summary>
    public PresenceChoice At(DateTimeOffset now) => Until <= now ? None : this;
}

/// <summary>Somebody is seen in another way now.</summary>
/// <param name="User">Who.</param>
/// <param name="State">How.</param>
public readonly record struct PresenceChange(UserId User, PresenceState State);

/// <summary>
/// Members of a room are seen in another way now: the newest state of each, those of a quarter of a second together. Passes and is not
/// stored; goes to those who asked to hear who comes and goes.
/// </summary>
/// <param name="Room">The room.</param>
/// <param name="Changes">Who, and how.</param>
/// <param name="At">When it was told.</param>
public sealed record MembersSeen(RoomId Room, IReadOnlyList<PresenceChange> Changes, DateTimeOffset At);

/// <summary>Tells a person on all devices what they have chosen.</summary>
/// <param name="Choice">What counts now.</param>
public sealed record OwnPresenceChosen(PresenceChoice Choice);
