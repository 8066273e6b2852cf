using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Moderation;
using ChatApp.Sockets;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Tokens;

/// <summary>Tokens that people make: what they may be, who sees and ends them, and by which doors they lead in.</summary>
public sealed class PersonalTokenTests(PersonalTokenTests.Server server) : IClassFixture<PersonalTokenTests.Server>
{
    private PersonalTokens Tokens => server.Get<PersonalTokens>();

    [Fact]
    public async Task A_token_is_shown_once_and_only_its_hash_is_stored()
    {
        var ann = await server.AddPersonAsync("Ann");
        var token = await server.AddTokenAsync(ann);
        Assert.Matches("^chatpat_[A-Za-z0-9_-]{43}$", token.Secret);
        using var db = server.Get<ChatDatabase>().OpenRead();
        var row = db.PersonalTokens.Single(stored => stored.Id == token.Id);
        Assert.Equal(Secret.Hash(token.Secret), row.Hash);
        Assert.DoesNotContain(token.Secret[20..], JsonSerializer.Serialize(row), StringComparison.Ordinal);
        Assert.DoesNotContain(token.Secret[20..], JsonSerializer.Serialize(Tokens.List(ann.Id, ann.Id)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", TokenOutcome.BadName)]
    [InlineData("   ", TokenOutcome.BadName)]
    [InlineData("\u200B\u200B", TokenOutcome.BadName)]
    [InlineData("a\u202Eb", TokenOutcome.BadName)]
    [InlineData("a\nb", TokenOutcome.BadName)]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345", TokenOutcome.BadName)]
    [InlineData("1234567890123456789012345678901234567890123456789012345678901234", TokenOutcome.Done)]
    [InlineData("  deploy 🚀 ", TokenOutcome.Done)]
    public async Task A_name_has_1_to_64_characters_that_people_see(string name, TokenOutcome expected)
    {
        var ann = await server.AddPersonAsync("Ann");
        Assert.Equal(expected, (await Tokens.MakeAsync(ann.Id, ann.Id, new TokenWish(name, TokenScopes.Read))).Outcome);
        if (expected == TokenOutcome.Done) Assert.Equal(name.Trim(), Assert.Single(Tokens.List(ann.Id, ann.Id)!).Name);
    }

    [Theory]
    [InlineData(Rank.Member, TokenScopes.Read | TokenScopes.Post, TokenOutcome.Done)]
    [InlineData(Rank.Member, TokenScopes.Moderate, TokenOutcome.ScopesNotHeld)]
    [InlineData(Rank.Member, TokenScopes.Read | TokenScopes.Admin, TokenOutcome.ScopesNotHeld)]
    [InlineData(Rank.Moderator, TokenScopes.Moderate, TokenOutcome.Done)]
    [InlineData(Rank.Moderator, TokenScopes.Admin, TokenOutcome.ScopesNotHeld)]
    [InlineData(Rank.Administrator, TokenKit.All, TokenOutcome.Done)]
    [InlineData(Rank.Administrator, TokenScopes.None, TokenOutcome.NoScopes)]
    [InlineData(Rank.Administrator, (TokenScopes)16, TokenOutcome.NoScopes)]
    public async Task A_token_of_rights_that_the_account_has_not_is_not_made(Rank rank, TokenScopes scopes, TokenOutcome expected)
    {
        var ann = await server.AddPersonAsync("Ann", rank);
        Assert.Equal(expected, (await Tokens.MakeAsync(ann.Id, ann.Id, new TokenWish("x", scopes))).Outcome);
    }

    [Fact]
    public async Task Rooms_are_those_that_the_account_is_in_and_at_most_50()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var (own, others) = ((await server.MakeRoomAsync(ann)).Id, (await server.MakeRoomAsync(bob)).Id);
        async Task<TokenOutcome> MakeAsync(params RoomId[] rooms) => (await Tokens.MakeAsync(ann.Id, ann.Id, new TokenWish("x", TokenScopes.Read) { Rooms = rooms })).Outcome;
        Assert.Equal(TokenOutcome.Done, await MakeAsync(own, RoomId.General, own));
        Assert.Equal([own, RoomId.General], Assert.Single(Tokens.List(ann.Id, ann.Id)!).Rooms);
        Assert.Equal(TokenOutcome.BadRooms, await MakeAsync(own, others));
        Assert.Equal(TokenOutcome.BadRooms, await MakeAsync(new RoomId("nowhere")));
        Assert.Equal(TokenOutcome.BadRooms, await MakeAsync([.. Enumerable.Range(0, 51).Select(number => new RoomId($"r{number}"))]));
    }

    [Theory]
    [InlineData(-1, TokenOutcome.BadExpiry)]
    [InlineData(0, TokenOutcome.BadExpiry)]
    [InlineData(1, TokenOutcome.Done)]
    [InlineData(3650, TokenOutcome.Done)]
    [InlineData(3652, TokenOutcome.BadExpiry)]
    public async Task An_end_is_ahead_and_at_most_ten_years_away(int days, TokenOutcome expected)
    {
        var ann = await server.AddPersonAsync("Ann");
        var expires = server.Get<TimeProvider>().GetUtcNow().AddDays(days).AddMilliseconds(-1);
        Assert.Equal(expected, (await Tokens.MakeAsync(ann.Id, ann.Id, new TokenWish("x", TokenScopes.Read) { Expires = expires })).Outcome);
    }

    [Fact]
    public async Task An_account_has_at_most_50_tokens_and_a_revoked_one_makes_room()
    {
        var ann = await server.AddPersonAsync("Ann");
        var first = await server.AddTokenAsync(ann);
        for (var i = 1; i < PersonalTokens.MaxTokens; i++) await Tokens.MakeAsync(ann.Id, ann.Id, new TokenWish($"{i}", TokenScopes.Read));
        Assert.Equal(TokenOutcome.TooMany, (await Tokens.MakeAsync(ann.Id, ann.Id, new TokenWish("x", TokenScopes.Read))).Outcome);
        Assert.Equal(TokenOutcome.Done, await Tokens.RevokeAsync(ann.Id, first.Id));
        Assert.Equal(TokenOutcome.Done, (await Tokens.MakeAsync(ann.Id, ann.Id, new TokenWish("x", TokenScopes.Read))).Outcome);
    }

    [Fact]
    public async Task Tokens_of_others_are_not_there_except_for_administrators_whose_act_is_in_the_audit_log()
    {
        var (ann, bob, mod, admin) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"), await server.AddPersonAsync("Mod", Rank.Moderator), await server.AddPersonAsync("Admin", Rank.Administrator));
        var token = await server.AddTokenAsync(ann);
        foreach (var other in new[] { bob, mod })
        {
            Assert.Null(Tokens.List(other.Id, ann.Id));
            Assert.Equal(TokenOutcome.NotFound, await Tokens.RevokeAsync(other.Id, token.Id));
        }

        foreach (var other in new[] { bob, admin })
        {
            Assert.Equal(TokenOutcome.NotFound, (await Tokens.MakeAsync(other.Id, ann.Id, new TokenWish("x", TokenScopes.Read))).Outcome);
            Assert.Equal(TokenOutcome.NotFound, (await Tokens.RotateAsync(other.Id, token.Id)).Outcome);
        }

        Assert.Equal(token.Id, Assert.Single(Tokens.List(admin.Id, ann.Id)!).Id);
        Assert.Equal(TokenOutcome.Done, await Tokens.RevokeAsync(admin.Id, token.Id));
        Assert.Contains(server.Get<ModerationDesk>().Audit(admin.Id)!, entry => entry.Action == "token.revoke" && entry.Target == ann.Id.Value && entry.Details.Contains(token.Id, StringComparison.Ordinal));
        Assert.Equal(TokenOutcome.NotFound, await Tokens.RevokeAsync(ann.Id, token.Id));
        Assert.Equal(3500, await server.RefusedAsync(token.Secret));
    }

    [Fact]
    public async Task A_token_leads_in_by_the_connect_frame_the_header_a_ticket_an_event_stream_and_a_line()
    {
        var ann = await server.AddPersonAsync("Ann");
        var token = await server.AddTokenAsync(ann);
        await using (var byFrame = await server.ConnectByAsync(token.Secret)) Assert.Equal($"token:{token.Id}", server.ConnectionOf(ann.Id).Credential);
        await using (var byHeader = await server.OpenSocketAsync(options => options.SetRequestHeader("Authorization", "Bearer " + token.Secret)))
        {
            await byHeader.SendTextAsync("""{"id":1,"connect":{}}""");
            Assert.Equal(ann.Id.Value, (await byHeader.ReplyAsync(1)).GetProperty("connect").GetProperty("data").GetProperty("user").GetString());
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/account/ticket") { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token.Secret) } };
        using var answer = await server.Http.SendAsync(request);
        var ticket = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("ticket").GetString();
        var address = new Uri($"{server.Address.Replace("http", "ws", StringComparison.Ordinal)}/connection/websocket?ticket={ticket}");
        await using (var byTicket = await TestSocket.OpenAsync(address))
        {
            await byTicket.SendTextAsync("""{"id":1,"connect":{}}""");
            Assert.True((await byTicket.ReplyAsync(1)).TryGetProperty("connect", out _));
        }

        var (status, events) = await TestEvents.TryOpenAsync(server, "channel=room:general", ("Authorization", "Bearer " + token.Secret));
        Assert.Equal(HttpStatusCode.OK, status);
        await using (events) Assert.True((await events!.NextAsync()).Data.GetProperty("push").TryGetProperty("connect", out _));

        await using var lines = await TestLines.OpenAsync(server.Get<LineServer>().Address!);
        Assert.True((await lines.AskAsync(new { connect = new { token = token.Secret } })).TryGetProperty("connect", out _));
    }

    [Fact]
    public async Task A_token_is_no_cookie_no_refresh_token_and_no_key_of_the_server_API()
    {
        var token = (await server.AddTokenAsync(await server.AddPersonAsync("Ann", Rank.Administrator), TokenKit.All)).Secret;
        using var page = new HttpRequestMessage(HttpMethod.Get, "/rooms/general") { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };
        using var shown = await server.Http.SendAsync(page);
        Assert.Equal(HttpStatusCode.Redirect, shown.StatusCode);
        using var cookie = new HttpRequestMessage(HttpMethod.Get, "/rooms/general");
        cookie.Headers.Add("Cookie", "chat.session=" + token);
        using var asCookie = await server.Http.SendAsync(cookie);
        Assert.Equal(HttpStatusCode.Redirect, asCookie.StatusCode);
        using var refresh = await server.Http.PostAsJsonAsync("/api/account/refresh", new { refreshToken = token });
        Assert.Equal(HttpStatusCode.Unauthorized, refresh.StatusCode);
        using var api = new HttpRequestMessage(HttpMethod.Post, "/api/info") { Content = JsonContent.Create(new { }), Headers = { { "X-API-Key", token } } };
        using var asKey = await server.Http.SendAsync(api);
        Assert.Equal(HttpStatusCode.Unauthorized, asKey.StatusCode);
    }

    [Theory]
    [InlineData("chatpat_")]
    [InlineData("chatpat_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("chatbot_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("chatpat_' or 1=1 --")]
    public async Task What_is_no_token_proves_nothing(string token) => Assert.Equal(3500, await server.RefusedAsync(token));

    [Fact]
    public async Task Neither_another_prefix_nor_another_case_nor_its_hash_is_the_token()
    {
        var token = (await server.AddTokenAsync(await server.AddPersonAsync("Ann"))).Secret;
        foreach (var other in new[] { token.Replace("chatpat_", "chatbot_", StringComparison.Ordinal), token.ToUpperInvariant(), token + "A", token[..^1], " " + token, Secret.Hash(token) })
            Assert.Equal(3500, await server.RefusedAsync(other));
    }

    [Fact]
    public async Task The_last_use_is_noted_to_the_minute_with_the_address()
    {
        var time = new ManualTime();
        await using var other = await TestServer.StartAsync(["Push:PingSeconds=3600"], services => services.AddSingleton<TimeProvider>(time));
        var ann = await other.AddPersonAsync("Ann");
        var token = await other.AddTokenAsync(ann);
        TokenLine Line() => other.Get<PersonalTokens>().List(ann.Id, ann.Id)!.Single();
        Assert.Null(Line().LastUsedAt);
        var first = time.GetUtcNow();
        await (await other.ConnectByAsync(token.Secret)).DisposeAsync();
        await Eventually.BecomesAsync(() => Line().LastUsedAt is not null);
        Assert.Equal((first.ToUnixTimeMilliseconds(), "127.0.0.1"), (Line().LastUsedAt!.Value.ToUnixTimeMilliseconds(), Line().LastAddress));

        time.Advance(TimeSpan.FromSeconds(59));
        await (await other.ConnectByAsync(token.Secret)).DisposeAsync();
        await other.Get<CommitQueue>().CommitAsync(_ => true);
        Assert.Equal(first.ToUnixTimeMilliseconds(), Line().LastUsedAt!.Value.ToUnixTimeMilliseconds());
        time.Advance(TimeSpan.FromSeconds(1));
        await (await other.ConnectByAsync(token.Secret)).DisposeAsync();
        await Eventually.BecomesAsync(() => Line().LastUsedAt > first.AddSeconds(59));
    }

    /// <summary>A server with the TCP port on.</summary>
    public sealed class Server() : TestServer([$"Push:TcpPort={TestLines.FreePort()}"]);
}
