using System.Globalization;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ChatApp.Accounts;
using ChatApp.Bench.Product;
using ChatApp.Messages;
using ChatApp.Push;
using ChatApp.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Bench.Memory;

/// <summary>
/// The managed heap of the push engine by rooms: what is alive after a full collection, less what was alive before the rooms
/// were there, divided by their number. Everything of the product in this process is counted: the broker's indexes, topics,
/// subscriptions, connections with their outboxes, recent events, and with the real socket its session and Kestrel's share.
/// </summary>
internal static class MemoryVerb
{
    private const int MustBytes = 4096;
    private const string Password = "correct horse battery";

    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellation)
    {
        var options = VerbOptions.Parse(arguments);
        var rooms = options.Quick ? 2000 : 10_000;
        var rows = new List<Row>();
        var machine = Machine.Facts();
        await using (var host = ProductHost.Create($"Push:SubscriptionsPerConnection={rooms}"))
        {
            // Once unmeasured, so that tables of the process that grow only once are there.
            OwnConnections(host, rooms, "warm-up", 0);
            rows.Add(OwnConnections(host, rooms, "a connection each, nothing said yet", 0, isMust: true));
            rows.Add(OwnConnections(host, rooms, "a connection each, one message said", 1));
            rows.Add(OwnConnections(host, rooms / 20, "a connection each, 300 messages said", 300));
            cancellation.ThrowIfCancellationRequested();
            rows.Add(OneConnection(host, rooms, isSocket: true));
            rows.Add(OneConnection(host, rooms, isSocket: false));
        }

        rows.Add(await RealSocketAsync(rooms, cancellation));
        return Make(rows, rooms, machine).Finish(options.Save ? "memory.md" : null, arguments.Typed);
    }

    // As sockets and circuits do: connect, subscribe, release; the messages are read by their viewer.
    private static Row OwnConnections(ProductHost host, int rooms, string name, int messages, bool isMust = false)
    {
        var broker = host.Get<RoomBroker>();
        var connections = new Connection[rooms];
        var batch = new List<Envelope>();
        var before = Heap();
        for (var number = 0; number < rooms; number++)
        {
            var room = NewRoom(number);
            var connection = connections[number] = broker.Connect(new ConnectionDescription(new UserId(Id(number)), ConnectionKind.Socket, "127.0.0.1"))!;
            Subscribe(broker, connection, room);
            for (var said = 1; said <= messages; said++)
            {
                broker.Publish(room, new MessagePosted(Message(room, said)), new Offset(said));
                if (said % 100 == 0) connection.Outbox.Take(batch);
            }

            connection.Outbox.Take(batch);
            batch.Clear();
        }

        var row = new Row(name, rooms, Heap() - before, isMust);
        foreach (var connection in connections) connection.End(EndReason.Closed);
        return row;
    }

    private static Row OneConnection(ProductHost host, int rooms, bool isSocket)
    {
        var broker = host.Get<RoomBroker>();
        var before = Heap();
        var connection = broker.Connect(new ConnectionDescription(new UserId(Id(0)), isSocket ? ConnectionKind.Socket : ConnectionKind.Circuit, "127.0.0.1"))!;
        for (var number = 0; number < rooms; number++) Subscribe(broker, connection, NewRoom(number));
        var row = new Row($"one {(isSocket ? "socket's" : "circuit's")} connection in all", rooms, Heap() - before, IsMust: isSocket);
        connection.End(EndReason.Closed);
        return row;
    }

    private static async Task<Row> RealSocketAsync(int rooms, CancellationToken cancellation)
    {
        await using var host = ProductHost.Create(
            "Urls=http://127.0.0.1:0", $"Push:SubscriptionsPerConnection={rooms}", "Push:CommandsPerSecond=1000000", "Push:CommandBurst=1000000");
        // The writer runs from here on, and makes the account.
        var address = await host.ListenAsync();
        var (email, user) = await AddPersonAsync(host);
        using (var corpus = new Corpus(host.Get<ChatDatabase>()))
        {
            for (var number = 0; number < rooms; number++) corpus.AddRoom(NewRoom(number).Value, user);
            corpus.Finish();
        }

        using var http = new HttpClient { BaseAddress = address };
        using var answer = await http.PostAsJsonAsync("api/account/login", new { email, password = Password }, cancellation);
        var token = (await answer.Content.ReadFromJsonAsync<JsonElement>(cancellation)).GetProperty("accessToken").GetString();
        // The last of them warms up and stays outside of the count.
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://{address.Authority}/connection/websocket"), cancellation);
        var buffer = new byte[64 * 1024];
        await AskAsync($$$"""{"id":1,"connect":{"token":"{{{token}}}"}}""");
        await AskAsync(Subscription(rooms - 1));
        var before = Heap();
        for (var number = 0; number < rooms - 1; number++) await AskAsync(Subscription(number));
        return new Row("one real socket in all", rooms - 1, Heap() - before, IsMust: true);

        static string Subscription(int number) => $$$$"""{"id":{{{{number + 2}}}},"subscribe":{"channel":"room:{{{{NewRoom(number)}}}}"}}""";

        async Task AskAsync(string command)
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes(command), WebSocketMessageType.Text, endOfMessage: true, cancellation);
            while (true)
            {
                var received = await socket.ReceiveAsync(buffer.AsMemory(), cancellation);
                if (buffer.AsSpan(0, received.Count).SequenceEqual("{}"u8)) continue;
                if (buffer.AsSpan(0, received.Count).IndexOf("\"error\""u8) >= 0) throw new BenchException($"refused: {Encoding.UTF8.GetString(buffer, 0, received.Count)}");
                return;
            }
        }
    }

    private static async Task<(string Email, UserId User)> AddPersonAsync(ProductHost host)
    {
        await using var scope = host.Services.CreateAsyncScope();
        var result = await scope.ServiceProvider.GetRequiredService<Registration>().RegisterAsync("bench@example.org", "Bench", Password);
        return result.User is { } user ? ("bench@example.org", user) : throw new BenchException("the account was refused");
    }

    private static void Subscribe(RoomBroker broker, Connection connection, RoomId room)
    {
        if (broker.Subscribe(connection, room).Subscription is not { } subscription) throw new BenchException("the subscription was refused");
        subscription.TryRelease(Offset.Zero);
    }

    // Names are made anew each time, as each command brings its own.
    private static RoomId NewRoom(int number) => new($"room{number.ToString("d8", CultureInfo.InvariantCulture)}");

    private static string Id(int number) => new Guid(number, 0, 0, new byte[8]).ToString();

    private static MessageView Message(RoomId room, int number)
    {
        var text = $"message {number} of usual length, as people write them to each other every day";
        return new MessageView(
            new MessageId(number), room, new Offset(number), new UserCard(new UserId(Id(1)), "Ann", Rank.Member), Id(number), text, $"<p>{text}</p>\n", DateTimeOffset.UnixEpoch, IsDeleted: false);
    }

    private static long Heap()
    {
        long bytes = 0;
        // Finalizers and the pools that trim themselves need more than one collection.
        for (var time = 0; time < 3; time++)
        {
            bytes = GC.GetTotalMemory(forceFullCollection: true);
            GC.WaitForPendingFinalizers();
        }

        return bytes;
    }

    private static Report Make(List<Row> rows, int rooms, JsonObject machine)
    {
        var report = new Report("memory");
        report.Line(Machine.Describe(machine));
        report.Line($"{rooms:N0} rooms with a live subscriber each. Managed heap after a full collection, less what it was before, for each room: indexes of the broker, topic, subscription, recent events, and the connection with its outbox where each room has its own.");
        report.Line("With 300 messages said a room holds the newest 256 with their bytes, as it does while anybody listens.");
        report.Line();
        report.Table(["rooms", "number", "bytes a room"], rows.Select(row => (string[])[row.Name, $"{row.Rooms}", Figures.Text(row.PerRoom, "0")]));
        report.Figures["machine"] = machine;
        foreach (var row in rows) report.Figures[row.Name] = Figures.Rounded(row.PerRoom);
        foreach (var row in rows.Where(row => row.IsMust)) report.Targets.Add(Target.AtMost($"bytes a room, {row.Name}", row.PerRoom, must: MustBytes, aim: MustBytes / 4));
        return report;
    }

    private sealed record Row(string Name, int Rooms, long Bytes, bool IsMust)
    {
        public double PerRoom => (double)Bytes / Rooms;
    }
}
