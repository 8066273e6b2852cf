using System.Collections.Frozen;
using System.Runtime.InteropServices;
using ChatApp.Accounts;
using ChatApp.Wire;

namespace ChatApp.Sockets;

/// <summary>How a command names the rooms that it is about, which a token may be limited to.</summary>
internal enum RoomsOf
{
    /// <summary>It is about none.</summary>
    None,

    /// <summary>The argument <c>channel</c>.</summary>
    Channel,

    /// <summary>The argument <c>room</c>.</summary>
    Room,

    /// <summary>The room of the message <c>id</c>.</summary>
    Message,

    /// <summary>The room for which the account's own held message <c>id</c> waits.</summary>
    Held,

    /// <summary>It looks through all rooms, and leaves out those that are not the token's.</summary>
    Filtered,

    /// <summary>The argument <c>room</c>; without it, it is about the whole instance.</summary>
    Given,

    /// <summary>It is about the whole instance: not for a token that is limited to rooms.</summary>
    Instance,
}

/// <summary>What a token needs for a command.</summary>
/// <param name="Scope">The scope.</param>
/// <param name="Rooms">How the command names rooms.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct CommandScope(TokenScopes Scope, RoomsOf Rooms);

/// <summary>
/// The one table of what a token needs for what, for all entrances of programs. What does not stand here is refused. It stands in
/// docs/PROTOCOL.md too, and a test holds both to each other and to the code.
/// </summary>
internal static class CommandScopes
{
    /// <summary>Commands of the protocol, by their name there; <c>rpc</c> is each method's affair.</summary>
    public static readonly FrozenDictionary<Type, (string Name, CommandScope Needs)> Commands = new Dictionary<Type, (string, CommandScope)>
    {
        [typeof(ClientCommand.Subscribe)] = ("subscribe", new(TokenScopes.Read, RoomsOf.Channel)),
        [typeof(ClientCommand.SubRefresh)] = ("sub_refresh", new(TokenScopes.Read, RoomsOf.Channel)),
        [typeof(ClientCommand.History)] = ("history", new(TokenScopes.Read, RoomsOf.Channel)),
        [typeof(ClientCommand.Presence)] = ("presence", new(TokenScopes.Read, RoomsOf.Channel)),
        [typeof(ClientCommand.Publish)] = ("publish", new(TokenScopes.Post, RoomsOf.Channel)),
        [typeof(ClientCommand.PublishData)] = ("publish", new(TokenScopes.Post, RoomsOf.Channel)),
        [typeof(ClientCommand.Rpc)] = ("rpc", default),
        [typeof(ClientCommand.Connect)] = ("connect", default),
        [typeof(ClientCommand.Unsubscribe)] = ("unsubscribe", default),
        [typeof(ClientCommand.Refresh)] = ("refresh", default),
        [typeof(ClientCommand.Ping)] = ("ping", default),
        [typeof(ClientCommand.Send)] = ("send", default),
        [typeof(ClientCommand.Verdict)] = ("send", default),
        [typeof(ClientCommand.Pong)] = ("", default),
        [typeof(ClientCommand.Malformed)] = ("", default),
        [typeof(ClientCommand.Unknown)] = ("", default),
    }.ToFrozenDictionary();

