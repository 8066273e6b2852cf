using System.Text.Json;
using ChatApp.Messages;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Sockets;
using ChatApp.Tests.Api.Server;
using ChatApp.Tests.Harness;
using ChatApp.Wire;

namespace ChatApp.Tests.Entrances;

/// <summary>One way into the house, as one person uses it. Each step says in one word how it went; null where this entrance has no such step.</summary>
internal abstract class Entrance(TestServer server, TestPerson person) : IAsyncDisposable
{
    protected TestServer Server => server;

    protected TestPerson Person => person;

    /// <summary>Opens it and listens: what is heard goes on from there.</summary>
    public abstract Task<string?> ListenAsync(RoomId room);

    /// <summary>Posts; the answer names the message where it was stored.</summary>
    public virtual Task<(string Outcome, MessageId? Message)?> PostAsync(RoomId room, string text, string key) => Task.FromResult<(string, MessageId?)?>(null);

    /// <summary>Changes a message.</summary>
    public virtual Task<string?> EditAsync(MessageId message, string text) => Task.FromResult<string?>(null);

    /// <summary>Deletes a message.</summary>
    public virtual Task<string?> DeleteAsync(MessageId message) => Task.FromResult<string?>(null);

    /// <summary>The texts of the room's messages with bars between, or <c>refused</c>.</summary>
    public virtual Task<string?> HistoryAsync(RoomId room) => Task.FromResult<string?>(null);

    /// <summary>What was heard of the room up to an event of that type, the end of the subscription as its code; null for an entrance that hears nothing.</summary>
    public virtual Task<string?> HeardAsync(string until) => Task.FromResult<string?>(null);

    /// <summary>Sends any command; what it gave, or the error.</summary>
    public virtual Task<string> CommandAsync(string command, object body) => throw new NotSupportedException();

    public abstract ValueTask DisposeAsync();

    protected static string AnswerOf(JsonElement reply, string kind) => (reply.TryGetProperty(kind, out var done) ? done : reply.GetProperty("error")).GetRawText();

    protected static string OutcomeOf(JsonElement reply, string kind) =>
        reply.TryGetProperty("error", out var error) ? error.GetProperty("code").ToString() : reply.TryGetProperty(kind, out _) ? "done" : throw new Xunit.Sdk.XunitException(reply.ToString());

    protected static string Line(IEnumerable<(string Text, bool IsDeleted)> messages) => string.Join('|', messages.Select(message => message.IsDeleted ? "-" : message.Text));

    /// <summary>What a push of a room is in one word; null for others.</summary>
    protected static string? WordOf(JsonElement frame)
    {
        if (!frame.TryGetProperty("push", out var push)) return null;
        if (push.TryGetProperty("unsubscribe", out var ended)) return ended.GetProperty("code").ToString();
        return push.TryGetProperty("pub", out var pub) && pub.TryGetProperty("offset", out _) ? pub.GetProperty("data").GetProperty("type").GetString() : null;
    }
}

/// <summary>A page: the services themselves, and a circuit's connection to the engine.</summary>
internal sealed class PageEntrance(TestServer server, TestPerson person) : Entrance(server, person)
{
    private Connection? _connection;

    public override Task<string?> ListenAsync(RoomId room)
    {
        _connection = Server.Get<RoomBroker>().Connect(new ConnectionDescription(Person.Id, ConnectionKind.Circuit, "127.0.0.1"));
        var standing = Server.Get<RoomDirectory>().Find(room, Person.Id);
        if (standing is not { IsMember: true }) return Task.FromResult<string?>(standing is null ? "102" : "103");
        Server.Get<RoomBroker>().Subscribe(_connection!, room).Subscription!.TryRelease(standing.Room.Head);
        return Task.FromResult<string?>("done");
    }

    public override async Task<(string Outcome, MessageId? Message)?> PostAsync(RoomId room, string text, string key) =>
        await Server.Get<MessageWriter>().PostAsync(Person.Id, room, text, key) switch
        {
            PostResult.Accepted done => (done.IsDuplicate ? "duplicate" : "done", done.Message.Id),
            PostResult.Rejected refused => (WireError.Of(refused).Code.ToString(System.Globalization.CultureInfo.InvariantCulture), null),
            _ => null,
        };

