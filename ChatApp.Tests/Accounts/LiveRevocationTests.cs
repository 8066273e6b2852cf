using System.Collections.Concurrent;
using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Components;
using ChatApp.Messages;
using ChatApp.Moderation;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Api;
using ChatApp.Tests.Harness;
using Microsoft.Extensions.Logging.Abstractions;

namespace ChatApp.Tests.Accounts;

/// <summary>Ways to end everything of an account.</summary>
public enum WayOut
{
    SignOutEverywhere,
    PasswordByIdentity,
    EmailByIdentity,
    SecondFactorByIdentity,
    StampByTheWriter,
    Lock,
    DeletionByIdentity,
    DeletionByTheWriter,
    Removal,
}

public sealed class LiveRevocationTests(TestServer server) : LiveRevocationTests<TestServer>(server);

/// <summary>The same through the web server's stream.</summary>
public sealed class LiveRevocationByStreamTests(StreamServer server) : LiveRevocationTests<StreamServer>(server);

/// <summary>Who may not be connected any more is not, at once, whoever has taken the right away; and hears nothing after that.</summary>
public abstract class LiveRevocationTests<TServer>(TServer server) : IClassFixture<TServer>
    where TServer : TestServer
{
    private const int SignedOut = 4501;

    [Theory]
    [InlineData(WayOut.SignOutEverywhere)]
    [InlineData(WayOut.PasswordByIdentity)]
    [InlineData(WayOut.EmailByIdentity)]
    [InlineData(WayOut.SecondFactorByIdentity)]
    [InlineData(WayOut.StampByTheWriter)]
    [InlineData(WayOut.Lock)]
    [InlineData(WayOut.DeletionByIdentity)]
    [InlineData(WayOut.DeletionByTheWriter)]
    [InlineData(WayOut.Removal)]
    public async Task Everything_of_the_account_ends_and_nothing_is_delivered_after_that_moment(WayOut way)
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(bob, RoomVisibility.Private, "Secrets", ann);
        var tokens = new[] { await server.TokenOfAsync(ann), await server.TokenOfAsync(ann) };
        var sockets = new List<TestSocket>();
        for (var i = 0; i < 10; i++) sockets.Add(await server.ListenAsync(tokens[i % 2], room.Id));
        await using var stays = await server.SubscribeAsync(bob, room.Id);
        var heard = new ConcurrentQueue<int>();
        using var page = await OpenPageAsync(ann, room.Id, heard);

        var next = 0;
        using var stop = new CancellationTokenSource();
        var talking = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested) await server.PostAsync(bob, room.Id, $"number {Interlocked.Increment(ref next)}");
        });
        await Eventually.BecomesAsync(() => heard.Count > 20);
        await EndAsync(way, ann);
        // What gets this number or a later one is said after the end.
        var first = Volatile.Read(ref next) + 1;
        Assert.Equal(EndReason.SignedOut, await page.Ended.Soon());
        await Eventually.BecomesAsync(() => Volatile.Read(ref next) > first + 20);
        await stop.CancelAsync();
        await talking;

        Assert.DoesNotContain(heard, number => number >= first);
        foreach (var socket in sockets)
        {
            Assert.Equal(SignedOut, await socket.ClosedAsync());
            Assert.DoesNotContain(socket.Rest(), frame => NumberOf(frame) >= first);
            var last = socket.Rest()[^1].GetProperty("push").GetProperty("disconnect");
            Assert.Equal((SignedOut, false), (last.GetProperty("code").GetInt32(), last.GetProperty("reconnect").GetBoolean()));
            await socket.DisposeAsync();
        }

        Assert.Empty(server.Get<RoomBroker>().ConnectionsOf(ann.Id));
        foreach (var token in tokens) Assert.Null(server.Get<AccessTokens>().Read(token).User);
        await Eventually.BecomesAsync(() => stays.Rest().Any(frame => NumberOf(frame) >= first), "others go on");
    }

    [Fact]
    public async Task Signing_out_one_session_ends_its_own_connections_only()
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann);
        await using var ends = await server.ListenAsync(await server.TokenOfAsync(ann), room.Id);
        var session = SessionKit.SessionOf(server.Get<RoomBroker>().ConnectionsOf(ann.Id).Single());
        await using var stays = await server.ListenAsync(await server.TokenOfAsync(ann), room.Id);
        Assert.True(await server.Get<Sessions>().EndAsync(ann.Id, session));
        Assert.Equal(SignedOut, await ends.ClosedAsync());
        await server.PostAsync(ann, room.Id, "still here");
        await stays.EventAsync("message.posted");
    }

    [Fact]
    public async Task The_session_in_which_the_password_is_changed_goes_on_and_all_others_end()
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann);
        using var here = await OpenPageAsync(ann, room.Id, []);
        var acting = SessionKit.SessionOf(here.Connection!);
        using var there = await OpenPageAsync(ann, room.Id, []);
        await using var program = await server.SubscribeAsync(ann, room.Id);
        await server.ChangePasswordAsync(ann, acting);
        Assert.Equal(EndReason.SignedOut, await there.Ended.Soon());
        Assert.Equal(SignedOut, await program.ClosedAsync());
        Assert.Equal([acting], server.SessionsOf(ann).Select(session => session.Id));
        Assert.Null(here.Connection!.EndReason);
        Assert.True(server.Get<AccessTokens>().StillHolds(ann.Id, acting));
    }

    [Fact]
    public async Task An_automatic_lockout_ends_nothing_that_lives()
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann);
        var token = await server.TokenOfAsync(ann);
        await using var socket = await server.ListenAsync(token, room.Id);
        using var page = await OpenPageAsync(ann, room.Id, []);
        await server.WithIdentityAsync(ann, async (users, account) =>
        {
            for (var i = 0; i < server.Get<AccountOptions>().LockoutAttempts; i++) await users.AccessFailedAsync(account);
            Assert.True(await users.IsLockedOutAsync(account));
        });
        await server.PostAsync(ann, room.Id, "still here");
        await socket.EventAsync("message.posted");
        Assert.Null(page.Connection!.EndReason);
        Assert.Equal(ann.Id, server.Get<AccessTokens>().Read(token).User);
        await using var again = await server.ListenAsync(token, room.Id);
    }

    [Fact]
    public async Task What_changes_of_an_account_besides_ends_nothing()
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann);
        await using var socket = await server.SubscribeAsync(ann, room.Id);
        await server.WithIdentityAsync(ann, async (users, account) =>
        {
            account.StatusText = "at lunch";
            Assert.True((await users.UpdateAsync(account)).Succeeded);
        });
        await server.PostAsync(ann, room.Id, "still here");
        await socket.EventAsync("message.posted");
    }

    [Fact]
    public async Task Somebody_elses_end_is_nobody_elses()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        await using var socket = await server.ConnectAsync(bob);
        await EndAsync(WayOut.Lock, ann);
        await EndAsync(WayOut.PasswordByIdentity, ann);
        Assert.True((await socket.AskAsync(new { ping = new { } })).TryGetProperty("ping", out _));
    }

    [Fact]
    public async Task Who_connects_while_the_session_ends_is_not_left_over()
    {
        var ann = await server.AddPersonAsync("Ann");
        var (broker, tokens, sessions) = (server.Get<RoomBroker>(), server.Get<AccessTokens>(), server.Get<Sessions>());
        for (var round = 0; round < 200; round++)
        {
            var session = await server.BeginAsync(ann);
            Assert.True(tokens.StillHolds(ann.Id, session.Id));
            var ending = sessions.EndAsync(ann.Id, session.Id);
            using var page = new CircuitSession(broker, server.Get<PagePace>(), NullLogger<CircuitSession>.Instance);
            await Task.Run(() => page.Open(ann.Id, "192.0.2.1", SessionClaims.CredentialOf(session.Id), () => tokens.StillHolds(ann.Id, session.Id)));
            Assert.True(await ending);
            Assert.True(page.Connection!.EndReason == EndReason.SignedOut, $"round {round}");
        }
    }

    [Fact]
    public async Task A_connection_ends_with_the_session_whose_token_it_was_refreshed_with()
    {
        var ann = await server.AddPersonAsync("Ann");
        await using var socket = await server.ConnectAsync(ann);
        var connection = server.Get<RoomBroker>().ConnectionsOf(ann.Id).Single();
        var first = SessionKit.SessionOf(connection);
        var token = await server.TokenOfAsync(ann);
        // Made at a later moment, it ends later.
        Assert.True((await socket.AskAsync(new { refresh = new { token } })).TryGetProperty("refresh", out _));
        var second = SessionKit.SessionOf(connection);
        Assert.NotEqual(first, second);
        await server.Get<Sessions>().EndAsync(ann.Id, first);
        Assert.True((await socket.AskAsync(new { ping = new { } })).TryGetProperty("ping", out _));
        await server.Get<Sessions>().EndAsync(ann.Id, second);
        Assert.Equal(SignedOut, await socket.ClosedAsync());
    }

    [Fact]
    public async Task A_moderator_who_is_one_no_more_calls_nothing_of_theirs_and_hears_of_it()
    {
        var (boss, mod) = (await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync("Mod", Rank.Moderator));
        await using var socket = await server.ConnectAsync(mod);
        string[] methods = ["moderation.connections", "moderation.accounts", "moderation.audit"];
        foreach (var method in methods) Assert.True((await CallAsync(socket, method)).TryGetProperty("rpc", out _), method);
        Assert.Equal(ModerationOutcome.Done, await server.Get<ModerationDesk>().SetRankAsync(boss.Id, mod.Id, Rank.Member));
        foreach (var method in methods) Assert.Equal(103, TestSocket.ErrorOf(await CallAsync(socket, method)));
        Assert.Equal("member", (await socket.PushAsync(push => push.ToString().Contains("rank", StringComparison.Ordinal))).GetProperty("pub").GetProperty("data").GetProperty("rank").GetString());
    }

    private static Task<JsonElement> CallAsync(TestSocket socket, string method) => socket.AskAsync(new { rpc = new { method, data = new { } } });

    private static int NumberOf(JsonElement frame) =>
        frame.TryGetProperty("push", out var push) && push.TryGetProperty("pub", out var pub) && pub.GetProperty("data").TryGetProperty("message", out var message)
            ? NumberOf(message.GetProperty("text").GetString()!)
            : -1;

    private static int NumberOf(string text) => text.StartsWith("number ", StringComparison.Ordinal) ? int.Parse(text[7..], System.Globalization.CultureInfo.InvariantCulture) : -1;

    // A page as the browser opens it, by a session of its own.
    private async Task<CircuitSession> OpenPageAsync(TestPerson person, RoomId room, ConcurrentQueue<int> heard)
    {
        var session = await server.BeginAsync(person);
        var tokens = server.Get<AccessTokens>();
        var page = new CircuitSession(server.Get<RoomBroker>(), server.Get<PagePace>(), NullLogger<CircuitSession>.Instance);
        page.Listen(batch =>
        {
            foreach (var posted in batch.Select(envelope => envelope.Body).OfType<MessagePosted>()) heard.Enqueue(NumberOf(posted.Message.Text));
            return Task.CompletedTask;
        });
        Assert.True(page.Open(person.Id, "192.0.2.1", SessionClaims.CredentialOf(session.Id), () => tokens.StillHolds(person.Id, session.Id)));
        server.Get<RoomBroker>().Subscribe(page.Connection!, room).Subscription!.TryRelease(server.Get<RoomDirectory>().Find(room, person.Id)!.Room.Head);
        return page;
    }

    private async Task EndAsync(WayOut way, TestPerson person)
    {
        switch (way)
        {
            case WayOut.SignOutEverywhere:
                await server.Get<Sessions>().EndOthersAsync(person.Id, keep: null);
                break;
            case WayOut.PasswordByIdentity:
                await server.ChangePasswordAsync(person);
                break;
            case WayOut.EmailByIdentity:
                await server.WithIdentityAsync(person, async (users, account) => Assert.True((await users.SetEmailAsync(account, "new" + person.Email)).Succeeded));
                break;
            case WayOut.SecondFactorByIdentity:
                await server.WithIdentityAsync(person, async (users, account) => Assert.True((await users.SetTwoFactorEnabledAsync(account, enabled: true)).Succeeded));
                break;
            case WayOut.StampByTheWriter:
                await server.Get<CommitQueue>().CommitAsync(commit => Account(commit, person).SecurityStamp = "another");
                break;
            case WayOut.Lock:
                var boss = await server.AddPersonAsync("Boss", Rank.Administrator);
                Assert.Equal(ModerationOutcome.Done, await server.Get<ModerationDesk>().LockAsync(boss.Id, person.Id, "spam"));
                break;
            case WayOut.DeletionByIdentity:
                await server.WithIdentityAsync(person, async (users, account) =>
                {
                    account.DeletedAt = account.CreatedAt;
                    Assert.True((await users.UpdateAsync(account)).Succeeded);
                });
                break;
            case WayOut.DeletionByTheWriter:
                await server.Get<CommitQueue>().CommitAsync(commit => Account(commit, person).DeletedAt = commit.Now);
                break;
            default:
                await server.Get<CommitQueue>().CommitAsync(commit =>
                {
                    commit.Db.Memberships.RemoveRange(commit.Db.Memberships.Where(member => member.UserId == person.Id.Value));
                    return commit.Db.Users.Remove(Account(commit, person));
                });
                break;
        }
    }

    private static ChatUser Account(Commit commit, TestPerson person) => commit.Db.Users.Single(user => user.Id == person.Id.Value);
}
