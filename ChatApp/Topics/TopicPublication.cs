namespace ChatApp.Topics;

/// <summary>One publication of a topic, as it is sent and kept.</summary>
/// <param name="Data">What was published.</param>
/// <param name="At">When, by the server's clock.</param>
/// <param name="By">The client that published it; null for the server API.</param>
public sealed record TopicPublication(TopicData Data, DateTimeOffset At, TopicClient? By);

/// <summary>A client as other clients see it.</summary>
/// <param name="User">Whose it is.</param>
/// <param name="Client">Its connection.</param>
public sealed record TopicClient(UserId User, ConnectionId Client);

/// <summary>Why something was not done with a topic.</summary>
public enum TopicRefusal
{
    /// <summary>No prefix fits the name.</summary>
    UnknownTopic,

    /// <summary>Not theirs to do.</summary>
    PermissionDenied,

    /// <summary>The data is longer than <see cref="TopicOptions.DataBytes"/>.</summary>
    TooLong,

    /// <summary>The data is nested too deeply, or is not text that can be sent on.</summary>
    BadData,

    /// <summary>The key is not of 1 to 128 characters.</summary>
    BadKey,

    /// <summary>Nothing is kept of this topic.</summary>
    NotKept,

    /// <summary>The position belongs to another sequence.</summary>
    OtherEpoch,
}

/// <summary>What became of a publication.</summary>
/// <param name="Refusal">Null where it was published.</param>
/// <param name="Epoch">Name of the topic's sequence; null where nothing is kept of it.</param>
/// <param name="Offset">Its place there; null where nothing is kept of it.</param>
/// <param name="IsDuplicate">True where the same key was used before: nothing was published again.</param>
public readonly record struct TopicPublished(TopicRefusal? Refusal, string? Epoch = null, Offset? Offset = null, bool IsDuplicate = false);
