using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Moderation;
using ChatApp.Moderation.Policies;
using ChatApp.Moderation.Rules;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Wire;

namespace ChatApp.Sockets;

/// <summary>What a call brings with it.</summary>
internal sealed partial class SocketMethods
{
    private sealed class ArgumentsException(string message) : Exception(message);

    /// <summary>The arguments of a call, by name and type; what does not fit is said in words.</summary>
    private readonly struct Arguments(JsonElement given)
    {
        public MessageId Message(string name) =>
            given.TryGetProperty(name, out var value) && FrameDecoder.TryMessage(value, out var id) ? id : throw Wrong(name, "the id of a message");

        public MessageId? OptionalMessage(string name) => given.TryGetProperty(name, out _) ? Message(name) : null;

        public RoomId? OptionalRoom(string name) => given.TryGetProperty(name, out _) ? Room(name) : null;

        public RoomId Room(string name) => Wire.Channel.Room("room:" + Text(name)) ?? throw Wrong(name, "the id of a room");

        public string Text(string name) =>
            given.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Wrong(name, "a string");

        // Longer than any method wants one is long enough to be refused as too long.
        public IReadOnlyList<UserId> Users(string name)
        {
            if (!given.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(id => id.ValueKind != JsonValueKind.String))
                throw Wrong(name, "a list of ids of users");
            return [.. value.EnumerateArray().Take(DirectRooms.MaxPeople + 1).Select(id => new UserId(id.GetString()!))];
        }

        // One more than are wanted is enough to be refused.
        public IReadOnlyList<RoomId>? OptionalRooms(string name)
        {
            if (!given.TryGetProperty(name, out var value)) return null;
            if (value.ValueKind != JsonValueKind.Array) throw Wrong(name, "a list of ids of rooms");
            return [.. value.EnumerateArray().Take(Moderation.Sweeps.MostRooms + 1).Select(id => (id.ValueKind == JsonValueKind.String ? Wire.Channel.Room("room:" + id.GetString()) : null) ?? throw Wrong(name, "a list of ids of rooms"))];
        }

        public string OptionalText(string name) => given.TryGetProperty(name, out _) ? Text(name) : "";

        public string? TextOrNull(string name) => given.TryGetProperty(name, out _) ? Text(name) : null;

        public ConnectionId Connection(string name) =>
            Guid.TryParseExact(Text(name), "N", out var id) ? new ConnectionId(id) : throw Wrong(name, "the id of a connection");

        public Rank Rank(string name) => Text(name) switch
        {
            "administrator" => Accounts.Rank.Administrator,
            "moderator" => Accounts.Rank.Moderator,
            "member" => Accounts.Rank.Member,
            _ => throw Wrong(name, "member, moderator or administrator"),
        };

        public PresenceMode Mode(string name) => Text(name) switch
        {
            "automatic" => PresenceMode.Automatic,
            "do_not_disturb" => PresenceMode.DoNotDisturb,
            "invisible" => PresenceMode.Invisible,
            _ => throw Wrong(name, "automatic, do_not_disturb or invisible"),
        };

        public RoomRole Role(string name) => Text(name) switch
        {
            "owner" => RoomRole.Owner,
            "moderator" => RoomRole.Moderator,
            "member" => RoomRole.Member,
            _ => throw Wrong(name, "member, moderator or owner"),
        };

        public PolicyMode? OptionalMode(string name) => !given.TryGetProperty(name, out _) ? null : Text(name) switch
        {
            "open" => PolicyMode.Open,
            "closed" => PolicyMode.Closed,
            "none" => PolicyMode.None,
            _ => throw Wrong(name, "open, closed or none"),
        };

        public RuleDraft Rule() => new(Text("name"), One(Enum.GetValues<RuleKind>(), "kind", ScreeningJson.NameOf), One(Enum.GetValues<RuleAction>(), "action", ScreeningJson.NameOf))
        {
            Patterns = Texts("patterns"), AllowsListed = Flag("allows_listed", otherwise: false), Count = OptionalCount("count") ?? 0, Seconds = OptionalCount("seconds") ?? 0,
            Message = OptionalText("message"), MuteSeconds = OptionalCount("mute_seconds") ?? 0, Position = OptionalCount("position") ?? 0, IsEnabled = Flag("enabled", otherwise: false),
            ExemptFrom = given.TryGetProperty("exempt", out _) ? One<Standing?>([null, Standing.RoomModerator, Standing.RoomOwner, Standing.Moderator, Standing.Administrator], "exempt", ScreeningJson.NameOf) : Standing.RoomModerator,
            ExemptRooms = [.. Texts("exempt_rooms").Select(id => new RoomId(id))],
        };

        // Longer than any rule wants one is long enough to be refused as too long.
        private IReadOnlyList<string> Texts(string name)
        {
            if (!given.TryGetProperty(name, out var value)) return [];
            if (value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(text => text.ValueKind != JsonValueKind.String)) throw Wrong(name, "a list of strings");
            return [.. value.EnumerateArray().Take(RuleLimits.Patterns + 1).Select(text => text.GetString()!)];
        }

        private T One<T>(IReadOnlyList<T> all, string name, Func<T, string> nameOf)
        {
            var word = Text(name);
            foreach (var one in all)
            {
                if (nameOf(one) == word) return one;
            }

            throw Wrong(name, string.Join(", ", all.Select(nameOf)));
        }

        public bool? OptionalFlag(string name) => given.TryGetProperty(name, out _) ? Flag(name, otherwise: false) : null;

        public bool Flag(string name, bool otherwise) => !given.TryGetProperty(name, out var value) ? otherwise
            : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Wrong(name, "true or false");

        public long? OptionalNumber(string name) => !given.TryGetProperty(name, out var value) ? null
            : value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= 0 ? number : throw Wrong(name, "a whole number from 0");

        public long Number(string name) => OptionalNumber(name) ?? throw Wrong(name, "a whole number from 0");

        public T OneOf<T>(string name, IReadOnlyDictionary<string, T> words) =>
            words.TryGetValue(Text(name), out var found) ? found : throw Wrong(name, string.Join(", ", words.Keys.SkipLast(1)) + " or " + words.Keys.Last());

        // More than any limit is a number too, and refused as one.
        public int? OptionalCount(string name) => OptionalNumber(name) is { } count ? (int)Math.Min(count, int.MaxValue) : null;

        public static DateTimeOffset Moment(long milliseconds, string name = "at") => milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : throw Wrong(name, "a time in milliseconds");

        private static ArgumentsException Wrong(string name, string wanted) => new($"{name} must be {wanted}");
    }
}
