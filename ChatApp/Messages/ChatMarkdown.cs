using System.Globalization;
using Markdig;
using Markdig.Helpers;
using Markdig.Parsers;
using Markdig.Parsers.Inlines;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace ChatApp.Messages;

/// <summary>
/// The Markdown that messages are written in: CommonMark without raw HTML, reference definitions and underlined
/// headings, with strikethrough and bare links. Every parser is named here, so a new version of the library cannot add one.
/// </summary>
internal static class ChatMarkdown
{
    /// <summary>Quotes and lists inside each other, at most. Deeper markers are read as text.</summary>
    internal const int MaxBlockNesting = 16;

    /// <summary>
    /// Brackets and emphasis marks in one paragraph or heading, at most. Pairing them costs the square of their number
    /// (8,000 brackets: 0.1 s); a paragraph above the bound is shown as text.
    /// </summary>
    internal const int MaxInlineMarks = 500;

    internal static MarkdownPipeline Build()
    {
        // Exact source positions let the writer show the source of a node that it does not know.
        var builder = new MarkdownPipelineBuilder { PreciseSourceLocation = true };
        builder.BlockParsers.Clear();
        builder.BlockParsers.AddRange([
            new ThematicBreakParser(),
            new BoundedHeadingParser(),
            new BoundedQuoteParser(),
            new BoundedListParser(),
            new FencedCodeBlockParser(),
            new IndentedCodeBlockParser(),
            new BoundedParagraphParser(),
        ]);
        var emphasis = new EmphasisInlineParser { CjkFriendlyEmphasis = true };
        emphasis.EmphasisDescriptors.Add(new EmphasisDescriptor('~', minimumCount: 2, maximumCount: 2, enableWithinWord: true));
        builder.InlineParsers.Clear();
        builder.InlineParsers.AddRange([
            new HtmlEntityParser(),
            new NameParser(),
            new LinkInlineParser(),
            new EscapeInlineParser(),
            emphasis,
            new CodeInlineParser(),
            new AutolinkInlineParser(new AutolinkOptions { EnableHtmlParsing = false }),
            new LineBreakInlineParser(),
            new BareLinkParser(),
        ]);
        return builder.Build();
    }

    private static bool HasRoom(BlockProcessor processor)
    {
        var depth = 0;
        for (Block? block = processor.CurrentContainer; block is not null; block = block.Parent)
            depth += block is QuoteBlock or ListBlock ? 1 : 0;
        return depth < MaxBlockNesting;
    }

    private static void LeaveAsTextWhenCrowded(LeafBlock block)
    {
        var marks = 0;
        for (var i = 0; i < block.Lines.Count; i++)
        {
            foreach (var c in block.Lines.Lines[i].Slice.AsSpan())
                marks += c is '[' or ']' or '*' or '_' or '~' ? 1 : 0;
        }
        if (marks > MaxInlineMarks)
            block.ProcessInlines = false;
    }

    private sealed class BoundedQuoteParser : QuoteBlockParser
    {
        public override BlockState TryOpen(BlockProcessor processor) =>
            HasRoom(processor) ? base.TryOpen(processor) : BlockState.None;
    }

    private sealed class BoundedListParser : ListBlockParser
    {
        public override BlockState TryOpen(BlockProcessor processor) =>
            HasRoom(processor) ? base.TryOpen(processor) : BlockState.None;
    }

    private sealed class BoundedHeadingParser : HeadingBlockParser
    {
        public override bool Close(BlockProcessor processor, Block block)
        {
            LeaveAsTextWhenCrowded((LeafBlock)block);
            return base.Close(processor, block);
        }
    }

    private sealed class BoundedParagraphParser : ParagraphBlockParser
    {
        public BoundedParagraphParser() => ParseSetextHeadings = false;

        // The base class would take lines such as "[name]: address" out of the message as reference definitions: text
        // that silently vanishes, and three typed characters that become an address of any length.
        public override bool Close(BlockProcessor processor, Block block)
        {
            var paragraph = (ParagraphBlock)block;
            var count = paragraph.Lines.Count;
            for (var i = 0; i < count; i++)
                paragraph.Lines.Lines[i].Slice.TrimStart();
            if (count > 0)
                paragraph.Lines.Lines[count - 1].Slice.TrimEnd();
            LeaveAsTextWhenCrowded(paragraph);
            return true;
        }
    }

    /// <summary>
    /// Links without brackets. Chinese and Japanese put no space around an address, so it may follow any character that
    /// is no Latin letter or digit, and full-width punctuation ends it; hosts without a dot count, since rooms are often
    /// linked on a local network.
    /// </summary>
    private sealed class BareLinkParser : InlineParser
    {
        private static readonly string[] Schemes = ["https://", "http://", "mailto:"];

        public BareLinkParser() => OpeningCharacters = ['h', 'H', 'm', 'M'];

        public override bool Match(InlineProcessor processor, ref StringSlice slice)
        {
            if (char.IsAsciiLetterOrDigit(slice.PeekCharExtra(-1)))
                return false;
            var rest = slice.AsSpan();
            var scheme = SchemeLength(rest);
            if (scheme == 0 || rest.Length == scheme || !char.IsLetterOrDigit(rest[scheme]))
                return false;
            var length = Length(rest, scheme);
            var start = processor.GetSourcePosition(slice.Start, out var line, out var column);
            // What only looks like an address is consumed as text, so that no character is looked at by two attempts.
            processor.Inline = IsAddress(rest[..length], scheme)
                ? new AutolinkInline(rest[..length].ToString())
                : new LiteralInline(new StringSlice(slice.Text, slice.Start, slice.Start + length - 1));
            processor.Inline.Span = new SourceSpan(start, start + length - 1);
            processor.Inline.Line = line;
            processor.Inline.Column = column;
            slice.Start += length;
            return true;
        }

        private static bool IsAddress(ReadOnlySpan<char> run, int scheme) =>
            run.Length <= SafeHtmlWriter.MaxAddress && (run[scheme - 1] == '/' || run[scheme..].Contains('@'));

        private static int SchemeLength(ReadOnlySpan<char> rest)
        {
            foreach (var scheme in Schemes)
            {
                if (rest.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
                    return scheme.Length;
            }
            return 0;
        }

        private static int Length(ReadOnlySpan<char> rest, int scheme)
        {
            var end = scheme;
            var openParentheses = 0;
            while (end < rest.Length && !Ends(rest[end]))
                openParentheses += rest[end++] switch { '(' => 1, ')' => -1, _ => 0 };
            // What closes a sentence or a bracket around the address is not part of it.
            for (; end > scheme; end--)
            {
                var last = rest[end - 1];
                if (last == ')' && openParentheses < 0)
                    openParentheses++;
                else if (!"?!.,:;*_~'".Contains(last))
                    break;
            }
            return end;
        }

        private static bool Ends(char c) => c switch
        {
            < '\u0080' => c <= ' ' || c == '\u007F' || "<>\"[]{}|\\^`".Contains(c),
            >= '\u2018' and <= '\u201F' => true,
            >= '\u3000' and <= '\u303F' => true,
            >= '\uFF00' and <= '\uFFEF' => !char.IsLetterOrDigit(c),
            _ => char.IsWhiteSpace(c) || char.IsControl(c) || c == '\uFFFD'
                || CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.Format,
        };
    }
}
