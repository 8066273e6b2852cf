using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Sockets;
using ChatApp.Topics;
using ChatApp.Wire;

namespace ChatApp.Api.Server;

/// <summary>
/// The commands of the server API that look at channels: what was published there, and who is there. Of a room only what the
/// key's account may see as a member; topics are the operator's, who gave the key its scopes and its channels.
/// </summary>
/// <param name="house">The services.</param>
public sealed class ServerChannels(SocketServices house)
{
    /// <summary>Most connections or channels that one answer names.</summary>
    public const int MostNamed = 1000;

    internal ServerReply History(ApiCaller caller, HistoryRequest request)
    {
        if (request.Limit < 0 || request.Since?.Offset < 0) return ServerCommands.Bad("limit and offset must be whole numbers from 0");
        var since = request.Since is { } place ? new Offset(place.Offset) : (Offset?)null;
        var (channel, room, error) = Find(caller, request.Channel, since);
        if (error is not null) return error;
        if (room is null)
        {
            var history = house.Topics.History(channel.Name, request.Limit, since, request.Since?.Epoch, request.Reverse);
            if (history.Refusal is { } refusal) return WireError.Of(refusal);
            return Of(history.State, TopicCatchUp.Fitting(history.Publications!, house.Options.OutboxBytes));
        }

        return house.CatchUp.History(room, since, request.Since?.Epoch, request.Limit, request.Reverse, house.Options.OutboxBytes) is { } page
            ? Of(room.State, page)
            : WireError.Unrecoverable;
    }

    internal ServerReply RemoveHistory(ApiCaller caller, ChannelRequest request)
    {
        if (!caller.Reaches(request.Channel)) return ServerCommands.OutOfReach;
        if (Channel.Parse(request.Channel) is not { } channel) return WireError.UnknownChannel;
        if (channel.Topic is { } topic) return house.Topics.Remove(topic) is { } refusal ? WireError.Of(refusal) : ServerReply.Done;
        if (house.Rooms.Find(new RoomId(channel.Name), caller.User) is null) return WireError.UnknownChannel;
        return WireError.PermissionDenied with { Message = "the log of a room stays; what goes by age is set in the room" };
    }

    internal ServerReply Presence(ApiCaller caller, ChannelRequest request)
    {
        if (Look(caller, request.Channel, MostNamed, out var presence) is { } error) return error;
        var clients = presence.Clients.ToDictionary(
            static client => client.Id.ToString(),
            client => new PresentClient(client.User.Value, client.Id.ToString(), new PresentPerson(house.Users.Get(client.User).Name)),
            StringComparer.Ordinal);
        return ServerReply.Of(new PresenceResult(clients, presence.NumClients > clients.Count ? presence.NumClients : null));
    }

    internal ServerReply PresenceStats(ApiCaller caller, ChannelRequest request) =>
        Look(caller, request.Channel, most: 0, out var presence) is { } error ? error : ServerReply.Of(new PresenceStatsResult(presence.NumClients, presence.NumUsers));

    internal ServerReply List(ApiCaller caller, ChannelsRequest request)
    {
        // Centrifugo's patterns end with an asterisk as a rule; no name has one.
        var beginning = request.Pattern?.EndsWith('*') == true ? request.Pattern[..^1] : request.Pattern ?? "";
        if (beginning.Length > Channel.MaxLength) return ServerCommands.Bad($"pattern must have at most {Channel.MaxLength} characters");
        var rooms = house.Rooms.RoomsOf(caller.User).Select(static room => (ChannelName)room.Id);
        var topics = house.Broker.Channels.Where(channel => channel.Topic is { } topic && house.TopicAccess.RuleOf(topic) is not null);
        var listed = new Dictionary<string, ListedChannel>(StringComparer.Ordinal);
        var total = 0;
        foreach (var channel in rooms.Concat(topics))
        {
            var name = channel.ToString();
            if (!caller.Reaches(name) || !name.StartsWith(beginning, StringComparison.Ordinal)) continue;
            if (house.Broker.Presence(channel, most: 0).NumClients is var clients and > 0 && ++total <= MostNamed) listed[name] = new ListedChannel(clients);
        }

        return ServerReply.Of(new ChannelsResult(listed, total > listed.Count ? total : null));
    }

    private WireError? Look(ApiCaller caller, string name, int most, out ChannelPresence presence)
    {
        presence = new ChannelPresence([], 0, 0);
        var (channel, _, error) = Find(caller, name);
        if (error is not null) return error;
        if (channel.Topic is { } topic && house.TopicAccess.RuleOf(topic) is { Presence: false }) return WireError.NotAvailable;
        presence = house.Broker.Presence(channel, most);
        return null;
    }

    // A topic that there is, or a room that the account is in.
    private (ChannelName Channel, RoomView? Room, WireError? Error) Find(ApiCaller caller, string name, Offset? position = null)
    {
        if (!caller.Reaches(name)) return (default, null, ServerCommands.OutOfReach);
        if (Channel.Parse(name) is not { } channel) return (default, null, WireError.UnknownChannel);
        if (channel.Room is not { } id) return (channel, null, house.TopicAccess.RuleOf(channel.Name) is null ? WireError.UnknownChannel : null);
        if (house.Rooms.Find(id, caller.User, position) is not { } standing) return (default, null, WireError.UnknownChannel);
        return standing.IsMember ? (channel, standing.Room, null) : (default, null, WireError.PermissionDenied);
    }

    private static ServerReply Of(ChannelState state, IReadOnlyList<Envelope> page) =>
        ServerReply.Of(new HistoryResult([.. page.Select(PublicationOf)], state.Epoch, state.Head.Value));

    // As subscribers get it: the very bytes, without the frame around them.
    private static JsonElement PublicationOf(Envelope envelope)
    {
        using var publication = JsonDocument.Parse(FrameEncoder.PublicationIn(envelope));
        return publication.RootElement.Clone();
    }
}
