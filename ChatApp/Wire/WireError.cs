using ChatApp.Messages;
using ChatApp.Push;
using ChatApp.Topics;

namespace ChatApp.Wire;

/// <summary>The error codes of docs/PROTOCOL.md. A temporary one may be tried again.</summary>
/// <param name="Code">The number sent.</param>
/// <param name="Message">A short English phrase.</param>
/// <param name="Temporary">True where the same command may succeed later.</param>
/// <param name="RetryMs">Milliseconds to wait before trying again; null where the server does not know.</param>
/// <param name="Until">When what is in the way ends by itself; null where it does not.</param>
public sealed record WireError(int Code, string Message, bool Temporary = false, long? RetryMs = null, DateTimeOffset? Until = null)
{
    /// <summary>What a rule, a program or a moderator says of it; null where they say nothing.</summary>
    public string? Reason { get; init; }

    /// <summary>Number of the held message; null for all other errors.</summary>
    public long? Id { get; init; }

    /// <summary>A fault of the server.</summary>
    public static readonly WireError Internal = new(100, "internal server error", Temporary: true);

    /// <summary>The token proves nothing, or that somebody else is there.</summary>
    public static readonly WireError Unauthorized = new(101, "unauthorized");

    /// <summary>There is no such channel, as far as the client may know.</summary>
    public static readonly WireError UnknownChannel = new(102, "unknown channel");

    /// <summary>The client may not do this.</summary>
    public static readonly WireError PermissionDenied = new(103, "permission denied");

    /// <summary>There is no such command.</summary>
    public static readonly WireError MethodNotFound = new(104, "method not found");

    /// <summary>The client listens to this channel already.</summary>
    public static readonly WireError AlreadySubscribed = new(105, "already subscribed");

    /// <summary>Too many subscriptions.</summary>
    public static readonly WireError LimitExceeded = new(106, "limit exceeded");

    /// <summary>The command's fields are not as they should be.</summary>
    public static readonly WireError BadRequest = new(107, "bad request");

    /// <summary>This channel has no such thing: no history, no presence.</summary>
    public static readonly WireError NotAvailable = new(108, "not available");

    /// <summary>The token was good, but its time is over.</summary>
    public static readonly WireError TokenExpired = new(109, "token expired");

    /// <summary>Too much in too short a time.</summary>
    public static readonly WireError TooManyRequests = new(111, "too many requests", Temporary: true);

    /// <summary>The history after the client's position is not held any more.</summary>
    public static readonly WireError Unrecoverable = new(112, "unrecoverable position");

    /// <summary>The account says nothing, here or anywhere.</summary>
    public static readonly WireError Muted = new(400, "muted");

    /// <summary>The account is banned from the room, or from the instance.</summary>
    public static readonly WireError Banned = new(401, "banned");

    /// <summary>The last message in this room is too recent.</summary>
    public static readonly WireError SlowMode = new(402, "slow mode", Temporary: true);

    /// <summary>The room is archived: nothing changes there any more.</summary>
    public static readonly WireError Archived = new(403, "room archived");

    /// <summary>Only moderators post in the room at present.</summary>
    public static WireError Locked => Archived with { Message = "room locked" };

    /// <summary>There is no such message, as far as the client may know.</summary>
    public static readonly WireError MessageNotFound = new(404, "message not found");

    /// <summary>A rule stands against it, which the client is not told.</summary>
    public static readonly WireError Blocked = new(405, "blocked by a rule");

    /// <summary>The time in which this was possible is over.</summary>
    public static readonly WireError WindowClosed = new(406, "window closed");

    /// <summary>The text is longer than allowed.</summary>
    public static readonly WireError TooLong = new(407, "message too long");

    /// <summary>The key was used before for another message.</summary>
    public static readonly WireError KeyUsedForOther = new(408, "duplicate key with other content");

    /// <summary>The message names more people than one message may.</summary>
    public static readonly WireError TooManyMentions = new(409, "too many mentions");

