using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using ChatApp.Tests.Wire;

namespace ChatApp.Tests.Harness;

/// <summary>
/// A program on the TCP port: one JSON object per line in both directions. It reads when the test asks for something. At its
/// end all lines are held to docs/asyncapi.yaml.
/// </summary>
public sealed class TestLines : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private readonly TcpClient _client;
    private readonly StreamReader _reader;
    private readonly List<JsonElement> _skipped = [];
    private readonly FrameLedger _ledger = new();
    private string _begun = "";
    private long _lastId = 1000;

    private TestLines(TcpClient client)
    {
        _client = client;
        _reader = new StreamReader(client.GetStream(), new UTF8Encoding(false));
    }

    /// <summary>Off: what comes is made up by the test, and no frame of the protocol.</summary>
    public bool HearsTheProtocol { get; set; } = true;

    /// <summary>A port of this machine that nobody uses.</summary>
    public static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    /// <summary>Opens a connection.</summary>
    public static async Task<TestLines> OpenAsync(IPEndPoint address)
    {
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(address);
        return new TestLines(client);
    }

    /// <summary>Sends bytes as they are.</summary>
    public async Task SendTextAsync(string text)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        var lines = (_begun + text).Split('\n');
        _ledger.Sent(string.Join('\n', lines[..^1]));
        _begun = lines[^1];
        await _client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(text), deadline.Token);
    }

    /// <summary>Sends a command (an object without id) and waits for its reply.</summary>
    public async Task<JsonElement> AskAsync(object command)
    {
        var id = ++_lastId;
        await SendTextAsync($"{{\"id\":{id},{JsonSerializer.Serialize(command)[1..]}\n");
        return await NextAsync(line => line.TryGetProperty("id", out var number) && number.GetInt64() == id);
    }

    /// <summary>Waits for a push.</summary>
    public async Task<JsonElement> PushAsync(Func<JsonElement, bool> wanted) =>
        (await NextAsync(line => line.TryGetProperty("push", out var push) && wanted(push))).GetProperty("push");

    /// <summary>Waits for a line; others stay for later.</summary>
    public async Task<JsonElement> NextAsync(Func<JsonElement, bool> wanted)
    {
        var index = _skipped.FindIndex(line => wanted(line));
        if (index >= 0)
        {
            var found = _skipped[index];
            _skipped.RemoveAt(index);
            return found;
        }

        while (await ReadAsync() is { } line)
        {
            if (wanted(line)) return line;
            _skipped.Add(line);
        }

        throw new Xunit.Sdk.XunitException($"the connection has ended; it had sent: {string.Join('\n', _skipped)}");
    }

    /// <summary>Reads to the end; the code of the last line, which is the reason, and 0 where there is none.</summary>
    public async Task<int> ClosedAsync()
    {
        var last = default(JsonElement);
        while (await ReadAsync() is { } line)
        {
            last = line;
            _skipped.Add(line);
        }

        return last.ValueKind == JsonValueKind.Object && last.TryGetProperty("push", out var push) && push.TryGetProperty("disconnect", out var reason) ? reason.GetProperty("code").GetInt32() : 0;
    }

    /// <summary>Says that nothing more comes from this side.</summary>
    public void EndOutput() => _client.Client.Shutdown(SocketShutdown.Send);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _reader.Dispose();
        _client.Dispose();
        await _ledger.VerifyAsync();
    }

    private async Task<JsonElement?> ReadAsync()
    {
        using var deadline = new CancellationTokenSource(Deadline);
        while (await _reader.ReadLineAsync(deadline.Token) is { } line)
        {
            var value = JsonDocument.Parse(line).RootElement;
            if (HearsTheProtocol) _ledger.Received(value);
            if (value.EnumerateObject().Any()) return value;
            await SendTextAsync("{}\n");
        }

        return null;
    }
}
