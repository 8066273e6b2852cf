using System.Net;
using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Accounts;

/// <summary>Passkeys against an authenticator that lies: what proves nothing opens nothing.</summary>
public sealed class PasskeyProofTests(FactorServer server) : IClassFixture<FactorServer>
{
    [Fact]
    public async Task A_passkey_is_stored_where_Identity_finds_it_and_signs_in_again_and_again()
    {
        using var key = new SoftKey();
        var person = await AddAsync(key);
        await using (var scope = server.Services.CreateAsyncScope())
        {
            var users = scope.ServiceProvider.GetRequiredService<UserManager<ChatUser>>();
            Assert.True(users.SupportsUserPasskey);
            var account = (await users.FindByIdAsync(person.Id.Value))!;
            Assert.Equal("A key", Assert.Single(await users.GetPasskeysAsync(account)).Name);
        }

        for (var i = 0; i < 2; i++) Assert.Equal("/account/preferences", await SignInAsync(key));
        // What Identity has read and writes back does not undo the count of the newest sign-in.
        using var db = server.Get<ChatDatabase>().OpenRead();
        Assert.Equal(key.Count - 1, db.Set<IdentityUserPasskey<string>>().Single(passkey => passkey.UserId == person.Id.Value).Data.SignCount);
        Assert.Equal(["account.passkey.add"], db.Audit.Where(entry => entry.ActorId == person.Id.Value).Select(entry => entry.Action));
    }

    [Fact]
    public async Task An_answer_is_good_once_and_a_copy_of_the_key_is_noticed()
    {
        using var key = new SoftKey();
        await AddAsync(key);
        using var visitor = new Visitor(server.Address);
        var (options, state) = await OptionsAsync(visitor, "sign-in");
        var answer = key.Get(options, server.Address);
        Assert.Equal("/account/preferences", await ShowAsync(visitor, answer, state));
        using var thief = new Visitor(server.Address);
        Assert.Equal("", await ShowAsync(thief, answer, state));
        key.Count -= 1;
        Assert.Equal("", await SignInAsync(key));
        Assert.Equal("/account/preferences", await SignInAsync(key));
    }

    [Fact]
    public async Task Another_origin_an_unknown_owner_an_old_page_and_a_foreign_challenge_open_nothing()
    {
        using var key = new SoftKey();
        var person = await AddAsync(key);
        foreach (var origin in new[] { "https://evil.example", server.Address + ".evil.example", server.Address.Replace("http:", "https:", StringComparison.Ordinal), "null", "" })
            Assert.Equal("", await SignInAsync(key, origin));
        key.KnowsOwner = false;
        Assert.Equal("", await SignInAsync(key));
        key.KnowsOwner = true;

        using var visitor = new Visitor(server.Address);
        var (options, state) = await OptionsAsync(visitor, "sign-in");
        var (_, other) = await OptionsAsync(visitor, "sign-in");
        Assert.Equal("", await ShowAsync(visitor, key.Get(options, server.Address), other));
        Assert.Equal("", await ShowAsync(visitor, key.Get(options, server.Address), "nonsense"));
        Assert.Equal("", await ShowAsync(visitor, "{}", state));
        Assert.Equal("", await ShowAsync(visitor, "[[[[", state));
        server.Pass(TimeSpan.FromMinutes(16));
        Assert.Equal("", await ShowAsync(visitor, key.Get(options, server.Address), state));

        await server.Get<CommitQueue>().CommitAsync(commit => commit.Db.Users.Single(user => user.Id == person.Id.Value).LockoutEnd = server.Now.AddHours(1));
        Assert.Equal("", await SignInAsync(key));
    }

    [Fact]
    public async Task As_the_second_factor_it_must_be_one_of_the_same_account()
    {
        using var foreign = new SoftKey();
        await AddAsync(foreign);
        var guarded = await server.AddGuardedAsync();
        using var visitor = new Visitor(server.Address);
        Assert.StartsWith("/account/second-factor", await visitor.EnterAsync(guarded.Person), StringComparison.Ordinal);
        var (options, state) = await OptionsAsync(visitor, "second-factor");
        Assert.Equal("", await StepAsync(foreign.Get(options, server.Address), state));
        // Nor does a challenge that was given to nobody in particular.
        var (open, openState) = await OptionsAsync(visitor, "sign-in");
        Assert.Equal("", await StepAsync(foreign.Get(open, server.Address), openState));

        using var stranger = new Visitor(server.Address);
        using var refused = await stranger.PostAsync("/account/passkey/options", "/account/login", ("use", "second-factor"));
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);