    /// <summary>Methods of <c>rpc</c>.</summary>
    public static readonly FrozenDictionary<string, CommandScope> Methods = new Dictionary<string, CommandScope>(StringComparer.Ordinal)
    {
        ["block.list"] = new(TokenScopes.Read, RoomsOf.Instance),
        ["bookmark.list"] = new(TokenScopes.Read, RoomsOf.Filtered),
        ["mention.list"] = new(TokenScopes.Read, RoomsOf.Filtered),
        ["message.earlier"] = new(TokenScopes.Read, RoomsOf.Message),
        ["message.history"] = new(TokenScopes.Read, RoomsOf.Room),
        ["message.pinned"] = new(TokenScopes.Read, RoomsOf.Room),
        ["presence.list"] = new(TokenScopes.Read, RoomsOf.Room),
        ["read.list"] = new(TokenScopes.Read, RoomsOf.Filtered),
        ["report.own"] = new(TokenScopes.Read, RoomsOf.Instance),
        ["room.browse"] = new(TokenScopes.Read, RoomsOf.Filtered),
        ["room.list"] = new(TokenScopes.Read, RoomsOf.Filtered),
        ["room.members"] = new(TokenScopes.Read, RoomsOf.Room),
        ["room.preferences"] = new(TokenScopes.Read, RoomsOf.Filtered),
        ["room.preview"] = new(TokenScopes.Read, RoomsOf.Room),
        ["sanction.own"] = new(TokenScopes.Read, RoomsOf.Filtered),
        ["search"] = new(TokenScopes.Read, RoomsOf.Filtered),
        ["subscription.token"] = new(TokenScopes.Read, RoomsOf.Channel),
        ["thread.history"] = new(TokenScopes.Read, RoomsOf.Message),
        ["thread.list"] = new(TokenScopes.Read, RoomsOf.Filtered),
        ["user.find"] = new(TokenScopes.Read, RoomsOf.Instance),
        ["user.info"] = new(TokenScopes.Read, RoomsOf.Instance),

        ["block.add"] = new(TokenScopes.Post, RoomsOf.Instance),
        ["block.remove"] = new(TokenScopes.Post, RoomsOf.Instance),
        ["bookmark.add"] = new(TokenScopes.Post, RoomsOf.Message),
        ["bookmark.remove"] = new(TokenScopes.Post, RoomsOf.Message),
        ["direct.hide"] = new(TokenScopes.Post, RoomsOf.Room),
        ["direct.open"] = new(TokenScopes.Post, RoomsOf.Instance),
        ["direct.post"] = new(TokenScopes.Post, RoomsOf.Instance),
        ["held.withdraw"] = new(TokenScopes.Post, RoomsOf.Held),
        ["message.delete"] = new(TokenScopes.Post, RoomsOf.Message),
        ["message.edit"] = new(TokenScopes.Post, RoomsOf.Message),
        ["message.pin"] = new(TokenScopes.Post, RoomsOf.Message),
        ["message.react"] = new(TokenScopes.Post, RoomsOf.Message),
        ["message.restore"] = new(TokenScopes.Post, RoomsOf.Message),
        ["presence.set"] = new(TokenScopes.Post, RoomsOf.Instance),
        ["read.mark"] = new(TokenScopes.Post, RoomsOf.Room),
        ["read.mark_all"] = new(TokenScopes.Post, RoomsOf.Filtered),
        ["report.message"] = new(TokenScopes.Post, RoomsOf.Message),
        ["report.seen"] = new(TokenScopes.Post, RoomsOf.Instance),
        ["report.user"] = new(TokenScopes.Post, RoomsOf.Given),
        ["room.archive"] = new(TokenScopes.Post, RoomsOf.Room),
        ["room.create"] = new(TokenScopes.Post, RoomsOf.Instance),
        ["room.edit"] = new(TokenScopes.Post, RoomsOf.Room),
        ["room.invite"] = new(TokenScopes.Post, RoomsOf.Room),
        ["room.join"] = new(TokenScopes.Post, RoomsOf.Room),
        ["room.leave"] = new(TokenScopes.Post, RoomsOf.Room),
        ["room.prefer"] = new(TokenScopes.Post, RoomsOf.Room),
        ["room.retention"] = new(TokenScopes.Post, RoomsOf.Room),
        ["room.role"] = new(TokenScopes.Post, RoomsOf.Room),
        ["sanction.seen"] = new(TokenScopes.Post, RoomsOf.Filtered),
        ["thread.follow"] = new(TokenScopes.Post, RoomsOf.Message),
        ["thread.read"] = new(TokenScopes.Post, RoomsOf.Message),
        ["typing"] = new(TokenScopes.Post, RoomsOf.Room),

        ["brake.lift"] = new(TokenScopes.Moderate, RoomsOf.Given),
        ["held.approve"] = new(TokenScopes.Moderate, RoomsOf.Instance),
        ["held.list"] = new(TokenScopes.Moderate, RoomsOf.Given),
        ["held.reject"] = new(TokenScopes.Moderate, RoomsOf.Instance),
        ["policy.leave"] = new(TokenScopes.Moderate, RoomsOf.Room),
        ["policy.register"] = new(TokenScopes.Moderate, RoomsOf.Room),
        ["policy.set"] = new(TokenScopes.Moderate, RoomsOf.Room),
        ["rule.add"] = new(TokenScopes.Moderate, RoomsOf.Given),
        ["rule.change"] = new(TokenScopes.Moderate, RoomsOf.Instance),
        ["rule.list"] = new(TokenScopes.Moderate, RoomsOf.Given),
        ["rule.remove"] = new(TokenScopes.Moderate, RoomsOf.Instance),
        ["rule.test"] = new(TokenScopes.Moderate, RoomsOf.Given),

        ["invitation.create"] = new(TokenScopes.Moderate, RoomsOf.Instance),
        ["invitation.list"] = new(TokenScopes.Moderate, RoomsOf.Instance),
        ["invitation.revoke"] = new(TokenScopes.Moderate, RoomsOf.Instance),
        ["moderation.accounts"] = new(TokenScopes.Moderate, RoomsOf.Instance),
        ["moderation.audit"] = new(TokenScopes.Moderate, RoomsOf.Instance),
        ["moderation.connections"] = new(TokenScopes.Moderate, RoomsOf.Instance),
        ["moderation.disconnect"] = new(TokenScopes.Moderate, RoomsOf.Instance),
        ["moderation.disconnect_all"] = new(TokenScopes.Moderate, RoomsOf.Instance),
        ["moderation.overview"] = new(TokenScopes.Moderate, RoomsOf.Instance),
        ["moderation.rooms"] = new(TokenScopes.Moderate, RoomsOf.Instance),
        ["moderation.why"] = new(TokenScopes.Moderate, RoomsOf.Instance),

        ["report.list"] = new(TokenScopes.Moderate, RoomsOf.Given),
        ["report.read"] = new(TokenScopes.Moderate, RoomsOf.Instance),
        ["report.resolve"] = new(TokenScopes.Moderate, RoomsOf.Instance),
        ["room.kick"] = new(TokenScopes.Moderate, RoomsOf.Room),
        ["room.lock"] = new(TokenScopes.Moderate, RoomsOf.Room),
        ["room.slow"] = new(TokenScopes.Moderate, RoomsOf.Room),
        ["sanction.ban"] = new(TokenScopes.Moderate, RoomsOf.Given),
        ["sanction.lift"] = new(TokenScopes.Moderate, RoomsOf.Instance),
        ["sanction.list"] = new(TokenScopes.Moderate, RoomsOf.Given),
        ["sanction.mute"] = new(TokenScopes.Moderate, RoomsOf.Given),
        ["sanction.warn"] = new(TokenScopes.Moderate, RoomsOf.Given),
        ["sweep.cancel"] = new(TokenScopes.Moderate, RoomsOf.Instance),
        ["sweep.list"] = new(TokenScopes.Moderate, RoomsOf.Given),
        ["sweep.purge"] = new(TokenScopes.Moderate, RoomsOf.Instance),
        ["sweep.run"] = new(TokenScopes.Moderate, RoomsOf.Instance),
        ["sweep.undo"] = new(TokenScopes.Moderate, RoomsOf.Instance),

        ["key.list"] = new(TokenScopes.Admin, RoomsOf.Instance),
        ["key.restore"] = new(TokenScopes.Admin, RoomsOf.Instance),
        ["key.revoke"] = new(TokenScopes.Admin, RoomsOf.Instance),
        ["moderation.rank"] = new(TokenScopes.Admin, RoomsOf.Instance),
        ["moderation.revoke"] = new(TokenScopes.Admin, RoomsOf.Instance),
        ["moderation.tokens"] = new(TokenScopes.Admin, RoomsOf.Instance),
    }.ToFrozenDictionary(StringComparer.Ordinal);
}
