using System.Text.Json;
using ChatApp.Moderation;
using ChatApp.Wire;

namespace ChatApp.Sockets;

/// <summary>The methods by which moderators hide what somebody said, and bring it back.</summary>
internal sealed partial class SocketMethods
{
    private async Task<(Action<Utf8JsonWriter>? Data, WireError? Error)> CallSweepAsync(string method, Arguments given) => method switch
    {
        "sweep.run" => Of(await services.Sweeps.RunAsync(permit.Actor, new SweepOrder(
            new UserId(given.Text("user")), (int)Math.Min(given.Number("minutes"), int.MaxValue), given.OptionalRooms("rooms"), given.Text("reason"),
            given.OptionalCount("mute_seconds") is { } seconds ? TimeSpan.FromSeconds(seconds) : null))),
        "sweep.undo" => Of(await services.Sweeps.UndoAsync(permit.Actor, given.Number("id"), given.OptionalText("reason"))),
        "sweep.purge" => Of(await services.Sweeps.PurgeAsync(permit.Actor, given.Number("id"), given.OptionalText("reason"))),
        "sweep.cancel" => Of(await services.Sweeps.CancelAsync(permit.Actor, given.Number("id"))),
        "sweep.list" => services.SweepLists.List(permit.Actor, given.OptionalRoom("room"), given.OptionalNumber("before")) is { } lines
            ? (json => List(json, "sweeps", lines, line => SweepJson.Line(json, line)), null)
            : (null, WireError.PermissionDenied),
        _ => (null, WireError.MethodNotFound),
    };

    private static (Action<Utf8JsonWriter>?, WireError?) Of(SweepResult result) => result.Outcome switch
    {
        SweepOutcome.Done => (json =>
        {
            json.WriteStartObject("sweep");
            SweepJson.Line(json, result.Line!);
            json.WriteEndObject();
        }, null),
        SweepOutcome.NotAllowed => (null, WireError.PermissionDenied),
        SweepOutcome.RoomNotFound => (null, WireError.UnknownChannel),
        SweepOutcome.TooLate => (null, WireError.WindowClosed),
        SweepOutcome.Busy => (null, WireError.TooManyRequests with { RetryMs = 1000 }),
        SweepOutcome.Empty => Bad("there is no message to hide"),
        SweepOutcome.NoSuchUser => Bad("there is no such user"),
        SweepOutcome.NotPossible => Bad("not possible in conversations"),
        SweepOutcome.BadRange => Bad($"minutes must be 1 to {Sweeps.MostMinutes}, and rooms 1 to {Sweeps.MostRooms} or absent"),
        SweepOutcome.BadReason => Bad($"reason must have 1 to {Sanction.MaxReasonLength} characters"),
        SweepOutcome.BadTerm => Bad($"mute_seconds must be 1 to {Sanctions.LongestMute.TotalSeconds}"),
        _ => Bad("there is no such sweep"),
    };
}
