using System.Collections.Concurrent;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.RegularExpressions;

namespace ChatApp.Bench.Circuits;

/// <summary>
/// An open page without a screen: it fetches the page, begins its circuit and acknowledges every render, as the framework's script
/// does, and finds the messages of the load by their numbers in what is rendered.
/// </summary>
internal sealed partial class CircuitPage : IDisposable
{
    private static readonly TimeSpan PingTime = TimeSpan.FromSeconds(10);

    private readonly ClientWebSocket _socket = new();
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly TaskCompletionSource _shown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<long, string> _modules = [];
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _calling = new(StringComparer.Ordinal);
    private readonly HashSet<int> _numbers = [];
    private readonly Action<int> _seen;
    private byte[] _buffer = new byte[64 * 1024];
    private long _component = -1;
    private int _first;
    private int _calls;

    private CircuitPage(Action<int> seen) => _seen = seen;

    /// <summary>Ends with the connection.</summary>
    public Task Reading { get; private set; } = Task.CompletedTask;

    /// <summary>Renders that came.</summary>
    public int Renders { get; private set; }

    /// <summary>Different messages of the load that were shown.</summary>
    public int Shown => _numbers.Count;

    /// <summary>Opens a page and waits until it is live.</summary>
    /// <param name="http">Its browser, with cookies.</param>
    /// <param name="cookies">The cookies, for the socket.</param>
    /// <param name="path">The page.</param>
    /// <param name="script">The module whose attachment means that the page is live; null where its first render does.</param>
    /// <param name="seen">Called once for each message of the load when it is shown, with its number.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<CircuitPage> OpenAsync(HttpClient http, CookieContainer cookies, string path, string? script, Action<int> seen, CancellationToken cancellation)
    {
        var address = new Uri(http.BaseAddress!, path);
        var html = await http.GetStringAsync(address, cancellation);
        var markers = Marker().Matches(html).Select(match => match.Groups["value"].Value).Where(marker => marker.Contains("\"type\":\"server\"", StringComparison.Ordinal)).ToList();
        if (markers.Count == 0) throw new BenchException($"{path} has no interactive part");
        var state = State().Match(html).Groups["value"].Value;
        var page = new CircuitPage(seen);
        try
        {
            page._socket.Options.Cookies = cookies;
            await page._socket.ConnectAsync(new Uri($"ws://{address.Authority}/_blazor"), cancellation);
            await page._socket.SendAsync(HubMessage.Handshake, WebSocketMessageType.Text, endOfMessage: true, cancellation);
            var answer = await page._socket.ReceiveAsync(page._buffer.AsMemory(), cancellation);
            if (!page._buffer.AsSpan(0, answer.Count).SequenceEqual("{}\u001e"u8)) throw new BenchException($"the circuit was refused: {Encoding.UTF8.GetString(page._buffer, 0, answer.Count)}");
            page.Reading = page.ReadAsync(script, cancellation);
            await page.SendAsync(HubMessage.Call("0", "StartCircuit", http.BaseAddress!.ToString(), address.ToString(), "[]", state), cancellation);
            var operations = markers.Select((marker, number) => $$"""{"type":"add","ssrComponentId":{{number + 1}},"marker":{{marker}}}""");
            await page.SendAsync(HubMessage.Call(id: null, "UpdateRootComponents", $$"""{"batchId":1,"operations":[{{string.Join(',', operations)}}]}""", state), cancellation);
            if (await Task.WhenAny(page._shown.Task, page.Reading).WaitAsync(TimeSpan.FromSeconds(60), cancellation) == page.Reading) await page.Reading;
            return page;
        }
        catch
        {
            page.Dispose();
            throw;
        }
    }

    /// <summary>Calls a method of the component to which the awaited script belongs, and waits until it has done its work.</summary>
    public async Task CallAsync(string method, CancellationToken cancellation)
    {
        var call = $"{++_calls}";
        var done = _calling[call] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await SendAsync(HubMessage.Call(id: null, "BeginInvokeDotNetFromJS", call, null, method, _component, "[]"), cancellation);
        if (await Task.WhenAny(done.Task, Reading).WaitAsync(TimeSpan.FromSeconds(60), cancellation) == Reading) await Reading;
    }

