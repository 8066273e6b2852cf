using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Search;
using ChatApp.Wire;

namespace ChatApp.Sockets;

/// <summary>
/// The methods that a program calls by <c>rpc</c>: all that a person can do beyond posting. Each reads its arguments,
/// calls one service, and says how the answer looks; what is allowed is the service's affair.
/// </summary>
/// <param name="connection">Who calls.</param>
/// <param name="permit">What their token lets through.</param>
/// <param name="services">The house.</param>
internal sealed partial class SocketMethods(Connection connection, SocketPermit permit, SocketServices services)
{
    private static readonly Action<Utf8JsonWriter> Nothing = static _ => { };
    private readonly UserId user = connection.User;

    /// <summary>Carries a method out: what to write as its result, or why it is refused.</summary>
    public async Task<(Action<Utf8JsonWriter>? Data, WireError? Error)> CallAsync(string method, JsonElement arguments)
    {
        var given = new Arguments(arguments);
        // What has no line in the table is nothing that anybody calls.
        if (!CommandScopes.Methods.TryGetValue(method, out var needs)) return (null, WireError.MethodNotFound);
        Moderation.CurrentEntrance.Value = Moderation.Entrance.Program;
        try
        {
            if (!IsAllowed(needs, given)) return (null, WireError.PermissionDenied);
            return method switch
            {
                "message.edit" => Of(await services.Editor.EditAsync(user, given.Message("id"), given.Text("text"))),
                "message.delete" => Of(await services.Editor.DeleteAsync(permit.Moderator, given.Message("id"), given.OptionalText("reason"))),
                "message.restore" => Of(await services.Editor.RestoreAsync(user, given.Message("id"))),
                "message.react" => Of(await services.Marks.ReactAsync(user, given.Message("id"), given.Text("emoji"), given.Flag("on", otherwise: true))),
                "message.pin" => Of(await services.Marks.PinAsync(user, given.Message("id"), given.Flag("on", otherwise: true))),
                "message.earlier" => Earlier(given.Message("id")),
                "message.pinned" => Pinned(given.Room("room")),
                "message.history" => History(given, given.Room("room"), HistoryScope.All),
                "search" => await SearchAsync(given),
                "read.mark" => await MarkAsync(given),
                "read.mark_all" => await services.Markers.MarkAllAsync(user, permit.Grant.Rooms) ? Unread() : (null, WireError.TooManyRequests with { RetryMs = 1000 }),
                "read.list" => Unread(),
                "room.list" => Rooms(),
                "presence.set" => await ChoosePresenceAsync(given),
                "presence.list" => Seen(given.Room("room")),
                "mention.list" => MentionsOf(given),
                "typing" => Typing(given.Room("room")),
                "subscription.token" => SubscriptionToken(given),
                "user.info" => About(new UserId(given.Text("user"))),
                "user.find" => People(given.OptionalText("text")),
                _ when method.StartsWith("thread.", StringComparison.Ordinal) => await CallThreadAsync(method, given),
                _ when method == "room.kick" || method.StartsWith("sanction.", StringComparison.Ordinal) => await CallSanctionAsync(method, given),
                _ when method.StartsWith("rule.", StringComparison.Ordinal) => await CallRuleAsync(method, given),
                _ when method.StartsWith("held.", StringComparison.Ordinal) => await CallHeldAsync(method, given),
                _ when method.StartsWith("policy.", StringComparison.Ordinal) => await CallPolicyAsync(method, given),
                _ when method == "brake.lift" || method.StartsWith("room.", StringComparison.Ordinal) => await CallRoomAsync(method, given),
                _ when method.StartsWith("report.", StringComparison.Ordinal) => await CallReportAsync(method, given),
                _ when method.StartsWith("sweep.", StringComparison.Ordinal) => await CallSweepAsync(method, given),
                _ when method.StartsWith("direct.", StringComparison.Ordinal) => await CallDirectAsync(method, given),
                _ when method.StartsWith("block.", StringComparison.Ordinal) => await CallBlockAsync(method, given),
                _ when method.StartsWith("bookmark.", StringComparison.Ordinal) => await CallBookmarkAsync(method, given),
                _ when method.StartsWith("moderation.", StringComparison.Ordinal) => await CallModerationAsync(method, given),
                _ when method.StartsWith("key.", StringComparison.Ordinal) => await CallKeyAsync(method, given),
                _ when method.StartsWith("invitation.", StringComparison.Ordinal) => await CallInvitationAsync(method, given),
                _ => (null, WireError.MethodNotFound),
            };
        }
        catch (ArgumentsException problem)
        {
            return (null, WireError.BadRequest with { Message = problem.Message });
        }
    }

