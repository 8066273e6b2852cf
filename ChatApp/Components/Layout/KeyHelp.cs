namespace ChatApp.Components.Layout;

/// <summary>Something that a key does.</summary>
/// <param name="Text">Name of the text that says what.</param>
/// <param name="Keys">The keys, as <c>aria-keyshortcuts</c> writes them; one of them is pressed.</param>
public sealed record KeyEntry(string Text, params string[] Keys);

/// <summary>Keys that belong together.</summary>
/// <param name="Text">Name of the group's title.</param>
/// <param name="Entries">The keys.</param>
public sealed record KeyGroup(string Text, params KeyEntry[] Entries);

/// <summary>Every key of the pages, as the help shows it. A test holds it to the keys that the pages have.</summary>
public static class KeyHelp
{
    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<KeyGroup> All =
    [
        new("Keys.Group.Move",
            new("Keys.Switcher", "Control+K"), new("Keys.NextRoom", "Alt+ArrowUp", "Alt+ArrowDown"), new("Keys.NextUnread", "Alt+Shift+ArrowUp", "Alt+Shift+ArrowDown"),
            new("Keys.NextPart", "F6", "Shift+F6"), new("Keys.RoomMenu", "Shift+F10"), new("Keys.Search", "Control+Shift+F"), new("Keys.Help", "Shift+?", "?", "Control+/")),
        new("Keys.Group.Read",
            new("Keys.NextMessage", "ArrowUp", "ArrowDown"), new("Message.Thread", "T"), new("Keys.Bookmark", "B"), new("Keys.Day", "Alt+J"),
            new("Keys.MarkRead", "Escape"), new("Keys.MarkAllRead", "Shift+Escape")),
        new("Keys.Group.Write",
            new("Keys.Send", "Enter"), new("Keys.Break", "Shift+Enter"), new("Keys.EditLast", "ArrowUp"), new("Keys.Leave", "Escape"),
            new("Composer.Mark.bold", "Control+B"), new("Composer.Mark.italic", "Control+I"), new("Composer.Mark.strike", "Control+Shift+X"), new("Composer.Mark.code", "Control+E"),
            new("Composer.Mark.block", "Control+Shift+E"), new("Composer.Mark.link", "Control+Shift+U"), new("Composer.Mark.list", "Control+Shift+8"), new("Composer.Mark.quote", "Control+Shift+9")),
    ];

    /// <summary>The keys of one combination, as they stand on them.</summary>
    public static IEnumerable<string> NamesOf(string keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        // A question mark is written with Shift on many keyboards, and nobody thinks of it as a combination.
        return (keys == "Shift+?" ? "?" : keys).Split('+').Select(key => key switch { "Control" => "Ctrl", "ArrowUp" => "↑", "ArrowDown" => "↓", "Escape" => "Esc", _ => key });
    }
}
