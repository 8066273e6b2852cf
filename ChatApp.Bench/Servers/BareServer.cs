using System.Net;
using System.Net.Sockets;
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

    public const string ReceivePath = "/receive";

    public const string PublishPath = "/publish";

    private readonly Lock _gate = new();
    private List<Socket> _receivers = [];

    /// <summary>Starts it in a child process.</summary>
    public static Task<ServerUnderTest> StartAsync(CancellationToken cancellation) =>
        ServerUnderTest.StartOwnAsync(Name, new BareDialect(), cancellation);

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

    public void Dispose() => EndRoom();

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

        if (request.StartsWith($"GET {PublishPath} ", StringComparison.Ordinal))
        {
            new Thread(() => Publish(socket)) { IsBackground = true, Name = "publisher" }.Start();
        }
        else
        {
            socket.Blocking = false;
            lock (_gate) _receivers.Add(socket);
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
                Broadcast(WebSocketFrames.FromServer(frame.Opcode, payload));
                buffer.AsSpan(frame.End, filled - frame.End).CopyTo(buffer);
                filled -= frame.End;
            }
        }

        EndRoom();
    }

    private void Broadcast(byte[] frame)
    {
        lock (_gate)
        {
            foreach (var receiver in _receivers)
            {
                var sent = receiver.Send(frame, SocketFlags.None, out _);
                // A receiver that cannot take a frame is ended; the load client sees it and says so.
                if (sent != frame.Length) receiver.Close();
            }

            _receivers.RemoveAll(receiver => !receiver.Connected);
        }
    }

    /// <summary>A room lasts as long as its publisher.</summary>
    private void EndRoom()
    {
        lock (_gate)
        {
            foreach (var receiver in _receivers) receiver.Dispose();
            _receivers = [];
        }
    }
}
