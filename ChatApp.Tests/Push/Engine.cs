using System.Text;
using ChatApp.Push;

namespace ChatApp.Tests.Push;

/// <summary>The push engine alone, with an encoder that counts, and short words for what tests do to it.</summary>
internal sealed class Engine : IEventEncoder
{
    public static readonly RoomId Lobby = new("lobby");
    public static readonly RoomId Attic = new("attic");
    private int _encodings;

    public Engine(PushOptions? options = null, TimeProvider? time = null, IEventEncoder? encoder = null) =>
        Broker = new RoomBroker(encoder ?? this, options ?? new PushOptions(), time ?? TimeProvider.System);

    public RoomBroker Broker { get; }

    /// <summary>How often an event was turned into bytes.</summary>
    public int Encodings => Volatile.Read(ref _encodings);

    /// <summary>Four bytes of length, and the text.</summary>
    public ReadOnlySpan<byte> Frame(Envelope envelope, out int header)
    {
        Interlocked.Increment(ref _encodings);
        header = sizeof(int);
        return Frame(Encoding.UTF8.GetBytes(envelope.Body.ToString()!));
    }

    /// <summary>A text in the same form.</summary>
    public static byte[] Frame(ReadOnlySpan<byte> encoded) => [.. BitConverter.GetBytes(encoded.Length), .. encoded];

    public Connection Connect(string user = "ann", ConnectionKind kind = ConnectionKind.Socket, DirectWrite? direct = null) =>
        Broker.Connect(new ConnectionDescription(new UserId(user), kind, "127.0.0.1"), direct) ?? throw new InvalidOperationException("refused");

    /// <summary>A viewer who receives from these rooms already.</summary>
    public Connection Viewer(string user, ConnectionKind kind, params RoomId[] rooms)
    {
        var connection = Connect(user, kind);
        foreach (var room in rooms) Join(connection, room).TryRelease(Offset.Zero);
        return connection;
    }

    /// <summary>A socket that receives from these rooms already.</summary>
    public Connection Socket(string user, params RoomId[] rooms) => Viewer(user, ConnectionKind.Socket, rooms);

    /// <summary>A browser page that receives from these rooms already.</summary>
    public Connection Circuit(string user, params RoomId[] rooms) => Viewer(user, ConnectionKind.Circuit, rooms);

    /// <summary>A socket that is written to directly and receives from these channels already.</summary>
    public (Connection Connection, Wire Wire) Direct(string user, Wire wire, params ChannelName[] channels)
    {
        var connection = Connect(user, direct: wire.Direct);
        foreach (var channel in channels) Join(connection, channel).TryRelease(Offset.Zero);
        _ = wire.RunAsync(connection);
        return (connection, wire);
    }

    /// <summary>A held subscription.</summary>
    public Subscription Join(Connection connection, ChannelName room) =>
        Broker.Subscribe(connection, room).Subscription ?? throw new InvalidOperationException("refused");

    /// <summary>What waits for a viewer, taken as its owner's loop takes it.</summary>
    public static object[] Taken(Connection connection) => [.. connection.Outbox.Take([]).Select(envelope => envelope.Body)];

    /// <summary>The positions of what waits for a viewer.</summary>
    public static long[] TakenOffsets(Connection connection) =>
        [.. connection.Outbox.Take([]).Select(envelope => envelope.Offset).OfType<Offset>().Select(offset => offset.Value)];

    /// <summary>Runs something on that many threads of their own, which start together.</summary>
    public static async Task OnThreadsAsync(int count, Action<int> work)
    {
        using var start = new Barrier(count);
        await Task.WhenAll(Enumerable.Range(0, count).Select(number => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                work(number);
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));
    }
}
