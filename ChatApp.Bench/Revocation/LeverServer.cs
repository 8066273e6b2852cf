using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using ChatApp.Accounts;
using ChatApp.Bench.Product;
using ChatApp.Moderation;
using ChatApp.Rooms;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Bench.Revocation;

/// <summary>
/// The product in this process, put together by its own composition root, and beside it a local socket by which the bench has its
/// services called: what takes rights away belongs to pages and not to programs. Everything else goes over the network.
/// </summary>
internal static class LeverServer
{
    public const string Name = "levers";

    /// <summary>Password of all accounts.</summary>
    public const string Password = "a sentence for the bench";

    /// <summary>The topic that only moderators may hear.</summary>
    public const string Topic = "mods.x";

    private static readonly string[] Settings =
    [
        "Topics:Prefixes:0:Prefix=mods.", "Topics:Prefixes:0:Subscribe=Moderators", "Topics:Prefixes:0:ClientPublish=Members",
        "Push:ConnectionsPerUser=100000", "Push:ConnectionsPerAddress=100000", "Push:BusySocketsPerUser=1000", "Push:UnauthenticatedSockets=100000",
        "Push:CommandsPerSecond=100000", "Push:CommandBurst=100000", "Messages:PostsPerSecond=100000", "Messages:PostBurst=100000", "Accounts:AttemptsPerMinute=100000",
        "Accounts:RegistrationsPerMinute=0", "Accounts:JoinsPerMinute=0",
    ];

    /// <summary>Where the bench asks for what is done to a server on that port.</summary>
    public static string SocketOf(int port) => Path.Combine(Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"chatapp-levers-{port}.sock"));

    /// <summary>Runs it until cancelled.</summary>
    public static async Task RunAsync(int port, CancellationToken cancellation)
    {
        await using var product = ProductHost.Create([.. Settings, $"Urls=http://127.0.0.1:{port}"]);
        await product.ListenAsync();
        var boss = await AddAsync(product, "boss", Rank.Administrator);
        File.Delete(SocketOf(port));
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(SocketOf(port)));
        listener.Listen();
        try
        {
            while (true)
            {
                using var bench = new NetworkStream(await listener.AcceptAsync(cancellation), ownsSocket: true);
                await ServeAsync(product, boss, bench, cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            // The bench is done.
        }
        finally
        {
            File.Delete(SocketOf(port));
        }
    }

    private static async Task ServeAsync(ProductHost product, UserId boss, NetworkStream bench, CancellationToken cancellation)
    {
        using var reader = new StreamReader(bench);
        await using var writer = new StreamWriter(bench) { AutoFlush = true };
        while (await reader.ReadLineAsync(cancellation) is { } line)
        {
            var answer = line.Split(' ') switch
            {
                ["person", var name] => $"{await AddAsync(product, name, Rank.Moderator)}",
                ["room", .. var members] => await MakeRoomAsync(product, boss, members),
                ["pull", var lever, var user, var room] => await PullAsync(product, boss, Enum.Parse<Lever>(lever), new UserId(user), new RoomId(room)),
                _ => "?",
            };
            await writer.WriteLineAsync(answer.AsMemory(), cancellation);
        }
    }

    /// <summary>The nanoseconds of this machine's clock at the call and at its return.</summary>
    private static async Task<string> PullAsync(ProductHost product, UserId boss, Lever lever, UserId user, RoomId room)
    {
        // The session that was signed in last is the one that acts, and stays.
        var acting = product.Get<Sessions>().List(user).OrderBy(session => session.CreatedAt).Last().Id;
        await using var scope = product.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<ActingSession>().Id = acting;
        var users = scope.ServiceProvider.GetRequiredService<UserManager<ChatUser>>();
        var account = (await users.FindByIdAsync(user.Value))!;
        var called = Now();
        var isDone = lever switch
        {
            Lever.SignOutOthers => await product.Get<Sessions>().EndOthersAsync(user, acting) > 0,
            Lever.Password => (await users.ChangePasswordAsync(account, Password, Password + ", another")).Succeeded,
            Lever.Lock => await product.Get<ModerationDesk>().LockAsync(boss, user, "bench") == ModerationOutcome.Done,
            Lever.Rank => await product.Get<ModerationDesk>().SetRankAsync(boss, user, Rank.Member) == ModerationOutcome.Done,
            Lever.Mute => (await product.Get<Sanctions>().ImposeAsync(boss, new SanctionOrder(user, SanctionKind.Mute, room, "bench", TimeSpan.FromHours(1)))).IsDone,
            Lever.RoomBan => (await product.Get<Sanctions>().ImposeAsync(boss, new SanctionOrder(user, SanctionKind.Ban, room, "bench"))).IsDone,
            Lever.Ban => (await product.Get<Sanctions>().ImposeAsync(boss, new SanctionOrder(user, SanctionKind.Ban, Room: null, "bench"))).IsDone,
            _ => (await product.Get<RoomWriter>().LeaveAsync(user, room)).IsDone,
        };
        var returned = Now();
        return isDone ? string.Create(CultureInfo.InvariantCulture, $"{called} {returned}") : "refused";
    }

    private static async Task<string> MakeRoomAsync(ProductHost product, UserId boss, string[] members)
    {
        var rooms = product.Get<RoomWriter>();
        var room = (await rooms.CreateAsync(boss, "Bench", "", RoomVisibility.Private)).Room!.Id;
        foreach (var member in members) await rooms.InviteAsync(boss, room, new UserId(member));
        return room.Value;
    }

    private static async Task<UserId> AddAsync(ProductHost product, string name, Rank rank)
    {
        await using var scope = product.Services.CreateAsyncScope();
        var added = await scope.ServiceProvider.GetRequiredService<Registration>().RegisterAsync($"{name}@example.org", name, Password);
        var user = added.User ?? throw new BenchException($"no account for {name}: {added.Error}");
        // The first one is the administrator, who gives the others their ranks.
        if (rank != Rank.Administrator && product.Get<ModerationDesk>().Accounts(user) is null)
        {
            var boss = product.Get<UserDirectory>().Search("boss", 1)[0].Id;
            await product.Get<ModerationDesk>().SetRankAsync(boss, user, rank);
        }

        return user;
    }

    private static long Now() => (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));
}
