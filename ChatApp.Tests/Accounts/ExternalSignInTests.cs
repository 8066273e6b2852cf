using System.Net;
using System.Text.Json.Nodes;
using ChatApp.Accounts;
using ChatApp.Settings;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using Microsoft.AspNetCore.WebUtilities;

namespace ChatApp.Tests.Accounts;

/// <summary>Signing in with another site, against a small one of the tests, by a browser without JavaScript.</summary>
public sealed class ExternalSignInTests : IAsyncLifetime
{
    private const string Arrival = "/account/external-arrival";
    private IdentitySite _site = null!;
    private TestServer _server = null!;

    public async Task InitializeAsync()
    {
        _site = await IdentitySite.StartAsync();
        _server = await TestServer.StartAsync([.. _site.Settings("open"), .. _site.Settings("closed", place: 1, mayRegister: false)]);
        await _server.AddPersonAsync("First", Rank.Administrator);
    }

    public async Task DisposeAsync()
    {
        // Whatever the other site does, it is no fault of this one.
        Assert.DoesNotContain(_server.Logs.Lines, line => line.StartsWith("Error", StringComparison.Ordinal) || line.StartsWith("Critical", StringComparison.Ordinal) || line.Contains("Exception", StringComparison.Ordinal));
        await _server.DisposeAsync();
        await _site.DisposeAsync();
    }

