using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Push;
using ChatApp.Tests.Harness;
using ChatApp.Wire;

namespace ChatApp.Tests.Wire;

/// <summary>docs/PROTOCOL.md says what the product does: its codes, its limits and every frame in it.</summary>
public sealed class ProtocolDocumentTests
{
    private static readonly string[] Lines = File.ReadAllLines(Checkout.PathTo("docs/PROTOCOL.md"));

    [Fact]
    public void Every_error_code_stands_in_the_document_and_no_other() =>
        Assert.Equal(ValuesOf<WireError>().Select(error => error.Code).Order(), CodesOfTable("error"));

    [Fact]
    public void Every_close_code_stands_in_the_document_and_no_other() =>
        Assert.Equal(ValuesOf<EndReason>().Select(reason => reason.Code).Where(code => code >= 3000).Order(), CodesOfTable("close"));

    [Fact]
    public void Every_unsubscribe_code_that_is_sent_stands_in_the_document_and_no_other() =>
        // 0 is what a client does itself; nobody is told.
        Assert.Equal(ValuesOf<EndReason>().Select(reason => reason.Code).Where(code => code is > 0 and < 3000).Order(), CodesOfTable("unsubscribe"));

    [Fact]
    public void Every_limit_stands_there_with_its_default()
    {
        var rows = Lines.Select(line => Regex.Match(line, @"^\| `(?<key>\w+:\w+)` \| (?<value>[^|]+) \|", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)))
            .Where(row => row.Success).ToDictionary(row => row.Groups["key"].Value, row => row.Groups["value"].Value, StringComparer.Ordinal);
        var defaults = Defaults("Push", new PushOptions()).Concat(Defaults("Messages", new MessageOptions())).Concat(Defaults("Accounts", new AccountOptions()))
            .ToDictionary(setting => setting.Key, setting => setting.Value, StringComparer.Ordinal);
        Assert.All(rows, row => Assert.Equal(defaults[row.Key], row.Value, ignoreCase: true));
        // Of the accounts only what programs meet.
        Assert.Empty(defaults.Keys.Where(key => !key.StartsWith("Accounts:", StringComparison.Ordinal)).Except(rows.Keys, StringComparer.Ordinal));
    }

    [Fact]
    public void Every_frame_of_a_client_is_one_that_the_server_understands()
    {
        var frames = Examples("> ");
        Assert.NotEmpty(frames);
        foreach (var frame in frames)
        {
            var commands = new List<ClientCommand>();
            Assert.True(FrameDecoder.TryRead(Encoding.UTF8.GetBytes(frame), commands), frame);
            Assert.False(commands.Single() is ClientCommand.Malformed or ClientCommand.Unknown, frame);
        }
    }

    [Fact]
    public void Every_frame_of_the_server_has_the_form_of_a_golden_one_and_every_kind_of_event_is_shown_or_named()
    {
        var golden = GoldenFrames.OfServer.Values.Select(frame => JsonDocument.Parse(frame).RootElement).ToList();
        var shapes = golden.Select(GoldenFrames.ShapeOf).ToHashSet(StringComparer.Ordinal);
        foreach (var frame in Examples("< ")) Assert.Contains(GoldenFrames.ShapeOf(JsonDocument.Parse(frame).RootElement), shapes);
        var types = golden.SelectMany(frame => Regex.Matches(GoldenFrames.ShapeOf(frame), @"type=(?<type>[\w.]+)", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)))
            .Select(type => type.Groups["type"].Value);
        Assert.All(types, type => Assert.Contains(Lines, line => line.StartsWith('|') && line.Contains($"`{type}`", StringComparison.Ordinal)));
    }

    private static List<string> Examples(string mark) =>
        [.. Lines.Where(line => line.StartsWith(mark + "{", StringComparison.Ordinal)).Select(line => line[mark.Length..])];

    private static IEnumerable<T> ValuesOf<T>() => typeof(T).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Where(field => field.FieldType == typeof(T)).Select(field => (T)field.GetValue(null)!);

    // A table is known by the heading of its first column.
    private static IEnumerable<int> CodesOfTable(string heading) => Lines
        .SkipWhile(line => !line.StartsWith($"| {heading} |", StringComparison.Ordinal)).Skip(2)
        .TakeWhile(line => line.StartsWith('|'))
        .Select(line => int.Parse(line.Split('|')[1], CultureInfo.InvariantCulture)).Order();

    private static IEnumerable<KeyValuePair<string, string>> Defaults<T>(string section, T options) => typeof(T).GetProperties()
        .Select(property => KeyValuePair.Create($"{section}:{property.Name}", property.GetValue(options) switch
        {
            string[] { Length: 0 } => "none",
            var value => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        }));
}
