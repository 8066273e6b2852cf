using System.Text.Json;

namespace ChatApp.Tests.Wire;

/// <summary>
/// Holds the frames of one connection to the schemas of docs/asyncapi.yaml: everything that the server sends, and every
/// command that it carried out. (What it refuses need not be well formed: many tests send just that.)
/// </summary>
internal sealed class FrameLedger
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, JsonElement> _asked = [];
    private Task<string?> _problems = Task.FromResult<string?>(null);

    /// <summary>A text frame that goes out; anything at all.</summary>
    public void Sent(string text)
    {
        foreach (var line in text.Split('\n'))
        {
            if (TryParse(line) is { ValueKind: JsonValueKind.Object } command && command.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.Number && id.TryGetInt64(out var number))
            {
                lock (_gate) _asked[number] = command;
            }
        }
    }

    /// <summary>A text frame that came in, with an object in each line.</summary>
    public void Received(string text)
    {
        foreach (var line in text.Split('\n')) Received(JsonDocument.Parse(line).RootElement);
    }

    /// <summary>A command of a client whose every command must be as the document says, whatever the answer.</summary>
    public void Commanded(JsonElement command)
    {
        var kind = command.EnumerateObject().Select(member => member.Name).FirstOrDefault(name => name != "id");
        Check(kind is null ? "Ping" : Pascal(kind) + "Command", command);
    }

    /// <summary>An object that came in.</summary>
    public void Received(JsonElement frame)
    {
        if (frame.TryGetProperty("push", out _)) Check("Push", frame);
        else if (!frame.TryGetProperty("id", out var id)) Check("Ping", frame);
        else if (frame.TryGetProperty("error", out _)) Check("ErrorReply", frame);
        else Answered(id.GetInt64(), frame);
    }

    /// <summary>Fails where a frame was not as the document says.</summary>
    public async Task VerifyAsync()
    {
        Task<string?> problems;
        lock (_gate) problems = _problems;
        if (await problems is { } problem) throw new Xunit.Sdk.XunitException(problem);
    }

    private void Answered(long id, JsonElement reply)
    {
        var kind = reply.EnumerateObject().First(member => member.Name != "id").Name;
        Check(Pascal(kind) + "Reply", reply);
        JsonElement command;
        lock (_gate)
        {
            if (!_asked.Remove(id, out command)) return;
        }

        Check(Pascal(kind) + "Command", command);
        if (kind != "rpc") return;
        var call = command.GetProperty("rpc");
        var method = call.GetProperty("method").GetString();
        if (call.TryGetProperty("data", out var given)) Check("call." + method, given);
        Check("result." + method, reply.GetProperty("rpc").GetProperty("data"));
    }

    private void Check(string schema, JsonElement frame)
    {
        // Not the text as it came: that may hold spaces and line ends.
        var json = JsonSerializer.Serialize(frame);
        lock (_gate) _problems = AfterAsync(_problems, schema, json);
    }

    private static async Task<string?> AfterAsync(Task<string?> before, string schema, string json)
    {
        var schemas = await FrameSchemas.GetAsync();
        var problem = schemas.ProblemAsync(schema, json);
        if (await before is { } earlier) return earlier;
        return await problem is { Length: > 0 } wrong ? $"not as docs/asyncapi.yaml says ({schema}): {wrong}\n{json}" : null;
    }

    private static string Pascal(string name) => string.Concat(name.Split('_').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    private static JsonElement? TryParse(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
