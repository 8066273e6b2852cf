using System.Collections.Frozen;
using ChatApp.Accounts;
using ChatApp.Rooms;

namespace ChatApp.Moderation;

/// <summary>How high somebody stands: in a room by their role there, and above all roles by their rank in the instance.</summary>
public enum Standing
{
    /// <summary>A member, or nobody in particular.</summary>
    Member,

    /// <summary>A moderator of the room.</summary>
    RoomModerator,

    /// <summary>An owner of the room.</summary>
    RoomOwner,

    /// <summary>A moderator of the instance.</summary>
    Moderator,

    /// <summary>An administrator.</summary>
    Administrator,
}

/// <summary>What an act of moderation needs.</summary>
/// <param name="Least">The lowest standing that may do it.</param>
/// <param name="IsOnSomebody">True where it is done to a person, who must stand lower than whoever does it.</param>
public readonly record struct ModerationNeed(Standing Least, bool IsOnSomebody = true);

/// <summary>
/// The one table of who may moderate what. docs/SECURITY.md shows it, and a test holds the table, the document and every entrance to
/// each other. Names are those of the methods; what is done to the whole instance instead of one room has <c>@instance</c> behind it.
/// </summary>
public static class ModerationRights
{
    /// <summary>Behind the name of an act that is about the whole instance.</summary>
    public const string Instance = "@instance";

