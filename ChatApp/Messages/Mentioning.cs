namespace ChatApp.Messages;

/// <summary>Whom a message mentions. Immutable, one object for all readers.</summary>
/// <param name="People">Those who are named, and those who were connected where it was for everybody who is there. Never its author.</param>
/// <param name="IsAll">True where it is for everybody in the room.</param>
public sealed record Mentioning(IReadOnlySet<UserId> People, bool IsAll)
{
    /// <summary>Nobody, as in nearly every message.</summary>
    public static readonly Mentioning Nobody = new(new HashSet<UserId>(), IsAll: false);

    /// <summary>True where it mentions anybody.</summary>
    public bool IsAny => IsAll || People.Count > 0;

    /// <summary>True where it mentions that person, who is not its author.</summary>
    public bool Means(UserId user) => IsAll || (People.Count > 0 && People.Contains(user));
}

/// <summary>Tells a person on all devices that a message mentions them.</summary>
/// <param name="Message">The message, in a room that they are in.</param>
public sealed record Mentioned(MessageView Message);

/// <summary>Takes that back: the message was deleted, or changed so that it no longer does.</summary>
/// <param name="Room">The room.</param>
/// <param name="Message">Which message.</param>
public sealed record MentionWithdrawn(RoomId Room, MessageId Message);
