using System.Text.Json;
using ChatApp.Messages;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Tests.Client;
using ChatApp.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Wire;

/// <summary>The unmodified client of another server over a longer time, while the network and the server do to it what they do.</summary>
public sealed class CentrifugeSessionTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(100);

    [Fact]
    public async Task The_unmodified_client_renews_its_token_recovers_after_a_cut_and_obeys_every_class_of_codes()
    {
        var time = new ManualTime();
        await using var server = await TestServer.StartAsync(["Accounts:AccessTokenMinutes=1", "Push:PingSeconds=3600"], services => services.AddSingleton<TimeProvider>(time));
        await using var proxy = new CuttingProxy(server.Address);
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(bob, members: ann);
        var other = await server.MakeRoomAsync(bob, members: ann);
        var token = await server.TokenOfAsync(ann);
        // Two seconds are left of it.
        time.Advance(TimeSpan.FromSeconds(57));

        var running = CentrifugeScript.RunAsync("lasting.mjs",
            ["--url", proxy.Endpoint.ToString(), "--token", token, "--login", $"{server.Address}/api/account/login", "--email", ann.Email, "--password", ann.Password,
             "--channel", $"room:{room.Id}", "--other", $"room:{other.Id}", "--control", "room:general"], Deadline);

        await StepAsync("renewed");
        // The first token's end and its time of grace are over then, those of the second one not.
        await Eventually.BecomesAsync(() => Mine() is not null);
        var first = Mine()!;
        time.Advance(TimeSpan.FromSeconds(40));

        await StepAsync("subscribed");
        Assert.Same(first, Mine());
        for (var i = 0; i < 5; i++) await server.PostAsync(bob, room.Id, $"live {i}");
        await server.PostAsync(bob, room.Id, "last before the cut");

        await StepAsync("cut me");
        proxy.IsDown = true;
        await Eventually.BecomesAsync(() => Mine() is null);
        for (var i = 0; i < 40; i++) await server.PostAsync(bob, room.Id, $"missed {i}");
        await server.PostAsync(bob, room.Id, "last during the cut");
        proxy.IsDown = false;

        await StepAsync("put me out");
        await server.Get<RoomWriter>().LeaveAsync(ann.Id, other.Id);

        await StepAsync("say that something was lost");
        Mine()!.SubscriptionTo(room.Id)!.Dispose();
        Mine()!.Send(server.Get<RoomBroker>().Wrap(new SubscriptionEnded(room.Id, EndReason.InsufficientState)));

        await StepAsync("ask me to come back");
        Mine()!.End(EndReason.ForceReconnect);

        await StepAsync("ask me with a code of your own");
        Mine()!.End(new EndReason(4000, "moved"));

        await StepAsync("send me away");
        Mine()!.End(EndReason.ForceDisconnect);
        await StepAsync("sign me out");
        Mine()!.End(EndReason.SignedOut);
        await StepAsync("send me away with a code of your own");
        Mine()!.End(new EndReason(4999, "closed for good"));

        var result = await running;
        Assert.True(result.ExitCode == 0, result.ToString());
        var seen = JsonDocument.Parse(result.LastLine).RootElement;
        Assert.Contains($"room:{room.Id}", seen.GetProperty("rooms").EnumerateArray().Select(each => each.GetString()));
        Assert.Contains("room.left", seen.GetProperty("own").EnumerateArray().Select(each => each.GetString()));
        var head = server.Get<RoomDirectory>().Find(room.Id, ann.Id)!.Room.Head.Value;
        Assert.Equal(Enumerable.Range(1, (int)head), Numbers("history"));
        Assert.Equal([9, 8, 7], Numbers("backward"));
        Assert.True(seen.GetProperty("subscriptionTokens").GetInt32() >= 2);
        Assert.Equal(2000, seen.GetProperty("left").GetInt32());
        Assert.Equal(2500, seen.GetProperty("again").GetInt32());
        Assert.Contains(3011, Numbers("connecting"));
        Assert.Contains(4000, Numbers("connecting"));
        Assert.Equal((3503, 4501, 4999), (seen.GetProperty("disconnected").GetInt32(), seen.GetProperty("signedOut").GetInt32(), seen.GetProperty("refused").GetInt32()));
        var subscribed = seen.GetProperty("subscribed").EnumerateArray().Select(each => (each.GetProperty("wasRecovering").GetBoolean(), each.GetProperty("recovered").GetBoolean())).ToList();
        Assert.Equal([(false, false), .. Enumerable.Repeat((true, true), 6)], subscribed);
        Assert.Equal(47, seen.GetProperty("offsets").GetArrayLength() - 1);

        IEnumerable<int> Numbers(string name) => seen.GetProperty(name).EnumerateArray().Select(each => each.GetInt32());

        Connection? Mine() => server.Get<RoomBroker>().Connections.SingleOrDefault(connection => connection.User == ann.Id);

        async Task StepAsync(string name)
        {
            var said = Eventually.BecomesAsync(
                () => server.Get<MessageHistory>().Latest(ann.Id, RoomId.General, 20)!.Messages.Any(message => message.Text == $"step {name}"),
                $"it never came to the step '{name}'", Deadline);
            if (await Task.WhenAny(said, running) == running) Assert.Fail((await running).ToString());
            await said;
        }
    }
}
