using System.Globalization;
using ChatApp.Wire;

namespace ChatApp.Sockets;

/// <summary>What a program asks for in the address of its socket: who it is, and what it wants to hear without a word.</summary>
/// <param name="Ticket">A one-time ticket; null where none stands there.</param>
/// <param name="Connect">The connect command that the client need not send; null where no channel is named.</param>
internal sealed record SocketAddress(string? Ticket, ClientCommand.Connect? Connect)
{
    /// <summary>Reads <c>?ticket=...&amp;channel=...&amp;offset=...&amp;epoch=...</c>; null, and what is wrong with it, where it cannot be.</summary>
    public static SocketAddress? Read(IQueryCollection query, out string problem)
    {
        problem = "";
        var (tickets, channels, offsets, epochs) = (query["ticket"], query["channel"], query["offset"], query["epoch"]);
        if (tickets.Count > 1) problem = "ticket may stand there once";
        else if (channels.Any(channel => channel is not { Length: > 0 and <= Channel.MaxLength })) problem = $"channel must have 1 to {Channel.MaxLength} characters";
        else if (channels.Distinct(StringComparer.Ordinal).Count() != channels.Count) problem = "each channel may stand there once";
        else if ((offsets.Count > 0 && offsets.Count != channels.Count) || (epochs.Count > 0 && epochs.Count != offsets.Count)) problem = "offset and epoch must stand there once for each channel, in order";
        else if (offsets.Any(offset => offset is { Length: > 0 } && !IsOffset(offset))) problem = "offset must be a whole number from 0, or empty";
        if (problem.Length > 0) return null;
        var subs = channels.Select((channel, i) => new ClientCommand.Subscribe(channel!)
        {
            Id = 0,
            From = offsets.Count > 0 && offsets[i] is { Length: > 0 } offset
                ? new ClientCommand.Position(epochs.Count > 0 ? epochs[i] ?? "" : "", new Offset(long.Parse(offset, CultureInfo.InvariantCulture)))
                : null,
        });
        return new SocketAddress(
            tickets is [{ } ticket] ? ticket : null,
            channels.Count > 0 ? new ClientCommand.Connect(Token: null, Name: null) { Id = 0, Subs = [.. subs] } : null);
    }

    private static bool IsOffset(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);
}
