using ChatApp.Client;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Client;

/// <summary>Clients of the real server, which come back at once and are held up by no pace.</summary>
internal static class ProductClients
{
    private static readonly Pace Unhurried = new(1_000_000, 1_000_000);

    /// <summary>A client of that person, connected; over the proxy where there is one.</summary>
    public static async Task<ChatClient> ClientAsync(
        this TestServer server, TestPerson person, CuttingProxy? proxy = null, int eventBuffer = 1024, Action<ConnectionLoss>? lost = null)
    {
        // The account's tokens live as long as the client, which lives as long as the test.
        var login = await ChatLogin.LoginAsync(server.Http, new Uri(server.Address), person.Email, person.Password);
        // Frames are looked at on their way, so there is one in any case.
        if (proxy is null) server.Keep(proxy = new CuttingProxy(server.Address));
        var client = new ChatClient(new()
        {
            Endpoint = proxy.Endpoint,
            Token = login.TokenAsync,
            BackoffMin = TimeSpan.FromMilliseconds(1),
            BackoffMax = TimeSpan.FromMilliseconds(20),
            EventBuffer = eventBuffer,
            Posts = Unhurried,
            Commands = Unhurried,
            Lost = lost,
        });
        await client.ConnectAsync().Soon();
        return client;
    }

    /// <summary>The channel of a room.</summary>
    public static string Channel(this RoomView room) => $"room:{room.Id}";

    /// <summary>The next item, which must come soon.</summary>
    public static async Task<ChatEvent> NextAsync(this IAsyncEnumerator<ChatEvent> events)
    {
        Assert.True(await events.MoveNextAsync().AsTask().Soon(), "the subscription ended");
        return events.Current;
    }
}
