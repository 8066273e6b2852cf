using System.Collections.Frozen;

namespace ChatApp.Messages;

/// <summary>How a stretch of text that belongs together begins and ends.</summary>
/// <param name="Open">What begins it.</param>
/// <param name="Close">What ends it.</param>
/// <param name="Escape">The character that takes the meaning from the next one; NUL where there is none.</param>
/// <param name="SpansLines">False: the line end ends it too, so that one forgotten quote does not colour all that follows.</param>
internal sealed record CodeString(string Open, string Close, char Escape = '\\', bool SpansLines = false);

/// <summary>What is built otherwise than words, strings and comments in a row.</summary>
internal enum CodeShape
{
    /// <summary>Words, strings, comments and numbers.</summary>
    Words,

    /// <summary>Tags with attributes.</summary>
    Markup,

    /// <summary>Lines that begin with a mark.</summary>
    Diff,
}

/// <summary>
/// What <see cref="CodeHighlighter"/> has to know of a language: enough to colour what people paste into a chat, far from a grammar.
/// </summary>
internal sealed partial class CodeLanguage
{
    private static readonly FrozenDictionary<string, CodeLanguage> ByTag = Known()
        .SelectMany(language => language.Tags, (language, tag) => (language, tag))
        .ToFrozenDictionary(pair => pair.tag, pair => pair.language, StringComparer.Ordinal);

    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _keywords;
    private readonly int _longestKeyword;

    private CodeLanguage(string name, string tags, string keywords = "", bool ignoreCase = false)
    {
        Name = name;
        Tags = tags.Split(' ');
        var words = keywords.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        _keywords = words.ToFrozenSet(ignoreCase ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
        _longestKeyword = words.Length == 0 ? 0 : words.Max(word => word.Length);
    }

    /// <summary>All languages; each tag leads to one of them.</summary>
    internal static IEnumerable<CodeLanguage> All => ByTag.Values.Distinct();

    /// <summary>As people call it.</summary>
    internal string Name { get; }

    /// <summary>What people write behind the fence, in lower case.</summary>
    internal IReadOnlyList<string> Tags { get; }

    /// <summary>How it is built.</summary>
    internal CodeShape Shape { get; private init; }

    /// <summary>What begins a comment that ends with the line.</summary>
    internal IReadOnlyList<string> LineComments { get; private init; } = [];

    /// <summary>Comments that have an end of their own.</summary>
    internal IReadOnlyList<CodeString> BlockComments { get; private init; } = [];

    /// <summary>Strings, the longest opening first.</summary>
    internal IReadOnlyList<CodeString> Strings { get; private init; } = [];

    /// <summary>Characters that begin a word, or stand in one, besides letters, digits and the underscore.</summary>
    internal string WordCharacters { get; private init; } = "";

    /// <summary>True where a word or string before a colon is the name of what follows.</summary>
    internal bool NamesBeforeColons { get; private init; }

    /// <summary>The language; null for a tag that nobody knows.</summary>
    internal static CodeLanguage? Find(string tag) => ByTag.GetValueOrDefault(tag);

    /// <summary>True for a word that the language keeps for itself.</summary>
    internal bool IsKeyword(ReadOnlySpan<char> word) => word.Length <= _longestKeyword && _keywords.Contains(word);
}