    public override async Task<string?> EditAsync(MessageId message, string text) => Of(await Server.Get<MessageEditor>().EditAsync(Person.Id, message, text));

    public override async Task<string?> DeleteAsync(MessageId message) => Of(await Server.Get<MessageEditor>().DeleteAsync(Person.Id, message, ""));

    public override Task<string?> HistoryAsync(RoomId room) => Task.FromResult<string?>(
        Server.Get<MessageHistory>().Latest(Person.Id, room, 50) is { } page ? Line(page.Messages.Select(message => (message.Text, message.IsDeleted))) : "refused");

    public override async Task<string?> HeardAsync(string until)
    {
        var words = new List<string>();
        var taken = new List<Envelope>();
        while (!words.Contains(until))
        {
            Assert.True(await _connection!.Outbox.WaitAsync().AsTask().Soon());
            words.AddRange(_connection.Outbox.Take(taken).Select(envelope => WordOf(JsonDocument.Parse(envelope.Encoded).RootElement)).OfType<string>());
        }

        return string.Join(' ', words);
    }

    public override ValueTask DisposeAsync()
    {
        _connection?.End(EndReason.Closed);
        return ValueTask.CompletedTask;
    }

    private static string Of(MessageResult result) => result.Outcome switch { MessageOutcome.Done => "done", MessageOutcome.NotFound => "404", MessageOutcome.NotAllowed => "103", var other => other.ToString() };
}

/// <summary>A program that sends commands and gets replies, whatever carries them.</summary>
internal abstract class CommandEntrance(TestServer server, TestPerson person) : Entrance(server, person)
{
    public override async Task<string?> ListenAsync(RoomId room)
    {
        await OpenAsync();
        return OutcomeOf(await AskAsync(new { subscribe = new { channel = $"room:{room}" } }), "subscribe");
    }

    public override async Task<(string Outcome, MessageId? Message)?> PostAsync(RoomId room, string text, string key)
    {
        var reply = await AskAsync(new { publish = new { channel = $"room:{room}", data = new { text, key } } });
        return reply.TryGetProperty("publish", out var done)
            ? (done.GetProperty("duplicate").GetBoolean() ? "duplicate" : "done", new MessageId(long.Parse(done.GetProperty("id").GetString()!, System.Globalization.CultureInfo.InvariantCulture)))
            : (OutcomeOf(reply, "publish"), null);
    }

    public override async Task<string?> EditAsync(MessageId message, string text) => OutcomeOf(await CallAsync("message.edit", new { id = message.ToString(), text }), "rpc");

    public override async Task<string?> DeleteAsync(MessageId message) => OutcomeOf(await CallAsync("message.delete", new { id = message.ToString() }), "rpc");

    public override async Task<string?> HistoryAsync(RoomId room)
    {
        var reply = await CallAsync("message.history", new { room = room.Value });
        return reply.TryGetProperty("rpc", out var answer)
            ? Line(answer.GetProperty("data").GetProperty("messages").EnumerateArray().Select(message => (message.GetProperty("text").GetString()!, message.TryGetProperty("deleted", out _))))
            : "refused";
    }

    public override async Task<string?> HeardAsync(string until)
    {
        var words = new List<string>();
        while (!words.Contains(until)) words.Add(WordOf(await NextAsync(frame => WordOf(frame) is not null))!);
        return string.Join(' ', words);
    }

    public override async Task<string> CommandAsync(string command, object body) => AnswerOf(await AskAsync(new Dictionary<string, object> { [command] = body }), command);

    protected abstract Task OpenAsync();

    protected abstract Task<JsonElement> AskAsync(object command);

    protected abstract Task<JsonElement> NextAsync(Func<JsonElement, bool> wanted);

    private Task<JsonElement> CallAsync(string method, object data) => AskAsync(new { rpc = new { method, data } });
}

