using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using ChatApp.Push;
using ChatApp.Tests.Harness;
using ChatApp.Wire;

namespace ChatApp.Tests.Sockets;

/// <summary>
/// The frames of our own writer, of every length at which a header changes, in the readers of strangers: .NET's client, the npm
/// package ws, Node's own. <see cref="BrowserReaderTests"/> has Chromium's.
/// </summary>
public sealed class ForeignReaderTests
{
    [Theory]
    [InlineData("ws", true)]
    [InlineData("ws", false)]
    [InlineData("node", true)]
    [InlineData("node", false)]
    public Task A_program_in_Node_reads_all_of_them_and_both_ways_to_close_are_clean(string of, bool directly) => ForeignReaders.ServeAsync(directly, async (url, token, count) =>
    {
        var result = await NodeScript.RunAsync("ChatApp.Tests/Wire/centrifuge/foreign.mjs", ["--url", url, "--token", token, "--count", $"{count}", "--of", of]);
        Assert.True(result.ExitCode == 0, result.ToString());
        return JsonDocument.Parse(result.LastLine).RootElement;
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task The_client_of_NET_reads_all_of_them_and_both_ways_to_close_are_clean(bool directly) => ForeignReaders.ServeAsync(directly, ReadAsync);

    private static async Task<JsonElement> ReadAsync(string url, string token, int count)
    {
        using var socket = new ClientWebSocket();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await socket.ConnectAsync(new Uri(url), deadline.Token);
        await socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(new { id = 1, connect = new { token } }), WebSocketMessageType.Text, endOfMessage: true, deadline.Token);
        var frames = new List<object>();
        var buffer = new byte[ForeignReaders.Lengths.Max() + 1];
        while (true)
        {
            var length = 0;
            ValueWebSocketReceiveResult received;
            do
            {
                received = await socket.ReceiveAsync(buffer.AsMemory(length), deadline.Token);
                length += received.Count;
            }
            while (!received.EndOfMessage);
            if (received.MessageType == WebSocketMessageType.Close) break;
            if (buffer[0] == '{' && length > 0) continue;
            frames.Add(new { length, sound = buffer.AsSpan(0, length).SequenceEqual(ForeignReaders.TextOf(length)) });
            if (frames.Count == count) await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", deadline.Token);
        }

        if (socket.State == WebSocketState.CloseReceived) await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", deadline.Token);
        return JsonSerializer.SerializeToElement(new { frames, pongs = Array.Empty<int>(), code = (int)socket.CloseStatus!, reason = socket.CloseStatusDescription, clean = socket.State == WebSocketState.Closed });
    }
}

/// <summary>The same in Chromium.</summary>
[Collection(Browser.Collection)]
public sealed class BrowserReaderTests(Browser browser)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task A_page_in_Chromium_reads_all_of_them_and_both_ways_to_close_are_clean(bool directly) => ForeignReaders.ServeAsync(directly, async (url, token, count) =>
    {
        var address = new Uri(url.Replace("ws:", "http:", StringComparison.Ordinal));
        await using var page = await browser.NewPageAsync(address);
        // A page of the site itself: any other origin would be turned away.
        await page.Page.GotoAsync("/health/live");
        var script = (await File.ReadAllTextAsync(Checkout.PathTo("ChatApp.Tests/Wire/centrifuge/reader.mjs"))).Split("export const read = ")[1].TrimEnd().TrimEnd(';');
        return (await page.Page.EvaluateAsync(script, new { url, token, count }))!.Value;
    });
}

/// <summary>What all readers are given.</summary>
internal static class ForeignReaders
{
    /// <summary>Around those at which a header becomes longer, and one that no buffer holds at once.</summary>
    public static readonly int[] Lengths = [0, 1, 124, 125, 126, 127, 128, 65_534, 65_535, 65_536, 65_537, 300_000];

    private static readonly EndReason Closed = EndReason.ForceReconnect;

    /// <summary>The text of that length.</summary>
    public static byte[] TextOf(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)('a' + (i % 23)))];

    /// <summary>Serves a reader twice: it closes after the last frame, and the server does.</summary>
    /// <param name="directly">Whether frames go straight to the network.</param>
    /// <param name="read">Reads at that address with that token; with a count above 0 it closes after so many frames.</param>
    public static async Task ServeAsync(bool directly, Func<string, string, int, Task<JsonElement>> read)
    {
        await using var server = await TestServer.StartAsync([$"Push:DirectWrites={directly}"]);
        var ann = await server.AddPersonAsync("Ann");
        var url = server.Address.Replace("http", "ws", StringComparison.Ordinal) + "/ws";
        foreach (var count in new[] { Lengths.Length, 0 })
        {
            var reading = read(url, await server.TokenOfAsync(ann), count);
            var connection = await ConnectionAsync(server, reading);
            Assert.Equal(directly, connection.Outbox.IsDirect);
            foreach (var length in Lengths) connection.Send(server.Get<RoomBroker>().Wrap(new ReadyFrame(TextOf(length))));
            if (count == 0) connection.End(Closed);
            var seen = await reading;
            Assert.Equal(Lengths.Select(length => $"{length} True"), seen.GetProperty("frames").EnumerateArray().Select(frame => $"{frame.GetProperty("length")} {frame.GetProperty("sound").GetBoolean()}"));
            Assert.All(seen.GetProperty("pongs").EnumerateArray().Index(), pong => Assert.Equal(Math.Min(125, Lengths[pong.Index]), pong.Item.GetInt32()));
            Assert.True(seen.GetProperty("clean").GetBoolean());
            Assert.Equal(count > 0 ? (1000, "") : (Closed.Code, Closed.Text), (seen.GetProperty("code").GetInt32(), seen.GetProperty("reason").GetString()));
            await Eventually.EqualsAsync(0, () => server.Get<RoomBroker>().Connections.Count);
        }
    }

    private static async Task<Connection> ConnectionAsync(TestServer server, Task<JsonElement> reading)
    {
        await Eventually.BecomesAsync(() => reading.IsCompleted || server.Get<RoomBroker>().Connections.Count == 1);
        if (reading.IsCompleted) Assert.Fail((await reading).ToString());
        return server.Get<RoomBroker>().Connections.Single();
    }
}
