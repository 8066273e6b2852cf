using ChatApp.Accounts;
using ChatApp.Rooms;
using ChatApp.Storage;

namespace ChatApp.Search;

/// <summary>Where a query looks: the rooms, authors and messages that its filters name, as far as the viewer may know of them.</summary>
/// <param name="Viewer">Who searches.</param>
/// <param name="Rooms">Names of the rooms to search, by id; the viewer is in all of them.</param>
/// <param name="Authors">Ids of the authors, one of whom wrote it; null for anybody.</param>
/// <param name="From">Messages from this id on.</param>
/// <param name="Before">Messages before this id.</param>
internal sealed record SearchScope(UserId Viewer, IReadOnlyDictionary<string, string> Rooms, string[]? Authors, long From, long Before)
{
    private const int MaxAuthors = 50;

    /// <summary>True where nothing can be found there.</summary>
    public bool IsEmpty => Rooms.Count == 0 || Authors is [] || From >= Before;

    /// <summary>The scope of a query; null where the viewer is not in the room that was named.</summary>
    /// <remarks>With <paramref name="within"/> no other rooms are looked through.</remarks>
    public static SearchScope? Find(ChatDbContext db, UserDirectory users, UserId viewer, SearchQuery query, RoomId? room, MessageId? before, IReadOnlySet<RoomId>? within = null)
    {
        var memberships = RoomAccess.Memberships(db);
        var rooms = db.Rooms
            .Where(r => r.IsDefault || memberships.Any(m => m.RoomId == r.Id && m.UserId == viewer.Value))
            .ToList();
        var own = RoomView.Of(db, rooms.FindAll(r => within is null || within.Contains(new RoomId(r.Id))))
            .ToDictionary(r => r.Id.Value, r => RoomNames.Of(r, viewer, users), StringComparer.Ordinal);
        if (room is { } only)
        {
            if (!own.TryGetValue(only.Value, out var name)) return null;
            own = new(StringComparer.Ordinal) { [only.Value] = name };
        }

        if (query.In.Count > 0)
        {
            string[] named = [.. query.In.SelectMany(name => Named(own, name)).Distinct(StringComparer.Ordinal)];
            own = named.ToDictionary(id => id, id => own[id], StringComparer.Ordinal);
        }

        string[]? authors = query.From.Count == 0 ? null : [.. query.From.SelectMany(name => AuthorsNamed(db, viewer, name)).Distinct(StringComparer.Ordinal)];
        return new SearchScope(
            viewer, own, authors,
            query.Since is { } since ? FirstSince(db, since) : 0,
            Math.Min(before?.Value ?? long.MaxValue, query.Until is { } until ? FirstSince(db, until) : long.MaxValue));
    }

    private static IEnumerable<string> Named(Dictionary<string, string> rooms, string name)
    {
        if (rooms.ContainsKey(name)) return [name];
        var wanted = DisplayName.Fold(name);
        string[] exact = [.. rooms.Where(room => DisplayName.Fold(room.Value) == wanted).Select(room => room.Key)];
        return exact.Length > 0 ? exact : rooms.Where(room => DisplayName.Fold(room.Value).StartsWith(wanted, StringComparison.Ordinal)).Select(room => room.Key);
    }

    private static List<string> AuthorsNamed(ChatDbContext db, UserId viewer, string name)
    {
        if (name.Equals("me", StringComparison.OrdinalIgnoreCase)) return [viewer.Value];
        var wanted = DisplayName.Fold(name);
        var exact = db.Users.Where(user => user.NormalizedDisplayName == wanted || user.Id == name).Select(user => user.Id).ToList();
        return exact.Count > 0
            ? exact
            : db.Users.Where(user => user.NormalizedDisplayName.StartsWith(wanted)).OrderBy(user => user.NormalizedDisplayName).Select(user => user.Id).Take(MaxAuthors).ToList();
    }

    // Ids grow with time, and there is no index of time over all rooms: some twenty looks find the place.
    private static long FirstSince(ChatDbContext db, DateTimeOffset moment)
    {
        var low = 0L;
        var high = (db.Messages.Max(m => (long?)m.Id) ?? 0) + 1;
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            var at = db.Messages.Where(m => m.Id >= middle).OrderBy(m => m.Id).Select(m => new { m.Id, m.At }).FirstOrDefault();
            if (at is null || at.At >= moment) high = middle;
            else low = at.Id + 1;
        }

        return low;
    }
}
