namespace ChatApp.Storage;

/// <summary>How far a piece of upkeep has come: a number under a name, so that a restart goes on where it was.</summary>
public sealed class UpkeepMark
{
    /// <summary>Texts that were taken out of the full-text index so far; counted by the triggers of the index themselves.</summary>
    public const string TextsRemoved = "texts.removed";

    /// <summary>The value that <see cref="TextsRemoved"/> had when all of them were last gone from the files.</summary>
    public const string TextsErased = "texts.erased";

    /// <summary>The version of the Markdown rules that every stored HTML has, at least.</summary>
    public const string HtmlVersion = "html.version";

    /// <summary>One of the names above.</summary>
    public required string Name { get; init; }

    /// <summary>The number.</summary>
    public long Value { get; set; }
}
