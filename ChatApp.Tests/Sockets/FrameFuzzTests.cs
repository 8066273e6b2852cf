using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using ChatApp.Push;
using ChatApp.Tests.Harness;
using ChatApp.Wire;
using Xunit.Sdk;

namespace ChatApp.Tests.Sockets;

/// <summary>Frames that are almost right, from a fixed seed: whatever comes, the server answers or closes, and goes on.</summary>
[Collection(Alone.Collection)]
public sealed class FrameFuzzTests
{
    // A million takes some five minutes: for a machine that has them, CHATAPP_FUZZ_FRAMES=1000000.
    private static readonly int Frames = int.Parse(Environment.GetEnvironmentVariable("CHATAPP_FUZZ_FRAMES") ?? "20000", CultureInfo.InvariantCulture);
    private const long MostMemory = 64 << 20;
    private const int Sockets = 8;

    [Fact]
    public async Task After_20_000_mutated_frames_the_server_is_up_its_log_is_clean_its_memory_bounded_and_others_are_served()
    {
        await using var server = await TestServer.StartAsync(["Push:ConnectionsPerUser=1000000"]);
        var attacker = await server.AddPersonAsync("Mallory");
        var token = await server.TokenOfAsync(attacker);
        await using var good = await server.SubscribeAsync(await server.AddPersonAsync("Ann"), RoomId.General);

        var before = GC.GetTotalMemory(forceFullCollection: true);
        await Task.WhenAll(Enumerable.Range(1, Sockets).Select(seed => AttackAsync(server, token, seed)));
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, MostMemory);

        Assert.DoesNotContain(server.Logs.Lines, line => line.StartsWith("Error", StringComparison.Ordinal) || line.StartsWith("Critical", StringComparison.Ordinal));
        var reply = await good.AskAsync(new { publish = new { channel = "room:general", data = new { text = "still here", key = "after the storm" } } });
        Assert.True(reply.TryGetProperty("publish", out _), reply.ToString());
        await good.PushAsync(push => push.GetRawText().Contains("still here", StringComparison.Ordinal));
        await Eventually.EqualsAsync(1, () => server.Get<RoomBroker>().Connections.Count);
    }

    [Fact]
    public void The_decoder_never_throws_and_never_gives_a_command_without_a_number()
    {
        var mutations = new FrameMutations(7);
        var commands = new List<ClientCommand>();
        for (var i = 0; i < 100_000; i++)
        {
            commands.Clear();
            FrameDecoder.TryRead(mutations.Next(), commands);
            Assert.All(commands, command => Assert.True(command.Id > 0 || command is ClientCommand.Pong));
        }
    }

    private static async Task AttackAsync(TestServer server, string token, int seed)
    {
        var mutations = new FrameMutations(seed);
        TestSocket? socket = null;
        for (var sent = 0; sent < Frames / Sockets;)
        {
            try
            {
                if (socket is null)
                {
                    socket = await server.OpenSocketAsync();
                    await socket.SendTextAsync(ConnectTests.ConnectFrame(token));
                }

                for (var i = 0; i < 4; i++, sent++)
                    await socket.SendAsync(mutations.Next(), mutations.IsBinary() ? WebSocketMessageType.Binary : WebSocketMessageType.Text);
                // Its reply says that all of them have been read.
                await socket.AskAsync(new { unsubscribe = new { channel = "room:general" } });
            }
            catch (Exception closed) when (closed is XunitException or WebSocketException or OperationCanceledException)
            {
                Assert.NotEqual(3004, await socket!.ClosedAsync());
                await socket.DisposeAsync();
                socket = null;
            }
        }

        if (socket is not null) await socket.DisposeAsync();
    }
}

/// <summary>Endless frames close to valid ones; the same seed gives the same frames.</summary>
internal sealed class FrameMutations(int seed)
{
    private static readonly string[] Good =
    [
        """{"id":2,"subscribe":{"channel":"room:general"}}""",
        """{"id":3,"unsubscribe":{"channel":"room:general"}}""",
        """{"id":4,"publish":{"channel":"room:general","data":{"text":"hello **you** [a](http://x.y)","key":"k1"}}}""",
        """{"id":5,"connect":{"token":"abc","name":"bot","subs":{"room:general":{"recover":true,"offset":4}}}}""",
        """{"id":6,"history":{"channel":"room:general","limit":10,"since":{"offset":3,"epoch":"x"}}}""",
        "{}",
        "{\"id\":7,\"subscribe\":{\"channel\":\"room:general\"}}\n{\"id\":8,\"publish\":{\"channel\":\"room:general\",\"data\":{\"text\":\"x\"}}}",
    ];

    private static readonly string[] Values =
    [
        "0", "-1", "1e309", "9223372036854775808", "1.5", "NaN", "null", "true", "[]", "{}", "\"\"", "\"\\ud800\"", "\"\\u0000\"", "\"room:general\"",
        "\"#me\"", "\"'; drop table Messages; --\"", "\"<script>\"", "[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]", "\"\u202e\"",
    ];

    private readonly Random _random = new(seed);

    public bool IsBinary() => _random.Next(500) == 0;

    public ReadOnlyMemory<byte> Next()
    {
        var frame = Good[_random.Next(Good.Length)];
        if (_random.Next(3) > 0) frame = WithOtherValue(frame);
        return _random.Next(3) == 0 ? WithOtherBytes(Encoding.UTF8.GetBytes(frame)) : Encoding.UTF8.GetBytes(frame);
    }

    // One value becomes another one: the frame stays JSON, its meaning does not.
    private string WithOtherValue(string frame)
    {
        var colons = Enumerable.Range(0, frame.Length).Where(i => frame[i] == ':' && i > 0 && frame[i - 1] == '"').ToArray();
        if (colons.Length == 0) return frame;
        var start = colons[_random.Next(colons.Length)] + 1;
        var end = start;
        for (var depth = 0; end < frame.Length && (depth > 0 || frame[end] is not (',' or '}' or ']')); end++)
            depth += frame[end] is '{' or '[' ? 1 : frame[end] is '}' or ']' ? -1 : 0;
        return frame[..start] + Values[_random.Next(Values.Length)] + frame[end..];
    }

    private byte[] WithOtherBytes(byte[] frame)
    {
        var bytes = new List<byte>(frame);
        for (var i = _random.Next(1, 4); i > 0 && bytes.Count > 0; i--)
        {
            var place = _random.Next(bytes.Count);
            switch (_random.Next(5))
            {
                case 0: bytes[place] = (byte)_random.Next(256); break;
                case 1: bytes[place] = (byte)"{}[]\":,\\\n 0"[_random.Next(11)]; break;
                case 2: bytes.RemoveAt(place); break;
                case 3: bytes.InsertRange(place, bytes.GetRange(place, _random.Next(bytes.Count - place))); break;
                default: bytes.RemoveRange(place, bytes.Count - place); break;
            }
        }

        return [.. bytes];
    }
}
