using System.Globalization;
using System.Text.Json;
using ChatApp.Wire;

namespace ChatApp.Sockets;

/// <summary>
/// What a client of server-sent events has of each of its channels, as the <c>id</c> of an event: <c>epoch:offset</c> for each
/// channel, in the order of the address, with commas between; empty for a channel that has no position.
/// </summary>
/// <param name="channels">The channels, in the order of the address.</param>
internal sealed class EventPositions(IReadOnlyList<string> channels)
{
    private readonly (string Epoch, long Offset)?[] _places = new (string, long)?[channels.Count];

    /// <summary>Reads an id that a client has sent back; null where it is none for these channels.</summary>
    public static EventPositions? Read(string id, IReadOnlyList<string> channels)
    {
        var positions = new EventPositions(channels);
        var parts = id.Split(',');
        if (parts.Length != channels.Count) return null;
        for (var i = 0; i < parts.Length; i++)
        {
            if (parts[i].Length == 0) continue;
            var colon = parts[i].LastIndexOf(':');
            if (colon < 0 || !long.TryParse(parts[i].AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var offset)) return null;
            positions._places[i] = (parts[i][..colon], offset);
        }

        return positions;
    }

    /// <summary>The commands to subscribe from here on.</summary>
    public IReadOnlyList<ClientCommand.Subscribe> Resume() => [.. channels.Select((channel, i) => new ClientCommand.Subscribe(channel)
    {
        Id = 0,
        From = _places[i] is { } place ? new ClientCommand.Position(place.Epoch, new Offset(place.Offset)) : null,
    })];

    /// <summary>Takes over the positions that commands begin with.</summary>
    public void Begin(IReadOnlyList<ClientCommand.Subscribe> commands)
    {
        foreach (var command in commands)
        {
            if (command.From is { } from && IndexOf(command.Channel) is { } i) _places[i] = (from.Epoch, from.Offset.Value);
        }
    }

    /// <summary>Looks at what the client is told; true where a position is another one afterwards.</summary>
    /// <param name="push">The push; undefined where the frame is none.</param>
    /// <param name="isLost">True where a subscription has ended and should be made again.</param>
    public bool Follow(JsonElement push, out bool isLost)
    {
        isLost = false;
        if (push.ValueKind != JsonValueKind.Object) return false;
        if (push.TryGetProperty("connect", out var connected)) return Connected(connected);
        if (!push.TryGetProperty("channel", out var channel) || IndexOf(channel.GetString()!) is not { } i) return false;
        if (push.TryGetProperty("unsubscribe", out var ended))
        {
            isLost = ended.GetProperty("code").GetInt32() >= 2500;
            if (isLost) return false;
            _places[i] = null;
            return true;
        }

        if (push.TryGetProperty("subscribe", out var begun)) return Begun(i, begun);
        if (!push.TryGetProperty("pub", out var pub) || !pub.TryGetProperty("offset", out var offset) || _places[i] is not { } place) return false;
        _places[i] = place with { Offset = offset.GetInt64() };
        return true;
    }

    public override string ToString() => string.Join(',', _places.Select(place => place is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known.Epoch}:{known.Offset}") : ""));

    private bool Connected(JsonElement connected)
    {
        var subs = connected.GetProperty("subs");
        for (var i = 0; i < channels.Count; i++)
        {
            if (!subs.TryGetProperty(channels[i], out var sub) || !Begun(i, sub)) _places[i] = null;
        }

        return channels.Count > 0;
    }

    private bool Begun(int i, JsonElement sub)
    {
        if (!sub.TryGetProperty("epoch", out var epoch)) return false;
        var isRecovered = sub.TryGetProperty("recovered", out var recovered) && recovered.GetBoolean();
        var missed = isRecovered && sub.TryGetProperty("publications", out var publications) && publications.GetArrayLength() is > 0 and var count
            ? publications[count - 1].GetProperty("offset").GetInt64()
            : _places[i]?.Offset ?? 0;
        // What was recovered and is not in this answer follows, each with its own place.
        _places[i] = (epoch.GetString()!, isRecovered ? missed : sub.GetProperty("offset").GetInt64());
        return true;
    }

    private int? IndexOf(string channel)
    {
        for (var i = 0; i < channels.Count; i++)
        {
            if (channels[i] == channel) return i;
        }

        return null;
    }
}
