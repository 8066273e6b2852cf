using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Tests.Api;
using ChatApp.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Accounts;

/// <summary>A refresh token is good once: who shows one that was used ends its whole family.</summary>
public sealed class SessionRefreshTests(TestServer server) : IClassFixture<TestServer>
{
    private const int SignedOut = 4501;

    [Fact]
    public async Task Each_token_gives_the_next_one_in_the_same_session()
    {
        var ann = await server.AddPersonAsync("Ann");
        var pair = await server.LoginAsync(ann);
        for (var round = 1; round <= 3; round++)
        {
            using var response = await server.RefreshAsync(pair);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            pair = await response.Content.ReadFromJsonAsync<JsonElement>();
            Assert.Equal(round, server.RowOf(server.SessionsOf(ann).Single().Id)!.Generation);
        }
    }

    [Fact]
    public async Task A_token_that_was_used_before_ends_the_session_with_its_sockets_and_all_its_tokens()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann);
        var first = await server.LoginAsync(ann);
        using var renewed = await server.RefreshAsync(first);
        var second = await renewed.Content.ReadFromJsonAsync<JsonElement>();
        await using var old = await server.ListenAsync(AccessOf(first), room.Id);
        await using var young = await server.ListenAsync(AccessOf(second), room.Id);
        await using var other = await server.ListenAsync(await server.TokenOfAsync(ann), room.Id);

        using var reused = await server.RefreshAsync(first);
        Assert.Equal(HttpStatusCode.Unauthorized, reused.StatusCode);
        Assert.Empty(await reused.Content.ReadAsByteArrayAsync());
        Assert.Equal((SignedOut, SignedOut), (await old.ClosedAsync(), await young.ClosedAsync()));
        foreach (var token in new[] { AccessOf(first), AccessOf(second) }) Assert.Null(server.Get<AccessTokens>().Read(token).User);
        using var rightful = await server.RefreshAsync(second);
        Assert.Equal(HttpStatusCode.Unauthorized, rightful.StatusCode);

        // Another sign-in of the same account has nothing to do with it.
        await server.PostAsync(ann, room.Id, "still here");
        await other.EventAsync("message.posted");
    }

    [Fact]
    public async Task Of_two_renewals_at_once_with_the_same_token_one_wins_and_the_session_ends()
    {
        var ann = await server.AddPersonAsync("Ann");
        var pair = await server.LoginAsync(ann);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => server.RefreshAsync(pair)));
        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.Equal(7, answers.Count(answer => answer.StatusCode == HttpStatusCode.Unauthorized));
        Assert.Empty(server.SessionsOf(ann));
        var winner = await answers.Single(answer => answer.StatusCode == HttpStatusCode.OK).Content.ReadFromJsonAsync<JsonElement>();
        Assert.Null(server.Get<AccessTokens>().Read(AccessOf(winner)).User);
        foreach (var answer in answers) answer.Dispose();
    }

    [Fact]
    public async Task A_session_of_a_program_lives_as_long_as_its_newest_refresh_token()
    {
        var time = new ManualTime();
        await using var other = await TestServer.StartAsync([], services => services.AddSingleton<TimeProvider>(time));
        var ann = await other.AddPersonAsync("Ann");
        var pair = await other.LoginAsync(ann);
        time.Advance(TimeSpan.FromDays(13));
        using var renewed = await other.RefreshAsync(pair);
        pair = await renewed.Content.ReadFromJsonAsync<JsonElement>();
        time.Advance(TimeSpan.FromDays(13));
        Assert.Single(other.SessionsOf(ann));
        using var again = await other.RefreshAsync(pair);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        time.Advance(TimeSpan.FromDays(15));
        Assert.Empty(other.SessionsOf(ann));
    }

    [Fact]
    public async Task A_cookie_is_no_refresh_token_and_a_signed_out_program_renews_nothing()
    {
        var ann = await server.AddPersonAsync("Ann");
        var pair = await server.LoginAsync(ann);
        await server.Get<Sessions>().EndAsync(ann.Id, server.SessionsOf(ann).Single().Id);
        using var response = await server.RefreshAsync(pair);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        var browser = await server.BeginAsync(ann);
        Assert.Null(await server.Get<Sessions>().RenewAsync(ann.Id, browser.Id, generation: 1, "192.0.2.7"));
        Assert.Single(server.SessionsOf(ann));
    }

    private static string AccessOf(JsonElement pair) => pair.GetProperty("accessToken").GetString()!;
}
