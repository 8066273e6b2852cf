using ChatApp.Push;

namespace ChatApp.Wire;

/// <summary>What is no publication of a channel.</summary>
public sealed partial class FrameEncoder
{
    // What the server itself has to say of a channel or a connection.
    private static byte[] Notice(Envelope envelope) => envelope.Body switch
    {
        SubscriptionEnded ended => Push(ended.Channel.ToString(), json =>
        {
            json.WriteStartObject("unsubscribe");
            json.WriteNumber("code", ended.Reason.Code);
            json.WriteString("reason", ended.Reason.Text);
            json.WriteEndObject();
        }),
        EventsDropped dropped => Push(dropped.Channel.ToString(), json =>
        {
            json.WriteStartObject("gap");
            json.WriteString("reason", "slow");
            json.WriteNumber("lost", dropped.Lost);
            if (dropped.Last is { } last) json.WriteNumber("offset", last.Value);
            json.WriteEndObject();
        }),
        Lagging lag => Push(channel: null, json =>
        {
            json.WriteStartObject("lag");
            json.WriteNumber("waiting", lag.Waiting);
            json.WriteNumber("limit", lag.Limit);
            json.WriteEndObject();
        }),
        _ => Push(envelope.Channel.ToString(), json => Joined(json, (PresenceChanged)envelope.Body)),
    };

    private static byte[] Personal(Envelope envelope)
    {
        return envelope.User is { } user
            ? Push(Channel.Of(user), json => Publication(json, envelope))
            : Push(channel: null, json =>
            {
                json.WriteStartObject("message");
                EventJson.Write(json, envelope.Body);
                json.WriteEndObject();
            });
    }
}
