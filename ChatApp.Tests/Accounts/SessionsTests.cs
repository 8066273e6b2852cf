using System.Net;
using ChatApp.Accounts;
using ChatApp.Push;
using ChatApp.Storage;
using ChatApp.Tests.Api;
using ChatApp.Tests.Harness;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Accounts;

/// <summary>What signed in has a row of its own, and is worth what that row says.</summary>
public sealed class SessionsTests(TestServer server) : IClassFixture<TestServer>
{
    private const int InvalidToken = 3500;

    [Fact]
    public async Task A_login_of_a_program_is_a_session_by_the_name_that_it_gives_or_by_its_user_agent()
    {
        var ann = await server.AddPersonAsync("Ann");
        await server.LoginAsync(ann, new { email = ann.Email, password = ann.Password, name = "build\u202e server\n" });
        Assert.Equal((SessionKind.Program, "build server", "127.0.0.1", false), Facts(server.SessionsOf(ann).Single()));
        await server.LoginAsync(ann, new { email = ann.Email, password = ann.Password }, userAgent: "curl/8.1");
        Assert.Equal(["build server", "curl/8.1"], server.SessionsOf(ann).Select(session => session.Name).Order());
    }

    [Fact]
    public async Task The_cookie_of_an_ended_session_is_worthless_on_pages_on_the_API_and_on_sockets()
    {
        var ann = await server.AddPersonAsync("Ann");
        var cookie = await server.CookieOfAsync(ann);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (await PageAsync(cookie), await TicketAsync(cookie)));
        await server.Get<Sessions>().EndOthersAsync(ann.Id, keep: null);
        Assert.Equal((HttpStatusCode.Found, HttpStatusCode.Unauthorized), (await PageAsync(cookie), await TicketAsync(cookie)));
        await using var socket = await server.OpenSocketAsync(options =>
        {
            options.SetRequestHeader("Cookie", cookie);
            options.SetRequestHeader("Origin", server.Address);
        });
        await socket.SendAsync(new { id = 1, connect = new { } });
        Assert.Equal(InvalidToken, await socket.ClosedAsync());
    }

    [Fact]
    public async Task A_ticket_of_an_ended_session_opens_nothing()
    {
        var ann = await server.AddPersonAsync("Ann");
        var tokens = server.Get<AccessTokens>();
        var token = await server.TokenOfAsync(ann);
        var ticket = server.Get<SocketTickets>().Issue(ann.Id, () => tokens.Read(token))!;
        await server.Get<Sessions>().EndOthersAsync(ann.Id, keep: null);
        Assert.Null(server.Get<SocketTickets>().Redeem(ticket).User);
    }

    [Fact]
    public async Task A_cookie_without_a_session_is_refused()
    {
        var ann = await server.AddPersonAsync("Ann");
        Assert.Equal(HttpStatusCode.Found, await PageAsync(await server.CookieOfAsync(ann, isInSession: false)));
    }

    [Fact]
    public async Task A_session_of_somebody_else_proves_nothing()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var session = await server.BeginAsync(bob);
        Assert.False(server.Get<AccessTokens>().StillHolds(ann.Id, session.Id));
        Assert.True(server.Get<AccessTokens>().StillHolds(bob.Id, session.Id));
        Assert.False(await server.Get<Sessions>().EndAsync(ann.Id, session.Id));
        Assert.True(server.Get<AccessTokens>().StillHolds(bob.Id, session.Id));
    }

    [Fact]
    public async Task Ending_all_others_leaves_the_one_and_other_people_alone()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var keep = await server.BeginAsync(ann);
        await server.BeginAsync(ann);
        await server.BeginAsync(ann, SessionKind.Program);
        var other = await server.BeginAsync(bob);
        Assert.Equal(2, await server.Get<Sessions>().EndOthersAsync(ann.Id, keep.Id));
        Assert.Equal([keep.Id], server.SessionsOf(ann).Select(session => session.Id));
        Assert.Equal([other.Id], server.SessionsOf(bob).Select(session => session.Id));
    }

    [Fact]
    public async Task One_session_too_many_ends_the_one_of_its_kind_that_was_used_longest_ago()
    {
        var time = new ManualTime();
        await using var small = await TestServer.StartAsync(["Accounts:SessionsPerUser=2"], services => services.AddSingleton<TimeProvider>(time));
        var ann = await small.AddPersonAsync("Ann");
        var browser = await small.BeginAsync(ann);
        var first = await small.BeginAsync(ann, SessionKind.Program);
        time.Advance(TimeSpan.FromSeconds(1));
        var second = await small.BeginAsync(ann, SessionKind.Program);
        time.Advance(TimeSpan.FromSeconds(1));
        small.Get<SessionUses>().Note(first.Id, "192.0.2.7");
        await small.Get<SessionUses>().StoreAsync();
        time.Advance(TimeSpan.FromSeconds(1));
        var third = await small.BeginAsync(ann, SessionKind.Program);
        Assert.Equal(new[] { browser.Id, first.Id, third.Id }.Order(), small.SessionsOf(ann).Select(session => session.Id).Order());
        Assert.NotNull(small.RowOf(second.Id)!.EndedAt);
    }

    [Fact]
    public async Task Nothing_begins_by_a_password_that_was_changed_meanwhile()
    {
        var ann = await server.AddPersonAsync("Ann");
        ChatUser before;
        using (var db = server.Get<ChatDatabase>().OpenRead()) before = db.Users.Single(user => user.Id == ann.Id.Value);
        await server.ChangeStampAsync(ann);
        Assert.Null(await server.Get<Sessions>().BeginAsync(before, SessionKind.Browser, "", ""));
        Assert.Empty(server.SessionsOf(ann));
    }

    [Fact]
    public async Task A_use_is_noted_once_a_minute_with_its_address_and_prolongs_a_browser()
    {
        var time = new ManualTime();
        await using var other = await TestServer.StartAsync([], services => services.AddSingleton<TimeProvider>(time));
        var ann = await other.AddPersonAsync("Ann");
        var (browser, program) = (await other.BeginAsync(ann), await other.BeginAsync(ann, SessionKind.Program));
        var begun = time.GetUtcNow();
        time.Advance(TimeSpan.FromDays(10));
        foreach (var session in new[] { browser, program }) other.Get<SessionUses>().Note(session.Id, "198.51.100.4");
        Assert.Equal("192.0.2.7", other.RowOf(browser.Id)!.Address);
        await time.PassAsync(SessionUses.Interval);
        await Eventually.EqualsAsync("198.51.100.4", () => other.RowOf(browser.Id)!.Address);
        Assert.InRange(other.RowOf(browser.Id)!.LastSeenAt - begun, TimeSpan.FromDays(9.99), TimeSpan.FromDays(10.01));
        // A program's life is that of its refresh token, which using it does not prolong.
        time.Advance(TimeSpan.FromDays(25));
        Assert.True(other.Get<AccessTokens>().StillHolds(ann.Id, browser.Id));
        Assert.False(other.Get<AccessTokens>().StillHolds(ann.Id, program.Id));
        time.Advance(TimeSpan.FromDays(10));
        Assert.False(other.Get<AccessTokens>().StillHolds(ann.Id, browser.Id));
    }

    [Fact]
    public async Task Who_is_only_connected_is_in_use_too()
    {
        var time = new ManualTime();
        await using var other = await TestServer.StartAsync(["Push:PingSeconds=3600"], services => services.AddSingleton<TimeProvider>(time));
        var ann = await other.AddPersonAsync("Ann");
        var session = await other.BeginAsync(ann);
        var connection = other.Get<RoomBroker>().Connect(new ConnectionDescription(ann.Id, ConnectionKind.Circuit, "203.0.113.9") { Credential = SessionClaims.CredentialOf(session.Id) })!;
        Assert.True(other.SessionsOf(ann).Single().IsLive);
        time.Advance(TimeSpan.FromHours(1));
        await other.Get<SessionUses>().StoreAsync();
        Assert.Equal(("203.0.113.9", TimeSpan.FromHours(1)), (other.RowOf(session.Id)!.Address, Hours(other.RowOf(session.Id)!.LastSeenAt - session.CreatedAt)));
        connection.End(EndReason.Closed);
        Assert.False(other.SessionsOf(ann).Single().IsLive);
    }

    [Fact]
    public async Task Expired_and_long_ended_sessions_go()
    {
        var time = new ManualTime();
        await using var other = await TestServer.StartAsync([], services => services.AddSingleton<TimeProvider>(time));
        var ann = await other.AddPersonAsync("Ann");
        var (expires, ends) = (await other.BeginAsync(ann, SessionKind.Program), await other.BeginAsync(ann));
        time.Advance(TimeSpan.FromDays(13));
        await other.Get<Sessions>().EndAsync(ann.Id, ends.Id);
        var stays = await other.BeginAsync(ann);
        var upkeep = other.Get<SessionUpkeep>();
        Assert.Equal(0, await upkeep.RunAsync(CancellationToken.None));
        time.Advance(TimeSpan.FromDays(2));
        // The service's own round may have come first.
        await upkeep.RunAsync(CancellationToken.None);
        Assert.Null(other.RowOf(expires.Id));
        Assert.NotNull(other.RowOf(ends.Id));
        // The browser's session would have lived until then.
        time.Advance(TimeSpan.FromDays(20));
        await upkeep.RunAsync(CancellationToken.None);
        Assert.Null(other.RowOf(ends.Id));
        Assert.NotNull(other.RowOf(stays.Id));
    }

    [Fact]
    public async Task Who_changes_their_password_gets_a_cookie_of_the_same_session_and_the_old_one_is_worthless()
    {
        var ann = await server.AddPersonAsync("Ann");
        var old = await server.CookieOfAsync(ann);
        var session = server.SessionsOf(ann).Single().Id;
        await server.BeginAsync(ann);
        await using var scope = server.Services.CreateAsyncScope();
        var context = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
        context.Request.Headers.Cookie = old;
        scope.ServiceProvider.GetRequiredService<SignInManager<ChatUser>>().Context = context;
        // As the pipeline does it before a page.
        Assert.True((await context.AuthenticateAsync(IdentityConstants.ApplicationScheme)).Succeeded);
        var users = scope.ServiceProvider.GetRequiredService<UserManager<ChatUser>>();
        var account = (await users.FindByIdAsync(ann.Id.Value))!;
        Assert.True((await users.ChangePasswordAsync(account, ann.Password, "another long sentence")).Succeeded);
        Assert.Equal(HttpStatusCode.Found, await PageAsync(old));

        var signIn = scope.ServiceProvider.GetRequiredService<SignIn>();
        Assert.True(await signIn.RefreshAsync(account));
        Assert.Equal(HttpStatusCode.OK, await PageAsync(context.Response.Headers.SetCookie.ToString().Split(';')[0]));
        Assert.Equal([session], server.SessionsOf(ann).Select(line => line.Id));
        Assert.False(await signIn.RefreshAsync((await users.FindByIdAsync((await server.AddPersonAsync("Bob")).Id.Value))!));
    }

    [Fact]
    public async Task Whoever_is_known_costs_no_read_of_the_database()
    {
        var ann = await server.AddPersonAsync("Ann");
        var (token, cookie) = (await server.TokenOfAsync(ann), await server.CookieOfAsync(ann));
        Assert.NotNull(server.Get<AccessTokens>().Read(token).User);
        Assert.Equal(HttpStatusCode.OK, await TicketAsync(cookie));
        using var reads = new DatabaseReads(server);
        Assert.NotNull(server.Get<AccessTokens>().Read(token).User);
        Assert.Equal(HttpStatusCode.OK, await TicketAsync(cookie));
        Assert.Equal(0, reads.Opened);
    }

    private static TimeSpan Hours(TimeSpan time) => TimeSpan.FromHours(Math.Round(time.TotalHours));

    private static (SessionKind, string, string, bool) Facts(SessionLine line) => (line.Kind, line.Name, line.Address, line.IsLive);

    private async Task<HttpStatusCode> PageAsync(string cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/account/preferences") { Headers = { { "Cookie", cookie } } };
        using var response = await server.Http.SendAsync(request);
        return response.StatusCode;
    }

    private async Task<HttpStatusCode> TicketAsync(string cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/account/ticket") { Headers = { { "Cookie", cookie }, { "Origin", server.Address } } };
        using var response = await server.Http.SendAsync(request);
        return response.StatusCode;
    }
}
