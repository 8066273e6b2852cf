using ChatApp.Accounts;

namespace ChatApp.Moderation;

/// <summary>Which entries of the audit log somebody wants. Everything that is set must fit.</summary>
public sealed record AuditQuery
{
    /// <summary>Done by this account; the word <c>operator</c> for commands on the server's machine.</summary>
    public string? Actor { get; init; }

    /// <summary>Done by people whose name contains this; empty for all. For pages, where people type names.</summary>
    public string ActorName { get; init; } = "";

    /// <summary>Exactly this action, such as <c>sanction.mute</c>; empty for all.</summary>
    public string Action { get; init; } = "";

    /// <summary>
    /// Done to this id; or, among the newest <see cref="SearchedEntries"/> entries, to what is described with these words. Empty for all.
    /// </summary>
    public string Target { get; init; } = "";

    /// <summary>Not before this moment.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Before this moment.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Older than the entry with this number: for reading on.</summary>
    public long? Before { get; init; }

    /// <summary>How many at most; up to <see cref="MaxLimit"/>.</summary>
    public int Limit { get; init; } = ModerationDesk.MaxLines;

    /// <summary>Most entries that are read at once.</summary>
    public const int MaxLimit = 1000;

    /// <summary>Entries whose words are looked through: no index knows them.</summary>
    public const int SearchedEntries = 100_000;

    /// <summary>People whose name is looked for, at most.</summary>
    internal const int MostActors = 100;
}

/// <summary>An entry of the audit log, readable.</summary>
/// <param name="At">When.</param>
/// <param name="Actor">Who.</param>
/// <param name="Action">What.</param>
/// <param name="Target">To what.</param>
/// <param name="Details">Words to recognise the target by.</param>
/// <param name="Reason">Why.</param>
public sealed record AuditLine(DateTimeOffset At, string Actor, string Action, string Target, string Details, string Reason)
{
    /// <summary>Its number, growing.</summary>
    public long Id { get; init; }

    /// <summary>Who, as an id.</summary>
    public string ActorId { get; init; } = "";

    /// <summary>What was there before, in the log's neutral words; empty where it says nothing.</summary>
    public string Before { get; init; } = "";

    /// <summary>What is there since; empty where it says nothing.</summary>
    public string After { get; init; } = "";

    /// <summary>By which kind of connection; null for entries that were made before it was noted.</summary>
    public Entrance? Via { get; init; }
}
