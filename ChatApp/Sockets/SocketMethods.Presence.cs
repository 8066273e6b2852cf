using System.Text.Json;
using ChatApp.Presence;
using ChatApp.Rooms;
using ChatApp.Wire;

namespace ChatApp.Sockets;

/// <summary>The methods about who is here and who writes.</summary>
internal sealed partial class SocketMethods
{
    private async Task<(Action<Utf8JsonWriter>? Data, WireError? Error)> ChoosePresenceAsync(Arguments given)
    {
        var until = given.OptionalNumber("until") is { } end ? Arguments.Moment(end, "until") : (DateTimeOffset?)null;
        return await services.PresenceChoices.SetAsync(user, given.Mode("mode"), until) switch
        {
            PresenceOutcome.Done => (json => EventJson.Chosen(json, services.Presence.ChoiceOf(user)), null),
            PresenceOutcome.BadEnd => Bad($"until must be in the next {PresenceChoices.Longest.Days} days"),
            PresenceOutcome.NotFound => (null, WireError.PermissionDenied),
            _ => (null, WireError.TooManyRequests with { RetryMs = 1000 }),
        };
    }

    // Whoever is not named is offline.
    private (Action<Utf8JsonWriter>?, WireError?) Seen(RoomId room)
    {
        if (services.Rooms.Find(room, user) is not { } standing) return (null, WireError.UnknownChannel);
        if (!standing.IsMember) return (null, WireError.PermissionDenied);
        if (services.Crowds.IsLarge(room)) return (null, WireError.NotAvailable);
        var seen = services.Crowds.Members(room).Select(member => new PresenceChange(member, services.Presence.StateOf(member))).Where(static one => one.State != PresenceState.Offline).ToList();
        return (json => EventJson.Seen(json, "members", seen), null);
    }

    private (Action<Utf8JsonWriter>?, WireError?) Typing(RoomId room)
    {
        var outcome = services.Typing.Tell(user, room);
        return outcome == RoomOutcome.Done ? (Nothing, null) : Of(new RoomResult(outcome));
    }
}
