using Markdig.Helpers;
using Markdig.Parsers;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace ChatApp.Messages;

/// <summary>A name that stands for a person, a group or a room.</summary>
/// <param name="name">What it stands for.</param>
/// <param name="shown">Sign and name as they were typed.</param>
internal sealed class NameInline(TextName name, string shown) : LeafInline
{
    public TextName Name { get; } = name;

    public string Shown { get; } = shown;
}

/// <summary>An address of a message that was typed without a host.</summary>
/// <param name="link">Where it leads.</param>
internal sealed class PermalinkInline(Permalink link) : LeafInline
{
    public Permalink Link { get; } = link;
}

/// <summary>
/// Names behind @ and #, and addresses of messages. Read with the marks of the text and not after them: a name may hold characters
/// that mark something elsewhere, and what stands in code or behind a backslash is none.
/// </summary>
internal sealed class NameParser : InlineParser
{
    public NameParser() => OpeningCharacters = ['@', '#', '/'];

    public override bool Match(InlineProcessor processor, ref StringSlice slice)
    {
        if (processor.Context?.Properties.GetValueOrDefault(typeof(TextNames)) is not TextNames names) return false;
        return slice.CurrentChar == '/' ? MatchAddress(names, processor, ref slice) : MatchName(names, processor, ref slice);
    }

    private static bool MatchName(TextNames names, InlineProcessor processor, ref StringSlice slice)
    {
        if (!NameEnds.MayBeginAfter(slice.PeekCharExtra(-1))) return false;
        var rest = slice.AsSpan();
        if (names.Find(rest[0], rest[1..], out var length) is not { } name) return false;
        Add(new NameInline(name, rest[..(length + 1)].ToString()), length + 1, processor, ref slice);
        return true;
    }

    private static bool MatchAddress(TextNames names, InlineProcessor processor, ref StringSlice slice)
    {
        if (slice.PeekCharExtra(-1) is var before && !char.IsWhiteSpace(before) && before is not ('\0' or '(' or '"')) return false;
        var rest = slice.AsSpan();
        if (Permalink.LengthAt(rest) is not (> 0 and var length) || names.PermalinkAt(rest[..length].ToString()) is not { } link) return false;
        Add(new PermalinkInline(link), length, processor, ref slice);
        return true;
    }

    private static void Add(Inline inline, int length, InlineProcessor processor, ref StringSlice slice)
    {
        var start = processor.GetSourcePosition(slice.Start, out var line, out var column);
        inline.Span = new SourceSpan(start, start + length - 1);
        inline.Line = line;
        inline.Column = column;
        processor.Inline = inline;
        slice.Start += length;
    }
}
