using System.Text.Json;
using ChatApp.Components.Messages;
using ChatApp.Messages;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Messages;

/// <summary>
/// People post, edit, delete, react, pin and answer at random while programs are cut and come back and pages open and
/// close. In the end every view that followed shows what a fresh load shows, and the log has no hole.
/// </summary>
public sealed class ResumedViewTests(TestServer server) : IClassFixture<TestServer>
{
    private const int Operations = 2000;
    private static readonly string[] Emojis = ["👍", "🎉", "😀"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Every_resumed_view_equals_a_fresh_load(int seed)
    {
        var people = await Task.WhenAll(Enumerable.Range(0, 5).Select(i => server.AddPersonAsync($"Person{i}")));
        var room = await server.MakeRoomAsync(people[0], RoomVisibility.Private, "Busy", people[1..]);
        using var stop = new CancellationTokenSource();
        var viewers = Enumerable.Range(0, 4).Select(i => ProgramAsync(people[i], room, new Random(seed + i), stop.Token)).ToList();
        using var page = new Page(server, people[4], room);
        var reading = page.FollowAsync(stop.Token);

        await Task.WhenAll(people.Select((person, i) => ActAsync(person, room, new Random((seed * 100) + i))));
        await stop.CancelAsync();

        var fresh = Fresh(people[0], room);
        foreach (var viewer in viewers) Assert.Equal(fresh, await viewer);
        await reading;
        Assert.Equal(page.Fresh(), page.Shown());
        AssertNoHole(room.Id);
    }

    private async Task ActAsync(TestPerson person, RoomView room, Random random)
    {
        var (writer, editor, marks) = (server.Get<MessageWriter>(), server.Get<MessageEditor>(), server.Get<MessageMarks>());
        for (var i = 0; i < Operations / 5; i++)
        {
            var known = server.Get<MessageHistory>().Latest(person.Id, room.Id, 20)!.Messages;
            var target = known.Count == 0 ? new MessageId(1) : known[random.Next(known.Count)].Id;
            _ = random.Next(10) switch
            {
                < 4 => (object)await writer.PostAsync(person.Id, room.Id, $"message {i} of {person.Name}", key: null, random.Next(3) == 0 && known.Count > 0 ? target : null),
                4 or 5 => await editor.EditAsync(person.Id, target, $"edit {i}"),
                6 => await editor.DeleteAsync(person.Id, target),
                7 => await editor.RestoreAsync(person.Id, target),
                8 => await marks.ReactAsync(person.Id, target, Emojis[random.Next(3)], random.Next(3) > 0),
                _ => await marks.PinAsync(person.Id, target, random.Next(2) == 0),
            };
        }
    }

    // A program that is cut again and again and recovers from the last change it got, until all is quiet.
    private async Task<string> ProgramAsync(TestPerson person, RoomView room, Random random, CancellationToken stop)
    {
        var state = new SortedDictionary<long, JsonElement>();
        var position = 0L;
        while (true)
        {
            await using var socket = await server.ConnectAsync(person);
            var reply = (await socket.AskAsync(new { subscribe = new { channel = $"room:{room.Id}", recover = true, epoch = room.Epoch, offset = position } })).GetProperty("subscribe");
            Assert.True(reply.GetProperty("recovered").GetBoolean());
            foreach (var publication in reply.GetProperty("publications").EnumerateArray()) position = Take(state, publication, position);
            var head = server.Get<RoomDirectory>().Find(room.Id, person.Id)!.Room.Head.Value;
            // One look after the end, to the very last change.
            var until = stop.IsCancellationRequested ? head : Math.Min(head, position + random.Next(1, 60));
            while (position < until) position = Take(state, (await socket.PushAsync(push => push.TryGetProperty("pub", out _))).GetProperty("pub"), position);
            if (stop.IsCancellationRequested && position == server.Get<RoomDirectory>().Find(room.Id, person.Id)!.Room.Head.Value) break;
            socket.Raw.Abort();
        }

        return string.Join('\n', state.Values.Select(Canonical));
    }

    private static long Take(SortedDictionary<long, JsonElement> state, JsonElement publication, long position)
    {
        Assert.Equal(position + 1, publication.GetProperty("offset").GetInt64());
        var data = publication.GetProperty("data");
        if (data.TryGetProperty("message", out var message))
        {
            var id = long.Parse(message.GetProperty("id").GetString()!, System.Globalization.CultureInfo.InvariantCulture);
            state[id] = data.GetProperty("type").GetString() switch
            {
                "message.posted" or "message.edited" or "message.restored" => message,
                _ => Merge(state.GetValueOrDefault(id), message),
            };
        }

        return position + 1;
    }

    // A deletion, a reaction or a pin names only what it changes.
    private static JsonElement Merge(JsonElement known, JsonElement change)
    {
        if (known.ValueKind != JsonValueKind.Object) return change;
        var merged = known.EnumerateObject().ToDictionary(field => field.Name, field => field.Value, StringComparer.Ordinal);
        foreach (var field in change.EnumerateObject()) merged[field.Name] = field.Value;
        return JsonSerializer.SerializeToElement(merged);
    }

    private string Fresh(TestPerson viewer, RoomView room)
    {
        var rows = new List<string>();
        var place = Offset.Zero;
        while (server.Get<MessageHistory>().After(viewer.Id, room.Id, place, 200) is { Messages: { Count: > 0 } messages })
        {
            rows.AddRange(messages.Select(message => Row(
                message.Id.ToString(), message.IsDeleted, message.Text, message.EditedAt is not null, message.IsPinned,
                message.Reactions.Select(kind => $"{kind.Emoji}{kind.Users.Count}"))));
            place = messages[^1].Offset;
        }

        return string.Join('\n', rows);
    }

    private static string Canonical(JsonElement message)
    {
        bool Is(string name) => message.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;
        var reactions = message.TryGetProperty("reactions", out var kinds)
            ? kinds.EnumerateArray().Select(kind => $"{kind.GetProperty("emoji").GetString()}{kind.GetProperty("count").GetInt32()}")
            : [];
        return Row(
            message.GetProperty("id").GetString()!, Is("deleted"), message.TryGetProperty("text", out var text) ? text.GetString()! : "",
            message.TryGetProperty("edited_at", out _), Is("pinned"), reactions);
    }

    // A deleted message is its place and nothing else, whoever tells of it.
    private static string Row(string id, bool isDeleted, string text, bool isEdited, bool isPinned, IEnumerable<string> reactions) => isDeleted
        ? $"{id} deleted"
        : $"{id} {text} {(isEdited ? "edited" : "")} {(isPinned ? "pinned" : "")} {string.Join(',', reactions.Order(StringComparer.Ordinal))}";

    private void AssertNoHole(RoomId room)
    {
        using var db = server.Get<ChatDatabase>().OpenRead();
        var offsets = db.Log.Where(entry => entry.RoomId == room.Value).OrderBy(entry => entry.Offset).Select(entry => entry.Offset).ToList();
        Assert.Equal(Enumerable.Range(1, offsets.Count).Select(i => (long)i), offsets);
    }

    /// <summary>A page that shows the room, without a renderer.</summary>
    private sealed class Page : IDisposable
    {
        private readonly TestServer _server;
        private readonly TestPerson _viewer;
        private readonly RoomView _room;
        private readonly Connection _connection;
        private readonly RoomFeed _feed;

        public Page(TestServer server, TestPerson viewer, RoomView room)
        {
            (_server, _viewer, _room) = (server, viewer, room);
            _connection = server.Get<RoomBroker>().Connect(new ConnectionDescription(viewer.Id, ConnectionKind.Circuit, "127.0.0.1"))!;
            _feed = Open();
            _feed.Load();
            _feed.Join(_connection);
        }

        public async Task FollowAsync(CancellationToken stop)
        {
            var batch = new List<Envelope>();
            var head = Offset.Zero;
            var stopped = new TaskCompletionSource();
            await using var stopping = stop.Register(stopped.SetResult);
            while (!stop.IsCancellationRequested || head < HeadNow())
            {
                var next = _connection.Outbox.WaitAsync().AsTask();
                await Task.WhenAny(next, stopped.Task);
                if (!next.IsCompleted && head == HeadNow()) return;
                Assert.True(await next.Soon());
                _connection.Outbox.Take(batch);
                foreach (var envelope in batch)
                {
                    if (envelope.Offset is { } offset) head = offset;
                    // Too slow for so much at once: the feed loads its state anew, as a page does.
                    if (envelope.Body is EventsLost) head = HeadNow();
                }

                _feed.Apply(batch);
            }
        }

        private Offset HeadNow() => _server.Get<RoomDirectory>().Find(_room.Id, _viewer.Id)!.Room.Head;

        public string Shown() => Text(_feed, 40);

        public string Fresh()
        {
            using var fresh = Open();
            fresh.Load();
            return Text(fresh, 40);
        }

        public void Dispose()
        {
            _feed.Dispose();
            _connection.End(EndReason.Closed);
        }

        private static string Text(RoomFeed feed, int count) => string.Join('\n', feed.Messages.TakeLast(count).Select(message =>
            $"{Row(message.Id.ToString(), message.IsDeleted, message.Text, message.EditedAt is not null, message.IsPinned, message.Reactions.Select(kind => $"{kind.Emoji}{kind.Users.Count}"))} {message.ReplyTo}"));

        private RoomFeed Open() => new(
            _server.Get<RoomBroker>(), _server.Get<MessageHistory>(), _server.Get<RoomCatchUp>(), _server.Get<MessageWriter>(), _server.Get<MarkdownRenderer>(), TimeProvider.System, _viewer.Id, _room.Id);
    }
}
