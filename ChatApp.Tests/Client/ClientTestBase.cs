using ChatApp.Client;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Client;

/// <summary>A fake server, and clients for it that come back at once.</summary>
public abstract class ClientTestBase : IAsyncLifetime
{
    private readonly List<ChatClient> _clients = [];

    private protected FakeServer Server { get; } = new();

    private protected List<ConnectionLoss> Losses { get; } = [];

    private protected ChatClientOptions Options(TimeProvider? time = null, int eventBuffer = 1024, TimeSpan? replyTimeout = null) => new()
    {
        Endpoint = Server.Endpoint,
        Token = (_, _) => ValueTask.FromResult("secret"),
        Posts = new(100_000, 1000),
        Commands = new(100_000, 1000),
        Name = "test",
        Time = time ?? TimeProvider.System,
        BackoffMin = TimeSpan.FromMilliseconds(1),
        BackoffMax = TimeSpan.FromMilliseconds(5),
        ReplyTimeout = replyTimeout ?? TimeSpan.FromSeconds(10),
        EventBuffer = eventBuffer,
        Lost = loss =>
        {
            lock (Losses)
                Losses.Add(loss);
        },
    };

    private protected ChatClient Client(ChatClientOptions? options = null)
    {
        var client = new ChatClient(options ?? Options());
        _clients.Add(client);
        return client;
    }

    private protected async Task<(ChatClient Client, FakeSession Session)> ConnectedAsync(ChatClientOptions? options = null)
    {
        var client = Client(options);
        var connecting = client.ConnectAsync();
        var session = await Server.WelcomeAsync();
        await connecting.Soon();
        return (client, session);
    }

    private protected async Task<(ChatClient Client, FakeSession Session, ChatSubscription Subscription)> SubscribedAsync(
        ChatClientOptions? options = null, long offset = 0)
    {
        var (client, session) = await ConnectedAsync(options);
        var subscribing = client.SubscribeAsync("room:7");
        await session.AllowAsync("room:7", offset);
        return (client, session, await subscribing.Soon());
    }

    private protected async Task<ConnectionLoss> LossAsync(int number = 1)
    {
        await Eventually.BecomesAsync(
            () =>
            {
                lock (Losses)
                    return Losses.Count >= number;
            },
            $"loss {number}");
        lock (Losses)
            return Losses[number - 1];
    }

    private protected static string Posted(int offset, string text = "hello") =>
        $$$$"""{"push":{"channel":"room:7","pub":{"data":{"type":"message.posted","message":{"id":"{{{{offset}}}}","room":"7","author":{"id":"u1","name":"Ann"},"text":"{{{{text}}}}","html":"<p>{{{{text}}}}</p>","key":"k{{{{offset}}}}","at":1767225600000}},"offset":{{{{offset}}}},"time":1767225600000}}}""";

    private protected static string Unsubscribed(int code, string reason) =>
        $$$$"""{"push":{"channel":"room:7","unsubscribe":{"code":{{{{code}}}},"reason":"{{{{reason}}}}"}}}""";

    private protected static async Task<ChatEvent> NextAsync(IAsyncEnumerator<ChatEvent> events)
    {
        Assert.True(await events.MoveNextAsync().AsTask().Soon(), "the subscription ended");
        return events.Current;
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        // The server first: a clock that a test has stopped would otherwise also stop the wait for a goodbye.
        await Server.DisposeAsync();
        foreach (var client in _clients)
            await client.DisposeAsync().AsTask().Soon();
    }
}
