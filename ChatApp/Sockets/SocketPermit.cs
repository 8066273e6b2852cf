using ChatApp.Accounts;
using ChatApp.Push;
using ChatApp.Wire;

namespace ChatApp.Sockets;

/// <summary>What one connected program may do by the token that it has shown; the rights of its account are looked at besides.</summary>
/// <param name="user">The account.</param>
/// <param name="shown">What was shown at the beginning.</param>
internal sealed class SocketPermit(UserId user, Credential shown)
{
    private volatile TokenGrant _grant = shown.Grant;

    /// <summary>What the token may be used for.</summary>
    public TokenGrant Grant => _grant;

    /// <summary>By what the program is here.</summary>
    public CredentialKind Kind { get; private set; } = shown.Kind;

    /// <summary>The account, with as much of its rank as the token lets through.</summary>
    public Actor Actor => new(user, Grant.UpTo);

    /// <summary>The same for what only moderators do to the messages of others: a token for administrators' acts alone does not let that through.</summary>
    public Actor Moderator => Grant.Allows(TokenScopes.Moderate) ? Actor : new Actor(user, Rank.Member);

    /// <summary>Why the token cannot be used for a command; null where it can. For a method of <c>rpc</c> ask with its name.</summary>
    public WireError? Refusal(ClientCommand command)
    {
        if (!CommandScopes.Commands.TryGetValue(command.GetType(), out var known)) return WireError.PermissionDenied;
        var needs = known.Needs;
        return Grant.Allows(needs.Scope) && (needs.Rooms != RoomsOf.Channel || IsInReach(command switch
        {
            ClientCommand.Subscribe subscribe => subscribe.Channel,
            ClientCommand.SubRefresh refresh => refresh.Channel,
            ClientCommand.History history => history.Channel,
            ClientCommand.Presence presence => presence.Channel,
            ClientCommand.Publish publish => publish.Channel,
            // A topic is in no room.
            _ => null,
        }))
            ? null
            : WireError.PermissionDenied;
    }

    /// <summary>
    /// Another token counts from now on. One of the same kind replaces what the first one could be used for, as if the program had come
    /// by it; one of another kind never adds to it.
    /// </summary>
    public void Replace(Credential credential)
    {
        _grant = credential.Kind == Kind ? credential.Grant : Grant.Meet(credential.Grant);
        Kind = credential.Kind;
    }

    /// <summary>True where the token may be used in a channel: in any, or in one of its rooms.</summary>
    public bool IsInReach(string? channel) => Grant.Rooms is null || (channel is not null && Channel.Room(channel) is { } room && Grant.Includes(room));
}