    /// <summary>The table. Whoever stands higher may too.</summary>
    public static FrozenDictionary<string, ModerationNeed> Needs { get; } = new Dictionary<string, ModerationNeed>(StringComparer.Ordinal)
    {
        ["brake.lift"] = new(Standing.RoomModerator, IsOnSomebody: false),
        ["held.approve"] = new(Standing.RoomModerator, IsOnSomebody: false),
        ["held.list"] = new(Standing.RoomModerator, IsOnSomebody: false),
        ["held.reject"] = new(Standing.RoomModerator, IsOnSomebody: false),
        ["message.delete"] = new(Standing.RoomModerator),
        ["policy.leave"] = new(Standing.RoomModerator, IsOnSomebody: false),
        ["policy.register"] = new(Standing.RoomModerator, IsOnSomebody: false),
        ["policy.set"] = new(Standing.RoomModerator, IsOnSomebody: false),
        ["report.list"] = new(Standing.RoomModerator, IsOnSomebody: false),
        ["report.read"] = new(Standing.RoomModerator),
        ["report.resolve"] = new(Standing.RoomModerator),
        ["room.kick"] = new(Standing.RoomModerator),
        ["room.lock"] = new(Standing.RoomModerator, IsOnSomebody: false),
        ["room.slow"] = new(Standing.RoomModerator, IsOnSomebody: false),
        ["rule.add"] = new(Standing.RoomModerator, IsOnSomebody: false),
        ["rule.change"] = new(Standing.RoomModerator, IsOnSomebody: false),
        ["rule.list"] = new(Standing.RoomModerator, IsOnSomebody: false),
        ["rule.remove"] = new(Standing.RoomModerator, IsOnSomebody: false),
        ["rule.test"] = new(Standing.RoomModerator, IsOnSomebody: false),
        ["sanction.ban"] = new(Standing.RoomModerator),
        ["sanction.lift"] = new(Standing.RoomModerator),
        ["sanction.list"] = new(Standing.RoomModerator, IsOnSomebody: false),
        ["sanction.mute"] = new(Standing.RoomModerator),
        ["sanction.warn"] = new(Standing.RoomModerator),
        ["sweep.cancel"] = new(Standing.RoomModerator),
        ["sweep.list"] = new(Standing.RoomModerator, IsOnSomebody: false),
        ["sweep.purge"] = new(Standing.RoomModerator),
        ["sweep.run"] = new(Standing.RoomModerator),
        ["sweep.undo"] = new(Standing.RoomModerator),

        ["brake.lift@instance"] = new(Standing.Moderator, IsOnSomebody: false),
        ["held.list@instance"] = new(Standing.Moderator, IsOnSomebody: false),
        ["report.list@instance"] = new(Standing.Moderator, IsOnSomebody: false),
        ["report.read@instance"] = new(Standing.Moderator),
        ["report.resolve@instance"] = new(Standing.Moderator),
        ["rule.add@instance"] = new(Standing.Moderator, IsOnSomebody: false),
        ["rule.change@instance"] = new(Standing.Moderator, IsOnSomebody: false),
        ["rule.list@instance"] = new(Standing.Moderator, IsOnSomebody: false),
        ["rule.remove@instance"] = new(Standing.Moderator, IsOnSomebody: false),
        ["rule.test@instance"] = new(Standing.Moderator, IsOnSomebody: false),

        ["sanction.ban@instance"] = new(Standing.Moderator),
        ["sanction.lift@instance"] = new(Standing.Moderator),
        ["sanction.list@instance"] = new(Standing.Moderator, IsOnSomebody: false),
        ["sanction.mute@instance"] = new(Standing.Moderator),
        ["sanction.warn@instance"] = new(Standing.Moderator),
        ["sweep.list@instance"] = new(Standing.Moderator, IsOnSomebody: false),

        ["key.list@instance"] = new(Standing.Administrator, IsOnSomebody: false),
        ["key.restore@instance"] = new(Standing.Administrator, IsOnSomebody: false),
        ["key.revoke@instance"] = new(Standing.Administrator, IsOnSomebody: false),
        ["moderation.accounts@instance"] = new(Standing.Moderator, IsOnSomebody: false),
        ["moderation.audit@instance"] = new(Standing.Moderator, IsOnSomebody: false),
        ["moderation.connections@instance"] = new(Standing.Moderator, IsOnSomebody: false),
        ["moderation.disconnect@instance"] = new(Standing.Moderator),
        ["moderation.disconnect_all@instance"] = new(Standing.Moderator),
        ["moderation.overview@instance"] = new(Standing.Moderator, IsOnSomebody: false),
        ["moderation.rank@instance"] = new(Standing.Administrator),
        ["moderation.revoke@instance"] = new(Standing.Administrator, IsOnSomebody: false),
        ["moderation.rooms@instance"] = new(Standing.Moderator, IsOnSomebody: false),
        ["moderation.tokens@instance"] = new(Standing.Administrator, IsOnSomebody: false),
        ["moderation.why@instance"] = new(Standing.Moderator, IsOnSomebody: false),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>How high a person stands where their role counts.</summary>
    /// <param name="rank">Their rank in the instance.</param>
    /// <param name="role">Their role in the room; a member's where it is about the whole instance.</param>
    public static Standing Of(Rank rank, RoomRole role = RoomRole.Member) => rank switch
    {
        Rank.Administrator => Standing.Administrator,
        Rank.Moderator => Standing.Moderator,
        _ => role switch { RoomRole.Owner => Standing.RoomOwner, RoomRole.Moderator => Standing.RoomModerator, _ => Standing.Member },
    };

    /// <summary>
    /// The same for whoever acts: a token that is not for moderating leaves out the role too. What a bot may do in a room is its rank's
    /// affair, which is never above its owner's; it has no role.
    /// </summary>
    public static Standing Of(Actor actor, UserCard card, RoomRole role)
    {
        ArgumentNullException.ThrowIfNull(card);
        return Of(card.UpTo(actor.UpTo).Rank, actor.UpTo < Rank.Moderator ? RoomRole.Member : role);
    }

    /// <summary>True where somebody may do something that is done to nobody in particular.</summary>
    public static bool May(string act, Standing actor) => actor >= Needs[act].Least;

    /// <summary>True where somebody may do something to a person: nobody acts on equal or higher standing.</summary>
    public static bool May(string act, Standing actor, Standing target) => May(act, actor) && (!Needs[act].IsOnSomebody || actor > target);

    /// <summary>The name of an act in the table.</summary>
    /// <param name="method">The method.</param>
    /// <param name="inRoom">False where it is about the whole instance.</param>
    public static string Act(string method, bool inRoom) => inRoom ? method : method + Instance;
}
