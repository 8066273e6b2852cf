using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using ChatApp.Messages;
using ChatApp.Push;
using ChatApp.Rooms;

namespace ChatApp.Wire;

/// <summary>Bytes that are ready for one socket: the reply to a command, or a push meant for it alone.</summary>
/// <param name="Bytes">One JSON object, UTF-8.</param>
public sealed record ReadyFrame(byte[] Bytes);

/// <summary>Writes everything that the server sends: events, replies, pings. One JSON object each, without a line end.</summary>
public sealed partial class FrameEncoder : IEventEncoder
{
    /// <summary>The server's ping, and the client's pong: an empty object.</summary>
    public static readonly byte[] Ping = "{}"u8.ToArray();

    private const int FirstBuffer = 1024;
    private const int MostKept = 64 * 1024;

    [ThreadStatic]
    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Json)? _kept;

    // The result is a WebSocket frame and never part of a page, so only what JSON itself demands is escaped.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Frame(Envelope envelope, out int header)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        switch (envelope.Body)
        {
            case ReadyFrame ready: return TextFrame.Of(ready.Bytes, out header);
            case SubscriptionEnded or EventsDropped or Lagging or PresenceChanged: return TextFrame.Of(Notice(envelope), out header);
            case var _ when envelope.Channel is null: return TextFrame.Of(Personal(envelope), out header);
        }

        // By far the most, and not made anywhere before it is where it shall be.
        var buffer = Compose(envelope, static (json, envelope) =>
        {
            json.WriteStartObject("push");
            json.WriteString("channel", envelope.Channel.ToString());
            Publication(json, envelope);
            json.WriteEndObject();
        });
        return TextFrame.Before(buffer, TextFrame.LongestHeader, out header);
    }

    /// <summary>The answer to a successful connect.</summary>
    /// <param name="id">The command's number; 0 where the client sent none and is told by a push.</param>
    /// <param name="connection">The connection.</param>
    /// <param name="version">The product's version.</param>
    /// <param name="node">Names this process.</param>
    /// <param name="options">For the pace of pings.</param>
    /// <param name="ttl">Seconds until the token ends; null where there is no end.</param>
    /// <param name="now">The server's clock.</param>
    /// <param name="subs">What became of the subscriptions that were asked for with it; null where none were.</param>
    public static byte[] Connected(
        long id, Connection connection, string version, string node, PushOptions options, long? ttl, DateTimeOffset now, ConnectSubs? subs = null)
    {
        return id > 0 ? Reply(id, "connect", Body) : Push(channel: null, json => Member(json, "connect", Body));

        void Body(Utf8JsonWriter json) => Connected(json, connection, version, node, options, ttl, now, subs);
    }

    private static void Connected(
        Utf8JsonWriter json, Connection connection, string version, string node, PushOptions options, long? ttl, DateTimeOffset now, ConnectSubs? subs)
    {
        json.WriteString("client", connection.Id.ToString());
        json.WriteString("version", version);
        // The next ping waits for the answer to the last one.
        json.WriteNumber("ping", Math.Max(options.PingSeconds, options.PongSeconds));
        json.WriteBoolean("pong", true);
        Expiry(json, ttl);
        json.WriteString("node", node);
        json.WriteNumber("time", now.ToUnixTimeMilliseconds());
        json.WriteStartObject("subs");
        if (connection.Reach.HearsOwn) Member(json, Channel.Of(connection.User), static _ => { });
        foreach (var (channel, answer) in subs?.Accepted ?? [])
        {
            json.WriteStartObject(channel);
            Subscription(json, answer);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        if (subs is { Refused.Count: > 0 })
        {
            json.WriteStartObject("refused");
            foreach (var (channel, error) in subs.Refused)
            {
                json.WriteStartObject(channel);
                Error(json, error);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteStartObject("data");
        json.WriteString("user", connection.User.Value);
        json.WriteEndObject();
    }

    /// <summary>The answer to a successful subscribe: from which position on events come.</summary>
    public static byte[] Subscribed(long id, SubscribeAnswer answer) => Reply(id, "subscribe", json => Subscription(json, answer));

    /// <summary>Tells a program that it listens to a channel without having asked: from which position on events come.</summary>
    public static byte[] SubscribedByServer(ChannelName channel, SubscribeAnswer answer) => Push(channel.ToString(), json => Member(json, "subscribe", body => Subscription(body, answer)));

    /// <summary>What a reason is called on the wire.</summary>
    public static string NameOf(GapReason reason) => reason switch { GapReason.Epoch => "epoch", GapReason.Trimmed => "trimmed", _ => "too_far" };

    /// <summary>The answer to a method that was carried out.</summary>
    public static byte[] Called(long id, Action<Utf8JsonWriter> data) => Reply(id, "rpc", json =>
    {
        json.WriteStartObject("data");
        data(json);
        json.WriteEndObject();
    });

    /// <summary>The answer to a command that has nothing to say but that it was carried out: unsubscribe, ping, send.</summary>
    public static byte[] Empty(long id, string command) => Reply(id, command, static _ => { });

    /// <summary>The answer to another token.</summary>
    public static byte[] Refreshed(long id, Connection connection, string version, long? ttl) => Reply(id, "refresh", json =>
    {
        json.WriteString("client", connection.Id.ToString());
        json.WriteString("version", version);
        Expiry(json, ttl);
    });

    /// <summary>The answer to another token for a channel.</summary>
    public static byte[] SubscriptionRefreshed(long id, long ttl) => Reply(id, "sub_refresh", json => Expiry(json, ttl));

    /// <summary>Says that the token is at its end, and how many seconds there are to send another one.</summary>
    public static byte[] Expiring(int seconds) => Push(channel: null, json =>
    {
        json.WriteStartObject("refresh");
        Expiry(json, seconds);
        json.WriteEndObject();
    });

    /// <summary>The answer to an accepted publish.</summary>
    public static byte[] Published(long id, PostResult.Accepted accepted) => Write((Id: id, Accepted: accepted), static (json, answer) =>
    {
        json.WriteNumber("id", answer.Id);
        json.WriteStartObject("publish");
        json.WriteNumber("offset", answer.Accepted.Message.Offset.Value);
        json.WriteString("epoch", answer.Accepted.Epoch);
        json.WriteString("id", answer.Accepted.Message.Id.ToString());
        json.WriteBoolean("duplicate", answer.Accepted.IsDuplicate);
        json.WriteEndObject();
    });

    /// <summary>The answer to a refused command.</summary>
    public static byte[] Refused(long id, WireError error) => Reply(id, "error", json => Error(json, error));

    /// <summary>The last word before a socket is closed; says more than a close frame can hold.</summary>
    public static byte[] Disconnect(EndReason reason) => Push(channel: null, json =>
    {
        json.WriteStartObject("disconnect");
        json.WriteNumber("code", reason.Code);
        json.WriteString("reason", reason.Text);
        json.WriteBoolean("reconnect", reason.Reconnect);
        if (reason.RetryAfter is { } wait) json.WriteNumber("retry_ms", (long)wait.TotalMilliseconds);
        json.WriteEndObject();
    });

    private static void Expiry(Utf8JsonWriter json, long? ttl)
    {
        json.WriteBoolean("expires", ttl is not null);
        if (ttl is { } seconds) json.WriteNumber("ttl", seconds);
    }

    private static void Error(Utf8JsonWriter json, WireError error)
    {
        json.WriteNumber("code", error.Code);
        json.WriteString("message", error.Message);
        json.WriteBoolean("temporary", error.Temporary);
        if (error.RetryMs is { } wait) json.WriteNumber("retry_ms", wait);
        if (error.Until is { } until) json.WriteNumber("until", until.ToUnixTimeMilliseconds());
        if (error.Reason is { } reason) json.WriteString("reason", reason);
        if (error.Id is { } id) json.WriteNumber("id", id);
    }

    private static void Subscription(Utf8JsonWriter json, SubscribeAnswer answer)
    {
        if (answer.Ttl is not null) Expiry(json, answer.Ttl);
        if (answer.State is { } state)
        {
            json.WriteBoolean("recoverable", true);
            json.WriteBoolean("positioned", true);
            json.WriteString("epoch", state.Epoch);
            json.WriteNumber("offset", state.Head.Value);
        }

        if (!answer.IsRecovering) return;
        json.WriteBoolean("was_recovering", true);
        json.WriteBoolean("recovered", answer.Gap is null);
        if (answer.Gap is { } gap)
        {
            json.WriteStartObject("gap");
            json.WriteString("reason", NameOf(gap.Reason));
            json.WriteStartArray("have");
            json.WriteNumberValue(gap.From.Value);
            json.WriteNumberValue(gap.To.Value);
            json.WriteEndArray();
            json.WriteNumber("lost", gap.Lost);
            json.WriteEndObject();
        }

        Publications(json, answer.Missed);
    }

    private static void Publications(Utf8JsonWriter json, IReadOnlyList<Envelope> events)
    {
        json.WriteStartArray("publications");
        // Measured already, by whoever looked how many of them fit, and so encoded.
        foreach (var envelope in events) json.WriteRawValue(PublicationIn(envelope).Span, skipInputValidation: true);
        json.WriteEndArray();
    }

    /// <summary>What subscribers get of a channel's stored event, without the push around it: an object with <c>data</c> and <c>offset</c>.</summary>
    public static ReadOnlyMemory<byte> PublicationIn(Envelope envelope)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        var encoded = envelope.Encoded;
        var reader = new Utf8JsonReader(encoded.Span);
        // {"push":{"channel":"...","pub":{...}}}
        while (reader.Read() && !(reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("pub"u8)))
        {
        }

        reader.Read();
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return encoded[start..(int)reader.BytesConsumed];
    }

    private static void Publication(Utf8JsonWriter json, Envelope envelope)
    {
        json.WriteStartObject("pub");
        EventJson.Write(json, envelope.Body);
        AboutPublication(json, envelope);
        json.WriteEndObject();
    }

    private static byte[] Reply(long id, string kind, Action<Utf8JsonWriter> body) => Write(json =>
    {
        json.WriteNumber("id", id);
        Member(json, kind, body);
    });

    private static void Member(Utf8JsonWriter json, string kind, Action<Utf8JsonWriter> body)
    {
        json.WriteStartObject(kind);
        body(json);
        json.WriteEndObject();
    }

    private static byte[] Push(string? channel, Action<Utf8JsonWriter> body) => Write(json =>
    {
        json.WriteStartObject("push");
        if (channel is not null) json.WriteString("channel", channel);
        body(json);
        json.WriteEndObject();
    });

    private static byte[] Write(Action<Utf8JsonWriter> body) => Write(body, static (json, body) => body(json));

    // With what is written handed over, the most frequent frames need no closure.
    private static byte[] Write<T>(T state, Action<Utf8JsonWriter, T> body) => Compose(state, body)[TextFrame.LongestHeader..].ToArray();

    // The object, after room for a header. Valid until the thread composes the next one.
    private static Span<byte> Compose<T>(T state, Action<Utf8JsonWriter, T> body)
    {
        // One for each thread, taken while it is in use: catching up writes tens of thousands of frames in a second.
        var (buffer, json) = _kept ?? (new ArrayBufferWriter<byte>(FirstBuffer), new Utf8JsonWriter(Stream.Null, Options));
        _kept = null;
        buffer.ResetWrittenCount();
        buffer.Advance(TextFrame.LongestHeader);
        json.Reset(buffer);
        json.WriteStartObject();
        body(json, state);
        json.WriteEndObject();
        json.Flush();
        if (buffer.Capacity <= MostKept) _kept = (buffer, json);
        return MemoryMarshal.AsMemory(buffer.WrittenMemory).Span;
    }
}
