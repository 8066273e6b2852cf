namespace ChatApp.Storage;

/// <summary>
/// A value as the database holds it: a whole number, a text, or NULL. Made from either by itself, without a place on the
/// heap: thousands of them go into the database each second.
/// </summary>
public readonly record struct SqlValue
{
    private SqlValue(string? text, long number, bool isNumber) => (Text, Number, IsNumber) = (text, number, isNumber);

    /// <summary>The text; null for a number and for NULL.</summary>
    internal string? Text { get; }

    /// <summary>The number, where <see cref="IsNumber"/> says so.</summary>
    internal long Number { get; }

    /// <summary>True for a number.</summary>
    internal bool IsNumber { get; }

    /// <summary>A text; null is NULL.</summary>
    public static implicit operator SqlValue(string? text) => FromString(text);

    /// <summary>A number.</summary>
    public static implicit operator SqlValue(long number) => FromInt64(number);

    /// <summary>A number; null is NULL.</summary>
    public static implicit operator SqlValue(long? number) => number is { } value ? FromInt64(value) : default;

    /// <summary>A text; null is NULL.</summary>
    public static SqlValue FromString(string? text) => new(text, 0, isNumber: false);

    /// <summary>A number.</summary>
    public static SqlValue FromInt64(long number) => new(null, number, isNumber: true);
}
