using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using ChatApp.Bench.Load;

namespace ChatApp.Bench.Servers;

/// <summary>
/// The limit: sockets of our own, the upgrade done by hand, and for each message one frame that is built once and
/// written to one receiver after the other. No HTTP stack, no accounts, no rooms, no storage, no batching.
/// </summary>
internal sealed class BareServer : IDisposable
{
    public const string Name = "bare";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<Socket>> _rooms = new(StringComparer.Ordinal);

    /// <summary>Starts it in a child process.</summary>
    public static Task<ServerUnderTest> StartAsync(CancellationToken cancellation) =>
        ServerUnderTest.StartOwnAsync(Name, new PlainDialect(), cancellation);

    /// <summary>Runs it in this process until cancelled.</summary>
    public static async Task RunAsync(int port, CancellationToken cancellation)
    {
        using var server = new BareServer();
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        listener.Listen(512);
        try
        {
            while (true)
            {
                var socket = await listener.AcceptAsync(cancellation);
                try
                {
                    await server.AcceptAsync(socket, cancellation);
                }
                catch (SocketException)
                {
                    // It went away during the upgrade.
                    socket.Dispose();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The wished end.
        }
    }

    public void Dispose() => EndRooms();

    private async Task AcceptAsync(Socket socket, CancellationToken cancellation)
    {
        socket.NoDelay = true;
        var buffer = new byte[2048];
        var received = await socket.ReceiveAsync(buffer, cancellation);
        var request = Encoding.ASCII.GetString(buffer, 0, received);
        if (WebSocketFrames.UpgradeAnswer(request) is not { } answer)
        {
            // Somebody who only looks whether the port is open.
            socket.Dispose();
            return;
        }

        if (request.StartsWith($"GET {PlainDialect.PublishPath} ", StringComparison.Ordinal))
        {
            new Thread(() => Publish(socket)) { IsBackground = true, Name = "publisher" }.Start();
        }
        else
        {
            socket.Blocking = false;
            var rooms = request.Split(' ', 3)[1][PlainDialect.ReceivePath.Length..].Split(',');
            lock (_gate)
            {
                foreach (var room in rooms) (CollectionsMarshal.GetValueRefOrAddDefault(_rooms, room, out _) ??= []).Add(socket);
            }
        }

        await socket.SendAsync(answer, cancellation);
    }

    private void Publish(Socket publisher)
    {
        using var connection = publisher;
        publisher.Blocking = true;
        var buffer = new byte[64 * 1024];
        var filled = 0;
        while (true)
        {
            var received = publisher.Receive(buffer.AsSpan(filled), SocketFlags.None, out var error);
            if (error != SocketError.Success || received == 0) break;
            filled += received;
            while (WebSocketFrames.TryRead(buffer.AsSpan(0, filled), out var frame))
            {
                var payload = buffer.AsSpan(frame.Start, frame.Length);
                WebSocketFrames.Toggle(payload, buffer.AsSpan(frame.MaskAt, 4));
                Broadcast(RoomOf(payload), WebSocketFrames.FromServer(frame.Opcode, payload));
                buffer.AsSpan(frame.End, filled - frame.End).CopyTo(buffer);
                filled -= frame.End;
            }
        }

        EndRooms();
    }

    // {"room":"NAME",... as every message of the load begins.
    private static string RoomOf(ReadOnlySpan<byte> message)
    {
        var name = message["{\"room\":\""u8.Length..];
        return Encoding.ASCII.GetString(name[..name.IndexOf((byte)'"')]);
    }

    private void Broadcast(string room, byte[] frame)
    {
        lock (_gate)
        {
            if (!_rooms.TryGetValue(room, out var receivers)) return;
            foreach (var receiver in receivers)
            {
                var sent = receiver.Send(frame, SocketFlags.None, out _);
                // A receiver that cannot take a frame is ended; the load client sees it and says so.
                if (sent != frame.Length) receiver.Close();
            }

            receivers.RemoveAll(receiver => !receiver.Connected);
        }
    }

    /// <summary>Rooms last as long as their publisher.</summary>
    private void EndRooms()
    {
        lock (_gate)
        {
            foreach (var receiver in _rooms.Values.SelectMany(receivers => receivers)) receiver.Dispose();
            _rooms.Clear();
        }
    }
}
