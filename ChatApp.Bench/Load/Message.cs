using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace ChatApp.Bench.Load;

/// <summary>
/// One chat message of the load: as JSON it is <see cref="JsonBytes"/> long, and its text begins with the
/// time at which it was due, so that a receiver can tell its age.
/// </summary>
/// <param name="Room">Where it is posted; seven letters, as all rooms of the load have.</param>
/// <param name="Text">The text, the same length for every server.</param>
/// <param name="Key">A key that no other message of any run has.</param>
internal sealed record Message(string Room, string Text, string Key)
{
    /// <summary>The length of <see cref="Json"/>: a usual chat message.</summary>
    public const int JsonBytes = 150;

    /// <summary>The room that every server has.</summary>
    public const string General = "general";

    private const string Words = "the quick brown fox jumps over the lazy dog and comes back for more of it";
    private const int StampDigits = 16;

    private static readonly string Run = Guid.NewGuid().ToString("N")[..6];
    private static long _number;

    private static ReadOnlySpan<byte> Marker => "stamp-"u8;

    /// <summary>The message as the servers without a format of their own carry it.</summary>
    public string Json => $$"""{"room":"{{Room}}","user":"Bench","key":"{{Key}}","text":"{{Text}}"}""";

    /// <summary>Makes the next message.</summary>
    /// <param name="due">When it should be published, in nanoseconds of the client's clock.</param>
    /// <param name="room">Where.</param>
    public static Message Next(long due, string room = General)
    {
        var key = string.Create(CultureInfo.InvariantCulture, $"{Run}-{Interlocked.Increment(ref _number):d8}");
        var bare = new Message(room, string.Create(CultureInfo.InvariantCulture, $"stamp-{due:x16} "), key);
        var filler = JsonBytes - Encoding.UTF8.GetByteCount(bare.Json);
        return bare with { Text = bare.Text + Words[..filler] };
    }

    /// <summary>Finds the time stamp in a record.</summary>
    /// <returns>False where there is none: the record is no delivery.</returns>
    public static bool TryReadDue(ReadOnlySpan<byte> record, out long due)
    {
        due = 0;
        var at = record.IndexOf(Marker);
        if (at < 0 || record.Length < at + Marker.Length + StampDigits) return false;
        return Utf8Parser.TryParse(record.Slice(at + Marker.Length, StampDigits), out due, out var used, 'x') && used == StampDigits;
    }
}
