using System.Net;
using System.Text.Json;
using ChatApp.Tests.Wire;

namespace ChatApp.Tests.Harness;

/// <summary>An event of a stream.</summary>
/// <param name="Id">The last id so far; empty where there was none.</param>
/// <param name="Name">Its name; <c>message</c> where it has none.</param>
/// <param name="Data">What it carries.</param>
public sealed record TestEvent(string Id, string Name, JsonElement Data);

/// <summary>
/// A client of server-sent events as the standard describes it, without coming back by itself. At its end all events are held
/// to docs/asyncapi.yaml.
/// </summary>
public sealed class TestEvents : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _reader;
    private readonly FrameLedger _ledger = new();
    private string _id = "";

    private TestEvents(HttpResponseMessage response, Stream stream)
    {
        _response = response;
        _reader = new StreamReader(stream);
    }

    /// <summary>The response.</summary>
    public HttpResponseMessage Response => _response;

    /// <summary>The id to come back with.</summary>
    public string LastId => _id;

    /// <summary>Comments seen so far, which is what pings are here.</summary>
    public int Comments { get; private set; }

    /// <summary>The wait before coming back that the server has asked for, in milliseconds.</summary>
    public string Retry { get; private set; } = "";

    /// <summary>Opens a stream; null, and the status, where it is refused.</summary>
    /// <param name="server">The server.</param>
    /// <param name="query">What stands after the question mark.</param>
    /// <param name="headers">Name and value, such as <c>Authorization</c>.</param>
    public static async Task<(HttpStatusCode Status, TestEvents? Events)> TryOpenAsync(TestServer server, string query, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/connection/sse" + (query.Length > 0 ? "?" + query : ""));
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        var response = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).Soon();
        if (response.StatusCode == HttpStatusCode.OK) return (response.StatusCode, new TestEvents(response, await response.Content.ReadAsStreamAsync()));
        var status = response.StatusCode;
        response.Dispose();
        return (status, null);
    }

    /// <summary>Opens a stream of that person.</summary>
    public static async Task<TestEvents> OpenAsync(TestServer server, TestPerson person, string query, string? lastId = null)
    {
        var proof = ("Authorization", "Bearer " + await server.TokenOfAsync(person));
        var (status, events) = lastId is null ? await TryOpenAsync(server, query, proof) : await TryOpenAsync(server, query, proof, ("Last-Event-ID", lastId));
        Assert.Equal(HttpStatusCode.OK, status);
        return events!;
    }

    /// <summary>The next event; null at the end of the stream.</summary>
    public async Task<TestEvent?> TryNextAsync()
    {
        using var deadline = new CancellationTokenSource(Deadline);
        var (name, data) = ("message", "");
        while (await _reader.ReadLineAsync(deadline.Token) is { } line)
        {
            if (line.Length == 0)
            {
                if (data.Length > 0) return Noted(new TestEvent(_id, name, JsonDocument.Parse(data).RootElement));
                (name, data) = ("message", "");
                continue;
            }

            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var (field, value) = colon < 0 ? (line, "") : (line[..colon], line[(colon + 1)..].TrimStart(' '));
            switch (field)
            {
                case "": Comments++; break;
                case "id": _id = value; break;
                case "event": name = value; break;
                case "data": data += value; break;
                case "retry": Retry = value; break;
                default: throw new Xunit.Sdk.XunitException($"no field of an event: {line}");
            }
        }

        return null;
    }

    /// <summary>The next event.</summary>
    public async Task<TestEvent> NextAsync() => await TryNextAsync() ?? throw new Xunit.Sdk.XunitException("the stream has ended");

    /// <summary>The next publication of that type.</summary>
    public async Task<(TestEvent Event, JsonElement Publication)> PublicationAsync(string type)
    {
        while (true)
        {
            var next = await NextAsync();
            if (next.Data.TryGetProperty("push", out var push) && push.TryGetProperty("pub", out var pub) && pub.GetProperty("data").GetProperty("type").GetString() == type) return (next, pub);
        }
    }

    /// <summary>Reads to the end; the code of the event <c>disconnect</c>, and 0 where there was none.</summary>
    public async Task<int> ClosedAsync()
    {
        var code = 0;
        while (await TryNextAsync() is { } next)
        {
            if (next.Name == "disconnect") code = next.Data.GetProperty("code").GetInt32();
        }

        return code;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _reader.Dispose();
        _response.Dispose();
        await _ledger.VerifyAsync();
    }

    // An event with a name of its own carries what stands inside the push.
    private TestEvent Noted(TestEvent happened)
    {
        _ledger.Received(happened.Name == "message" ? happened.Data : JsonSerializer.SerializeToElement(new { push = new Dictionary<string, JsonElement> { [happened.Name] = happened.Data } }));
        return happened;
    }
}
