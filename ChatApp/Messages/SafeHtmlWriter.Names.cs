namespace ChatApp.Messages;

/// <summary>Names of people, groups and rooms, and links to messages. Their addresses are made here, of ids; nothing that was typed is part of one.</summary>
internal sealed partial class SafeHtmlWriter
{
    /// <summary>What stands in the HTML of a message that names somebody.</summary>
    internal const string NameMark = "<span class=\"mention\"";

    /// <summary>What stands in the HTML of a message that names a room.</summary>
    internal const string RoomMark = "<a class=\"room-name\"";

    /// <summary>What stands in the HTML of a message with a link to another one.</summary>
    internal const string LinkMark = "<a class=\"" + Permalink.Class + "\"";

    private void Name(NameInline inline)
    {
        // Inside a link it is a word of the link.
        if (_inLink)
        {
            Text(inline.Shown);
            return;
        }

        var (mark, attribute, value, end) = inline.Name.Kind switch
        {
            NameKind.Person => (NameMark, "data-user", inline.Name.Id, "</span>"),
            NameKind.Everybody => (NameMark, "data-group", "all", "</span>"),
            NameKind.Here => (NameMark, "data-group", "here", "</span>"),
            _ => (RoomMark, "href", $"/rooms/{inline.Name.Id}", "</a>"),
        };
        Own(mark, attribute, value, inline.Shown, end);
        _names!.Wrote(inline.Name);
    }

    private void LinkTo(Permalink link, string shown)
    {
        if (_inLink) Text(shown);
        else Own(LinkMark, "href", link.ToString(), _names!.WordsOf(link), "</a>");
    }

    private void Own(string mark, string attribute, string value, string shown, string end)
    {
        _html.Append(mark).Append(' ').Append(attribute).Append("=\"");
        AppendEscaped(_html, value);
        _html.Append("\">");
        Text(shown);
        _html.Append(end);
        // Longer than what was typed by more than MaxGrowth times, but not often: TextNames.MaxSigns.
        _free += FreePerName;
    }
}
