using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using ChatApp.Push;
using ChatApp.Tests.Harness;
using ChatApp.Wire;

namespace ChatApp.Tests.Wire;

/// <summary>
/// docs/asyncapi.yaml is a valid document, the server serves it, and it says what the code and docs/PROTOCOL.md say.
/// Every connection of <see cref="TestSocket"/> is held to its schemas too.
/// </summary>
public sealed class AsyncApiTests(TestServer server) : IClassFixture<TestServer>
{
    private static readonly string Document = File.ReadAllText(Checkout.PathTo("docs/asyncapi.yaml"));

    [Fact]
    public async Task The_document_is_valid_by_the_judgement_of_the_tool_of_its_makers()
    {
        var folder = Checkout.PathTo("ChatApp.Tests/Wire/asyncapi");
        var start = new ProcessStartInfo(Path.Combine(folder, "node_modules/.bin/asyncapi"), ["validate", Checkout.PathTo("docs/asyncapi.yaml")])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Otherwise it reports its use to its makers.
        start.Environment["ASYNCAPI_METRICS"] = "false";
        start.Environment["CI"] = "true";
        using var tool = Process.Start(start)!;
        var (output, errors) = (tool.StandardOutput.ReadToEndAsync(), tool.StandardError.ReadToEndAsync());
        await tool.WaitForExitAsync().WaitAsync(Eventually.DefaultDeadline);
        var said = await output + await errors;
        Assert.True(tool.ExitCode == 0, said);
        Assert.Contains("(0 errors, 0 warnings", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_server_serves_it_word_for_word()
    {
        using var answer = await server.Http.GetAsync(new Uri("/asyncapi.yaml", UriKind.Relative));
        Assert.Equal("application/yaml", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(Document, await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public void Its_codes_are_those_of_the_product()
    {
        Assert.Equal(ValuesOf<WireError>().Select(error => error.Code).Order(), CodesOf("ErrorReply"));
        Assert.Equal(ValuesOf<EndReason>().Select(reason => reason.Code).Where(code => code >= 3000).Order(), CodesOf("Disconnect"));
    }

    [Fact]
    public async Task Every_golden_frame_and_every_example_of_the_protocol_document_fits_it()
    {
        var ledger = new FrameLedger();
        foreach (var frame in GoldenFrames.OfServer.Values) ledger.Received(JsonDocument.Parse(frame.Replace("$client", new string('0', 32), StringComparison.Ordinal)).RootElement);
        foreach (var line in File.ReadLines(Checkout.PathTo("docs/PROTOCOL.md")))
        {
            if (line.StartsWith("> {", StringComparison.Ordinal)) ledger.Sent(line[2..]);
            else if (line.StartsWith("< {", StringComparison.Ordinal)) ledger.Received(JsonDocument.Parse(line[2..]).RootElement);
        }

        await ledger.VerifyAsync();
    }

    [Fact]
    public async Task Every_method_of_the_protocol_document_has_its_schemas_and_no_other_has()
    {
        var schemas = await FrameSchemas.GetAsync();
        var methods = Regex.Matches(
            File.ReadAllText(Checkout.PathTo("docs/PROTOCOL.md")).Split("\n## Methods\n")[1].Split("\n## ")[0],
            @"^\|(?<names>( `[\w.]+`,?)+) \|", RegexOptions.ExplicitCapture | RegexOptions.Multiline, TimeSpan.FromSeconds(1))
            .SelectMany(row => row.Groups["names"].Value.Split(',')).Select(name => name.Trim(' ', '`')).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(methods, Named(schemas, "call."));
        Assert.Equal(methods, Named(schemas, "result."));
    }

    [Theory]
    [InlineData("""{"push":{"channel":"room:general","pub":{"data":{"type":"message.vanished"},"offset":8}}}""")]
    [InlineData("""{"push":{"channel":"room:general","unsubscribe":{"code":2000,"reason":"x","secret":1}}}""")]
    [InlineData("""{"id":3,"publish":{"offset":-7,"epoch":"k3v9","id":"42","duplicate":false}}""")]
    [InlineData("""{"id":5,"error":{"code":999,"message":"no such code","temporary":false}}""")]
    [InlineData("""{"id":5,"surprise":{}}""")]
    public async Task What_the_document_does_not_know_is_found(string frame)
    {
        var ledger = new FrameLedger();
        ledger.Received(JsonDocument.Parse(frame).RootElement);
        await Assert.ThrowsAsync<Xunit.Sdk.XunitException>(ledger.VerifyAsync);
    }

    private static IEnumerable<string> Named(FrameSchemas schemas, string prefix) =>
        schemas.Names.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Select(name => name[prefix.Length..]).Order(StringComparer.Ordinal);

    // The first list of codes after the name of the schema.
    private static IEnumerable<int> CodesOf(string schema) =>
        Regex.Match(Document[Document.IndexOf($"\n    {schema}:\n", StringComparison.Ordinal)..], @"code: \{ type: integer, enum: \[(?<codes>[\d, ]+)\]", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1))
            .Groups["codes"].Value.Split(", ").Select(int.Parse);

    private static IEnumerable<T> ValuesOf<T>() => typeof(T).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Where(field => field.FieldType == typeof(T)).Select(field => (T)field.GetValue(null)!);
}
