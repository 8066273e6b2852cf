using System.Diagnostics;
using System.Text.Json.Nodes;
using ChatApp.Bench.Product;
using ChatApp.Messages;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Storage;

namespace ChatApp.Bench.Rooms;

/// <summary>
/// What it costs to open a room, by the services that a socket or a page calls for it: the look at the room and the right
/// to read it, the subscription, the newest 50 messages with authors, replies and reactions, and what is unread.
/// The rooms take turns, one opening each.
/// </summary>
internal static class RoomsVerb
{
    private const int SmallMessages = 1000;
    private const int Page = 50;

    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellation)
    {
        var options = VerbOptions.Parse(arguments);
        var bigMessages = options.Quick ? 100_000 : 1_000_000;
        var machine = Machine.Facts();
        var begun = Stopwatch.GetTimestamp();
        await using var large = ProductHost.Create("Push:SubscriptionsPerConnection=100");
        await using var small = ProductHost.Create("Push:SubscriptionsPerConnection=100");
        Room[] rooms =
        [
            .. Fill(large, ("large", bigMessages, $"{bigMessages:N0} messages"), ("beside", SmallMessages, $"{SmallMessages:N0} beside it")),
            .. Fill(small, ("small", SmallMessages, $"{SmallMessages:N0} in an instance of its own")),
        ];
        var filled = Stopwatch.GetElapsedTime(begun);
        await Console.Error.WriteLineAsync($"filled in {filled.TotalSeconds:0} s, database of {new FileInfo(large.Database).Length >> 20} MiB");

        for (var turn = 0; turn < 300; turn++)
            foreach (var room in rooms) room.Open();
        for (var turn = 0; turn < (options.Quick ? 1000 : 5000); turn++)
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var room in rooms) room.Warm.Record(room.Open());
        }

        for (var turn = 0; turn < (options.Quick ? 20 : 100); turn++)
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var room in rooms)
            {
                PageCache.Drop(room.Host.Database);
                room.Cold.Record(room.Open());
            }
        }

        return Make(rooms, machine, filled).Finish(options.Save ? "rooms.md" : null, arguments.Typed);
    }

    private static Report Make(Room[] rooms, JsonObject machine, TimeSpan filled)
    {
        var (large, beside, small) = (rooms[0], rooms[1], rooms[2]);
        var report = new Report("rooms");
        report.Line(Machine.Describe(machine));
        report.Line($"Opening a room: look and right, subscription, newest {Page} messages with authors, replies and reactions, unread counts. {large.Warm.Count} openings each in turns, in this process.");
        report.Line($"Warm: the pages are in memory. Cold: before each of {large.Cold.Count} openings the connections are closed and the system's page cache forgets the file. Filling took {Figures.Text(filled.TotalSeconds, "0")} s.");
        report.Line();
        report.Table(
            ["room", "warm p50 ms", "warm p99 ms", "cold p50 ms", "cold p99 ms"],
            rooms.Select(room => (string[])
            [
                room.Name, Figures.Text(room.Warm.QuantileMs(0.5), "0.000"), Figures.Text(room.Warm.QuantileMs(0.99), "0.000"),
                Figures.Text(room.Cold.QuantileMs(0.5), "0.000"), Figures.Text(room.Cold.QuantileMs(0.99), "0.000"),
            ]));
        report.Figures["machine"] = machine;
        report.Figures["fill_seconds"] = Figures.Rounded(filled.TotalSeconds);
        foreach (var room in rooms)
        {
            report.Figures[room.Id.Value] = new JsonObject
            {
                ["messages"] = room.Messages,
                ["warm_p50_ms"] = Figures.Rounded(room.Warm.QuantileMs(0.5)),
                ["warm_p99_ms"] = Figures.Rounded(room.Warm.QuantileMs(0.99)),
                ["cold_p50_ms"] = Figures.Rounded(room.Cold.QuantileMs(0.5)),
                ["cold_p99_ms"] = Figures.Rounded(room.Cold.QuantileMs(0.99)),
            };
        }

        report.Figures["p99_ratio"] = Figures.Rounded(large.Warm.QuantileMs(0.99) / small.Warm.QuantileMs(0.99));
        report.Figures["cold_p50_ratio"] = Figures.Rounded(large.Cold.QuantileMs(0.5) / small.Cold.QuantileMs(0.5));
        report.Targets.Add(Target.AtMost($"warm p50, {large.Name} / {small.Name}", large.Warm.QuantileMs(0.5) / small.Warm.QuantileMs(0.5), must: 1.2, aim: 1.05));
        report.Targets.Add(Target.AtMost($"warm p50, {large.Name} / {beside.Name}", large.Warm.QuantileMs(0.5) / beside.Warm.QuantileMs(0.5), must: 1.2, aim: 1.05));
        return report;
    }

    private static List<Room> Fill(ProductHost host, params (string Id, int Messages, string Name)[] wanted)
    {
        var rooms = new List<Room>();
        using var corpus = new Corpus(host.Get<ChatDatabase>());
        foreach (var (id, messages, name) in wanted)
        {
            var viewer = corpus.AddPerson($"viewer{id}", $"Viewer of {id}");
            var room = corpus.AddRoom(id, viewer);
            for (var number = 0; number < messages; number++) corpus.Post(room);
            corpus.Mark(viewer, room, unread: 30);
            rooms.Add(new Room(host, name, room, viewer, messages));
        }

        corpus.Finish();
        return rooms;
    }

    private sealed class Room(ProductHost host, string name, RoomId id, UserId viewer, int messages)
    {
        private readonly RoomDirectory _directory = host.Get<RoomDirectory>();
        private readonly RoomBroker _broker = host.Get<RoomBroker>();
        private readonly MessageHistory _history = host.Get<MessageHistory>();
        private readonly ReadMarkers _markers = host.Get<ReadMarkers>();
        private readonly Connection _connection = host.Get<RoomBroker>().Connect(new ConnectionDescription(viewer, ConnectionKind.Socket, "127.0.0.1"))!;

        public ProductHost Host => host;

        public string Name => name;

        public RoomId Id => id;

        public int Messages => messages;

        public LatencyHistogram Warm { get; } = new();

        public LatencyHistogram Cold { get; } = new();

        /// <summary>Opens the room once.</summary>
        /// <returns>Nanoseconds.</returns>
        public long Open()
        {
            var begun = Stopwatch.GetTimestamp();
            using var subscription = _broker.Subscribe(_connection, id).Subscription ?? throw new BenchException("the subscription was refused");
            var standing = _directory.Find(id, viewer);
            var page = _history.Latest(viewer, id, Page);
            var unread = _markers.Of(viewer);
            subscription.TryRelease(page!.Head);
            var took = (long)Stopwatch.GetElapsedTime(begun).TotalNanoseconds;
            if (standing is not { IsMember: true } || page.Messages.Count != Page || !unread.Any(of => of.Room == id && of.Count is > 0 and <= 30))
                throw new BenchException("the room is not as it was filled");
            return took;
        }
    }
}
