using System.Globalization;

namespace ChatApp.Bench;

/// <summary>The command line cannot be understood.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>
/// The options behind the verb: <c>--name value</c> or <c>--name</c>. Each is taken once;
/// <see cref="Done"/> complains about what nobody took.
/// </summary>
internal sealed class Arguments(ReadOnlySpan<string> args)
{
    private readonly List<string> _left = [.. args];

    /// <summary>The options as typed.</summary>
    public string Typed { get; } = string.Join(' ', args);

    /// <summary>Takes the next argument that is not an option, for verbs that have an object.</summary>
    public string? Word()
    {
        if (_left.Count == 0 || _left[0].StartsWith("--", StringComparison.Ordinal)) return null;
        var word = _left[0];
        _left.RemoveAt(0);
        return word;
    }

    /// <summary>Takes a switch.</summary>
    public bool Flag(string name) => _left.Remove(name);

    /// <summary>Takes an option with a value.</summary>
    public string? Value(string name)
    {
        var at = _left.IndexOf(name);
        if (at < 0) return null;
        if (at + 1 == _left.Count) throw new UsageException($"{name} needs a value");
        var value = _left[at + 1];
        _left.RemoveRange(at, 2);
        return value;
    }

    /// <summary>Takes a whole number within a range.</summary>
    public int Number(string name, int fallback, int from, int to)
    {
        if (Value(name) is not { } text) return fallback;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= from && number <= to
            ? number
            : throw new UsageException($"{name} is '{text}', but must be a whole number from {from} to {to}");
    }

    /// <summary>Complains about options that the verb does not know.</summary>
    public void Done()
    {
        if (_left.Count > 0) throw new UsageException($"'{_left[0]}' is not understood");
    }
}