    /// <summary>Begins to count anew.</summary>
    /// <param name="first">The first number that counts: an older row may be drawn again, when it becomes the first one of the window for instance.</param>
    public void Forget(int first)
    {
        _first = first;
        _numbers.Clear();
        Renders = 0;
    }

    /// <summary>Pings until cancelled; the server ends who is silent.</summary>
    public async Task LiveAsync(CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                await Task.Delay(PingTime, cancellation);
                await SendAsync(HubMessage.Ping, cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            // The bench is done.
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        _sending.Dispose();
    }

    private async Task SendAsync(byte[] message, CancellationToken cancellation)
    {
        await _sending.WaitAsync(cancellation);
        try
        {
            await _socket.SendAsync(message, WebSocketMessageType.Binary, endOfMessage: true, cancellation);
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task ReadAsync(string? script, CancellationToken cancellation)
    {
        var filled = 0;
        while (true)
        {
            var received = await _socket.ReceiveAsync(_buffer.AsMemory(filled), cancellation);
            if (received.MessageType == WebSocketMessageType.Close) throw new BenchException($"the circuit was closed: {_socket.CloseStatusDescription}");
            filled += received.Count;
            var answers = Take(ref filled, script);
            foreach (var answer in answers) await SendAsync(answer, cancellation);
            if (filled == _buffer.Length) System.Array.Resize(ref _buffer, _buffer.Length * 2);
        }
    }

    private List<byte[]> Take(ref int filled, string? script)
    {
        var answers = new List<byte[]>();
        ReadOnlySpan<byte> bytes = _buffer.AsSpan(0, filled);
        while (HubMessage.Next(ref bytes) is { IsEmpty: false } message)
        {
            if (Answer(message, script) is { } answer) answers.Add(answer);
        }

        bytes.CopyTo(_buffer);
        filled = bytes.Length;
        return answers;
    }

    private byte[]? Answer(ReadOnlySpan<byte> message, string? script)
    {
        var reader = new PackReader(message);
        reader.Array();
        var kind = reader.Number();
        if (kind == 7) throw new BenchException("the server ended the circuit");
        if (kind != 1) return null;
        reader.Headers();
        reader.Bytes();
        var target = reader.Text();
        reader.Array();
        switch (target)
        {
            case "JS.RenderBatch":
                var batch = reader.Number();
                Renders++;
                Find(reader.Bytes());
                if (script is null) _shown.TrySetResult();
                return HubMessage.Call(id: null, "OnRenderCompleted", batch, null);
            case "JS.BeginInvokeJS":
                return Carry(reader.Number(), reader.Text(), reader.Text(), reader.Number(), reader.Number(), script);
            case "JS.EndInvokeDotNet":
                if (_calling.TryRemove(reader.Text(), out var done)) done.TrySetResult();
                return null;
            case "JS.Error":
                throw new BenchException($"the circuit failed: {reader.Text()}");
            default:
                return null;
        }
    }

    // Scripts do nothing here: who asks for an object gets one, and everybody else nothing.
    private byte[] Carry(long call, string function, string arguments, long wanted, long target, string? script)
    {
        if (function == "import") _modules[call] = arguments;
        if (function == "attach" && script is not null && _modules.TryGetValue(target, out var module) && module.Contains(script, StringComparison.Ordinal))
        {
            _component = long.Parse(Reference().Match(arguments).Groups["value"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);
            _shown.TrySetResult();
        }

        var result = wanted == 1 ? $$"""{"__jsObjectId":{{call}}}""" : "null";
        return HubMessage.Call(id: null, "EndInvokeJSFromDotNet", call, true, $"[{call},true,{result}]");
    }

    private void Find(ReadOnlySpan<byte> batch)
    {
        while (batch.IndexOf(LoadText.Mark) is >= 0 and var at)
        {
            batch = batch[(at + LoadText.Mark.Length)..];
            // A text may stand there twice, as what is read out too; the order of the texts in a batch says nothing.
            if (LoadText.NumberAt(batch) is { } number && number >= _first && _numbers.Add(number)) _seen(number);
        }
    }

    [GeneratedRegex("<!--Blazor:(?<value>\\{.*?\\})-->", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Marker();

    [GeneratedRegex("<!--Blazor-Server-Component-State:(?<value>.*?)-->", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex State();

    [GeneratedRegex("\"__dotNetObject\":(?<value>[0-9]+)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Reference();
}
