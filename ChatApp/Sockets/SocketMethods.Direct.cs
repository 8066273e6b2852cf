using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Wire;

namespace ChatApp.Sockets;

/// <summary>The methods for people: who somebody is, conversations with them, and whom one does not want to hear from.</summary>
internal sealed partial class SocketMethods
{
    private async Task<(Action<Utf8JsonWriter>? Data, WireError? Error)> CallDirectAsync(string method, Arguments given) => method switch
    {
        "direct.open" => Of(Named(await services.Direct.OpenAsync(user, given.Users("users")))),
        "direct.post" => await PostDirectAsync(new UserId(given.Text("user")), given.Text("text"), given.TextOrNull("key")),
        "direct.hide" => Of(Named(await services.Direct.HideAsync(user, given.Room("room")))),
        _ => (null, WireError.MethodNotFound),
    };

    private async Task<(Action<Utf8JsonWriter>? Data, WireError? Error)> CallBlockAsync(string method, Arguments given) => method switch
    {
        "block.add" => Of(await services.Blocks.AddAsync(user, new UserId(given.Text("user")))),
        "block.remove" => Of(await services.Blocks.RemoveAsync(user, new UserId(given.Text("user")))),
        "block.list" => BlockedPeople(),
        _ => (null, WireError.MethodNotFound),
    };

    private static (Action<Utf8JsonWriter>?, WireError?) Of(BlockOutcome outcome) => outcome switch
    {
        BlockOutcome.Done => (Nothing, null),
        BlockOutcome.TooMany => (null, WireError.LimitExceeded),
        BlockOutcome.Busy => (null, WireError.TooManyRequests with { RetryMs = 1000 }),
        _ => Bad("there is no such user, or it is oneself"),
    };

    // Retried as a whole after a break: the same people have the same room, and the same key gives the same message.
    private async Task<(Action<Utf8JsonWriter>?, WireError?)> PostDirectAsync(UserId other, string text, string? key)
    {
        var opened = await services.Direct.OpenAsync(user, [other]);
        if (opened.Room is not { } room) return Of(opened);
        return await services.Writer.PostAsync(user, room.Id, text, key) switch
        {
            PostResult.Accepted accepted => (json =>
            {
                json.WriteString("room", room.Id.Value);
                json.WriteNumber("offset", accepted.Message.Offset.Value);
                json.WriteString("epoch", accepted.Epoch);
                json.WriteString("id", accepted.Message.Id.ToString());
                json.WriteBoolean("duplicate", accepted.IsDuplicate);
            }, null),
            var refused => (null, WireError.Of(refused)),
        };
    }

    // As this account reads it: the room itself has no name.
    private RoomResult Named(RoomResult result) => result.Room is { } room ? result with { Room = RoomNames.For(room, user, services.Users) } : result;

    private (Action<Utf8JsonWriter>?, WireError?) About(UserId id)
    {
        if (services.Users.Details(id) is not { } person) return Bad("there is no such user");
        return (json =>
        {
            EventJson.User(json, "user", person.User);
            json.WriteString("rank", EventJson.RankOf(person.User.Rank));
            json.WriteString("status", person.User.Status);
            json.WriteNumber("since", person.Since.ToUnixTimeMilliseconds());
            if (person.Zone is { } zone) json.WriteString("zone", zone);
            if (person.User.Owner is { } owner) json.WriteString("owner", owner.Value);
        }, null);
    }

    private (Action<Utf8JsonWriter>?, WireError?) BlockedPeople()
    {
        var blocked = services.Blocks.List(user);
        return (json => List(json, "users", blocked, person =>
        {
            json.WriteString("id", person.Id.Value);
            json.WriteString("name", person.Name);
        }), null);
    }
}
