using System.Collections.Concurrent;
using System.Text.Json;
using ChatApp.Bench.Crash;
using ChatApp.Messages;
using ChatApp.Moderation;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Messages.Resumed;

/// <summary>
/// Somebody who does at random what people do, some things at once, through a page or a socket. Posts have keys and are
/// sent again until there is an answer, whatever happens meanwhile to the socket and the server.
/// </summary>
/// <param name="house">The server.</param>
/// <param name="owner">Who acts.</param>
/// <param name="random">Decides.</param>
/// <param name="page">The page that is acted through; null: a socket.</param>
/// <param name="answers">Gets the offset of each stored post under its author and key, where it is known.</param>
/// <param name="done">Called after some operations, with their number.</param>
internal sealed class Actor(House house, Resident owner, Random random, PageView? page, ConcurrentDictionary<(UserId Author, string Key), (RoomId Room, long? Offset)> answers, Action<int> done) : IAsyncDisposable
{
    private const int AtOnce = 8;
    private static readonly string[] Emojis = ["👍", "🎉", "😀"];
    private readonly SemaphoreSlim _connecting = new(1, 1);
    private PostingSocket? _socket;
    private int _lastKey;

    /// <summary>Carries out so many operations.</summary>
    public async Task ActAsync(int operations)
    {
        for (var left = operations; left > 0; left -= AtOnce)
        {
            var count = Math.Min(AtOnce, left);
            var server = await house.ServerAsync();
            var room = house.Rooms[random.Next(3) / 2];
            var known = server.Get<MessageHistory>().Latest(owner.Id, room.Id, 20)?.Messages ?? [];
            var running = Enumerable.Range(0, count).Select(_ => Draw(room, known)).ToList();
            // In the middle of what is on the way.
            if (random.Next(20) == 0 && _socket is { } socket) await socket.DisposeAsync();
            await Task.WhenAll(running);
            done(count);
        }

        await AgainAsync(async server => (await server.Get<RoomWriter>().JoinAsync(owner.Id, house.Lobby.Id)).IsDone ? true : null);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_socket is { } last) await last.DisposeAsync();
        _connecting.Dispose();
    }

    // Everything that is random is drawn here, one after the other; what is started runs beside others.
    private Task Draw(RoomView room, IReadOnlyList<MessageView> known)
    {
        var target = known.Count == 0 ? new MessageId(1) : known[random.Next(known.Count)].Id;
        var own = known.LastOrDefault(message => message.Author.Id == owner.Id && !message.IsDeleted)?.Id ?? target;
        var number = random.Next(1000);
        var emoji = Emojis[random.Next(Emojis.Length)];
        var isOn = random.Next(3) > 0;
        switch (random.Next(100))
        {
            case < 45:
                var text = random.Next(8) == 0 ? string.Create(1500, number, static (span, _) => span.Fill('w')) : $"message {number} of *{owner.Person.Name}*";
                MessageId? replyTo = isOn || known.Count == 0 ? null : target;
                var key = $"key {++_lastKey}";
                return random.Next(10) == 0 && (page is null || replyTo is not null)
                    ? Task.WhenAll(PostAsync(room, text, key, replyTo), PostAsync(room, text, key, replyTo))
                    : PostAsync(room, text, key, replyTo);
            case < 58: return CallAsync("message.edit", new { id = $"{own}", text = $"edit {number}" }, services => services.Get<MessageEditor>().EditAsync(owner.Id, own, $"edit {number}"));
            case < 63: return CallAsync("message.delete", new { id = $"{own}" }, services => services.Get<MessageEditor>().DeleteAsync(owner.Id, own));
            case < 69: return UndoAsync(own);
            // Whoever made the rooms stands above all others, and below nobody: their own messages stay.
            case < 70: return AgainAsync(async server => (await server.Get<Sweeps>().RunAsync(house.People[0].Id, new SweepOrder(owner.Id, 1, [room.Id], "flood"))).Outcome != SweepOutcome.Busy ? true : null);
            case < 84: return CallAsync("message.react", new { id = $"{target}", emoji, on = isOn }, services => services.Get<MessageMarks>().ReactAsync(owner.Id, target, emoji, isOn));
            case < 90: return CallAsync("message.pin", new { id = $"{target}", on = isOn }, services => services.Get<MessageMarks>().PinAsync(owner.Id, target, isOn));
            case < 95: return CallAsync("read.mark", new { room = $"{room.Id}", offset = number }, services => services.Get<ReadMarkers>().MarkAsync(owner.Id, room.Id, new Offset(number)));
            case < 97: return AgainAsync(async server => (await server.Get<RoomWriter>().LeaveAsync(owner.Id, house.Lobby.Id)).Outcome != RoomOutcome.Busy ? true : null);
            case < 99: return AgainAsync(async server => (await server.Get<RoomWriter>().JoinAsync(owner.Id, house.Lobby.Id)).Outcome != RoomOutcome.Busy ? true : null);
            default: return AgainAsync(async server => (await server.Get<RoomSettings>().SetRetentionAsync(house.People[0].Id, house.Busy.Id, 100 + number)).Outcome != RoomOutcome.Busy ? true : null);
        }
    }

    private async Task UndoAsync(MessageId own)
    {
        await CallAsync("message.delete", new { id = $"{own}" }, services => services.Get<MessageEditor>().DeleteAsync(owner.Id, own));
        await CallAsync("message.restore", new { id = $"{own}" }, services => services.Get<MessageEditor>().RestoreAsync(owner.Id, own));
    }

    private async Task PostAsync(RoomView room, string text, string key, MessageId? replyTo)
    {
        var isStored = await AgainAsync(server => page is null ? BySocketAsync(room, text, key, replyTo)
            : replyTo is null ? ByPageAsync(page, room, text, key)
            : ByServiceAsync(server, room, text, key, replyTo));
        if (isStored) answers.TryAdd((owner.Id, key), (room.Id, null));
    }

    private async Task<bool?> ByPageAsync(PageView through, RoomView room, string text, string key)
    {
        // A page that does not show the room has no composer for it.
        if ((await house.ServerAsync()).Get<RoomDirectory>().Find(room.Id, owner.Id) is not { IsMember: true }) return false;
        return await through.PostAsync(room.Id, text, key);
    }

    private async Task<bool?> ByServiceAsync(TestServer server, RoomView room, string text, string key, MessageId? replyTo)
    {
        switch (await server.Get<MessageWriter>().PostAsync(owner.Id, room.Id, text, key, replyTo))
        {
            case PostResult.Accepted accepted:
                Note(room, key, accepted.Message.Offset.Value);
                return true;
            case PostResult.Rejected { Reason: PostRefusal.Busy or PostRefusal.StorageFailed }:
                return null;
            default:
                return false;
        }
    }

    private async Task<bool?> BySocketAsync(RoomView room, string text, string key, MessageId? replyTo)
    {
        var socket = await ConnectAsync();
        var reply = replyTo is { } target
            ? await socket.AskAsync(new { publish = new { channel = $"room:{room.Id}", data = new { text, key, reply_to = $"{target}" } } })
            : await socket.AskAsync(new { publish = new { channel = $"room:{room.Id}", data = new { text, key } } });
        if (!reply.TryGetProperty("publish", out var published)) return reply.GetProperty("error").GetProperty("temporary").GetBoolean() ? null : false;
        Note(room, key, published.GetProperty("offset").GetInt64());
        return true;
    }

    // The first answer holds for ever.
    private void Note(RoomView room, string key, long offset) => answers.AddOrUpdate(
        (owner.Id, key), (room.Id, offset),
        (_, known) =>
        {
            if (known.Offset is { } first) Assert.Equal(first, offset);
            return (room.Id, offset);
        });

    // What was cut may have happened or not: nobody asks again.
    private async Task CallAsync(string method, object data, Func<TestServer, Task> service)
    {
        try
        {
            if (page is null) await (await ConnectAsync()).AskAsync(new { rpc = new { method, data } });
            else await service(await house.ServerAsync());
        }
        catch (Exception cut) when (cut is CutException or ObjectDisposedException)
        {
            // The server has stopped, or somebody has cut the socket.
        }
    }

    private async Task<bool> AgainAsync(Func<TestServer, Task<bool?>> attempt)
    {
        while (true)
        {
            try
            {
                if (await attempt(await house.ServerAsync()) is { } answer) return answer;
            }
            catch (Exception cut) when (cut is CutException or ObjectDisposedException)
            {
                // Again, with the same key.
            }

            await Task.Yield();
        }
    }

    private async Task<PostingSocket> ConnectAsync()
    {
        await _connecting.WaitAsync();
        try
        {
            if (_socket is null or { IsCut: true })
            {
                var server = await house.ServerAsync();
                _socket = await PostingSocket.ConnectAsync(new Uri(server.Address).Port, owner.Token, CancellationToken.None);
            }

            return _socket;
        }
        finally
        {
            _connecting.Release();
        }
    }
}
