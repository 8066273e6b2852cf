using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Rooms;
using ChatApp.Wire;

namespace ChatApp.Sockets;

/// <summary>The methods that look at one room and change it.</summary>
internal sealed partial class SocketMethods
{
    private const int MostPeople = 20;

    private async Task<(Action<Utf8JsonWriter>? Data, WireError? Error)> CallRoomAsync(string method, Arguments given) => method switch
    {
        "room.create" => Of(await services.RoomWriter.CreateAsync(
            user, given.Text("name"), given.OptionalText("topic"), given.Flag("private", otherwise: false) ? RoomVisibility.Private : RoomVisibility.Public)),
        "room.join" => Of(await services.RoomWriter.JoinAsync(user, given.Room("room"))),
        "room.leave" => Of(await services.RoomWriter.LeaveAsync(user, given.Room("room"))),
        "room.invite" => Of(await services.RoomWriter.InviteAsync(user, given.Room("room"), new UserId(given.Text("user")))),
        "room.browse" => Browse(given.OptionalText("text"), OrderOf(given.TextOrNull("sort")), Math.Min(given.OptionalCount("limit") ?? RoomDirectory.MaxLines, RoomDirectory.MaxLines)),
        "room.preview" => Preview(given.Room("room")),
        "room.preferences" => Preferences(),
        "room.prefer" => await PreferAsync(given),
        "room.members" => Members(given.Room("room")),
        "room.edit" => Of(await services.RoomSettings.EditAsync(
            permit.Actor, given.Room("room"), new RoomEdit(given.TextOrNull("name"), given.TextOrNull("topic"), given.TextOrNull("description")))),
        "room.archive" => Of(await services.RoomSettings.ArchiveAsync(permit.Actor, given.Room("room"), given.Flag("on", otherwise: true))),
        "room.retention" => Of(await services.RoomSettings.SetRetentionAsync(permit.Actor, given.Room("room"), given.OptionalCount("days"))),
        "room.slow" => Of(await services.RoomSettings.SetSlowModeAsync(permit.Actor, given.Room("room"), given.OptionalCount("seconds") ?? 0)),
        "room.lock" => Of(await services.RoomSettings.SetLockAsync(permit.Actor, given.Room("room"), given.Flag("on", otherwise: true))),
        "brake.lift" => Of(await services.Brake.LiftAsync(permit.Actor, given.OptionalRoom("room"))),
        "room.role" => Of(await services.Roles.SetAsync(permit.Actor, given.Room("room"), new UserId(given.Text("user")), given.Role("role"))),
        _ => (null, WireError.MethodNotFound),
    };

    private static (Action<Utf8JsonWriter>?, WireError?) Of(RoomResult result) => result.Outcome switch
    {
        RoomOutcome.Done => (json => EventJson.Room(json, result.Room!), null),
        RoomOutcome.NotFound => (null, WireError.UnknownChannel),
        RoomOutcome.NotAllowed => (null, WireError.PermissionDenied),
        RoomOutcome.InviteOnly => (null, WireError.PermissionDenied with { Message = "too many came at once: only who is brought comes in at present" }),
        RoomOutcome.NewMember => (null, WireError.NewMember),
        RoomOutcome.Archived => (null, WireError.Archived),
        RoomOutcome.Unreachable => (null, WireError.Blocked),
        RoomOutcome.Locked => (null, WireError.Locked),
        RoomOutcome.Muted => (null, WireError.Muted with { Until = result.Until }),
        RoomOutcome.Banned => (null, WireError.Banned with { Until = result.Until }),
        RoomOutcome.GuestBanned => (null, WireError.Banned with { Message = "that person is banned from the room" }),
        RoomOutcome.BadSlowMode => Bad($"seconds must be 0 to {RoomSettings.MaxSlowSeconds}"),
        RoomOutcome.Busy => (null, WireError.TooManyRequests with { RetryMs = 1000 }),
        RoomOutcome.BadName => Bad($"name must have 1 to {RoomWriter.MaxNameLength} characters"),
        RoomOutcome.BadTopic => Bad($"topic must have at most {RoomWriter.MaxTopicLength} characters"),
        RoomOutcome.BadDescription => Bad($"description must have at most {RoomSettings.MaxDescriptionLength} characters"),
        RoomOutcome.BadRetention => Bad($"days must be 1 to {RoomSettings.MaxRetentionDays}"),
        RoomOutcome.BadPeople => Bad($"a conversation has 2 to {DirectRooms.MaxPeople} people"),
        RoomOutcome.NoSuchUser => Bad("there is no such user, or not in the room"),
        RoomOutcome.LastOwner => Bad("the last owner of a room remains one"),
        _ => Bad("not possible with this room"),
    };

    private (Action<Utf8JsonWriter>?, WireError?) Browse(string part, DirectoryOrder order, int limit)
    {
        var found = services.Rooms.Browse(user, part, order, limit).Where(line => permit.Grant.Includes(line.Room.Id));
        return (json => List(json, "rooms", found, line =>
        {
            json.WriteString("id", line.Room.Id.Value);
            json.WriteString("name", line.Room.Name);
            json.WriteString("topic", line.Room.Topic);
            json.WriteBoolean("archived", line.Room.IsArchived);
            json.WriteNumber("members", line.Members);
            json.WriteBoolean("joined", line.IsMember);
        }), null);
    }

    // For oneself a token only limits; for others, and for what one could not enter, it gives a right, which administrators have to give.
    private (Action<Utf8JsonWriter>?, WireError?) SubscriptionToken(Arguments given)
    {
        var name = given.Text("channel");
        var forWhom = new UserId(given.TextOrNull("user") ?? user.Value);
        var seconds = (int)Math.Min(given.OptionalNumber("seconds") ?? 3600, int.MaxValue);
        if (Channel.Parse(name) is not { } channel || services.Users.Find(forWhom) is null) return (null, WireError.UnknownChannel);
        if (seconds is 0 or > SubscriptionTokens.MaxSeconds) return Bad($"seconds must be 1 to {SubscriptionTokens.MaxSeconds}");
        if (services.Users.Get(permit.Actor).Rank != Rank.Administrator)
        {
            if (channel.Room is not { } room || forWhom != user) return (null, WireError.PermissionDenied);
            if (services.Rooms.Find(room, user) is not { } standing) return (null, WireError.UnknownChannel);
            if (!standing.IsMember) return (null, WireError.PermissionDenied);
        }

        return (json =>
        {
            json.WriteString("token", services.SubscriptionTokens.Issue(forWhom, name, seconds));
            json.WriteNumber("expires_in", seconds);
        }, null);
    }

    private (Action<Utf8JsonWriter>?, WireError?) People(string part)
    {
        var found = services.Users.Search(part, MostPeople);
        return (json => List(json, "users", found, person =>
        {
            json.WriteString("id", person.Id.Value);
            json.WriteString("name", person.Name);
        }), null);
    }

    private static (Action<Utf8JsonWriter>?, WireError?) Bad(string why) => (null, WireError.BadRequest with { Message = why });

    private (Action<Utf8JsonWriter>?, WireError?) Members(RoomId room)
    {
        if (services.Rooms.MembersOf(room, user) is not var (members, total)) return (null, WireError.UnknownChannel);
        return (json =>
        {
            json.WriteStartArray("members");
            foreach (var member in members)
            {
                json.WriteStartObject();
                json.WriteString("id", member.User.Id.Value);
                json.WriteString("name", member.User.Name);
                json.WriteString("role", EventJson.RoleOf(member.Role));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteNumber("total", total);
        }, null);
    }
}
