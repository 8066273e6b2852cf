using System.Text.Json;
using ChatApp.Push;
using ChatApp.Topics;

namespace ChatApp.Wire;

/// <summary>Topics, what is kept of a channel, and who is there.</summary>
public sealed partial class FrameEncoder
{
    /// <summary>The answer to an accepted publish to a topic.</summary>
    public static byte[] PublishedToTopic(long id, TopicPublished published) => Write((Id: id, Published: published), static (json, answer) =>
    {
        json.WriteNumber("id", answer.Id);
        json.WriteStartObject("publish");
        if (answer.Published is { Offset: { } offset, Epoch: { } epoch })
        {
            json.WriteNumber("offset", offset.Value);
            json.WriteString("epoch", epoch);
        }

        json.WriteBoolean("duplicate", answer.Published.IsDuplicate);
        json.WriteEndObject();
    });

    /// <summary>The answer to history: what is kept of a channel, and where it stands.</summary>
    public static byte[] History(long id, ChannelState state, IReadOnlyList<Envelope> publications) => Reply(id, "history", json =>
    {
        Publications(json, publications);
        json.WriteString("epoch", state.Epoch);
        json.WriteNumber("offset", state.Head.Value);
    });

    /// <summary>The answer to presence: who listens to a channel.</summary>
    /// <param name="id">The command's number.</param>
    /// <param name="presence">Those who are named; the total is said where they are not all.</param>
    /// <param name="nameOf">The names of people.</param>
    public static byte[] Presence(long id, ChannelPresence presence, Func<UserId, string> nameOf) => Reply(id, "presence", json =>
    {
        json.WriteStartObject("presence");
        foreach (var client in presence.Clients)
        {
            json.WriteStartObject(client.Id.ToString());
            Client(json, client.User, client.Id);
            json.WriteStartObject("conn_info");
            json.WriteString("name", nameOf(client.User));
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndObject();
        if (presence.NumClients > presence.Clients.Count) json.WriteNumber("total", presence.NumClients);
    });

    /// <summary>The answer to presence_stats: how many listen to a channel.</summary>
    public static byte[] PresenceStats(long id, ChannelPresence presence) => Reply(id, "presence_stats", json =>
    {
        json.WriteNumber("num_clients", presence.NumClients);
        json.WriteNumber("num_users", presence.NumUsers);
    });

    private static void Joined(Utf8JsonWriter json, PresenceChanged changed)
    {
        json.WriteStartObject(changed.IsHere ? "join" : "leave");
        json.WriteStartObject("info");
        Client(json, changed.User, changed.Client);
        json.WriteEndObject();
        json.WriteNumber("num_clients", changed.Clients);
        json.WriteEndObject();
    }

    // What a publication has besides its data, inside an object that is open.
    private static void AboutPublication(Utf8JsonWriter json, Envelope envelope)
    {
        if (envelope.Offset is { } offset) json.WriteNumber("offset", offset.Value);
        if (envelope.Body is not TopicPublication publication) return;
        json.WriteNumber("time", publication.At.ToUnixTimeMilliseconds());
        if (publication.By is not { } by) return;
        json.WriteStartObject("info");
        Client(json, by.User, by.Client);
        json.WriteEndObject();
    }

    private static void Client(Utf8JsonWriter json, UserId user, ConnectionId client)
    {
        json.WriteString("user", user.Value);
        Span<byte> digits = stackalloc byte[32];
        client.Value.TryFormat(digits, out _, "N");
        json.WriteString("client", digits);
    }
}
