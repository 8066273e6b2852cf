using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Moderation;
using ChatApp.Presence;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Topics;

namespace ChatApp.Wire;

/// <summary>What events and messages look like in JSON.</summary>
internal static partial class EventJson
{
    private const int MaxReactionUsers = 100;
    private const int MaxMentioned = 100;

    /// <summary>The event as a member <c>data</c> of the object that is open.</summary>
    /// <exception cref="NotSupportedException">An event that has no form on the wire.</exception>
    public static void Write(Utf8JsonWriter json, object body)
    {
        if (body is TopicPublication publication)
        {
            json.WritePropertyName("data");
            json.WriteRawValue(publication.Data.Json.Span, skipInputValidation: true);
            return;
        }

        json.WriteStartObject("data");
        switch (body)
        {
            case MessagePosted posted:
                json.WriteString("type", "message.posted");
                Message(json, posted.Message);
                break;
            case MessageDeleted deleted:
                json.WriteString("type", "message.deleted");
                Change(json, deleted.Room, deleted.Message, deleted.By, deleted.At, () =>
                {
                    json.WriteBoolean("deleted", value: true);
                    if (deleted.Thread is { } thread) json.WriteString("thread", thread.ToString());
                });
                break;
            case MessageEdited edited:
                json.WriteString("type", "message.edited");
                Message(json, edited.Message);
                break;
            case MessageRestored restored:
                json.WriteString("type", "message.restored");
                Message(json, restored.Message);
                break;
            case MessagesSwept swept:
                json.WriteString("type", "messages.swept");
                SweepJson.Range(json, swept.Range, swept.By, swept.At);
                break;
            case MessagesReturned returned:
                json.WriteString("type", "messages.returned");
                SweepJson.Range(json, returned.Range, returned.By, returned.At);
                break;
            case ReactionChanged reacted:
                json.WriteString("type", "reaction.changed");
                Change(json, reacted.Room, reacted.Message, reacted.By, reacted.At, () => Reactions(json, reacted.Reactions));
                break;
            case PinChanged pinned:
                json.WriteString("type", "message.pinned");
                Change(json, pinned.Room, pinned.Message, pinned.By, pinned.At, () => json.WriteBoolean("pinned", pinned.IsPinned));
                break;
            case RoomChanged changedRoom:
                json.WriteString("type", "room.changed");
                Room(json, changedRoom.View);
                json.WriteNumber("at", changedRoom.At.ToUnixTimeMilliseconds());
                break;
            case MemberChanged changed:
                json.WriteString("type", "member.changed");
                User(json, "member", changed.Member);
                json.WriteBoolean("joined", changed.IsMember);
                json.WriteNumber("at", changed.At.ToUnixTimeMilliseconds());
                break;
            case MemberTyping typing:
                json.WriteString("type", "typing");
                User(json, "member", typing.Member);
                json.WriteNumber("at", typing.At.ToUnixTimeMilliseconds());
                break;
            case MembersSeen seen:
                json.WriteString("type", "presence.changed");
                Seen(json, "changes", seen.Changes);
                json.WriteNumber("at", seen.At.ToUnixTimeMilliseconds());
                break;
            case RoleChanged role:
                json.WriteString("type", "role.changed");
                User(json, "member", role.Member);
                json.WriteString("role", RoleOf(role.Role));
                User(json, "by", role.By);
                json.WriteNumber("at", role.At.ToUnixTimeMilliseconds());
                break;
            case HistoryTrimmed trimmed:
                json.WriteString("type", "history.trimmed");
                json.WriteNumber("floor", trimmed.Floor.Value);
                break;
            case UserChanged changedUser:
                json.WriteString("type", "user.changed");
                User(json, "user", changedUser.User);
                json.WriteString("status", changedUser.User.Status);
                json.WriteNumber("at", changedUser.At.ToUnixTimeMilliseconds());
                break;
            default:
                Own(json, body);
                break;
        }

        json.WriteEndObject();
    }

    /// <summary>A message as an object of that name; for events and for replies.</summary>
    public static void Message(Utf8JsonWriter json, MessageView message, string name = "message")
    {
        json.WriteStartObject(name);
        MessageFields(json, message);
        json.WriteEndObject();
    }

    /// <summary>The fields of a message, inside an object that is open.</summary>
    public static void MessageFields(Utf8JsonWriter json, MessageView message)
    {
        json.WriteString("id", message.Id.ToString());
        json.WriteString("room", message.Room.Value);
        User(json, "author", message.Author);
        json.WriteString("text", message.Text);
        json.WriteString("html", message.Html);
        json.WriteString("key", message.Key);
        json.WriteNumber("at", message.At.ToUnixTimeMilliseconds());
        if (message.IsDeleted) json.WriteBoolean("deleted", value: true);
        if (message.EditedAt is { } edited) json.WriteNumber("edited_at", edited.ToUnixTimeMilliseconds());
        if (message.IsPinned) json.WriteBoolean("pinned", value: true);
        if (message.Thread is { } thread) json.WriteString("thread", thread.ToString());
        if (message.Answers is { } answers) ThreadJson.Answers(json, answers);
        if (message.ReplyTo is { } target)
        {
            json.WriteStartObject("reply_to");
            json.WriteString("id", target.Id.ToString());
            User(json, "author", target.Author);
            json.WriteString("extract", target.Extract);
            json.WriteEndObject();
        }

        if (message.Reactions.Count > 0) Reactions(json, message.Reactions);
        if (message.Mentions.IsAny) Mentions(json, message.Mentions);
    }

