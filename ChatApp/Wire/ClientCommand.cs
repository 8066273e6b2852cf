using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using ChatApp.Push;
using ChatApp.Topics;

namespace ChatApp.Wire;

/// <summary>One JSON object from a client.</summary>
public abstract record ClientCommand
{
    /// <summary>The client's number for it, echoed in the reply; positive, or 0 where no reply is wanted.</summary>
    public required long Id { get; init; }

    /// <summary>Says who is there.</summary>
    /// <param name="Token">Access token; null where the HTTP request carries the proof.</param>
    /// <param name="Name">What the program calls itself; cut at 64 characters.</param>
    public sealed record Connect(string? Token, string? Name) : ClientCommand
    {
        /// <summary>What it wants to hear from the start; <see cref="ClientCommand.Id"/> of each is the one of the connect.</summary>
        internal IReadOnlyList<Subscribe> Subs { get; init; } = [];
    }

    /// <summary>Wants the events of a channel.</summary>
    /// <param name="Channel">The channel's name.</param>
    public sealed record Subscribe(string Channel) : ClientCommand
    {
        /// <summary>Where the client was; null where it starts anew.</summary>
        public Position? From { get; init; }

        /// <summary>True where the client wants error 112 instead of a gap.</summary>
        public bool RejectsGap { get; init; }

        /// <summary>A token for this channel; null where there is none.</summary>
        internal string? Token { get; init; }

        /// <summary>True where the client wants to hear who comes and goes.</summary>
        public bool JoinLeave { get; init; }

        /// <summary>True where the client wants a position, also where it would not get one unasked.</summary>
        public bool WantsPosition { get; init; }
    }

    /// <summary>A place in a room's log.</summary>
    /// <param name="Epoch">Name of the log; empty where the client does not say.</param>
    /// <param name="Offset">The last change that the client has.</param>
    public sealed record Position(string Epoch, Offset Offset);

    /// <summary>Does not want them any more.</summary>
    /// <param name="Channel">The channel's name.</param>
    public sealed record Unsubscribe(string Channel) : ClientCommand;

    /// <summary>Posts a message.</summary>
    /// <param name="Channel">The room's channel.</param>
    /// <param name="Text">Markdown.</param>
    /// <param name="Key">The sender's key; null where none was sent.</param>
    /// <param name="ReplyTo">The message that it answers; null for none.</param>
    /// <param name="Thread">The message in whose thread it is said; null for the room itself.</param>
    public sealed record Publish(string Channel, string Text, string? Key, MessageId? ReplyTo, MessageId? Thread) : ClientCommand;

    /// <summary>Publishes to a topic.</summary>
    /// <param name="Channel">The topic.</param>
    /// <param name="Data">Any JSON value; null where it is none that every reader takes.</param>
    /// <param name="Key">The sender's key; null where none was sent.</param>
    public sealed record PublishData(ChannelName Channel, TopicData? Data, string? Key) : ClientCommand;

    /// <summary>Wants what is kept of a channel.</summary>
    /// <param name="Channel">The channel's name.</param>
    /// <param name="Limit">Most publications; 0 for only where it stands, <see cref="int.MaxValue"/> for as many as there are.</param>
    /// <param name="Since">Only those after it, or before it in reverse; null for all.</param>
    /// <param name="Reverse">True for the newest first.</param>
    public sealed record History(string Channel, int Limit, Position? Since, bool Reverse) : ClientCommand;

    /// <summary>Wants to know who listens to a channel.</summary>
    /// <param name="Channel">The channel's name.</param>
    /// <param name="IsStats">True where only the numbers are wanted.</param>
    public sealed record Presence(string Channel, bool IsStats) : ClientCommand;

    /// <summary>Calls a method by name.</summary>
    /// <param name="Method">Such as <c>message.edit</c>.</param>
    /// <param name="Data">Its arguments; an object.</param>
    public sealed record Rpc(string Method, JsonElement Data) : ClientCommand;

    /// <summary>Shows another token of the same account, before or shortly after the first one ends.</summary>
    /// <param name="Token">The token.</param>
    public sealed record Refresh(string Token) : ClientCommand;

    /// <summary>Shows another token for a channel that it is subscribed to by one.</summary>
    /// <param name="Channel">The channel's name.</param>
    /// <param name="Token">The token.</param>
    public sealed record SubRefresh(string Channel, string Token) : ClientCommand;

    /// <summary>Wants a sign of life.</summary>
    public sealed record Ping : ClientCommand;

    /// <summary>A message to the server, which may come without a number: nothing is made of it.</summary>
    public sealed record Send : ClientCommand;

