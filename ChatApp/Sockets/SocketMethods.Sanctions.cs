using System.Text.Json;
using ChatApp.Moderation;
using ChatApp.Wire;

namespace ChatApp.Sockets;

/// <summary>The methods for what moderators do to people, in a room or in the instance, and for those people themselves.</summary>
internal sealed partial class SocketMethods
{
    private async Task<(Action<Utf8JsonWriter>? Data, WireError? Error)> CallSanctionAsync(string method, Arguments given) => method switch
    {
        "sanction.warn" => Of(await services.Sanctions.ImposeAsync(permit.Actor, OrderOf(SanctionKind.Warning, given))),
        "sanction.mute" => Of(await services.Sanctions.ImposeAsync(permit.Actor, OrderOf(SanctionKind.Mute, given))),
        "sanction.ban" => Of(await services.Sanctions.ImposeAsync(permit.Actor, OrderOf(SanctionKind.Ban, given))),
        "sanction.lift" => Of(await services.Sanctions.LiftAsync(permit.Actor, given.Number("id"), given.OptionalText("reason"))),
        "sanction.list" => ListSanctions(given),
        "sanction.own" => OwnSanctions(),
        "sanction.seen" => Of(await services.Sanctions.AcknowledgeAsync(user, given.Number("id"))),
        "room.kick" => Of(await services.Sanctions.KickAsync(permit.Actor, given.Room("room"), new UserId(given.Text("user")), given.Text("reason"))),
        _ => (null, WireError.MethodNotFound),
    };

    private static SanctionOrder OrderOf(SanctionKind kind, Arguments given) => new(
        new UserId(given.Text("user")), kind, given.OptionalRoom("room"), given.Text("reason"),
        given.OptionalCount("seconds") is { } seconds ? TimeSpan.FromSeconds(seconds) : null);

    private static (Action<Utf8JsonWriter>?, WireError?) Of(SanctionResult result) => result.Outcome switch
    {
        SanctionOutcome.Done when result.Term is { } term => (json =>
        {
            json.WriteStartObject("sanction");
            SanctionJson.Term(json, term);
            json.WriteEndObject();
        }, null),
        SanctionOutcome.Done => (Nothing, null),
        SanctionOutcome.NotAllowed => (null, WireError.PermissionDenied),
        SanctionOutcome.RoomNotFound => (null, WireError.UnknownChannel),
        SanctionOutcome.Busy => (null, WireError.TooManyRequests with { RetryMs = 1000 }),
        SanctionOutcome.BadReason => Bad($"reason must have 1 to {Sanction.MaxReasonLength} characters"),
        SanctionOutcome.BadTerm => Bad($"seconds must be 1 to {Sanctions.LongestMute.TotalSeconds} for a mute, 1 to {Sanctions.LongestBan.TotalSeconds} or absent for a ban, and absent for a warning"),
        SanctionOutcome.NoSuchUser => Bad("there is no such user, or not in the room"),
        SanctionOutcome.LastOwner => Bad("the last owner of a room stays in it"),
        SanctionOutcome.NotPossible => Bad("not possible in this room"),
        _ => Bad("there is no such sanction"),
    };

    private (Action<Utf8JsonWriter>?, WireError?) ListSanctions(Arguments given)
    {
        var query = new SanctionQuery(
            given.OptionalRoom("room"), given.TextOrNull("user") is { } id ? new UserId(id) : null, given.Flag("holding", otherwise: false), given.OptionalNumber("before"));
        return services.SanctionLists.List(permit.Actor, query) is { } lines
            ? (json => List(json, "sanctions", lines, line => SanctionJson.Line(json, line)), null)
            : (null, WireError.PermissionDenied);
    }

    private (Action<Utf8JsonWriter>?, WireError?) OwnSanctions()
    {
        var owned = services.SanctionLists.Own(user).Where(own => own.Term.Room is not { } room || permit.Grant.Includes(room)).ToList();
        return (json => List(json, "sanctions", owned, own =>
        {
            SanctionJson.Term(json, own.Term);
            if (own.RoomName is { } name) json.WriteString("room_name", name);
            json.WriteBoolean("seen", own.IsSeen);
        }), null);
    }
}
