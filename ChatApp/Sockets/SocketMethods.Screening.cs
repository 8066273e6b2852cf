using System.Text.Json;
using ChatApp.Moderation;
using ChatApp.Moderation.Held;
using ChatApp.Moderation.Policies;
using ChatApp.Moderation.Rules;
using ChatApp.Wire;

namespace ChatApp.Sockets;

/// <summary>The methods for what judges messages before they are posted: rules, held messages, programs that check rooms.</summary>
internal sealed partial class SocketMethods
{
    private async Task<(Action<Utf8JsonWriter>? Data, WireError? Error)> CallRuleAsync(string method, Arguments given) => method switch
    {
        "rule.list" => services.Rules.List(permit.Actor, given.OptionalRoom("room")) is { } rules
            ? (json => List(json, "rules", rules, rule => ScreeningJson.Rule(json, rule)), null)
            : (null, WireError.PermissionDenied),
        "rule.add" => Of(await services.Rules.AddAsync(permit.Actor, given.OptionalRoom("room"), given.Rule())),
        "rule.change" => Of(await services.Rules.ChangeAsync(permit.Actor, given.Number("id"), given.Rule())),
        "rule.remove" => Of(await services.Rules.RemoveAsync(permit.Actor, given.Number("id"))),
        "rule.test" => Of(await services.RuleTrial.TestAsync(permit.Actor, given.OptionalRoom("room"), given.Rule())),
        _ => (null, WireError.MethodNotFound),
    };

    private async Task<(Action<Utf8JsonWriter>? Data, WireError? Error)> CallHeldAsync(string method, Arguments given) => method switch
    {
        "held.list" => services.HeldDesk.List(permit.Actor, given.OptionalRoom("room"), given.OptionalNumber("after")) is { } held
            ? (json => List(json, "held", held, line => ScreeningJson.Held(json, line)), null)
            : (null, WireError.PermissionDenied),
        "held.approve" => Of(await services.HeldDesk.ApproveAsync(permit.Actor, given.Number("id"))),
        "held.withdraw" => Of(await services.HeldMessages.WithdrawAsync(user, given.Number("id"))),
        "held.reject" => Of(await services.HeldDesk.RejectAsync(permit.Actor, given.Number("id"), given.Text("reason"))),
        _ => (null, WireError.MethodNotFound),
    };

    private async Task<(Action<Utf8JsonWriter>? Data, WireError? Error)> CallPolicyAsync(string method, Arguments given) => method switch
    {
        "policy.register" => Of(await services.Policies.RegisterAsync(permit.Actor, connection, given.Room("room"), given.OptionalMode("fail"))),
        "policy.leave" => Of(await services.Policies.LeaveAsync(permit.Actor, connection, given.Room("room"))),
        "policy.set" => Of(await services.Policies.SetAsync(permit.Actor, given.Room("room"), given.OptionalMode("fail") ?? PolicyMode.None)),
        _ => (null, WireError.MethodNotFound),
    };

    private static (Action<Utf8JsonWriter>?, WireError?) Of(RuleResult result) => Refusal(result.Outcome, result.Detail) is { } error
        ? (null, error)
        : (json =>
        {
            json.WriteStartObject("rule");
            ScreeningJson.Rule(json, result.Rule!);
            json.WriteEndObject();
        }, null);

    private static (Action<Utf8JsonWriter>?, WireError?) Of(TrialResult result) =>
        Refusal(result.Outcome, result.Detail) is { } error ? (null, error) : (json => ScreeningJson.Trial(json, result), null);

    private static WireError? Refusal(RuleOutcome outcome, string detail) => outcome switch
    {
        RuleOutcome.Done => null,
        RuleOutcome.NotAllowed => WireError.PermissionDenied,
        RuleOutcome.RoomNotFound => WireError.UnknownChannel,
        RuleOutcome.TooMany => WireError.LimitExceeded with { Message = $"there are {RuleLimits.Rules} rules already" },
        RuleOutcome.Busy => WireError.TooManyRequests with { RetryMs = 1000 },
        _ => WireError.BadRequest with
        {
            Message = outcome switch
            {
                RuleOutcome.BadName => $"name must have 1 to {RuleLimits.NameLength} characters",
                RuleOutcome.BadMessage => $"message must have at most {RuleLimits.MessageLength} characters",
                RuleOutcome.BadPatterns => $"patterns has none, or one that cannot be used: {detail}",
                RuleOutcome.TooManyPatterns => $"patterns must be at most {detail}",
                RuleOutcome.BadExpression => $"an expression cannot be run in linear time, or is none: {detail}",
                RuleOutcome.BadNumbers => $"a number or a word is out of range: {detail}",
                RuleOutcome.BadTerm => $"mute_seconds must be 1 to {Sanctions.LongestMute.TotalSeconds}",
                RuleOutcome.BadRooms => $"exempt_rooms must be at most {RuleLimits.Rooms} ids of rooms",
                RuleOutcome.NotPossible => "not possible in this room",
                _ => "there is no such rule",
            },
        },
    };

    private static (Action<Utf8JsonWriter>?, WireError?) Of(HeldResult result) => result.Outcome switch
    {
        HeldOutcome.Done when result.Message is { } message => (json =>
        {
            EventJson.Message(json, message);
            json.WriteNumber("offset", message.Offset.Value);
        }, null),
        HeldOutcome.Done => (Nothing, null),
        HeldOutcome.NotAllowed => (null, WireError.PermissionDenied),
        HeldOutcome.Busy => (null, WireError.TooManyRequests with { RetryMs = 1000 }),
        HeldOutcome.BadReason => Bad($"reason must have 1 to {HeldMessage.MaxReasonLength} characters"),
        HeldOutcome.AuthorMayNot => Bad("its author may not post there any more"),
        HeldOutcome.NotPossible => Bad("its thread is gone, or it mentions too many"),
        _ => (null, WireError.MessageNotFound),
    };

    private static (Action<Utf8JsonWriter>?, WireError?) Of(PolicyOutcome outcome) => outcome switch
    {
        PolicyOutcome.Done => (Nothing, null),
        PolicyOutcome.NotAllowed => (null, WireError.PermissionDenied),
        PolicyOutcome.RoomNotFound => (null, WireError.UnknownChannel),
        PolicyOutcome.Busy => (null, WireError.TooManyRequests with { RetryMs = 1000 }),
        _ => Bad("not possible in this room"),
    };
}