    private bool IsAllowed(CommandScope needs, Arguments given)
    {
        if (!permit.Grant.Allows(needs.Scope)) return false;
        if (permit.Grant.Rooms is null) return true;
        return needs.Rooms switch
        {
            RoomsOf.Channel => permit.IsInReach(given.Text("channel")),
            RoomsOf.Room => permit.Grant.Includes(given.Room("room")),
            // A message that is not there is answered as one that is elsewhere.
            RoomsOf.Message => services.History.RoomOf(given.Message("id")) is { } room && permit.Grant.Includes(room),
            RoomsOf.Held => services.HeldMessages.RoomOf(user, given.Number("id")) is { } place && permit.Grant.Includes(place),
            RoomsOf.Filtered => given.OptionalRoom("room") is not { } only || permit.Grant.Includes(only),
            RoomsOf.Given => given.OptionalRoom("room") is { } about && permit.Grant.Includes(about),
            RoomsOf.Instance => false,
            _ => true,
        };
    }

    private static (Action<Utf8JsonWriter>?, WireError?) Of(MessageResult result) => result.Outcome switch
    {
        MessageOutcome.Done when result.Message is { } message => (json => EventJson.Message(json, message), null),
        MessageOutcome.Done => (Nothing, null),
        MessageOutcome.NotFound => (null, WireError.MessageNotFound),
        MessageOutcome.NotAllowed => (null, WireError.PermissionDenied),
        MessageOutcome.WindowClosed => (null, WireError.WindowClosed),
        MessageOutcome.TooLong => (null, WireError.TooLong),
        MessageOutcome.Archived => (null, WireError.Archived),
        MessageOutcome.TooManyMentions => (null, WireError.TooManyMentions),
        MessageOutcome.RoomTooLarge => (null, WireError.RoomTooLarge),
        MessageOutcome.Muted => (null, WireError.Muted with { Until = result.Until, Reason = result.Words }),
        MessageOutcome.Blocked => (null, WireError.Blocked with { Reason = result.Words }),
        MessageOutcome.NeedsReview => (null, WireError.Blocked with { Message = "an edit is not held for review", Reason = result.Words }),
        MessageOutcome.NotChecked => (null, WireError.NotChecked with { RetryMs = 1000 }),
        MessageOutcome.Busy => (null, WireError.TooManyRequests with { RetryMs = 1000 }),
        MessageOutcome.Empty => (null, WireError.BadRequest with { Message = "the text is empty" }),
        _ => (null, WireError.BadRequest with { Message = "not one emoji, or too many kinds" }),
    };

    private (Action<Utf8JsonWriter>?, WireError?) History(Arguments given, RoomId room, HistoryScope scope)
    {
        var count = (int)Math.Min(given.OptionalNumber("limit") ?? 50, MessageHistory.MaxCount);
        var (found, place) = given.OptionalNumber("before") is { } before ? (services.History.Before(user, room, new Offset(before), count, scope), before)
            : given.OptionalNumber("after") is { } after ? (services.History.After(user, room, new Offset(after), count, scope), after)
            : given.OptionalNumber("around") is { } around ? (services.History.Around(user, room, new Offset(around), count, scope), around)
            : given.OptionalNumber("at") is { } at ? AtMoment(room, Arguments.Moment(at), count, scope)
            : (services.History.Latest(user, room, count, scope), long.MaxValue);
        if (found is null) return (null, WireError.UnknownChannel);
        var page = PageFit.Cut(found, new Offset(place), services.Options.OutboxBytes / 4);
        return (json =>
        {
            Messages(json, page.Messages);
            json.WriteBoolean("has_older", page.HasOlder);
            json.WriteBoolean("has_newer", page.HasNewer);
            json.WriteNumber("head", page.Head.Value);
            json.WriteString("epoch", page.Epoch);
        }, null);
    }

