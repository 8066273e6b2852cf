using System.Collections.Concurrent;
using ChatApp.Push;
using ChatApp.Tests.Harness;
using static ChatApp.Tests.Push.Engine;

namespace ChatApp.Tests.Push;

/// <summary>
/// Many threads do everything at once, by dice, and a simple model says what each viewer must have seen: of each room a
/// stretch without a hole, from where the viewer joined to at least where it left.
/// </summary>
public sealed class CrowdTests
{
    private const int Rooms = 4;
    private const int RevokedRoom = 3;
    private const int Publishers = 4;
    private const int Viewers = 6;
    private const int VisitsPerViewer = 150;

    private readonly Engine _engine = new(new PushOptions
    {
        ConnectionsPerUser = 1000, OutboxBytes = 1 << 30, OutboxEvents = 1_000_000,
    });

    private readonly RoomId[] _rooms = [.. Enumerable.Range(0, Rooms).Select(i => new RoomId($"room{i}"))];
    private readonly long[] _stored = new long[Rooms];
    private readonly long[] _published = new long[Rooms];
    private readonly ConcurrentBag<Task> _readers = [];
    private readonly ConcurrentBag<Visit> _visits = [];
    private int _visiting = Viewers;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task No_event_is_lost_doubled_or_reordered_and_nothing_is_left_behind(int seed)
    {
        await OnThreadsAsync(Publishers + Viewers + 1, number =>
        {
            var dice = new Random((seed * 1000) + number);
            if (number < Publishers) Publish(number, dice);
            else if (number < Publishers + Viewers) Attend($"viewer{number}", dice);
            else Moderate(dice);
        });
        await Task.WhenAll(_readers).WaitAsync(Eventually.DefaultDeadline);

        Assert.True(_visits.Count(visit => visit.Received.Count > 0) > Viewers, "They met events at all.");
        Assert.All(_visits, visit => visit.Check(mayMissTheEnd: RevokedRoom));
        Assert.Equal((0, 0), (_engine.Broker.Figures.Connections, _engine.Broker.Figures.Channels));
        Assert.All(_rooms, room => Assert.Equal(0, _engine.Broker.SubscriberCount(room)));
        Assert.Equal(0, Enumerable.Range(0, 20).Sum(i => _engine.Broker.EndAll(new UserId($"viewer{i}"), EndReason.Closed)));
    }

    // Each publisher is the one writer of its room, and besides says unstored things in any room.
    private void Publish(int number, Random dice)
    {
        var said = new int[Rooms];
        for (var i = 1; Volatile.Read(ref _visiting) > 0; i++)
        {
            // The machine may have fewer cores than there are threads here: viewers shall see the middle of the stream.
            if (dice.Next(8) == 0) Thread.Yield();
            Volatile.Write(ref _stored[number], i);
            _engine.Broker.Publish(_rooms[number], new Stored(number, i), new Offset(i));
            Volatile.Write(ref _published[number], i);
            if (dice.Next(4) != 0) continue;
            var room = dice.Next(Rooms);
            _engine.Broker.Publish(_rooms[room], new Said(room, number, ++said[room]));
        }
    }

    private void Attend(string user, Random dice)
    {
        try
        {
            for (var i = 0; i < VisitsPerViewer; i++) Visit(user, dice);
        }
        finally
        {
            Interlocked.Decrement(ref _visiting);
        }
    }

    private void Visit(string user, Random dice)
    {
        var visit = new Visit(_engine.Connect(user, (ConnectionKind)dice.Next(2)), Rooms);
        _visits.Add(visit);
        _readers.Add(visit.ReadAsync());
        foreach (var room in Enumerable.Range(0, Rooms).OrderBy(_ => dice.Next()).Take(dice.Next(1, Rooms + 1)))
        {
            if (_engine.Broker.Subscribe(visit.Connection, _rooms[room]).Subscription is not { } subscription) break;
            visit.From[room] = Volatile.Read(ref _stored[room]);
            subscription.TryRelease(new Offset(visit.From[room]));
            if (dice.Next(3) == 0) Leave(visit, room, subscription);
        }

        for (var stay = dice.Next(5); stay > 0; stay--) Thread.Yield();
        var until = _published.Select((_, room) => Volatile.Read(ref _published[room])).ToArray();
        var open = Enumerable.Range(0, Rooms).Where(room => visit.Connection.SubscriptionTo(_rooms[room]) is not null).ToList();
        if (visit.Connection.End(EndReason.Closed)) open.ForEach(room => visit.Until[room] = until[room]);
    }

    private void Leave(Visit visit, int room, Subscription subscription)
    {
        var until = Volatile.Read(ref _published[room]);
        subscription.Dispose();
        // Where the moderator was quicker, how far the viewer came is anybody's guess.
        if (visit.Connection.EndReason is null) visit.Until[room] = until;
    }

    private void Moderate(Random dice)
    {
        while (Volatile.Read(ref _visiting) > 0)
        {
            if (_engine.Broker.Connections.ElementAtOrDefault(dice.Next(Viewers)) is not { } connection) continue;
            if (dice.Next(2) == 0) connection.End(EndReason.ForceReconnect);
            else _engine.Broker.Revoke(connection.User, _rooms[RevokedRoom], EndReason.RemovedByServer);
            Thread.Yield();
        }
    }
}

/// <summary>A change of a room, as its writer publishes it.</summary>
internal sealed record Stored(int Room, int Number);

/// <summary>Something that is not stored, the number-th that this publisher says in this room.</summary>
internal sealed record Said(int Room, int Publisher, int Number);

/// <summary>One connection of the crowd: where it joined, what it got, how far it must have got.</summary>
internal sealed class Visit(Connection connection, int rooms)
{
    public Connection Connection => connection;

    public long[] From { get; } = new long[rooms];

    public long[] Until { get; } = new long[rooms];

    public List<object> Received { get; } = [];

    // The one reader of this outbox.
    public async Task ReadAsync()
    {
        await Task.Yield();
        var batch = new List<Envelope>();
        while (await connection.Outbox.WaitAsync())
            Received.AddRange(connection.Outbox.Take(batch).Select(envelope => envelope.Body));
    }

    public void Check(int mayMissTheEnd)
    {
        foreach (var room in Received.OfType<Stored>().GroupBy(stored => stored.Room))
            Assert.Equal(Enumerable.Range(0, room.Count()).Select(i => From[room.Key] + 1 + i), room.Select(stored => (long)stored.Number));
        foreach (var voice in Received.OfType<Said>().GroupBy(said => (said.Room, said.Publisher)))
            Assert.Equal(Enumerable.Range(voice.First().Number, voice.Count()), voice.Select(said => said.Number));
        for (var room = 0; room < Until.Length; room++)
        {
            if (room == mayMissTheEnd) continue;
            var last = Math.Max(From[room], Received.OfType<Stored>().Where(stored => stored.Room == room).Select(stored => stored.Number).DefaultIfEmpty().Max());
            Assert.True(last >= Until[room], $"of room {room} the events {last + 1} to {Until[room]} are missing");
        }

        var told = Received.OfType<SubscriptionEnded>().ToList();
        Assert.Equal(told.Distinct().Count(), told.Count);
        Assert.DoesNotContain(Received, body => body is EventsLost);
    }
}