    /// <summary>What the program that checks a room says of a message; comes as a message to the server, with or without a number.</summary>
    /// <param name="Check">Which question it answers.</param>
    /// <param name="Word"><c>allow</c>, <c>deny</c> or <c>hold</c>.</param>
    /// <param name="Reason">Words for the author; null for none.</param>
    public sealed record Verdict(string Check, string Word, string? Reason) : ClientCommand;

    /// <summary>Fields that are missing or of the wrong type.</summary>
    /// <param name="Problem">Which, in words.</param>
    public sealed record Malformed(string Problem) : ClientCommand;

    /// <summary>A command that this server does not know.</summary>
    public sealed record Unknown : ClientCommand;

    /// <summary>The answer to the server's ping: an empty object.</summary>
    public sealed record Pong : ClientCommand;
}

/// <summary>Reads what clients send. Strict about JSON, indifferent to unknown fields.</summary>
public static partial class FrameDecoder
{
    private const int MaxDepth = 16;
    private static readonly string[] Commands = ["connect", "subscribe", "unsubscribe", "publish", "rpc", "history", "presence", "presence_stats", "refresh", "sub_refresh", "ping", "send"];

    private static readonly JsonDocumentOptions Json = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    /// <summary>
    /// The objects of one text frame, in order. False where anything in it is not JSON, not an object, nested too deeply,
    /// or without a number; what came before it is in <paramref name="commands"/>.
    /// </summary>
    public static bool TryRead(ReadOnlyMemory<byte> frame, List<ClientCommand> commands)
    {
        ArgumentNullException.ThrowIfNull(commands);
        while (!frame.IsEmpty)
        {
            var end = frame.Span.IndexOf((byte)'\n');
            var line = end < 0 ? frame : frame[..end];
            frame = end < 0 ? default : frame[(end + 1)..];
            if (line.Span.IndexOfAnyExcept(" \t\r"u8) < 0) continue;
            if (ReadOne(line) is not { } command) return false;
            commands.Add(command);
        }

        return true;
    }