    private (MessagePage? Page, long Place) AtMoment(RoomId room, DateTimeOffset moment, int count, HistoryScope scope)
    {
        var page = services.History.Around(user, room, moment, count, scope);
        return (page, page?.Messages.FirstOrDefault(message => message.At >= moment)?.Offset.Value ?? long.MaxValue);
    }

    private static void Messages(Utf8JsonWriter json, IReadOnlyList<MessageView> messages)
    {
        json.WriteStartArray("messages");
        foreach (var message in messages)
        {
            json.WriteStartObject();
            EventJson.MessageFields(json, message);
            json.WriteNumber("offset", message.Offset.Value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private (Action<Utf8JsonWriter>?, WireError?) Pinned(RoomId room) =>
        services.History.Pinned(user, room) is { } pinned ? (json => Messages(json, pinned), null) : (null, WireError.UnknownChannel);

    private (Action<Utf8JsonWriter>?, WireError?) Earlier(MessageId id)
    {
        if (services.Editor.EarlierTexts(permit.Moderator, id) is not { } texts) return (null, WireError.MessageNotFound);
        return (json =>
        {
            json.WriteStartArray("texts");
            foreach (var earlier in texts)
            {
                json.WriteStartObject();
                json.WriteString("text", earlier.Text);
                json.WriteNumber("replaced_at", earlier.ReplacedAt.ToUnixTimeMilliseconds());
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }, null);
    }

    private async Task<(Action<Utf8JsonWriter>?, WireError?)> MarkAsync(Arguments given)
    {
        var unread = await services.Markers.MarkAsync(
            user, given.Room("room"), new Offset(given.OptionalNumber("offset") ?? long.MaxValue), given.Flag("back", otherwise: false));
        return unread is null ? (null, WireError.UnknownChannel) : (json => EventJson.Unread(json, unread), null);
    }

    private (Action<Utf8JsonWriter>?, WireError?) Unread()
    {
        var rooms = services.Markers.Of(user).Where(unread => permit.Grant.Includes(unread.Room));
        return (json =>
        {
            json.WriteStartArray("rooms");
            foreach (var unread in rooms)
            {
                json.WriteStartObject();
                EventJson.Unread(json, unread);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }, null);
    }

    private (Action<Utf8JsonWriter>?, WireError?) Rooms()
    {
        var rooms = services.Rooms.RoomsOf(user).Where(room => permit.Grant.Includes(room.Id));
        return (json =>
        {
            json.WriteStartArray("rooms");
            foreach (var room in rooms)
            {
                json.WriteStartObject();
                json.WriteString("id", room.Id.Value);
                json.WriteString("name", RoomNames.Of(room, user, services.Users));
                json.WriteString("topic", room.Topic);
                json.WriteBoolean("private", room.Visibility != RoomVisibility.Public);
                if (room.IsDirect) EventJson.People(json, room);
                else json.WriteString("kind", EventJson.KindOf(room.Visibility));
                json.WriteBoolean("archived", room.IsArchived);
                EventJson.Order(json, room);
                json.WriteNumber("head", room.Head.Value);
                json.WriteString("epoch", room.Epoch);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }, null);
    }

    private async Task<(Action<Utf8JsonWriter>?, WireError?)> SearchAsync(Arguments given)
    {
        var query = SearchQuery.Parse(given.Text("text"));
        var count = (int)Math.Min(given.OptionalNumber("limit") ?? 20, MessageSearch.MaxCount);
        var result = await services.Search.SearchAsync(user, query, given.OptionalRoom("room"), given.OptionalMessage("before"), count, permit.Grant.Rooms);
        return result.Outcome switch
        {
            SearchOutcome.Done => (json => SearchJson.Page(json, result.Page!), null),
            SearchOutcome.TooFast => (null, WireError.TooManyRequests with { RetryMs = (long)Math.Ceiling(result.RetryAfter.TotalMilliseconds) }),
            _ => (null, WireError.UnknownChannel),
        };
    }
}
