using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Moderation;
using ChatApp.Moderation.Held;
using ChatApp.Moderation.Policies;
using ChatApp.Presence;
using ChatApp.Rooms;

namespace ChatApp.Wire;

/// <summary>What concerns one person alone, on their own channel.</summary>
internal static partial class EventJson
{
    /// <summary>What somebody has chosen about how they are seen, as fields of the object that is open.</summary>
    public static void Chosen(Utf8JsonWriter json, PresenceChoice choice)
    {
        json.WriteString("mode", choice.Mode switch { PresenceMode.DoNotDisturb => "do_not_disturb", PresenceMode.Invisible => "invisible", _ => "automatic" });
        if (choice.Until is { } until) json.WriteNumber("until", until.ToUnixTimeMilliseconds());
    }

    /// <summary>What is unread of a room, as fields of the object that is open.</summary>
    public static void Unread(Utf8JsonWriter json, Unread unread)
    {
        json.WriteString("room", unread.Room.Value);
        json.WriteNumber("up_to", unread.UpTo.Value);
        json.WriteNumber("unread", unread.Count);
        json.WriteNumber("mentions", unread.Mentions);
    }

    /// <summary>What somebody has chosen for a room, as fields of the object that is open.</summary>
    public static void Choice(Utf8JsonWriter json, RoomChoice choice)
    {
        json.WriteString("room", choice.Room.Value);
        json.WriteBoolean("favourite", choice.IsFavourite);
        json.WriteString("notices", LevelOf(choice.Level));
        if (choice.HiddenUpTo is { } place) json.WriteNumber("hidden_up_to", place.Value);
    }

    private static void Own(Utf8JsonWriter json, object body)
    {
        switch (body)
        {
            case OwnPresenceChosen chosen:
                json.WriteString("type", "presence.chosen");
                Chosen(json, chosen.Choice);
                break;
            case OwnRoomsChanged own:
                json.WriteString("type", own.IsMember ? "room.joined" : "room.left");
                json.WriteStartObject("room");
                json.WriteString("id", own.Room.Id.Value);
                json.WriteString("name", own.Room.Name);
                People(json, own.Room);
                json.WriteEndObject();
                break;
            case RoomHidden hidden:
                json.WriteString("type", "room.hidden");
                json.WriteString("room", hidden.Room.Value);
                break;
            case BlocksChanged blocks:
                json.WriteString("type", "blocks.changed");
                json.WriteStartArray("blocked");
                foreach (var blocked in blocks.Blocked) json.WriteStringValue(blocked.Value);
                json.WriteEndArray();
                break;
            case ReadMoved moved:
                json.WriteString("type", "read.moved");
                Unread(json, moved.Unread);
                break;
            case RoomPreferenceChanged chosen:
                json.WriteString("type", "preference.changed");
                Choice(json, chosen.Choice);
                break;
            case Mentioned mentioned:
                json.WriteString("type", "mention");
                Message(json, mentioned.Message);
                json.WriteNumber("offset", mentioned.Message.Offset.Value);
                break;
            case MentionWithdrawn withdrawn:
                json.WriteString("type", "mention.withdrawn");
                json.WriteStartObject("message");
                json.WriteString("id", withdrawn.Message.ToString());
                json.WriteString("room", withdrawn.Room.Value);
                json.WriteEndObject();
                break;
            case BookmarkChanged bookmark:
                json.WriteString("type", "bookmark.changed");
                json.WriteString("id", bookmark.Message.ToString());
                json.WriteBoolean("on", bookmark.IsOn);
                break;
            case ThreadMoved moved:
                json.WriteString("type", "thread.moved");
                ThreadJson.Standing(json, moved.Standing);
                break;
            case SanctionChanged sanction:
                json.WriteString("type", "sanction");
                json.WriteStartObject("sanction");
                SanctionJson.Term(json, sanction.Term);
                json.WriteEndObject();
                json.WriteBoolean("holds", sanction.Holds);
                User(json, "by", sanction.By);
                json.WriteNumber("at", sanction.At.ToUnixTimeMilliseconds());
                break;
            case ReportResolved resolved:
                json.WriteString("type", "report.resolved");
                json.WriteStartObject("report");
                ReportJson.Notice(json, resolved.Notice);
                json.WriteEndObject();
                break;
            case ReportSeen seen:
                json.WriteString("type", "report.seen");
                json.WriteNumber("id", seen.Id);
                break;
            case RuleAlert or HeldChanged or HeldDecided or PolicyCheck:
                ScreeningJson.Event(json, body);
                break;
            case OwnRankChanged rank:
                json.WriteString("type", "rank.changed");
                json.WriteString("rank", RankOf(rank.User.Rank));
                break;
            default:
                throw new NotSupportedException($"no wire form for {body.GetType().Name}");
        }
    }
}
