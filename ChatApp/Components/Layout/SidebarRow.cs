using ChatApp.Accounts;
using ChatApp.Rooms;

namespace ChatApp.Components.Layout;

/// <summary>A room as it stands in the sidebar: all that its row shows, so that two that are equal look the same.</summary>
/// <param name="Room">The room.</param>
/// <param name="Name">What it is called for the viewer.</param>
/// <param name="Icon">Its drawing, where no picture stands for it.</param>
/// <param name="Choice">What the viewer has chosen for it.</param>
public sealed record SidebarRow(RoomId Room, string Name, string Icon, RoomChoice Choice)
{
    /// <summary>Whose picture stands for it: the other one's in a conversation of two.</summary>
    public UserCard? Person { get; init; }

    /// <summary>True for a room of which only its members know.</summary>
    public bool IsPrivate { get; init; }

    /// <summary>True for a conversation, which can be taken off the list.</summary>
    public bool IsDirect { get; init; }

    /// <summary>True for the room that is being looked at.</summary>
    public bool IsCurrent { get; init; }

    /// <summary>True where something is unread, whether it counts or not.</summary>
    public bool HasUnread { get; init; }

    /// <summary>Unread messages that count.</summary>
    public int Count { get; init; }

    /// <summary>Those of them that mention the viewer.</summary>
    public int Mentions { get; init; }

    /// <summary>True where the viewer wants to hear nothing of it.</summary>
    public bool IsMuted => Choice.Level == NoticeLevel.Nothing;

    /// <summary>True where it draws attention: then it is shown even where the rest of its group is folded away.</summary>
    public bool IsNews => Count > 0 || Mentions > 0;
}

/// <summary>The three groups of the sidebar.</summary>
/// <param name="Favourites">What the viewer wants at hand, of both kinds.</param>
/// <param name="Rooms">Rooms with a name.</param>
/// <param name="Direct">Conversations, the newest first.</param>
/// <param name="MoreDirect">How many conversations are not shown.</param>
internal sealed record SidebarGroups(IReadOnlyList<SidebarRow> Favourites, IReadOnlyList<SidebarRow> Rooms, IReadOnlyList<SidebarRow> Direct, int MoreDirect)
{
    public static readonly SidebarGroups Empty = new([], [], [], 0);

    /// <summary>True where both show the same.</summary>
    public bool Shows(SidebarGroups other) =>
        MoreDirect == other.MoreDirect && Favourites.SequenceEqual(other.Favourites) && Rooms.SequenceEqual(other.Rooms) && Direct.SequenceEqual(other.Direct);

    /// <summary>Puts a person's rooms into their groups.</summary>
    /// <param name="rooms">The rooms in their order.</param>
    /// <param name="viewer">Whose they are.</param>
    /// <param name="numbers">What is unread.</param>
    /// <param name="users">Names and pictures.</param>
    /// <param name="current">The room that is being looked at.</param>
    /// <param name="direct">How many conversations are shown at most, besides those with news and the current one.</param>
    public static SidebarGroups Of(IReadOnlyList<ListedRoom> rooms, UserId viewer, UnreadNumbers numbers, UserDirectory users, RoomId? current, int direct)
    {
        var rows = rooms
            .Select(room => RowOf(room, viewer, numbers, users, current))
            .ToList();
        var conversations = rows.FindAll(row => row.IsDirect && !row.Choice.IsFavourite);
        List<SidebarRow> shown = [.. conversations.Where((row, place) => place < direct || row.IsNews || row.IsCurrent)];
        return new SidebarGroups(rows.FindAll(row => row.Choice.IsFavourite), rows.FindAll(row => !row.IsDirect && !row.Choice.IsFavourite), shown, conversations.Count - shown.Count);
    }

    /// <summary>The drawing of a room.</summary>
    public static string IconOf(RoomView room) => room.Visibility switch { RoomVisibility.Direct => "users", RoomVisibility.Private => "lock", _ => "hash" };

    /// <summary>Whose picture stands for a room: the other one's in a conversation of two; null for other rooms.</summary>
    public static UserCard? PersonOf(RoomView room, UserId viewer, UserDirectory users) =>
        room is { IsDirect: true, People.Count: <= 2 } ? users.Get(room.People.FirstOrDefault(person => person != viewer, viewer)) : null;

    private static SidebarRow RowOf(ListedRoom listed, UserId viewer, UnreadNumbers numbers, UserDirectory users, RoomId? current)
    {
        var room = listed.Room;
        return new SidebarRow(room.Id, listed.Name, IconOf(room), listed.Choice)
        {
            Person = PersonOf(room, viewer, users),
            IsPrivate = room.Visibility == RoomVisibility.Private,
            IsDirect = room.IsDirect,
            IsCurrent = room.Id == current,
            HasUnread = numbers.Of(room.Id) is { Count: > 0 },
            Count = numbers.CountOf(room.Id),
            Mentions = numbers.MentionsOf(room.Id),
        };
    }
}
