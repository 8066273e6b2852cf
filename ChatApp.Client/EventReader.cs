using System.Text.Json;
using ChatApp.Client.Wire;

namespace ChatApp.Client;

/// <summary>Makes a typed event of a publication.</summary>
internal static class EventReader
{
    public static ChatEvent Read(JsonElement data, ChannelPosition? position) => Typed(data, position) with { Position = position, Data = data };

    private static ChatEvent Typed(JsonElement data, ChannelPosition? position)
    {
        string? type = null;
        try
        {
            if (data.ValueKind is JsonValueKind.Object && data.TryGetProperty("type", out var name) && name.ValueKind is JsonValueKind.String)
                type = name.GetString();
            return type switch
            {
                "message.posted" => new MessagePosted(Message(data) with { Offset = position?.Offset }),
                "message.edited" => new MessageEdited(Message(data)),
                "message.restored" => new MessageRestored(Message(data)),
                "message.deleted" => new MessageDeleted(RoomOf(data), IdOf(data), Person(data, "by"), At(data), ThreadOf(data)),
                "messages.swept" => new MessagesSwept(Person(data, "author"), data.GetProperty("from").GetInt64(), data.GetProperty("to").GetInt64(), Person(data, "by"), At(data)),
                "messages.returned" => new MessagesReturned(Person(data, "author"), data.GetProperty("from").GetInt64(), data.GetProperty("to").GetInt64(), Person(data, "by"), At(data)),
                "reaction.changed" => new ReactionsChanged(RoomOf(data), IdOf(data), Reactions(data), Person(data, "by"), At(data)),
                "message.pinned" => new PinChanged(RoomOf(data), IdOf(data), data.GetProperty("message").GetProperty("pinned").GetBoolean(), Person(data, "by"), At(data)),
                "room.changed" when data.GetProperty("room") is var room => new RoomChanged(
                    Text(room, "id"), Text(room, "name"), Text(room, "topic"), Text(room, "description"), room.GetProperty("archived").GetBoolean(), At(data))
                {
                    Locked = room.TryGetProperty("locked", out var locked) && locked.GetBoolean(),
                    SlowSeconds = room.TryGetProperty("slow_seconds", out var slow) ? slow.GetInt32() : 0,
                    InviteOnly = room.TryGetProperty("invite_only", out var only) && only.GetBoolean(),
                },
                "typing" => new MemberTyping(Person(data, "member"), At(data)),
                "presence.changed" => new MembersSeen([.. data.GetProperty("changes").EnumerateArray().Select(static one => new SeenMember(Text(one, "user"), Text(one, "state")))], At(data)),
                "presence.chosen" => new PresenceChosen(Text(data, "mode"), data.TryGetProperty("until", out var until) ? until.Deserialize(WireFormat.Json.DateTimeOffset) : null),
                "history.trimmed" => new HistoryTrimmed(data.GetProperty("floor").GetInt64()),
                "member.changed" => new MemberChanged(Person(data, "member"), data.GetProperty("joined").GetBoolean(), At(data)),
                "role.changed" => new RoleChanged(Person(data, "member"), Text(data, "role"), Person(data, "by"), At(data)),
                "room.joined" or "room.left" when data.GetProperty("room") is var room => new OwnRoomChanged(Text(room, "id"), Text(room, "name"), type is "room.joined")
                {
                    Direct = room.TryGetProperty("kind", out var kind) && kind.ValueEquals("direct"),
                },
                "room.hidden" => new RoomHidden(Text(data, "room")),
                "blocks.changed" => new BlocksChanged([.. data.GetProperty("blocked").EnumerateArray().Select(id => id.GetString() ?? throw new JsonException("nobody"))]),
                "read.moved" => new ReadMoved(data.Deserialize(WireFormat.Json.UnreadRoom)!),
                "preference.changed" => new RoomPreferenceChanged(
                    Text(data, "room"), data.GetProperty("favourite").GetBoolean(), Text(data, "notices"), data.TryGetProperty("hidden_up_to", out var hidden) ? hidden.GetInt64() : null),
                "mention" => new Mentioned(Message(data) with { Offset = data.GetProperty("offset").GetInt64() }),
                "mention.withdrawn" => new MentionWithdrawn(RoomOf(data), IdOf(data)),
                "bookmark.changed" => new BookmarkChanged(Text(data, "id"), data.GetProperty("on").GetBoolean()),
                "thread.moved" => new ThreadMoved(data.Deserialize(WireFormat.Json.ThreadStanding)!),
                "user.changed" => new PersonChanged(Person(data, "user"), Text(data, "status"), At(data)),
                "sanction" => new SanctionChanged(Sanction(data.GetProperty("sanction")), data.GetProperty("holds").GetBoolean(), Person(data, "by"), At(data)),
                "report.resolved" => new ReportResolved(Report(data.GetProperty("report"))),
                "report.seen" => new ReportSeen(data.GetProperty("id").GetInt64()),
                "held.decided" => new HeldDecided(
                    Text(data, "room"), Text(data, "key"), data.GetProperty("approved").GetBoolean(), data.TryGetProperty("reason", out var reason) ? reason.GetString() : null, At(data)) { Withdrawn = data.TryGetProperty("withdrawn", out _) },
                "held.changed" => new HeldChanged(Text(data, "room"), data.GetProperty("waiting").GetInt32(), At(data)),
                "rule.alert" => new RuleAlert(Text(data, "rule"), Message(data) with { Offset = data.GetProperty("offset").GetInt64() }),
                "rank.changed" => new RankChanged(Text(data, "rank")),
                _ => new RawEvent(type),
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            // The data is somebody else's: the same words may mean something else on a general channel, and half a
            // surrogate pair is legal JSON but no string. Neither may cost the reader its connection.
            return new RawEvent(type);
        }
    }

    private static ChatMessage Message(JsonElement data) =>
        data.GetProperty("message").Deserialize(WireFormat.Json.ChatMessage) ?? throw new JsonException("no message");

    private static IReadOnlyList<Reaction> Reactions(JsonElement data) =>
        data.GetProperty("message").GetProperty("reactions").Deserialize(WireFormat.Json.IReadOnlyListReaction) ?? throw new JsonException("no reactions");

    private static ChatPerson Person(JsonElement data, string name) =>
        data.GetProperty(name).Deserialize(WireFormat.Json.ChatPerson) ?? throw new JsonException("nobody");

    private static ChatSanction Sanction(JsonElement sanction) => new(
        sanction.GetProperty("id").GetInt64(), Text(sanction, "kind"),
        sanction.TryGetProperty("room", out var room) ? room.GetString() : null, Text(sanction, "reason"),
        sanction.TryGetProperty("until", out var until) ? until.Deserialize(WireFormat.Json.DateTimeOffset) : null);

    private static ChatReport Report(JsonElement report) => new(
        report.GetProperty("id").GetInt64(), report.GetProperty("own").GetBoolean(), Person(report, "user"), OptionalText(report, "message"), OptionalText(report, "category"), OptionalText(report, "comment"), At(report),
        Text(report, "decision"), Text(report, "reason"), report.GetProperty("seen").GetBoolean());

    private static string? OptionalText(JsonElement parent, string name) => parent.TryGetProperty(name, out var text) ? text.GetString() : null;

    private static DateTimeOffset At(JsonElement data) => data.GetProperty("at").Deserialize(WireFormat.Json.DateTimeOffset);

    private static string IdOf(JsonElement data) => Text(data.GetProperty("message"), "id");

    private static string? ThreadOf(JsonElement data) => data.GetProperty("message").TryGetProperty("thread", out var thread) ? thread.GetString() : null;

    private static string RoomOf(JsonElement data) => Text(data.GetProperty("message"), "room");

    private static string Text(JsonElement parent, string name) => parent.GetProperty(name).GetString() ?? throw new JsonException("no text");
}