    [Fact]
    public async Task Whoever_the_site_knows_gets_an_account_and_comes_back_to_it()
    {
        _site.Person = Person("7", "New Person", "new@example.org");
        using var visitor = new Visitor(_server.Address);
        Assert.Contains("/account/external/open", await visitor.GetAsync("/account/login"), StringComparison.Ordinal);
        Assert.Equal("/account/preferences", await SignInAsync(visitor));
        Assert.True(visitor.Has("chat.session"));
        Assert.False(visitor.Has("chat.external"));
        using (var db = _server.Get<ChatDatabase>().OpenRead())
        {
            var account = db.Users.Single(user => user.NormalizedEmail == "NEW@EXAMPLE.ORG");
            Assert.Equal(("New Person", true, (string?)null, Rank.Member), (account.DisplayName, account.EmailConfirmed, account.PasswordHash, account.Rank));
        }

        // The id counts: name and address may change over there.
        _site.Person = Person("7", "Another Name", "another@example.org");
        using var again = new Visitor(_server.Address);
        Assert.Equal("/account/preferences", await SignInAsync(again));
        Assert.Contains("New Person", await again.GetAsync("/account/preferences"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_is_taken_or_none_is_chosen_anew()
    {
        var taken = await _server.AddPersonAsync();
        _site.Person = Person("8", taken.Name, "eight@example.org");
        using var visitor = new Visitor(_server.Address);
        var form = await SignInAsync(visitor, lands: true);
        Assert.Contains("name=\"name\"", form, StringComparison.Ordinal);
        using (var wrong = await visitor.PostAsync(Arrival, "/account/login", ("_handler", "name"), ("name", taken.Name)))
            Assert.Contains("name-error", await wrong.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using (var right = await visitor.PostAsync(Arrival + "?returnUrl=%2Faccount%2Fpreferences", "/account/login", ("_handler", "name"), ("name", "Eighth")))
            Assert.Equal("/account/preferences", Visitor.PathOf(right));
        // Without somebody who has come back the form makes nothing.
        using var stranger = new Visitor(_server.Address);
        using var nothing = await stranger.PostAsync(Arrival, "/account/login", ("_handler", "name"), ("name", "Ninth"));
        Assert.NotEqual(HttpStatusCode.Found, nothing.StatusCode);
    }

    [Fact]
    public async Task An_address_alone_never_opens_an_account_of_somebody_here()
    {
        var victim = await _server.AddPersonAsync();
        _site.Person = Person("evil", "Somebody", victim.Email);
        using var visitor = new Visitor(_server.Address);
        Assert.Contains("Sign in to it with its password", await SignInAsync(visitor, lands: true), StringComparison.Ordinal);
        Assert.False(visitor.Has("chat.session"));

        // Its owner signs in and links; from then on that id opens it, and another id of the same address does not.
        await visitor.EnterAsync(victim);
        Assert.Equal("/account/security?done=linked", await LinkAsync(visitor));
        using var linked = new Visitor(_server.Address);
        Assert.Equal("/account/preferences", await SignInAsync(linked));
        _site.Person = Person("evil2", "Somebody", victim.Email);
        using var other = new Visitor(_server.Address);
        Assert.Contains("Sign in to it with its password", await SignInAsync(other, lands: true), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_is_for_one_account_and_goes_away_unless_it_is_the_only_way_in()
    {
        var (ann, bob) = (await _server.AddPersonAsync("Ann"), await _server.AddPersonAsync("Bob"));
        _site.Person = Person("9", "Nine", "nine@example.org");
        using var annsBrowser = new Visitor(_server.Address);
        await annsBrowser.EnterAsync(ann);
        Assert.Equal("/account/security?done=linked", await LinkAsync(annsBrowser));
        using var bobsBrowser = new Visitor(_server.Address);
        await bobsBrowser.EnterAsync(bob);
        Assert.Contains("linked to another account", await LinkAsync(bobsBrowser), StringComparison.Ordinal);
        using (var unlinked = await annsBrowser.PostAsync("/account/security", ("_handler", "external"), ("unlink", "open")))
            Assert.Equal("/account/security?done=unlinked", Visitor.PathOf(unlinked));
        using (var db = _server.Get<ChatDatabase>().OpenRead())
        {
            Assert.Empty(db.UserLogins.Where(login => login.UserId == ann.Id.Value));
            Assert.Equal(["account.login.link", "account.login.unlink"], db.Audit.Where(entry => entry.ActorId == ann.Id.Value).OrderBy(entry => entry.Id).Select(entry => entry.Action));
        }

        _site.Person = Person("10", "Only Linked", "ten@example.org");
        using var only = new Visitor(_server.Address);
        Assert.Equal("/account/preferences", await SignInAsync(only));
        using var refused = await only.PostAsync("/account/security", ("_handler", "external"), ("unlink", "open"));
        Assert.Contains("your only way in", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_links_for_somebody_else()
    {
        var (ann, bob) = (await _server.AddPersonAsync("Ann"), await _server.AddPersonAsync("Bob"));
        _site.Person = Person("11", "Eleven", "eleven@example.org");
        using var browser = new Visitor(_server.Address);
        await browser.EnterAsync(ann);
        var back = await CallbackOfAsync(browser, "open", from: "/account/security", ("link", "1"));
        // The same browser, but another account is signed in when the way ends.
        using (var signedOut = await browser.PostAsync("/account/logout", from: "/account/preferences")) Assert.Equal(HttpStatusCode.Found, signedOut.StatusCode);
        await browser.EnterAsync(bob);
        Assert.Contains("another browser", await ArriveAsync(browser, back), StringComparison.Ordinal);
        using var stranger = new Visitor(_server.Address);
        using var anonymous = await stranger.PostAsync("/account/external/open", "/account/login", ("_handler", "external"), ("link", "1"));
        Assert.Equal("/account/login", Visitor.PathOf(anonymous));
        using var db = _server.Get<ChatDatabase>().OpenRead();
        Assert.Empty(db.UserLogins.Where(login => login.ProviderKey == "11"));
    }

    [Fact]
    public async Task The_second_factor_of_the_account_is_asked_for_all_the_same()
    {
        var guarded = await _server.AddGuardedAsync();
        _site.Person = Person("12", "Twelve", "twelve@example.org");
        using var own = new Visitor(_server.Address);
        await own.EnterAsync(guarded.Person);
        using (var shown = await own.PostAsync("/account/second-factor?with=recovery", ("_handler", "second-factor"), ("code", guarded.Codes[0]))) Assert.Equal(HttpStatusCode.Found, shown.StatusCode);
        Assert.Equal("/account/security?done=linked", await LinkAsync(own));
        using var other = new Visitor(_server.Address);
        Assert.StartsWith("/account/second-factor", await SignInAsync(other), StringComparison.Ordinal);
        Assert.False(other.Has("chat.session"));
    }

    [Fact]
    public async Task Where_addresses_are_confirmed_one_that_the_site_has_not_confirmed_is_asked_first()
    {
        await using var strict = await TestServer.StartAsync(["Accounts:ConfirmEmail=true", .. _site.Settings("open")]);
        await strict.AddPersonAsync("First", Rank.Administrator);
        _site.Person = Person("21", "Unsure", "unsure@example.org");
        _site.Person["email_verified"] = false;
        using var visitor = new Visitor(strict.Address);
        Assert.Contains("has to be confirmed first", await SignInAsync(visitor, lands: true), StringComparison.Ordinal);
        Assert.False(visitor.Has("chat.session"));
        var link = (await strict.MailToAsync("unsure@example.org")).Link;
        using (var confirmed = await visitor.PostAsync(link, ("_handler", "confirm"))) Assert.True(confirmed.IsSuccessStatusCode || confirmed.StatusCode == HttpStatusCode.Found);
        Assert.Equal("/account/preferences", await SignInAsync(visitor));
        // Whom the site vouches for comes in at once.
        _site.Person = Person("22", "Sure", "sure@example.org");
        using var other = new Visitor(strict.Address);
        Assert.Equal("/account/preferences", await SignInAsync(other));
    }

    [Fact]
    public async Task A_site_that_may_not_register_lets_in_only_who_is_linked()
    {
        _site.Person = Person("13", "Thirteen", "thirteen@example.org");
        using var visitor = new Visitor(_server.Address);
        Assert.Contains("No account here is linked", await SignInAsync(visitor, lands: true, provider: "closed"), StringComparison.Ordinal);
        var ann = await _server.AddPersonAsync("Ann");
        await visitor.EnterAsync(ann);
        Assert.Equal("/account/security?done=linked", await LinkAsync(visitor, "closed"));
        using var linked = new Visitor(_server.Address);
        Assert.Equal("/account/preferences", await SignInAsync(linked, provider: "closed"));
    }

    [Fact]
    public async Task What_goes_wrong_over_there_is_said_on_a_page()
    {
        using var visitor = new Visitor(_server.Address);
        _site.Person = null;
        Assert.Contains("You did not allow it", await SignInAsync(visitor, lands: true), StringComparison.Ordinal);
        _site.Person = new JsonObject { ["sub"] = "14", ["name"] = "Fourteen" };
        Assert.Contains("told no e-mail address", await SignInAsync(visitor, lands: true), StringComparison.Ordinal);
        _site.Person = new JsonObject { ["sub"] = "14", ["name"] = "Fourteen", ["email"] = "not an address" };
        Assert.Contains("told no e-mail address", await SignInAsync(visitor, lands: true), StringComparison.Ordinal);
        foreach (var nobody in new JsonObject[] { [], new() { ["sub"] = "" }, new() { ["sub"] = new JsonArray("1") }, new() { ["sub"] = new string('x', 300) } })
        {
            _site.Person = nobody;
            Assert.Contains("did not say who you are", await SignInAsync(visitor, lands: true), StringComparison.Ordinal);
        }

        _site.Person = Person("14", "Fourteen", "fourteen@example.org");
        foreach (var status in new[] { 500, 302, 400 })
        {
            _site.TokenStatus = status;
            Assert.Contains("did not say who you are", await SignInAsync(visitor, lands: true), StringComparison.Ordinal);
        }

        Assert.False(visitor.Has("chat.session"));
    }

    [Fact]
    public async Task A_state_of_another_browser_a_changed_one_and_a_code_shown_twice_open_nothing()
    {
        _site.Person = Person("15", "Fifteen", "fifteen@example.org");
        using var visitor = new Visitor(_server.Address);
        using var thief = new Visitor(_server.Address);
        var back = await CallbackOfAsync(visitor, "open", from: "/account/login");
        Assert.Contains("did not say who you are", await ArriveAsync(thief, back), StringComparison.Ordinal);
        Assert.Contains("did not say who you are", await ArriveAsync(visitor, back.Replace("state=", "state=A", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("did not say who you are", await ArriveAsync(visitor, "/account/external/open/callback"), StringComparison.Ordinal);

        Assert.Equal("/account/preferences", await ArriveAsync(visitor, back));
        Assert.Contains("did not say who you are", await ArriveAsync(visitor, back), StringComparison.Ordinal);
        // A code that was used, with a state that is good.
        using var other = new Visitor(_server.Address);
        var fresh = await CallbackOfAsync(other, "open", from: "/account/login");
        var spent = QueryHelpers.ParseQuery(new Uri(new Uri(_server.Address), back).Query)["code"].ToString();
        var unused = QueryHelpers.ParseQuery(new Uri(new Uri(_server.Address), fresh).Query)["code"].ToString();
        Assert.Contains("did not say who you are", await ArriveAsync(other, fresh.Replace(unused, spent, StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Equal(1, _site.Replays);
        Assert.False(other.Has("chat.session"));
    }

    [Fact]
    public async Task The_way_there_begins_with_a_form_that_has_its_token()
    {
        using var content = new FormUrlEncodedContent([new("_handler", "external")]);
        using var answer = await _server.Http.PostAsync("/account/external/open", content);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        using var visitor = new Visitor(_server.Address);
        using var unknown = await visitor.Http.GetAsync("/account/external/nowhere");
        Assert.Equal("/account/login", Visitor.PathOf(unknown));
        // Reading the page leads nowhere by itself.
        using var read = await visitor.Http.GetAsync("/account/external/open");
        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        Assert.False(read.Headers.Contains("Refresh"));
    }

    [Theory]
    [InlineData("AuthorizationEndpoint=http://elsewhere.example/authorize", "must be an https address")]
    [InlineData("TokenEndpoint=nonsense", "must be an https address")]
    [InlineData("Name=Upper", "must be a text like")]
    [InlineData("ClientSecret=", "ClientSecret")]
    [InlineData("Secret=x", "is unknown")]
    public void What_is_set_up_wrongly_stops_the_start(string setting, string problem)
    {
        string[] arguments = ["--Urls=http://127.0.0.1:0", $"--Data:Folder={_server.Folder}-none", .. _site.Settings("one").Append($"Accounts:Providers:0:{setting}").Select(one => "--" + one)];
        Assert.Contains(problem, Assert.Throws<StartException>(() => Program.Build(arguments)).Message, StringComparison.Ordinal);
    }

    private static JsonObject Person(string id, string name, string email) => new() { ["sub"] = id, ["name"] = name, ["email"] = email, ["email_verified"] = true };

    private static Task<string> LinkAsync(Visitor visitor, string provider = "open") => GoAsync(visitor, provider, "/account/security", ("link", "1"));

    private static async Task<string> SignInAsync(Visitor visitor, bool lands = false, string provider = "open")
    {
        var end = await GoAsync(visitor, provider, "/account/login");
        Assert.Equal(lands, end.StartsWith('<'));
        return end;
    }

    private static async Task<string> GoAsync(Visitor visitor, string provider, string from, params (string Name, string Value)[] fields) =>
        await ArriveAsync(visitor, await CallbackOfAsync(visitor, provider, from, fields));

    // To the other site and back to the doorstep: the address to which that site sends the browser.
    private static async Task<string> CallbackOfAsync(Visitor visitor, string provider, string from, params (string Name, string Value)[] fields)
    {
        using var going = await visitor.PostAsync($"/account/external/{provider}", from, [("_handler", "external"), ("returnUrl", "/account/preferences"), .. fields]);
        Assert.Equal(HttpStatusCode.OK, going.StatusCode);
        var address = Assert.Single(going.Headers.GetValues("Refresh"))["0;url=".Length..];
        Assert.Contains(WebUtility.HtmlEncode(address), await going.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var there = await visitor.Http.GetAsync(address);
        return Visitor.PathOf(there);
    }

    // Through the door: the page on which it ends, or the path to which it leads on.
    private static async Task<string> ArriveAsync(Visitor visitor, string callback)
    {
        using var door = await visitor.Http.GetAsync(callback);
        Assert.StartsWith(Arrival, Visitor.PathOf(door), StringComparison.Ordinal);
        using var inside = await visitor.Http.GetAsync(Visitor.PathOf(door));
        return Visitor.PathOf(inside) is { Length: > 0 } path ? path : WebUtility.HtmlDecode(await inside.Content.ReadAsStringAsync());
    }
}
