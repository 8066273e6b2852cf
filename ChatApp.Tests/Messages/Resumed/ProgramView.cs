using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Messages.Resumed;

/// <summary>
/// A program that follows both rooms on a real socket, is cut again and again, and recovers from the last change it got.
/// A slow one stops reading now and then until the server has had enough of it.
/// </summary>
/// <param name="house">The server.</param>
/// <param name="owner">Who looks on.</param>
/// <param name="random">Decides when it is cut.</param>
/// <param name="isSlow">Whether it stops reading.</param>
internal sealed class ProgramView(House house, Resident owner, Random random, bool isSlow)
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly Dictionary<string, SeenMessages> _rooms = house.Rooms.ToDictionary(room => $"room:{room.Id}", _ => new SeenMessages(), StringComparer.Ordinal);

    /// <summary>How often it came back.</summary>
    public int Returns { get; private set; }

    /// <summary>What it shows of a room.</summary>
    public IReadOnlyList<string> Lines(RoomView room) => _rooms[$"room:{room.Id}"].Lines();

    /// <summary>Follows until all is quiet, and then to the end.</summary>
    public async Task FollowAsync()
    {
        while (!house.Quiet.IsCancellationRequested) await ConnectAsync(isLast: false, house.Quiet.Token);
        while (!await ConnectAsync(isLast: true, CancellationToken.None)) Returns++;
    }

    // True where it has seen everything.
    private async Task<bool> ConnectAsync(bool isLast, CancellationToken quiet)
    {
        var server = await house.ServerAsync();
        using var socket = new ClientWebSocket();
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using var over = CancellationTokenSource.CreateLinkedTokenSource(quiet, deadline.Token);
        try
        {
            using var invoker = new HttpMessageInvoker(new SocketsHttpHandler { ConnectCallback = DialAsync });
            await socket.ConnectAsync(new Uri(server.Address.Replace("http", "ws", StringComparison.Ordinal) + "/connection/websocket"), invoker, over.Token);
            await SendAsync(socket, new { id = 1, connect = new { token = owner.Token } });
            foreach (var room in house.Rooms) await SubscribeAsync(socket, room);
            await ReadAsync(server, socket, isLast, over.Token);
            return isLast;
        }
        catch (Exception cut) when (cut is WebSocketException or HttpRequestException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // Before the end a long wait is only one more cut.
            Assert.False(isLast && deadline.IsCancellationRequested, $"{owner.Person.Name} waited in vain at {string.Join(", ", _rooms.Values.Select(room => room.Position))}");
            return false;
        }
        finally
        {
            Returns++;
            socket.Abort();
        }
    }

    private async Task ReadAsync(TestServer server, ClientWebSocket socket, bool isLast, CancellationToken over)
    {
        var left = isLast ? int.MaxValue : random.Next(1, 400);
        while (left > 0)
        {
            if (isLast && house.Rooms.All(room => _rooms[$"room:{room.Id}"].Position == HeadOf(server, room))) return;
            if (isSlow && !isLast && random.Next(20) == 0) await DoNotReadAsync(server, over);
            foreach (var line in await NextAsync(socket, over)) left -= await TakeAsync(socket, line);
        }
    }

    // Until the server has ended a slow reader, or so much has happened that it must have ended this one.
    private static Task DoNotReadAsync(TestServer server, CancellationToken over)
    {
        var before = server.Get<RoomBroker>().Figures;
        return Eventually.BecomesAsync(
            () => over.IsCancellationRequested || server.Get<RoomBroker>().Figures is var now && (now.Slow > before.Slow || now.Published > before.Published + 2000),
            "nothing happens", TimeSpan.FromMinutes(5));
    }

    // How many changes it brought.
    private async Task<int> TakeAsync(ClientWebSocket socket, string line)
    {
        if (line == "{}")
        {
            await SendTextAsync(socket, line);
            return 0;
        }

        using var document = JsonDocument.Parse(line);
        var frame = document.RootElement;
        if (frame.TryGetProperty("subscribe", out var subscribed))
        {
            Assert.True(subscribed.GetProperty("recovered").GetBoolean(), line);
            var room = _rooms[$"room:{house.Rooms[(int)frame.GetProperty("id").GetInt64() - 2].Id}"];
            foreach (var publication in subscribed.GetProperty("publications").EnumerateArray()) room.Take(publication.Clone());
            return subscribed.GetProperty("publications").GetArrayLength();
        }

        if (!frame.TryGetProperty("push", out var push)) return 0;
        if (!push.TryGetProperty("pub", out var pub)) return 0;
        if (_rooms.TryGetValue(push.GetProperty("channel").GetString()!, out var seen))
        {
            seen.Take(pub.Clone());
            return 1;
        }

        // In again: from where it was when it left.
        if (pub.GetProperty("data").GetProperty("type").GetString() == "room.joined") await SubscribeAsync(socket, house.Lobby);
        return 0;
    }

    private Task SubscribeAsync(ClientWebSocket socket, RoomView room) => SendAsync(socket, new
    {
        id = 2 + house.Rooms.ToList().IndexOf(room),
        subscribe = new { channel = $"room:{room.Id}", recover = true, epoch = room.Epoch, offset = _rooms[$"room:{room.Id}"].Position },
    });

    private async Task<string[]> NextAsync(ClientWebSocket socket, CancellationToken over)
    {
        using var message = new MemoryStream();
        while (true)
        {
            var received = await socket.ReceiveAsync(_buffer.AsMemory(), over);
            if (received.MessageType == WebSocketMessageType.Close) throw new IOException($"closed with {socket.CloseStatus}");
            message.Write(_buffer, 0, received.Count);
            if (received.EndOfMessage) return Encoding.UTF8.GetString(message.GetBuffer(), 0, (int)message.Length).Split('\n');
        }
    }

    private async ValueTask<Stream> DialAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (isSlow) socket.ReceiveBufferSize = 4096;
        await socket.ConnectAsync(context.DnsEndPoint, cancellation);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private long HeadOf(TestServer server, RoomView room) => server.Get<RoomDirectory>().Find(room.Id, owner.Id)!.Room.Head.Value;

    private static Task SendAsync(ClientWebSocket socket, object command) => SendTextAsync(socket, JsonSerializer.Serialize(command));

    private static Task SendTextAsync(ClientWebSocket socket, string text) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
}
