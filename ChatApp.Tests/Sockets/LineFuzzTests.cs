using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using ChatApp.Push;
using ChatApp.Sockets;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Sockets;

/// <summary>Lines over TCP that are almost right, from a fixed seed: whatever comes, the server answers or ends, and goes on.</summary>
public sealed class LineFuzzTests
{
    private const int Connections = 200;
    private const int LinesOfEach = 5;

    [Fact]
    public async Task After_1_000_mutated_lines_every_connection_has_ended_the_log_is_clean_and_others_are_served()
    {
        await using var server = await TestServer.StartAsync([$"Push:TcpPort={TestLines.FreePort()}", "Push:ConnectionsPerUser=1000"]);
        var connect = ConnectTests.ConnectFrame(await server.TokenOfAsync(await server.AddPersonAsync("Mallory")));
        await using var good = await server.SubscribeAsync(await server.AddPersonAsync("Ann"), RoomId.General);
        var ends = new HashSet<int>();
        for (var i = 1; i <= Connections; i++) ends.Add(await AttackAsync(server, connect, new FrameMutations(i)));

        // All sorts: some were only odd, most were no JSON.
        Assert.Contains(0, ends);
        Assert.Contains(3501, ends);
        Assert.DoesNotContain(3004, ends);
        Assert.DoesNotContain(server.Logs.Lines, line => line.StartsWith("Error", StringComparison.Ordinal) || line.StartsWith("Critical", StringComparison.Ordinal));
        Assert.True((await good.AskAsync(new { publish = new { channel = "room:general", data = new { text = "still here" } } })).TryGetProperty("publish", out _));
        await Eventually.EqualsAsync(1, () => server.Get<RoomBroker>().Connections.Count);
        await Eventually.EqualsAsync(1, () => server.Get<ConnectionGate>().Open);
    }

    // The code of its end; 0 where the server only closed after us.
    private static async Task<int> AttackAsync(TestServer server, string connect, FrameMutations mutations)
    {
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(server.Get<LineServer>().Address!);
        var stream = client.GetStream();
        using var lines = new MemoryStream();
        lines.Write(Encoding.UTF8.GetBytes(connect + "\n"));
        for (var i = 0; i < LinesOfEach; i++)
        {
            lines.Write(mutations.Next().Span);
            lines.WriteByte((byte)'\n');
        }

        using var deadline = new CancellationTokenSource(Eventually.DefaultDeadline);
        await stream.WriteAsync(lines.ToArray(), deadline.Token);
        client.Client.Shutdown(SocketShutdown.Send);
        using var reader = new StreamReader(stream);
        var heard = (await reader.ReadToEndAsync(deadline.Token)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("\"connect\"", heard[0], StringComparison.Ordinal);
        var last = JsonDocument.Parse(heard[^1]).RootElement;
        return last.TryGetProperty("push", out var push) && push.TryGetProperty("disconnect", out var end) ? end.GetProperty("code").GetInt32() : 0;
    }
}