/// <summary>A WebSocket.</summary>
internal sealed class SocketEntrance(TestServer server, TestPerson person) : CommandEntrance(server, person)
{
    private TestSocket? _socket;

    public override ValueTask DisposeAsync() => _socket?.DisposeAsync() ?? ValueTask.CompletedTask;

    protected override async Task OpenAsync() => _socket = await Server.ConnectAsync(Person);

    protected override Task<JsonElement> AskAsync(object command) => _socket!.AskAsync(command);

    protected override async Task<JsonElement> NextAsync(Func<JsonElement, bool> wanted) =>
        JsonSerializer.SerializeToElement(new { push = await _socket!.PushAsync(push => wanted(JsonSerializer.SerializeToElement(new { push }))) });
}

/// <summary>Lines over TCP.</summary>
internal sealed class LineEntrance(TestServer server, TestPerson person) : CommandEntrance(server, person)
{
    private TestLines? _lines;

    public override ValueTask DisposeAsync() => _lines?.DisposeAsync() ?? ValueTask.CompletedTask;

    protected override async Task OpenAsync()
    {
        _lines = await TestLines.OpenAsync(Server.Get<LineServer>().Address!);
        Assert.Equal("done", OutcomeOf(await _lines.AskAsync(new { connect = new { token = await Server.TokenOfAsync(Person) } }), "connect"));
    }

    protected override Task<JsonElement> AskAsync(object command) => _lines!.AskAsync(command);

    protected override Task<JsonElement> NextAsync(Func<JsonElement, bool> wanted) => _lines!.NextAsync(wanted);
}

/// <summary>Server-sent events: hears, and does nothing.</summary>
internal sealed class EventEntrance(TestServer server, TestPerson person) : Entrance(server, person)
{
    private TestEvents? _events;

    public override async Task<string?> ListenAsync(RoomId room)
    {
        _events = await TestEvents.OpenAsync(Server, Person, $"channel=room:{room}");
        var connected = (await _events.NextAsync()).Data.GetProperty("push").GetProperty("connect");
        return connected.TryGetProperty("refused", out var refused) ? refused.GetProperty($"room:{room}").GetProperty("code").ToString() : "done";
    }

    public override async Task<string?> HeardAsync(string until)
    {
        var words = new List<string>();
        while (!words.Contains(until))
        {
            if (WordOf((await _events!.NextAsync()).Data) is { } word) words.Add(word);
        }

        return string.Join(' ', words);
    }

    public override ValueTask DisposeAsync() => _events?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary>The server API: does, and hears nothing.</summary>
internal sealed class HttpEntrance(TestServer server, TestPerson person) : Entrance(server, person)
{
    private string _key = "";

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public override async Task<string?> ListenAsync(RoomId room)
    {
        _key = await Server.KeyOfAsync(Person);
        return null;
    }

    public override async Task<(string Outcome, MessageId? Message)?> PostAsync(RoomId room, string text, string key)
    {
        var answer = await Server.AskAsync(_key, "publish", new { channel = $"room:{room}", data = new { text }, idempotency_key = key });
        return answer.TryGetProperty("result", out var done)
            ? (done.GetProperty("duplicate").GetBoolean() ? "duplicate" : "done", new MessageId(long.Parse(done.GetProperty("id").GetString()!, System.Globalization.CultureInfo.InvariantCulture)))
            : (OutcomeOf(answer, "result"), null);
    }

    public override async Task<string> CommandAsync(string command, object body) => AnswerOf(await Server.AskAsync(_key, command, body), "result");

    public override async Task<string?> HistoryAsync(RoomId room)
    {
        var answer = await Server.AskAsync(_key, "history", new { channel = $"room:{room}", limit = 500 });
        return answer.TryGetProperty("result", out var done)
            ? Line(done.GetProperty("publications").EnumerateArray().Select(publication => publication.GetProperty("data")).Where(data => data.GetProperty("type").GetString() == "message.posted")
                .Select(data => data.GetProperty("message")).Select(message => (message.GetProperty("text").GetString()!, message.TryGetProperty("deleted", out _))))
            : "refused";
    }
}