    private static ClientCommand? ReadOne(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line, Json);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object) return null;
            if (root.GetPropertyCount() == 0) return new ClientCommand.Pong { Id = 0 };
            if (!root.TryGetProperty("id", out var number)) return root.TryGetProperty("send", out var sent) ? ReadSend(sent, 0) : null;
            if (number.ValueKind != JsonValueKind.Number || !number.TryGetInt64(out var id) || id <= 0) return null;
            return Read(root, id);
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException or DecoderFallbackException)
        {
            // InvalidOperationException: a string with half of a surrogate pair.
            return null;
        }
    }

    private static ClientCommand Read(JsonElement root, long id)
    {
        if (NameOf(root, out var body) is not { } name) return new ClientCommand.Unknown { Id = id };
        if (body.ValueKind != JsonValueKind.Object) return new ClientCommand.Malformed($"{name} must be an object") { Id = id };
        if (name == "connect") return ReadConnect(body, id);
        if (name == "rpc") return ReadRpc(body, id);
        if (name == "ping") return new ClientCommand.Ping { Id = id };
        if (name == "send") return ReadSend(body, id);
        if (name == "refresh") return Text(body, "token") is { Length: > 0 } token ? new ClientCommand.Refresh(token) { Id = id } : new ClientCommand.Malformed("token must be a string") { Id = id };
        if (Text(body, "channel") is not { Length: > 0 and <= Channel.MaxLength } channel)
            return new ClientCommand.Malformed($"channel must be a string of 1 to {Channel.MaxLength} characters") { Id = id };
        return name switch
        {
            "subscribe" => ReadSubscribe(body, channel, id),
            "sub_refresh" => Text(body, "token") is { Length: > 0 } token ? new ClientCommand.SubRefresh(channel, token) { Id = id } : new ClientCommand.Malformed("token must be a string") { Id = id },
            "history" => ReadHistory(body, channel, id),
            "presence" or "presence_stats" => new ClientCommand.Presence(channel, name == "presence_stats") { Id = id },
            "publish" when Channel.Parse(channel) is { Kind: ChannelKind.Topic } topic => ReadPublishData(body, topic, id),
            "unsubscribe" => new ClientCommand.Unsubscribe(channel) { Id = id },
            _ => ReadPublish(body, channel, id),
        };
    }

    private static string? NameOf(JsonElement root, out JsonElement body)
    {
        body = default;
        foreach (var command in Commands)
        {
            if (root.TryGetProperty(command, out body)) return command;
        }

        return null;
    }

    private static ClientCommand ReadConnect(JsonElement body, long id)
    {
        if (!IsTextOrAbsent(body, "token") || !IsTextOrAbsent(body, "name"))
            return new ClientCommand.Malformed("token and name must be strings") { Id = id };
        List<ClientCommand.Subscribe> subs = [];
        if (body.TryGetProperty("subs", out var wanted) && wanted.ValueKind != JsonValueKind.Null)
        {
            if (wanted.ValueKind != JsonValueKind.Object) return new ClientCommand.Malformed("subs must be an object") { Id = id };
            foreach (var sub in wanted.EnumerateObject())
            {
                if (sub.Value.ValueKind != JsonValueKind.Object || sub.Name.Length is 0 or > Channel.MaxLength || ReadSubscribe(sub.Value, sub.Name, id) is not ClientCommand.Subscribe subscribe)
                    return new ClientCommand.Malformed("subs must have an object as of subscribe for each channel") { Id = id };
                subs.Add(subscribe);
            }
        }

        return new ClientCommand.Connect(Text(body, "token"), Text(body, "name")) { Id = id, Subs = subs };
    }

    private static ClientCommand ReadSubscribe(JsonElement body, string channel, long id)
    {
        const int rejectsGap = 2;
        ClientCommand.Position? from = null;
        if (body.TryGetProperty("recover", out var recover) && recover.ValueKind == JsonValueKind.True)
        {
            if (!TryPosition(body, out from)) return new ClientCommand.Malformed("epoch must be a string and offset a whole number from 0") { Id = id };
        }

        if (!IsTextOrAbsent(body, "token")) return new ClientCommand.Malformed("token must be a string") { Id = id };
        var flag = body.TryGetProperty("flag", out var bits) && bits.ValueKind == JsonValueKind.Number && bits.TryGetInt64(out var value) ? value : 0;
        return new ClientCommand.Subscribe(channel)
        {
            Id = id, From = from, RejectsGap = (flag & rejectsGap) != 0, JoinLeave = Flag(body, "join_leave"),
            WantsPosition = Flag(body, "positioned") || Flag(body, "recoverable"), Token = Text(body, "token") is { Length: > 0 } token ? token : null,
        };
    }

    private static ClientCommand ReadPublishData(JsonElement body, ChannelName topic, long id)
    {
        if (!body.TryGetProperty("data", out var data)) return new ClientCommand.Malformed("data must be there") { Id = id };
        return IsTextOrAbsent(body, "idempotency_key")
            ? new ClientCommand.PublishData(topic, TopicData.TryMake(data), Text(body, "idempotency_key")) { Id = id }
            : new ClientCommand.Malformed("idempotency_key must be a string") { Id = id };
    }

    private static ClientCommand ReadHistory(JsonElement body, string channel, long id)
    {
        var limit = 0;
        if (body.TryGetProperty("limit", out var most) && (most.ValueKind != JsonValueKind.Number || !most.TryGetInt32(out limit)))
            return new ClientCommand.Malformed("limit must be a whole number") { Id = id };
        ClientCommand.Position? since = null;
        if (body.TryGetProperty("since", out var place) && place.ValueKind != JsonValueKind.Null)
        {
            if (place.ValueKind != JsonValueKind.Object || !TryPosition(place, out since))
                return new ClientCommand.Malformed("since must be an object with a string epoch and a whole number offset from 0") { Id = id };
        }

        return new ClientCommand.History(channel, limit < 0 ? int.MaxValue : limit, since, Flag(body, "reverse")) { Id = id };
    }

    private static bool TryPosition(JsonElement place, [NotNullWhen(true)] out ClientCommand.Position? position)
    {
        long offset = 0;
        var isValid = IsTextOrAbsent(place, "epoch")
            && (!place.TryGetProperty("offset", out var number) || (number.ValueKind == JsonValueKind.Number && number.TryGetInt64(out offset) && offset >= 0));
        position = isValid ? new ClientCommand.Position(Text(place, "epoch") ?? "", new Offset(offset)) : null;
        return isValid;
    }

    private static bool Flag(JsonElement body, string name) => body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    private static ClientCommand ReadRpc(JsonElement body, long id)
    {
        if (Text(body, "method") is not { Length: > 0 and <= 64 } method) return new ClientCommand.Malformed("method must be a string of 1 to 64 characters") { Id = id };
        if (!body.TryGetProperty("data", out var data)) data = JsonDocument.Parse("{}").RootElement;
        return data.ValueKind == JsonValueKind.Object
            ? new ClientCommand.Rpc(method, data.Clone()) { Id = id }
            : new ClientCommand.Malformed("data must be an object") { Id = id };
    }

    private static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool IsTextOrAbsent(JsonElement parent, string name) =>
        !parent.TryGetProperty(name, out var value) || value.ValueKind is JsonValueKind.String or JsonValueKind.Null;
}