    /// <summary>A room as an object of that name: what may change of it.</summary>
    public static void Room(Utf8JsonWriter json, RoomView room)
    {
        json.WriteStartObject("room");
        json.WriteString("id", room.Id.Value);
        json.WriteString("name", room.Name);
        json.WriteString("topic", room.Topic);
        json.WriteString("description", room.Description);
        json.WriteBoolean("archived", room.IsArchived);
        People(json, room);
        Order(json, room);
        json.WriteEndObject();
    }

    /// <summary>The word for a kind of room.</summary>
    public static string KindOf(RoomVisibility visibility) => visibility switch { RoomVisibility.Direct => "direct", RoomVisibility.Private => "private", _ => "public" };

    /// <summary>Who is in a direct room, as fields of the object that is open; nothing for other rooms.</summary>
    public static void People(Utf8JsonWriter json, RoomView room)
    {
        if (!room.IsDirect) return;
        json.WriteString("kind", KindOf(room.Visibility));
        json.WriteStartArray("people");
        foreach (var person in room.People) json.WriteStringValue(person.Value);
        json.WriteEndArray();
    }

    /// <summary>What keeps people from coming into a room, and its members from posting at once, as fields of the object that is open; nothing where nothing does.</summary>
    public static void Order(Utf8JsonWriter json, RoomView room)
    {
        if (room.IsLocked) json.WriteBoolean("locked", value: true);
        if (room.SlowSeconds > 0) json.WriteNumber("slow_seconds", room.SlowSeconds);
        if (room.IsBraked) json.WriteBoolean("invite_only", value: true);
    }

    /// <summary>The word for a role.</summary>
    public static string RoleOf(RoomRole role) => role switch { RoomRole.Owner => "owner", RoomRole.Moderator => "moderator", _ => "member" };

    /// <summary>The word for what somebody wants to hear of.</summary>
    public static string LevelOf(NoticeLevel level) => level switch { NoticeLevel.Nothing => "nothing", NoticeLevel.Mentions => "mentions", _ => "all" };

    /// <summary>The word for a rank.</summary>
    public static string RankOf(Rank rank) => rank switch { Rank.Administrator => "administrator", Rank.Moderator => "moderator", _ => "member" };

    /// <summary>How people are seen, as a list of that name.</summary>
    public static void Seen(Utf8JsonWriter json, string name, IEnumerable<PresenceChange> changes)
    {
        json.WriteStartArray(name);
        foreach (var change in changes)
        {
            json.WriteStartObject();
            json.WriteString("user", change.User.Value);
            json.WriteString("state", change.State switch
            {
                PresenceState.Online => "online",
                PresenceState.Away => "away",
                PresenceState.DoNotDisturb => "do_not_disturb",
                _ => "offline",
            });
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    // A change that names only what is different: who did it, when, and to which message.
    private static void Change(Utf8JsonWriter json, RoomId room, MessageId message, UserCard by, DateTimeOffset at, Action difference)
    {
        json.WriteStartObject("message");
        json.WriteString("id", message.ToString());
        json.WriteString("room", room.Value);
        difference();
        json.WriteEndObject();
        User(json, "by", by);
        json.WriteNumber("at", at.ToUnixTimeMilliseconds());
    }

    // Of very many the beginning: who is meant is told so in the personal channel.
    private static void Mentions(Utf8JsonWriter json, Mentioning whom)
    {
        if (whom.People.Count > 0)
        {
            json.WriteStartArray("mentions");
            foreach (var person in whom.People.Take(MaxMentioned)) json.WriteStringValue(person.Value);
            json.WriteEndArray();
        }

        if (whom.IsAll) json.WriteBoolean("mentions_all", value: true);
    }

    private static void Reactions(Utf8JsonWriter json, IReadOnlyList<ReactionView> reactions)
    {
        json.WriteStartArray("reactions");
        foreach (var reaction in reactions)
        {
            json.WriteStartObject();
            json.WriteString("emoji", reaction.Emoji);
            json.WriteNumber("count", reaction.Users.Count);
            json.WriteStartArray("users");
            foreach (var user in reaction.Users.Take(MaxReactionUsers)) json.WriteStringValue(user.Value);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>A list of objects.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="name">Name of the list.</param>
    /// <param name="items">What is in it.</param>
    /// <param name="fields">Writes one, as fields of the object that is open.</param>
    public static void List<T>(Utf8JsonWriter json, string name, IEnumerable<T> items, Action<T> fields)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            fields(item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>A person as an object of that name; without one where the object stands in an array.</summary>
    public static void User(Utf8JsonWriter json, string? name, UserCard user)
    {
        if (name is null) json.WriteStartObject();
        else json.WriteStartObject(name);
        json.WriteString("id", user.Id.Value);
        json.WriteString("name", user.Name);
        if (user.IsBot) json.WriteBoolean("bot", value: true);
        if (user.Avatar is { } version) json.WriteString("avatar", $"/avatars/{user.Id.Value}/{version}");
        json.WriteEndObject();
    }
}