        async Task<string> StepAsync(string credential, string sealedState)
        {
            using var answer = await visitor.PostAsync("/account/second-factor", ("_handler", "second-factor"), ("credential", credential), ("state", sealedState));
            return Visitor.PathOf(answer);
        }
    }

    [Fact]
    public async Task An_account_has_at_most_twenty_and_never_one_twice()
    {
        var person = await server.AddPersonAsync();
        using var visitor = new Visitor(server.Address);
        await visitor.EnterAsync(person);
        for (var i = 0; i < Passkeys.Max; i++)
        {
            using var one = new SoftKey();
            await AddAsync(one, visitor);
            if (i > 0) continue;
            var (options, state) = await OptionsAsync(visitor, "add");
            Assert.Equal(one.Id, options.GetProperty("excludeCredentials")[0].GetProperty("id").GetString());
            using var again = await PostAsync(visitor, one.Create(options, server.Address), state);
            Assert.Equal("", Visitor.PathOf(again));
        }

        Assert.Equal(Passkeys.Max, server.Services.GetPasskeyNames(person).Count);
        Assert.DoesNotContain("data-passkey=\"add\"", await visitor.GetAsync("/account/security"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_are_visible_and_belong_to_their_owner()
    {
        using var key = new SoftKey();
        var person = await AddAsync(key);
        var other = await server.AddPersonAsync();
        await using var scope = server.Services.CreateAsyncScope();
        var passkeys = scope.ServiceProvider.GetRequiredService<Passkeys>();
        foreach (var bad in new[] { "", "  ", "\u202eabc", new string('x', Passkeys.MaxNameLength + 1) }) Assert.Equal(PasskeyOutcome.BadName, await passkeys.RenameAsync(person.Id, key.Id, bad));
        Assert.Equal(PasskeyOutcome.NotFound, await passkeys.RenameAsync(other.Id, key.Id, "Mine"));
        Assert.Equal(PasskeyOutcome.NotFound, await passkeys.RemoveAsync(other.Id, key.Id));
        Assert.Equal(PasskeyOutcome.NotFound, await passkeys.RemoveAsync(person.Id, "!"));
        Assert.Equal(PasskeyOutcome.Done, await passkeys.RemoveAsync(person.Id, key.Id));
        Assert.Equal("", await SignInAsync(key));
    }

    [Fact]
    public async Task Options_for_a_sign_in_name_nobody()
    {
        using var visitor = new Visitor(server.Address);
        var (options, _) = await OptionsAsync(visitor, "sign-in");
        Assert.Equal(0, options.GetProperty("allowCredentials").GetArrayLength());
        Assert.Equal("required", options.GetProperty("userVerification").GetString());
        using var refused = await visitor.PostAsync("/account/passkey/options", "/account/login", ("use", "add"));
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }

    private async Task<TestPerson> AddAsync(SoftKey key)
    {
        var person = await server.AddPersonAsync();
        using var visitor = new Visitor(server.Address);
        await visitor.EnterAsync(person);
        await AddAsync(key, visitor);
        return person;
    }

    private async Task AddAsync(SoftKey key, Visitor visitor)
    {
        var (options, state) = await OptionsAsync(visitor, "add");
        using var added = await PostAsync(visitor, key.Create(options, server.Address), state);
        Assert.Equal("/account/security?done=added", Visitor.PathOf(added));
    }

    private static Task<HttpResponseMessage> PostAsync(Visitor visitor, string credential, string state) =>
        visitor.PostAsync("/account/security", ("_handler", "add-passkey"), ("name", "A key"), ("credential", credential), ("state", state));

    private async Task<string> SignInAsync(SoftKey key, string? origin = null)
    {
        using var visitor = new Visitor(server.Address);
        var (options, state) = await OptionsAsync(visitor, "sign-in");
        return await ShowAsync(visitor, key.Get(options, origin ?? server.Address), state);
    }

    private static async Task<string> ShowAsync(Visitor visitor, string credential, string state)
    {
        using var answer = await visitor.PostAsync("/account/login?returnUrl=%2Faccount%2Fpreferences", ("_handler", "login"), ("credential", credential), ("state", state));
        Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.Found, answer.ToString());
        return Visitor.PathOf(answer);
    }

    private static async Task<(JsonElement Options, string State)> OptionsAsync(Visitor visitor, string use)
    {
        using var answer = await visitor.PostAsync("/account/passkey/options", use == "add" ? "/account/security" : use == "sign-in" ? "/account/login" : "/account/second-factor", ("use", use));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var json = JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync());
        return (json.GetProperty("options"), json.GetProperty("state").GetString()!);
    }
}
