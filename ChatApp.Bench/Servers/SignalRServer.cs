using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ChatApp.Bench.Servers;

/// <summary>
/// The peer: a SignalR hub with its default settings and its JSON protocol, that sends what one connection
/// publishes to a group. Nobody signs in and nothing is stored.
/// </summary>
internal static class SignalRServer
{
    public const string Name = "signalr";

    public const string Path = "/hub";

    /// <summary>Starts it in a child process.</summary>
    public static Task<ServerUnderTest> StartAsync(CancellationToken cancellation) =>
        ServerUnderTest.StartOwnAsync(Name, new SignalRDialect(), cancellation);

    /// <summary>Runs it in this process until cancelled.</summary>
    public static async Task RunAsync(int port, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddSignalR();
        await using var app = builder.Build();
        app.Urls.Add($"http://127.0.0.1:{port}");
        app.MapHub<RoomHub>(Path);
        await app.StartAsync(cancellation);
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellation).ContinueWith(_ => { }, TaskScheduler.Default);
    }

    internal sealed record HubMessage(string Room, string User, string Key, string Text);

    internal sealed class RoomHub : Hub
    {
        public Task Join(string room) => Groups.AddToGroupAsync(Context.ConnectionId, room);

        public Task Publish(HubMessage message) => Clients.Group(message.Room).SendAsync("message", message);
    }
}
