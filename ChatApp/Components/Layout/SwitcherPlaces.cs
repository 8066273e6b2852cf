using ChatApp.Accounts;
using ChatApp.Rooms;

namespace ChatApp.Components.Layout;

/// <summary>A place that the switcher offers.</summary>
/// <param name="Href">Its address.</param>
/// <param name="Name">What it is called.</param>
/// <param name="Icon">Its drawing, where no picture stands for it.</param>
public sealed record SwitcherPlace(string Href, string Name, string Icon)
{
    /// <summary>Whose picture stands for it.</summary>
    public UserCard? Person { get; init; }

    /// <summary>True for people and conversations, which are meant by <c>@</c>; others are meant by <c>#</c>.</summary>
    public bool IsPeople { get; init; }

    /// <summary>False for a room that the person would see before they enter it.</summary>
    public bool IsOwn { get; init; } = true;

    /// <summary>True where the person wants to hear nothing of it.</summary>
    public bool IsMuted { get; init; }

    /// <summary>Unread messages that count.</summary>
    public int Count { get; init; }

    /// <summary>Those that mention the person.</summary>
    public int Mentions { get; init; }

    internal string Folded { get; init; } = "";

    internal int Boost { get; init; }

    internal int Rank { get; init; }
}

/// <summary>
/// All that somebody can jump to, read once when the switcher opens: a key costs no read, and 5,000 names are looked through in
/// a few milliseconds. Only what a person may know of comes in, by the services that say so.
/// </summary>
internal sealed class SwitcherPlaces
{
    /// <summary>Most places shown at once.</summary>
    public const int MaxShown = 20;

    private const int MaxPeople = 2000;
    private const int MaxFound = 50;

    private readonly List<SwitcherPlace> _places;
    private readonly Func<string, IEnumerable<SwitcherPlace>> _others;

    private SwitcherPlaces(List<SwitcherPlace> places, Func<string, IEnumerable<SwitcherPlace>> others) => (_places, _others) = (places, others);

    /// <summary>Reads them.</summary>
    /// <param name="rooms">Rooms.</param>
    /// <param name="users">People.</param>
    /// <param name="numbers">What is unread.</param>
    /// <param name="viewer">Who jumps.</param>
    /// <param name="current">Where they are: nobody jumps there.</param>
    /// <param name="recent">Ids of the rooms where they were last, as their browser says: the last one first; only order depends on it.</param>
    public static SwitcherPlaces Load(RoomList rooms, UserDirectory users, UnreadNumbers numbers, UserId viewer, RoomId? current, IReadOnlyList<string> recent)
    {
        var order = recent.Distinct(StringComparer.Ordinal).Select((room, place) => (room, place)).ToDictionary(pair => pair.room, pair => pair.place, StringComparer.Ordinal);
        var own = rooms.Of(viewer);
        var places = own.Where(room => room.Room.Id != current).Select((room, rank) => PlaceOf(room, rank)).ToList();
        places.AddRange(rooms.Elsewhere(viewer).Where(room => room.Id != current).Select(room => new SwitcherPlace($"/rooms/{room.Id}", room.Name, "hash") { IsOwn = false, Folded = NameMatcher.Fold(room.Name), Rank = int.MaxValue }));
        // A conversation of two stands for the other one.
        var met = own.Where(room => room.Room is { IsDirect: true, People.Count: <= 2 }).SelectMany(room => room.Room.People).Append(viewer).ToHashSet();
        var people = users.Search("", MaxPeople);
        places.AddRange(PlacesOf(people));
        return new SwitcherPlaces(places, people.Count < MaxPeople ? _ => [] : typed => PlacesOf(users.Search(typed, MaxFound)));

        IEnumerable<SwitcherPlace> PlacesOf(IEnumerable<UserCard> found) => found.Where(person => !person.IsBot && !met.Contains(person.Id)).Select(person =>
            new SwitcherPlace($"/direct/new?to={Uri.EscapeDataString(person.Id.Value)}", person.Name, "user") { Person = person, IsPeople = true, Folded = NameMatcher.Fold(person.Name), Rank = int.MaxValue });

        SwitcherPlace PlaceOf(ListedRoom listed, int rank)
        {
            var room = listed.Room;
            var (count, mentions) = (numbers.CountOf(room.Id), numbers.MentionsOf(room.Id));
            var isRecent = order.TryGetValue(room.Id.Value, out var place);
            return new SwitcherPlace($"/rooms/{room.Id}", listed.Name, SidebarGroups.IconOf(room))
            {
                Person = SidebarGroups.PersonOf(room, viewer, users),
                IsPeople = room.IsDirect,
                IsMuted = listed.Choice.Level == NoticeLevel.Nothing,
                Count = count,
                Mentions = mentions,
                Folded = NameMatcher.Fold(listed.Name),
                // Of names that fit equally well, in all less than one kind of fit is above the next.
                Boost = (mentions > 0 ? 30 : 0) + (count > 0 ? 20 : 0) + (isRecent ? Math.Max(20 - place, 1) : 0) + (listed.Choice.IsFavourite ? 10 : 0) + 10,
                // Where nothing is typed: what is unread, then where they were last, then the rest in the order of the sidebar.
                Rank = mentions > 0 ? -3000 + rank : count > 0 ? -2000 + rank : isRecent ? -1000 + place : listed.Choice.IsFavourite ? -500 + rank : rank,
            };
        }
    }

    /// <summary>
    /// What fits, the best first; at most <see cref="MaxShown"/>. With nothing typed: what is unread, then where the person was last.
    /// <c>#</c> in front narrows to rooms, <c>@</c> to people and conversations.
    /// </summary>
    public IReadOnlyList<SwitcherPlace> Find(string typed)
    {
        typed = typed.Trim();
        bool? isPeople = typed.StartsWith('@') ? true : typed.StartsWith('#') ? false : null;
        if (isPeople is not null) typed = typed[1..].Trim();
        if (typed.Length > NameMatcher.MaxLength) typed = typed[..NameMatcher.MaxLength];
        var matcher = new NameMatcher(typed);
        var among = _places.Where(place => isPeople is null || place.IsPeople == isPeople);
        if (matcher.IsEmpty)
        {
            return [.. among.Where(place => isPeople is not null || place.Rank < int.MaxValue).OrderBy(place => place.Rank).Take(MaxShown)];
        }

        if (isPeople != false) among = among.Concat(_others(typed)).DistinctBy(place => place.Href, StringComparer.Ordinal);
        return [.. among
            .Select(place => (Place: place, Rate: matcher.Rate(place.Folded) + place.Boost))
            .Where(found => found.Rate is not null)
            .OrderByDescending(found => found.Rate)
            .ThenBy(found => found.Place.Rank)
            .ThenBy(found => found.Place.Name, StringComparer.CurrentCultureIgnoreCase)
            .Take(MaxShown)
            .Select(found => found.Place)];
    }
}
