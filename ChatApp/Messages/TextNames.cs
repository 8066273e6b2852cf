using System.Text;
using ChatApp.Accounts;

namespace ChatApp.Messages;

/// <summary>What a name in a text stands for.</summary>
internal enum NameKind
{
    /// <summary>A person.</summary>
    Person,

    /// <summary>Everybody in the room.</summary>
    Everybody,

    /// <summary>Everybody in the room who is connected.</summary>
    Here,

    /// <summary>A public room.</summary>
    Room,
}

/// <summary>A name in a text.</summary>
/// <param name="Kind">What it stands for.</param>
/// <param name="Id">Whom or which; empty for groups.</param>
internal sealed record TextName(NameKind Kind, string Id);

/// <summary>
/// Says what the names in one text stand for while it is rendered, and remembers those that were written. One instance for one text.
/// </summary>
internal abstract class TextNames
{
    /// <summary>Signs of a text at which a name is looked for, at most; what stands behind others is text. Each costs some thirty look-ups.</summary>
    public const int MaxSigns = 100;

    private const int MaxRoomName = 60;
    private readonly HashSet<UserId> _people = [];
    private int _signs;

    /// <summary>People who are named in what was written.</summary>
    public IReadOnlySet<UserId> People => _people;

    /// <summary>True where everybody is named in it.</summary>
    public bool IsForEverybody { get; private set; }

    /// <summary>True where everybody who is connected is named in it.</summary>
    public bool IsForHere { get; private set; }

    /// <summary>The longest name behind a sign; null where there is none.</summary>
    /// <param name="sign">@ or #.</param>
    /// <param name="rest">What follows it.</param>
    /// <param name="length">How much of it is the name, in UTF-16 units.</param>
    public TextName? Find(char sign, ReadOnlySpan<char> rest, out int length)
    {
        length = 0;
        if (rest.IsEmpty || ++_signs > MaxSigns) return null;
        TextName? longest = null;
        Span<int> ends = stackalloc int[NameEnds.MaxUnits];
        // To the shortest, also behind the longest: whoever is called so is meant where the others turn out not to be in the room.
        for (var count = NameEnds.Of(rest, sign == '#' ? MaxRoomName : DisplayName.MaxLength, ends); count > 0; count--)
        {
            if (Of(sign, Fold(rest[..ends[count - 1]])) is not { } name || longest is not null) continue;
            (longest, length) = (name, ends[count - 1]);
        }

        if (longest is null) FoundNothing(sign);
        return longest;
    }

    /// <summary>The place of a message that an address leads to, as it is written; null where it is no such address.</summary>
    public abstract Permalink? PermalinkAt(string address);

    /// <summary>The words for a link to a message.</summary>
    public virtual string WordsOf(Permalink link) => $"#{RoomNameOf(link.Room) ?? "…"} · {link.Place}";

    /// <summary>Takes note of a name that was written.</summary>
    public void Wrote(TextName name)
    {
        switch (name.Kind)
        {
            case NameKind.Person: _people.Add(new UserId(name.Id)); break;
            case NameKind.Everybody: IsForEverybody = true; break;
            case NameKind.Here: IsForHere = true; break;
        }
    }

    /// <summary>Forgets what was written: the text is shown as it stands.</summary>
    public void WroteNothing()
    {
        _people.Clear();
        (IsForEverybody, IsForHere) = (false, false);
    }

    /// <summary>The form in which names are compared.</summary>
    public static string Fold(ReadOnlySpan<char> name)
    {
        if (!Ascii.IsValid(name)) return DisplayName.Fold(name.ToString());
        Span<char> upper = stackalloc char[NameEnds.MaxUnits];
        return new string(upper[..name.ToUpperInvariant(upper)]);
    }

    /// <summary>What a name stands for, in the form in which names are compared; null where it is nobody's.</summary>
    protected abstract TextName? Of(char sign, string folded);

    /// <summary>Called where nothing that follows a sign is a name.</summary>
    protected virtual void FoundNothing(char sign)
    {
    }

    /// <summary>The name of a room that everybody may know; null for others.</summary>
    protected virtual string? RoomNameOf(RoomId room) => null;
}
