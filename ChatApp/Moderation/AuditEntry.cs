namespace ChatApp.Moderation;

/// <summary>One action of a moderator. Append-only: the database refuses to change or delete it.</summary>
public sealed class AuditEntry
{
    /// <summary>Given by the database, growing.</summary>
    public long Id { get; init; }

    /// <summary>When it was committed.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Who acted; the word <c>operator</c> for commands on the server's machine.</summary>
    public required string ActorId { get; init; }

    /// <summary>What was done, such as <c>message.delete</c>; at most 64 characters.</summary>
    public required string Action { get; init; }

    /// <summary>Id of what it was done to; at most 64 characters.</summary>
    public required string Target { get; init; }

    /// <summary>What a person needs to recognise the target (a name, a room, a rank before and after); at most 512 characters.</summary>
    public string Details { get; init; } = "";

    /// <summary>Why; at most 512 characters.</summary>
    public string Reason { get; init; } = "";

    /// <summary>What was there before, where the action changed a value; at most 512 characters.</summary>
    public string Before { get; init; } = "";

    /// <summary>What is there since; at most 512 characters.</summary>
    public string After { get; init; } = "";

    /// <summary>By which kind of connection; null for entries that are older than this column.</summary>
    public Entrance? Via { get; init; }
}
