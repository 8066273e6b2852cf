using ChatApp.Push;
using ChatApp.Wire;

namespace ChatApp.Sockets;

/// <summary>Tells one connected program who listens to a channel.</summary>
/// <param name="connection">The program's connection.</param>
/// <param name="permit">What its token lets through.</param>
/// <param name="services">The house.</param>
internal sealed class PresenceAnswers(Connection connection, SocketPermit permit, SocketServices services)
{
    private const int MostNamed = 1000;
    private const int BytesOfOne = 256;

    /// <summary>Null where the reply has been sent.</summary>
    public WireError? Answer(ClientCommand.Presence command)
    {
        if (Channel.Parse(command.Channel) is not { } channel) return WireError.UnknownChannel;
        if (Refusal(channel) is { } refusal) return refusal;
        var most = command.IsStats ? 0 : (int)Math.Clamp(connection.Outbox.ReplayBytes / BytesOfOne, 1, MostNamed);
        var presence = services.Broker.Presence(channel, most);
        var frame = command.IsStats
            ? FrameEncoder.PresenceStats(command.Id, presence)
            : FrameEncoder.Presence(command.Id, presence, user => services.Users.Get(user).Name);
        connection.Send(services.Broker.Wrap(new ReadyFrame(frame)));
        return null;
    }

    private WireError? Refusal(ChannelName channel)
    {
        if (channel.Room is { } room)
        {
            var standing = services.Rooms.Find(room, connection.User);
            return standing is null ? WireError.UnknownChannel : standing.IsMember ? null : WireError.PermissionDenied;
        }

        if (services.TopicAccess.RuleOf(channel.Name) is not { } rule) return WireError.UnknownChannel;
        if (!services.TopicAccess.MayLook(permit.Actor, connection, channel, rule)) return WireError.PermissionDenied;
        return rule.Presence ? null : WireError.NotAvailable;
    }
}
