using ChatApp.Accounts;
using ChatApp.Moderation;

namespace ChatApp.Settings;

/// <summary>What administrators have set, as it holds now. Immutable.</summary>
/// <param name="Registration">Who may make an account for themselves.</param>
/// <param name="Contact">
/// Whom strangers ask for an account where they may not make one, in the administrators' words: one line of at most
/// <see cref="InstanceSettings.MaxContactLength"/> UTF-16 units; empty says it in general.
/// </param>
public sealed record InstanceValues(RegistrationMode Registration, string Contact = "")
{
    /// <summary>Accounts that may be made within a minute without an invitation before <see cref="RaidBrake"/> stops it; at most 10,000; 0 never stops it.</summary>
    public int RegistrationsPerMinute { get; init; }

    /// <summary>People who may join a public room by themselves within a minute before <see cref="RaidBrake"/> stops it; at most 10,000; 0 never stops it.</summary>
    public int JoinsPerMinute { get; init; }

    /// <summary>Minutes for which an account is new, see <see cref="NewMembers"/>; 0 by default: never. At most 43,200.</summary>
    public int NewMemberMinutes { get; init; }

    /// <summary>Conversations that a new account may begin within an hour; 5 by default, at most 1,000.</summary>
    public int NewMemberConversations { get; init; } = 5;

    /// <summary>Since when <see cref="RaidBrake"/> lets only those make an account who have an invitation; null where it does not. Nobody sets it.</summary>
    public DateTimeOffset? BrakedAt { get; init; }

    /// <summary>Days after which messages go in rooms that set nothing themselves, pinned ones excepted; 0 to 3,650, 0: never.</summary>
    public int RetentionDays { get; init; }

    /// <summary>Hours in which an author can edit a message; 0 to 87,600.</summary>
    public int EditHours { get; init; } = 24;

    /// <summary>Limits of messages, searches and connections; their ranges stand in <see cref="LiveLimits"/>.</summary>
    public required InstanceLimits Limits { get; init; }
}
