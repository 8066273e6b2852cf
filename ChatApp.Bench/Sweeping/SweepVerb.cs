using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Bench.Product;
using ChatApp.Bench.Revocation;
using ChatApp.Components.Messages;
using ChatApp.Messages;
using ChatApp.Moderation;
using ChatApp.Push;
using ChatApp.Rooms;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Bench.Sweeping;

/// <summary>
/// A sweep of 5,000 messages: how long until 50 sockets and 5 pages show none of them, and until all of it is back. Clients and server share
/// this process, so what is measured is more than the server's share.
/// </summary>
internal static class SweepVerb
{
    private const int Sockets = 50;
    private const int Pages = 5;

    private static readonly string[] Settings =
    [
        "Urls=http://127.0.0.1:0", "Push:ConnectionsPerUser=1000", "Push:ConnectionsPerAddress=1000", "Messages:PostsPerSecond=100000", "Messages:PostBurst=100000", "Accounts:AttemptsPerMinute=100000",
    ];

    /// <summary>Runs it.</summary>
    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellation)
    {
        var options = VerbOptions.Parse(arguments);
        var (messages, rounds) = options.Quick ? (500, 1) : (SweptTexts.BatchSize, 3);
        var machine = Machine.Facts();
        var report = new Report("sweep");
        List<Round> measured = [];
        try
        {
            // The first round is the compiler's.
            for (var round = 0; round <= rounds; round++)
            {
                var one = await MeasureAsync(messages, cancellation);
                await Console.Error.WriteLineAsync($"round {round}: hidden {Figures.Text(one.Hidden)} ms, back {Figures.Text(one.Back)} ms");
                if (round > 0) measured.Add(one);
            }
        }
        catch (BenchException failed)
        {
            report.Failure = failed.Message;
        }

        report.Line(Machine.Describe(machine));
        report.Line($"{messages:N0} messages of one person in one room, hidden by one sweep and brought back, seen by {Sockets} sockets and {Pages} pages of the room. Milliseconds from the call until the last of them knows; the worst of {rounds} rounds. Clients and server are one process.");
        if (Checkout.Configuration != "Release") report.Line("This is no Release build: the figures mean nothing.");
        report.Line();
        report.Table(["", "call ms", "all know ms"], measured.Count == 0 ? [] :
        [
            ["hidden", Figures.Text(measured.Max(one => one.HideCall)), Figures.Text(measured.Max(one => one.Hidden))],
            ["brought back", Figures.Text(measured.Max(one => one.BackCall)), Figures.Text(measured.Max(one => one.Back))],
        ]);
        report.Figures["machine"] = machine;
        double? worst = measured.Count == 0 ? null : measured.Max(one => one.Hidden);
        report.Targets.Add(Target.AtMost("ms until nobody shows a swept message", worst, must: 1000, aim: 250));
        return report.Finish(options.Save ? "sweep.md" : null, arguments.Typed);
    }

    private static async Task<Round> MeasureAsync(int messages, CancellationToken cancellation)
    {
        await using var product = ProductHost.Create(Settings);
        var address = await product.ListenAsync();
        await using var scope = product.Services.CreateAsyncScope();
        var registration = scope.ServiceProvider.GetRequiredService<Registration>();
        var boss = await AddAsync(registration, "boss");
        var flooder = await AddAsync(registration, "flooder");
        for (var done = 0; done < messages; done += 500)
        {
            var posting = Enumerable.Range(done, Math.Min(500, messages - done)).Select(n => product.Get<MessageWriter>().PostAsync(flooder, RoomId.General, $"flood number {n} with some words", key: null));
            if ((await Task.WhenAll(posting)).Any(result => result is not PostResult.Accepted)) throw new BenchException("a message was refused");
        }

        using var http = new HttpClient { BaseAddress = address };
        var token = await Levers.SignInAsync(http, "boss", cancellation);
        var sockets = await Task.WhenAll(Enumerable.Range(0, Sockets).Select(_ => SubscribeAsync(address, token, cancellation)));
        var pages = Enumerable.Range(0, Pages).Select(_ => Open(product, boss)).ToList();

        var began = Stopwatch.GetTimestamp();
        var (hearing, seeing) = (sockets.Select(socket => HearAsync(socket, "messages.swept", cancellation)).ToList(), pages.ConvertAll(page => SeeAsync(page, flooder, isDeleted: true)));
        var sweep = await product.Get<Sweeps>().RunAsync(boss, new SweepOrder(flooder, 60, [RoomId.General], "bench"));
        var hideCall = Stopwatch.GetElapsedTime(began);
        if (sweep.Line is not { } line || line.Messages != messages) throw new BenchException("not all messages were swept");
        await Task.WhenAll([.. hearing, .. seeing]);
        var hidden = Stopwatch.GetElapsedTime(began);

        began = Stopwatch.GetTimestamp();
        (hearing, seeing) = (sockets.Select(socket => HearAsync(socket, "messages.returned", cancellation)).ToList(), pages.ConvertAll(page => SeeAsync(page, flooder, isDeleted: false)));
        if (!(await product.Get<Sweeps>().UndoAsync(boss, line.Id)).IsDone) throw new BenchException("the sweep was not undone");
        var backCall = Stopwatch.GetElapsedTime(began);
        await Task.WhenAll([.. hearing, .. seeing]);
        var back = Stopwatch.GetElapsedTime(began);
        foreach (var socket in sockets) socket.Dispose();
        return new Round(hideCall.TotalMilliseconds, hidden.TotalMilliseconds, backCall.TotalMilliseconds, back.TotalMilliseconds);
    }

    private static async Task<UserId> AddAsync(Registration registration, string name)
    {
        var added = await registration.RegisterAsync($"{name}@example.org", name, LeverServer.Password);
        return added.User ?? throw new BenchException($"no account for {name}: {added.Error}");
    }

    private static async Task<ClientWebSocket> SubscribeAsync(Uri address, string token, CancellationToken cancellation)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(address) { Scheme = "ws", Path = "/connection/websocket" }.Uri, cancellation);
        await SendAsync(socket, new { id = 1, connect = new { token } }, cancellation);
        await HearAsync(socket, "\"connect\"", cancellation);
        await SendAsync(socket, new { id = 2, subscribe = new { channel = "room:general" } }, cancellation);
        await HearAsync(socket, "\"subscribe\"", cancellation);
        return socket;
    }

    private static Task SendAsync(ClientWebSocket socket, object frame, CancellationToken cancellation) =>
        socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(frame), WebSocketMessageType.Text, endOfMessage: true, cancellation);

    private static async Task HearAsync(ClientWebSocket socket, string what, CancellationToken cancellation)
    {
        var (buffer, text) = (new byte[64 * 1024], new StringBuilder());
        while (!text.ToString().Contains(what, StringComparison.Ordinal))
        {
            var received = await socket.ReceiveAsync(buffer, cancellation);
            if (received.MessageType == WebSocketMessageType.Close) throw new BenchException("a socket was closed");
            text.Append(Encoding.UTF8.GetString(buffer, 0, received.Count));
        }
    }

    private static (RoomFeed Feed, Connection Connection) Open(ProductHost product, UserId user)
    {
        var feed = new RoomFeed(
            product.Get<RoomBroker>(), product.Get<MessageHistory>(), product.Get<RoomCatchUp>(), product.Get<MessageWriter>(), product.Get<MarkdownRenderer>(), TimeProvider.System, user, RoomId.General);
        if (!feed.Load()) throw new BenchException("a page may not read the room");
        while (feed.Messages.Count < RoomFeed.WindowSize && feed.LoadOlder())
        {
            // As full as a page becomes.
        }

        var connection = product.Get<RoomBroker>().Connect(new ConnectionDescription(user, ConnectionKind.Circuit, "127.0.0.1")) ?? throw new BenchException("a page was refused");
        feed.Join(connection);
        return (feed, connection);
    }

    private static async Task SeeAsync((RoomFeed Feed, Connection Connection) page, UserId author, bool isDeleted)
    {
        var batch = new List<Envelope>();
        while (page.Feed.Messages.Any(message => message.Author.Id == author && message.IsDeleted != isDeleted))
        {
            if (!await page.Connection.Outbox.WaitAsync()) throw new BenchException("a page was ended");
            page.Feed.Apply([.. page.Connection.Outbox.Take(batch)]);
            batch.Clear();
        }
    }

    private sealed record Round(double HideCall, double Hidden, double BackCall, double Back);
}
