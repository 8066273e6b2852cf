namespace ChatApp.Rooms;

/// <summary>The rules for what is written about a room.</summary>
internal static class RoomText
{
    /// <summary>Line breaks and other control characters become spaces; none at the ends.</summary>
    public static string OneLine(string? text) => new string([.. (text ?? "").Select(c => char.IsControl(c) ? ' ' : c)]).Trim();

    /// <summary>The same with line feeds left in.</summary>
    public static string Lines(string? text) =>
        new string([.. (text ?? "").ReplaceLineEndings("\n").Select(c => char.IsControl(c) && c != '\n' ? ' ' : c)]).Trim();

    /// <summary>True for a name, already in one line, that a room can have.</summary>
    public static bool IsName(string name) =>
        name.Length <= RoomWriter.MaxNameLength && VisibleText.HasAny(name) && !name.EnumerateRunes().Any(VisibleText.IsForbiddenInNames);
}
