using ChatApp.Components.Messages;
using ChatApp.Messages;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Messages.Resumed;

/// <summary>
/// A browser that has both rooms open, without a renderer: closed and opened again at random, and after each restart of the
/// server. A slow one lets its events pile up until they collapse.
/// </summary>
/// <param name="house">The server.</param>
/// <param name="owner">Who looks on.</param>
/// <param name="random">Decides when it is closed.</param>
/// <param name="isSlow">Whether it lets events pile up.</param>
internal sealed class PageView(House house, Resident owner, Random random, bool isSlow)
{
    // What a circuit's dispatcher is to a page.
    private readonly TaskFactory _dispatcher = new(new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler);
    private readonly Dictionary<RoomId, RoomFeed> _feeds = [];
    private TestServer? _server;
    private Connection? _connection;

    /// <summary>How often it was opened.</summary>
    public int Openings { get; private set; }

    /// <summary>How often it was told that events were lost, and loaded its state anew.</summary>
    public int Collapses { get; private set; }

    /// <summary>Follows until all is quiet, and stays open.</summary>
    public async Task FollowAsync()
    {
        var quiet = new TaskCompletionSource();
        await using var whenQuiet = house.Quiet.Token.Register(quiet.SetResult);
        while (!house.Quiet.IsCancellationRequested)
        {
            await OpenAsync();
            var left = random.Next(5, 200);
            while (left-- > 0 && !house.Quiet.IsCancellationRequested)
            {
                var next = _connection!.Outbox.WaitAsync().AsTask();
                await Task.WhenAny(next, quiet.Task);
                if (!next.IsCompleted) break;
                // False: the server has stopped.
                if (!await next) break;
                if (isSlow && random.Next(10) == 0) await PileUpAsync();
                await TakeAsync();
            }

            if (!house.Quiet.IsCancellationRequested) await CloseAsync();
        }

        if (_connection is null || _connection.EndReason is not null) await OpenAsync();
        while (_connection!.Outbox.Count > 0) await TakeAsync();
    }

    /// <summary>Posts as the composer does. True: stored; false: refused for good; null: try again.</summary>
    public Task<bool?> PostAsync(RoomId room, string text, string key) => _dispatcher.StartNew(async () =>
    {
        if (!_feeds.TryGetValue(room, out var feed)) return (bool?)null;
        feed.AddPending(text, key);
        await feed.PostAsync(key);
        if (feed.Pending.FirstOrDefault(own => own.Key == key)?.Refusal is not { } refusal) return true;
        feed.Discard(key);
        return refusal is PostRefusal.Busy or PostRefusal.StorageFailed ? null : false;
    }).Unwrap();

    /// <summary>Each window must be a piece of the room as it is, and end where the room ends.</summary>
    /// <param name="room">The room.</param>
    /// <param name="fresh">All of its messages.</param>
    public void AssertShows(RoomView room, IReadOnlyList<MessageView> fresh)
    {
        var feed = _feeds[room.Id];
        if (feed.HasNewer) Assert.True(feed.Load());
        Assert.True(feed.Messages.Count >= Math.Min(fresh.Count, RoomFeed.PageSize));
        Assert.Equal(fresh.TakeLast(feed.Messages.Count).Select(LineOf), feed.Messages.Select(LineOf));
    }

    /// <summary>Closes it for good.</summary>
    public Task CloseAsync() => _dispatcher.StartNew(() =>
    {
        foreach (var feed in _feeds.Values) feed.Dispose();
        _feeds.Clear();
        _connection?.End(EndReason.Closed);
    });

    private async Task OpenAsync()
    {
        await CloseAsync();
        _server = await house.ServerAsync();
        Openings++;
        await _dispatcher.StartNew(() =>
        {
            _connection = _server.Get<RoomBroker>().Connect(new ConnectionDescription(owner.Id, ConnectionKind.Circuit, "127.0.0.1"))!;
            foreach (var room in house.Rooms) ShowOrHide(room);
        });
    }

    private Task TakeAsync() => _dispatcher.StartNew(() =>
    {
        var batch = _connection!.Outbox.Take([]);
        if (batch.Any(envelope => envelope.Body is EventsLost)) Collapses++;
        foreach (var feed in _feeds.Values)
        {
            feed.Join(_connection);
            feed.Apply(batch);
            if (random.Next(50) == 0) feed.LoadOlder();
        }

        // As the room's page does.
        foreach (var room in house.Rooms)
        {
            if (batch.Any(envelope => envelope.Body is EventsLost || (envelope.Body is OwnRoomsChanged changed && changed.Room.Id == room.Id))) ShowOrHide(room);
        }
    });

    private void ShowOrHide(RoomView room)
    {
        var isMember = _server!.Get<RoomDirectory>().Find(room.Id, owner.Id) is { IsMember: true };
        if (isMember == _feeds.ContainsKey(room.Id)) return;
        if (_feeds.Remove(room.Id, out var left))
        {
            left.Dispose();
            return;
        }

        var feed = new RoomFeed(
            _server!.Get<RoomBroker>(), _server.Get<MessageHistory>(), _server.Get<RoomCatchUp>(), _server.Get<MessageWriter>(), _server.Get<MarkdownRenderer>(), TimeProvider.System, owner.Id, room.Id);
        feed.Load();
        feed.Join(_connection!);
        _feeds.Add(room.Id, feed);
    }

    private Task PileUpAsync()
    {
        var (server, connection) = (_server!, _connection!);
        var until = server.Get<RoomBroker>().Figures.Published + 250;
        return Eventually.BecomesAsync(
            () => house.Quiet.IsCancellationRequested || connection.EndReason is not null || server.Get<RoomBroker>().Figures.Published > until, "nothing happens", TimeSpan.FromMinutes(2));
    }

    private static string LineOf(MessageView message) => $"{SeenMessages.LineOf(message)} {message.ReplyTo}";
}
