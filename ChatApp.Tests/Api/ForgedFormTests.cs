using System.Net;
using System.Text.RegularExpressions;
using ChatApp.Accounts;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Api;

/// <summary>A foreign page makes the browser of a signed-in administrator send forms: none of them is taken. And reading changes nothing.</summary>
public sealed partial class ForgedFormTests(TestServer server) : IClassFixture<TestServer>
{
    // Kept by the server for itself, not for whoever reads: when somebody was seen, and how far the upkeep has come.
    private static readonly string[] KeptAside = ["sessions", "upkeep", "__EFMigrationsHistory"];

    [Fact]
    public async Task No_form_is_taken_without_a_token_with_that_of_a_stranger_or_with_that_of_another_account()
    {
        var boss = await server.AddPersonAsync("Boss", Rank.Administrator);
        using var victim = new Visitor(server.Address);
        await victim.SignInAsync(boss);
        using var stranger = new Visitor(server.Address);
        var strange = await stranger.TokenAsync("/account/login");
        using var attacker = new Visitor(server.Address);
        await attacker.SignInAsync(await server.AddPersonAsync("Eve"));
        var foreign = await attacker.TokenAsync("/account/preferences");
        Assert.NotEqual("", strange);
        Assert.NotEqual("", foreign);

        var entrances = PostEntrances.OfForms(server);
        Assert.Superset(new HashSet<string>(StringComparer.Ordinal) { "/account/login", "/account/register", "/account/logout", "/account/language", "/account/join", "/account/preferences" }, entrances.ToHashSet(StringComparer.Ordinal));
        var before = await StateAsync();
        foreach (var path in entrances)
        {
            foreach (var token in new[] { null, "", "nonsense", strange, foreign })
                await AssertRefusedAsync(victim, path, token);
        }

        Assert.Equal(before, await StateAsync());
        // She is still signed in, in her own language.
        Assert.Contains("lang=\"en\"", await victim.GetAsync("/account/preferences"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_was_planted_together_with_its_cookie_is_not_taken_for_somebody_else()
    {
        using var attacker = new Visitor(server.Address);
        await attacker.SignInAsync(await server.AddPersonAsync("Eve"));
        var foreign = await attacker.TokenAsync("/account/preferences");
        using var victim = new Visitor(server.Address);
        await victim.SignInAsync(await server.AddPersonAsync("Boss", Rank.Administrator));
        var address = new Uri(server.Address);
        foreach (Cookie cookie in attacker.Cookies.GetCookies(address))
        {
            if (cookie.Name.Contains("Antiforgery", StringComparison.Ordinal)) victim.Cookies.Add(address, new Cookie(cookie.Name, cookie.Value));
        }

        foreach (var path in PostEntrances.OfForms(server).Where(path => path.StartsWith("/account/", StringComparison.Ordinal))) await AssertRefusedAsync(victim, path, foreign);
    }

    [Fact]
    public async Task The_token_of_the_person_themselves_is_taken()
    {
        using var person = new Visitor(server.Address);
        await person.SignInAsync(await server.AddPersonAsync());
        using var answer = await person.PostAsync("/account/language", from: "/account/preferences", ("culture", "zh-Hans"));
        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        Assert.Contains("lang=\"zh-Hans\"", await person.GetAsync("/account/preferences"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reading_changes_nothing_whatever_the_address_says()
    {
        var boss = await server.AddPersonAsync("Boss", Rank.Administrator);
        var room = await server.MakeRoomAsync(boss, ChatApp.Rooms.RoomVisibility.Private);
        var invitation = await server.Get<Invitations>().CreateAsync(boss.Id, new InvitationWish(5, Room: room.Id));
        var person = await server.AddPersonAsync();
        using var visitor = new Visitor(server.Address);
        await visitor.SignInAsync(person);
        using var stranger = new Visitor(server.Address);
        var query = $"?invite={invitation.Secret}&_handler=register&_handler=preferences&_handler=login&email={Uri.EscapeDataString(person.Email)}&password={Uri.EscapeDataString(person.Password)}&name=Other&culture=zh-Hans&language=zh-Hans&theme=dark&saved=1&registered=1";
        var before = await StateAsync();
        foreach (var path in PostEntrances.OfForms(server).Where(path => path.StartsWith("/account/", StringComparison.Ordinal)))
        {
            foreach (var (who, method) in new[] { (visitor, HttpMethod.Get), (stranger, HttpMethod.Get), (visitor, HttpMethod.Head) })
            {
                using var request = new HttpRequestMessage(method, path + query);
                using var answer = await who.Http.SendAsync(request);
                Assert.True((int)answer.StatusCode < 500, $"{method} {path}: {answer.StatusCode}");
                Assert.All(SetBy(answer), name => Assert.Contains("Antiforgery", name, StringComparison.Ordinal));
            }
        }

        Assert.Equal(before, await StateAsync());
        Assert.Null(server.Get<ChatApp.Rooms.RoomDirectory>().Find(room.Id, person.Id));
    }

    private static async Task AssertRefusedAsync(Visitor victim, string path, string? token)
    {
        // The form as it stands on the page, so that only the token is wrong.
        var page = "";
        using (var shown = await victim.Http.GetAsync(new Uri(path, UriKind.Relative)))
            if (shown.IsSuccessStatusCode) page = await shown.Content.ReadAsStringAsync();
        var handlers = Handler().Matches(page).Select(match => match.Groups["name"].Value).Append("login").Append("register").Append("").Distinct(StringComparer.Ordinal);
        foreach (var handler in handlers)
        {
            List<KeyValuePair<string, string>> fields = [new("_handler", handler), new("culture", "zh-Hans"), new("language", "zh-Hans"), new("theme", "dark"), new("email", "forged@example.org"), new("name", "Forged"), new("password", "a short sentence")];
            if (token is not null) fields.Add(new("__RequestVerificationToken", token));
            using var content = new FormUrlEncodedContent(fields);
            using var answer = await victim.Http.PostAsync(new Uri(path, UriKind.Relative), content);
            Assert.True(answer.StatusCode == HttpStatusCode.BadRequest, $"POST {path} ({handler}) was answered with {answer.StatusCode}");
            Assert.All(SetBy(answer), name => Assert.Contains("Antiforgery", name, StringComparison.Ordinal));
        }
    }

    private static IEnumerable<string> SetBy(HttpResponseMessage answer) =>
        answer.Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies.Select(cookie => cookie.Split('=')[0]) : [];

    // Every row of every table.
    private async Task<string> StateAsync()
    {
        await using var db = server.Get<ChatDatabase>().OpenRead();
        await db.Database.OpenConnectionAsync();
        var state = new System.Text.StringBuilder();
        foreach (var table in db.Model.GetEntityTypes().Select(type => type.GetTableName()).OfType<string>().Distinct(StringComparer.Ordinal).Except(KeptAside, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            await using var command = db.Database.GetDbConnection().CreateCommand();
#pragma warning disable CA2100 // the name of a table of the model
            command.CommandText = $"SELECT * FROM \"{table}\" ORDER BY rowid";
#pragma warning restore CA2100
            await using var rows = await command.ExecuteReaderAsync();
            var values = new object[rows.FieldCount];
            while (await rows.ReadAsync())
            {
                rows.GetValues(values);
                state.Append(table).Append(": ").AppendJoin('|', values.Select(value => value is byte[] bytes ? Convert.ToHexString(bytes) : value)).Append('\n');
            }
        }

        return state.ToString();
    }

    [GeneratedRegex("""name="_handler" value="(?<name>[^"]*)" """, RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Handler();
}