    /// <summary>The message calls everybody in a room where that would be too many.</summary>
    public static readonly WireError RoomTooLarge = new(410, "room too large to mention everybody");

    /// <summary>The message waits until a moderator has looked at it; the same key asks what became of it.</summary>
    public static readonly WireError Held = new(411, "held for review");

    /// <summary>The program that checks the room has not answered in time.</summary>
    public static readonly WireError NotChecked = new(412, "not checked", Temporary: true);

    /// <summary>The account is too new for that.</summary>
    public static WireError NewMember => PermissionDenied with { Message = "the account is too new for that" };

    /// <summary>What a message that was not posted looks like on the wire.</summary>
    public static WireError Of(PostResult result) => result switch
    {
        PostResult.Held held => Held with { Until = held.Until, Reason = held.Words, Id = held.Id },
        PostResult.Rejected rejected => Of(rejected),
        _ => Internal,
    };

    /// <summary>What a refused message looks like on the wire.</summary>
    public static WireError Of(PostResult.Rejected rejected)
    {
        ArgumentNullException.ThrowIfNull(rejected);
        var error = rejected.Reason switch
        {
            PostRefusal.RoomNotFound => UnknownChannel,
            PostRefusal.NotAMember => PermissionDenied,
            PostRefusal.Empty => BadRequest with { Message = "the text is empty" },
            PostRefusal.BadKey => BadRequest with { Message = "the key must have 1 to 128 characters, none of them control characters" },
            PostRefusal.TooLong => TooLong,
            PostRefusal.KeyUsedForOther => KeyUsedForOther,
            PostRefusal.Archived => Archived,
            PostRefusal.Unreachable or PostRefusal.Blocked => Blocked,
            PostRefusal.TurnedDown => Blocked with { Message = "turned down by a moderator" },
            PostRefusal.Withdrawn => Blocked with { Message = "withdrawn by its author" },
            PostRefusal.HeldTooLong => Blocked with { Message = "held, and not looked at in time" },
            PostRefusal.TooManyHeld => LimitExceeded with { Message = "too many messages wait for a moderator" },
            PostRefusal.NotChecked => NotChecked,
            PostRefusal.Locked => Locked,
            PostRefusal.Muted => Muted,
            PostRefusal.Banned => Banned,
            PostRefusal.SlowMode => SlowMode,
            PostRefusal.NoSuchReply or PostRefusal.NoSuchThread => MessageNotFound,
            PostRefusal.TooManyMentions => TooManyMentions,
            PostRefusal.RoomTooLarge => RoomTooLarge,
            PostRefusal.NewMember => NewMember,
            PostRefusal.TooFast or PostRefusal.Busy => TooManyRequests,
            _ => Internal,
        };
        error = error with { Until = rejected.Until, Reason = rejected.Words };
        return rejected.RetryAfter > TimeSpan.Zero ? error with { RetryMs = (long)Math.Ceiling(rejected.RetryAfter.TotalMilliseconds) } : error;
    }

    /// <summary>What something refused about a topic looks like on the wire.</summary>
    public static WireError Of(TopicRefusal refusal) => refusal switch
    {
        TopicRefusal.UnknownTopic => UnknownChannel,
        TopicRefusal.PermissionDenied => PermissionDenied,
        TopicRefusal.TooLong => TooLong with { Message = "the data is too long" },
        TopicRefusal.BadData => BadRequest with { Message = "the data is nested too deeply, or holds half a surrogate pair" },
        TopicRefusal.BadKey => BadRequest with { Message = "the key must have 1 to 128 characters" },
        TopicRefusal.NotKept => NotAvailable,
        TopicRefusal.OtherEpoch => Unrecoverable,
        _ => Internal,
    };

    /// <summary>What a refused subscription looks like on the wire.</summary>
    public static WireError Of(SubscribeRefusal refusal) => refusal switch
    {
        SubscribeRefusal.AlreadySubscribed => AlreadySubscribed,
        SubscribeRefusal.LimitReached => LimitExceeded,
        SubscribeRefusal.OutOfReach => PermissionDenied,
        _ => Internal,
    };
}
