using System.Buffers;
using System.Globalization;
using System.Text;
using ChatApp.Accounts;

namespace ChatApp.Moderation;

/// <summary>
/// The audit log as a table for other programs (CSV by RFC 4180, UTF-8 with a byte order mark). Written while it is read, a batch at a
/// time, so that its length costs no memory; nobody holds the database open while a slow reader takes the bytes.
/// </summary>
/// <param name="desk">Reads the log, and says who may.</param>
public sealed class AuditExport(ModerationDesk desk)
{
    /// <summary>Where it is downloaded.</summary>
    public const string Path = "/admin/audit.csv";

    private static readonly SearchValues<char> Quoted = SearchValues.Create(",\"\r\n\t'");

    private const int Batch = 500;
    private const string Head = "time,actor,actor_id,action,target,details,before,after,reason,via\r\n";

    /// <summary>Address of the download of these entries.</summary>
    public static string AddressOf(AuditQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        (string Name, string? Value)[] parts =
        [
            ("actor", query.Actor), ("name", query.ActorName), ("action", query.Action), ("target", query.Target),
            ("from", query.From?.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)), ("until", query.Until?.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)),
        ];
        var given = parts.Where(part => part.Value is { Length: > 0 }).Select(part => $"{part.Name}={Uri.EscapeDataString(part.Value!)}");
        return string.Join('?', new[] { Path, string.Join('&', given) }.Where(part => part.Length > 0));
    }

    /// <summary>Writes the entries, the newest first.</summary>
    /// <param name="actor">Who asks; a right that is lost meanwhile ends it.</param>
    /// <param name="query">Which.</param>
    /// <param name="output">Where to.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>False where the actor may not read the log (any more): what was written is not all.</returns>
    public async Task<bool> WriteAsync(UserId actor, AuditQuery query, Stream output, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(output);
        if (Read(query) is not { } lines) return false;
        await using var text = new StreamWriter(output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true);
        await text.WriteAsync(Head.AsMemory(), cancellation);
        while (true)
        {
            foreach (var line in lines) await text.WriteAsync(RowOf(line).AsMemory(), cancellation);
            await text.FlushAsync(cancellation);
            if (lines.Count < Batch) return true;
            query = query with { Before = lines[^1].Id };
            if (Read(query) is not { } next) return false;
            lines = next;
        }

        IReadOnlyList<AuditLine>? Read(AuditQuery wanted) => desk.Audit(actor, wanted with { Limit = Batch });
    }

    private static string RowOf(AuditLine line) => string.Join(',', new[]
    {
        line.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture), line.Actor, line.ActorId, line.Action, line.Target,
        line.Details, line.Before, line.After, line.Reason, line.Via is { } via ? NameOf(via) : "",
    }.Select(Cell)) + "\r\n";

    /// <summary>The word for an entrance, for programs.</summary>
    public static string NameOf(Entrance via) => via switch
    {
        Entrance.Program => "program",
        Entrance.ServerApi => "server_api",
        Entrance.Command => "command",
        _ => "page",
    };

    /// <summary>
    /// A cell. What spreadsheets would take for a formula begins with an apostrophe: names and reasons are what anybody types, and a formula can
    /// send away what stands beside it.
    /// </summary>
    internal static string Cell(string value)
    {
        var safe = value.Length > 0 && value[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n' ? "'" + value : value;
        return safe.AsSpan().IndexOfAny(Quoted) < 0 && safe.Trim().Length == safe.Length ? safe : $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
