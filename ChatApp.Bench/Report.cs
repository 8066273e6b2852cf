using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ChatApp.Bench;

/// <summary>
/// What a verb found: lines for people, and as the last line one JSON object
/// <c>{"verb","ok","figures","targets"}</c> for programs.
/// </summary>
internal sealed class Report(string verb)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly StringBuilder _text = new();
    private string? _json;

    /// <summary>The figures of the JSON line, named by the verb.</summary>
    public JsonObject Figures { get; } = [];

    /// <summary>The bounds of the JSON line.</summary>
    public List<Target> Targets { get; } = [];

    /// <summary>Why there are no complete figures; null where all went well.</summary>
    public string? Failure { get; set; }

    private bool Ok => Failure is null && Targets.TrueForAll(target => target.Ok);

    /// <summary>Adds a line of text.</summary>
    public void Line(string line = "") => _text.Append(line).Append('\n');

    /// <summary>Adds a table that reads well on a terminal and as Markdown.</summary>
    public void Table(IReadOnlyList<string> head, IEnumerable<IReadOnlyList<string>> rows)
    {
        List<IReadOnlyList<string>> body = [.. rows];
        var widths = head.Select((title, column) => body.Select(row => row[column].Length).Append(title.Length).Max()).ToArray();
        Row(head, widths);
        Line("|" + string.Concat(widths.Select((width, column) =>
            column == 0 ? new string('-', width + 2) + "|" : new string('-', width + 1) + ":|")));
        foreach (var row in body) Row(row, widths);
    }

    /// <summary>Prints the text, the targets and the JSON line, and saves them where asked.</summary>
    /// <param name="saveAs">Name of a Markdown file in the results folder, or null.</param>
    /// <param name="command">The options as typed, for the saved file.</param>
    /// <returns>The exit code.</returns>
    public int Finish(string? saveAs = null, string command = "")
    {
        if (saveAs is not null) Save(saveAs, command);
        Complete();
        Console.Write(_text);
        Console.WriteLine();
        Console.WriteLine(_json);
        return Ok ? ExitCode.Ok : ExitCode.TargetMissed;
    }

    /// <summary>Saves the text, the targets and the JSON line, where nothing failed.</summary>
    /// <param name="saveAs">Name of a Markdown file in the results folder.</param>
    /// <param name="command">The options as typed.</param>
    public void Save(string saveAs, string command)
    {
        if (Failure is not null) return;
        Complete();
        File.WriteAllText(Path.Combine(Checkout.Results, saveAs), $"# {verb}\n\n`dotnet run -c Release --project ChatApp.Bench -- {verb} {command}`\n\n{_text}\n```json\n{_json}\n```\n");
        Console.Error.WriteLine($"saved as ChatApp.Bench/results/{saveAs}");
    }

    private void Complete()
    {
        if (_json is not null) return;
        if (Targets.Count > 0)
        {
            Line();
            Table(["target", "value", "must", "aim", "holds"], Targets.Select(target => (string[])
                [target.Name, target.Value?.ToString(CultureInfo.InvariantCulture) ?? "-", target.Must, target.Aim, target.Ok ? "yes" : "NO"]));
        }

        if (Failure is not null)
        {
            Line();
            Line($"failed: {Failure}");
            Figures["failure"] = Failure;
        }

        _json = JsonSerializer.Serialize(new { verb, ok = Ok, figures = Figures, targets = Targets }, Json);
    }

    private void Row(IReadOnlyList<string> cells, int[] widths) =>
        Line("| " + string.Join(" | ", cells.Select((cell, column) =>
            column == 0 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]))) + " |");
}
