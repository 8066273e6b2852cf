using ChatApp.Accounts;
using ChatApp.Accounts.Mail;
using ChatApp.Rooms;
using ChatApp.Storage;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Messages;

/// <summary>The names that people may be called by in messages, those of public rooms, and the instance's own address: from memory.</summary>
/// <param name="database">Where names are stored.</param>
/// <param name="address">What links to messages begin with.</param>
public sealed class KnownNames(ChatDatabase database, PublicAddress address)
{
    private string? _root;

    private NameBook People => database.Kept.PeopleNames;

    private NameBook Rooms => database.Kept.RoomNames;

    /// <summary>True where a text may hold a name or a link to a message, which nearly all do not.</summary>
    public static bool MayBeIn(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.AsSpan().IndexOfAny('@', '#') >= 0 || text.Contains("/rooms/", StringComparison.Ordinal);
    }

    /// <summary>Brings the names up to date; to be called once before a text is read.</summary>
    public void Refresh()
    {
        People.Refresh(ReadPeople);
        Rooms.Refresh(_ => ReadRooms());
    }

    /// <summary>Takes in accounts that another process has made (<c>user add</c>), where a name stands for nobody.</summary>
    /// <param name="folded">Names in the form in which they are compared.</param>
    /// <returns>True where one of them is somebody's.</returns>
    public bool LookAgainFor(IReadOnlyCollection<string> folded)
    {
        using var db = database.OpenRead();
        string[] names = [.. folded];
        var found = db.Users.Where(user => user.DeletedAt == null && EF.Parameter(names).Contains(user.NormalizedDisplayName)).Select(user => user.Id).ToList();
        found.ForEach(People.Forget);
        return found.Count > 0;
    }

    /// <summary>Whose name it is, in the form in which names are compared; null where it is nobody's.</summary>
    public string? Person(string folded) => People.Find(folded);

    /// <summary>The public room of that name, the oldest where there are several; null where there is none.</summary>
    public string? Room(string folded) => Rooms.Find(folded);

    /// <summary>The name of a public room; null for others.</summary>
    public string? NameOf(RoomId room) => Rooms.ShownOf(room.Value);

    /// <summary>The message that an address leads to, with or without the instance's own host; null where it leads elsewhere.</summary>
    public Permalink? PermalinkAt(string url)
    {
        ArgumentNullException.ThrowIfNull(url);
        if (url.StartsWith('/')) return Permalink.Parse(url);
        // Known once the server listens, and then for good.
        _root ??= address.Of("").GetLeftPart(UriPartial.Authority);
        return url.StartsWith(_root, StringComparison.OrdinalIgnoreCase) ? Permalink.Parse(url[_root.Length..]) : null;
    }

    private List<BookedName> ReadPeople(IReadOnlyCollection<string>? ids)
    {
        using var db = database.OpenRead();
        var users = db.Users.Where(user => user.DeletedAt == null);
        if (ids is not null)
        {
            string[] wanted = [.. ids];
            users = users.Where(user => EF.Parameter(wanted).Contains(user.Id));
        }

        return [.. users.Select(user => new BookedName(user.Id, user.NormalizedDisplayName, null))];
    }

    private List<BookedName> ReadRooms()
    {
        using var db = database.OpenRead();
        return [.. db.Rooms
            .Where(room => room.Visibility == RoomVisibility.Public)
            .OrderByDescending(room => room.IsDefault).ThenBy(room => room.CreatedAt).ThenBy(room => room.Id)
            .Select(room => new { room.Id, room.Name })
            .AsEnumerable()
            .Select(room => new BookedName(room.Id, DisplayName.Fold(room.Name), room.Name))];
    }
}

/// <summary>The names of a text that is being written: people as they are called now, and those whom the text named before.</summary>
/// <param name="known">Names of today.</param>
/// <param name="only">The only people who may be named; null for all. What they are is decided in the commit.</param>
/// <param name="before">Whom the names of the text meant before it was edited; null for a new text.</param>
internal sealed class LiveNames(KnownNames known, IReadOnlySet<UserId>? only, KeptNames? before) : TextNames
{
    private readonly HashSet<UserId> _candidates = [];
    private readonly HashSet<string> _unknown = new(StringComparer.Ordinal);
    private bool _hasUnknown;

    /// <summary>Everybody whose name was seen, also where a longer one stands in the same place.</summary>
    public IReadOnlySet<UserId> Candidates => _candidates;

    /// <summary>What stood behind signs and is nobody's name, where there is a sign for a person without anybody; empty otherwise.</summary>
    public IReadOnlyCollection<string> Unknown => _hasUnknown ? _unknown : [];

    /// <inheritdoc/>
    public override Permalink? PermalinkAt(string address) => known.PermalinkAt(address) ?? before?.PermalinkAt(address);

    /// <inheritdoc/>
    protected override void FoundNothing(char sign) => _hasUnknown |= sign == '@';

    /// <inheritdoc/>
    protected override string? RoomNameOf(RoomId room) => known.NameOf(room);

    /// <inheritdoc/>
    protected override TextName? Of(char sign, string folded)
    {
        // Who was meant stays so: mending a word must not take the mention of somebody who is called otherwise since.
        if (before?.Meant(sign, folded) is { } meant) return meant;
        if (sign == '#') return known.Room(folded) is { } room ? new TextName(NameKind.Room, room) : null;
        if (known.Person(folded) is { } person)
        {
            var id = new UserId(person);
            _candidates.Add(id);
            if (only is null || only.Contains(id)) return new TextName(NameKind.Person, person);
        }
        else
        {
            _unknown.Add(folded);
        }

        return folded switch
        {
            "ALL" => new TextName(NameKind.Everybody, ""),
            "HERE" => new TextName(NameKind.Here, ""),
            _ => null,
        };
    }
}
