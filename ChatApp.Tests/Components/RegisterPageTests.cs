using System.Net;
using ChatApp.Accounts;
using ChatApp.Rooms;
using ChatApp.Settings;
using ChatApp.Tests.Accounts;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Components;

/// <summary>What a stranger sees at the door, in each mode, with an invitation and without.</summary>
public sealed class RegisterPageTests(RegisterPageTests.InviteOnlyServer server) : IClassFixture<RegisterPageTests.InviteOnlyServer>
{
    private const string Form = "value=\"register\"";

    [Fact]
    public async Task Whoever_is_invited_registers_is_in_the_room_and_the_way_leads_there()
    {
        var (boss, room, link) = await PrepareAsync();
        using var visitor = new Visitor(server.Address);
        var page = WebUtility.HtmlDecode(await visitor.GetAsync(link));
        Assert.Contains(boss.Name, page, StringComparison.Ordinal);
        Assert.Contains(room.Name, page, StringComparison.Ordinal);
        using var answer = await visitor.PostAsync("/account/register", from: link, Fields(link, "guest"));
        Assert.Equal($"/account/login?returnUrl=%2Frooms%2F{room.Id}&registered=1", Visitor.PathOf(answer));
        Assert.Contains(server.Get<RoomDirectory>().MembersOf(room.Id, boss.Id)!.Value.Members, member => member.User.Name == "Guest guest");
    }

    [Fact]
    public async Task The_secret_stands_in_a_hidden_field_no_referrer_names_it_and_the_form_goes_to_an_address_without_it()
    {
        var (_, _, link) = await PrepareAsync();
        using var answer = await server.Http.GetAsync(link);
        Assert.Equal("no-referrer", answer.Headers.GetValues("Referrer-Policy").Single());
        Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
        var page = await answer.Content.ReadAsStringAsync();
        Assert.Contains($"<input type=\"hidden\" name=\"invite\" value=\"{SecretOf(link)}\"", page, StringComparison.Ordinal);
        Assert.Contains("action=\"/account/register\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mistake_keeps_the_invitation_and_what_was_typed()
    {
        var (_, room, link) = await PrepareAsync();
        using var visitor = new Visitor(server.Address);
        using var wrong = await visitor.PostAsync("/account/register", from: link, [.. Fields(link, "typo").Where(field => field.Name != "password"), ("password", "short")]);
        var page = await wrong.Content.ReadAsStringAsync();
        Assert.Contains("password-error", page, StringComparison.Ordinal);
        Assert.Contains(SecretOf(link), page, StringComparison.Ordinal);
        Assert.Contains("value=\"typo@example.net\"", page, StringComparison.Ordinal);
        using var right = await visitor.PostAsync("/account/register", from: link, Fields(link, "typo"));
        Assert.Contains(room.Id.Value, Visitor.PathOf(right), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_language_leads_back_to_the_invitation()
    {
        var (_, _, link) = await PrepareAsync();
        using var visitor = new Visitor(server.Address);
        var page = await visitor.GetAsync(link);
        Assert.Contains($"name=\"returnUrl\" value=\"{link}\"", page, StringComparison.Ordinal);
        using var answer = await visitor.PostAsync("/account/language", from: link, ("culture", "zh-Hans"), ("returnUrl", link));
        Assert.Equal(link, Visitor.PathOf(answer));
    }

    [Fact]
    public async Task All_links_that_do_not_hold_are_one_page_without_a_form()
    {
        var (boss, _, revoked) = await PrepareAsync();
        var line = server.Get<Invitations>().List(boss.Id).Single(line => line.Maker.Id == boss.Id);
        await server.Get<Invitations>().RevokeAsync(boss.Id, line.Id, "");
        var (_, _, used) = await PrepareAsync(uses: 1);
        using (var visitor = new Visitor(server.Address))
        using (await visitor.PostAsync("/account/register", from: used, Fields(used, "only")))
        {
        }

        var pages = new List<string>();
        foreach (var link in new[] { revoked, used, Invitations.PathOf(Secret.Make(Invitations.Prefix)), Invitations.PathOf("invite_tooshort"), Invitations.PathOf(new string('y', 3000)) })
        {
            using var answer = await server.Http.GetAsync(link);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            pages.Add(Visitor.Plain(await answer.Content.ReadAsStringAsync()).Replace(SecretOf(link), "", StringComparison.Ordinal));
        }

        Assert.DoesNotContain(Form, pages[0], StringComparison.Ordinal);
        Assert.All(pages, page => Assert.Equal(pages[0], page));
    }

    [Fact]
    public async Task A_link_that_ends_between_reading_and_sending_says_the_same()
    {
        var (boss, _, link) = await PrepareAsync();
        using var visitor = new Visitor(server.Address);
        var token = await visitor.TokenAsync(link);
        await server.Get<Invitations>().RevokeAsync(boss.Id, server.Get<Invitations>().List(boss.Id).Single(line => line.Maker.Id == boss.Id).Id, "");
        using var content = new FormUrlEncodedContent([new("__RequestVerificationToken", token), .. Fields(link, "late").Select(field => KeyValuePair.Create(field.Name, field.Value))]);
        using var answer = await visitor.Http.PostAsync("/account/register", content);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("This invitation does not work", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_invitation_there_is_no_form_and_a_forged_one_makes_no_account()
    {
        await PrepareAsync();
        using var visitor = new Visitor(server.Address);
        Assert.DoesNotContain(Form, await visitor.GetAsync("/account/register"), StringComparison.Ordinal);
        using var answer = await visitor.PostAsync("/account/register", from: "/account/login", Fields("", "forger"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("By invitation only", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(server.Get<UserDirectory>().Search("Guest forger", 1));
    }

    [Fact]
    public async Task A_closed_door_says_whom_to_ask_and_the_sign_in_offers_no_account()
    {
        await using var closed = await TestServer.StartAsync();
        var boss = await closed.AddPersonAsync("Boss", Rank.Administrator);
        var link = Invitations.PathOf(await closed.InviteAsync(boss));
        await closed.Get<InstanceSettings>().ChangeAsync(boss.Id, values => values with { Registration = RegistrationMode.Closed, Contact = "<it@example.org>" });
        foreach (var path in new[] { "/account/register", link })
        {
            var page = await closed.Http.GetStringAsync(path);
            Assert.Contains("Registration is closed", page, StringComparison.Ordinal);
            Assert.Contains("&lt;it@example.org&gt;", page, StringComparison.Ordinal);
            Assert.DoesNotContain(Form, page, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("/account/register", await closed.Http.GetStringAsync("/account/login"), StringComparison.Ordinal);
        await closed.SetModeAsync(boss, RegistrationMode.InviteOnly);
        Assert.Contains("/account/register", await closed.Http.GetStringAsync("/account/login"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_closed_server_that_nobody_uses_yet_lets_its_first_person_in()
    {
        await using var fresh = await TestServer.StartAsync(["Accounts:Registration=closed"]);
        using var visitor = new Visitor(fresh.Address);
        Assert.Contains("becomes the administrator", await visitor.GetAsync("/account/register"), StringComparison.Ordinal);
        using var answer = await visitor.PostAsync("/account/register", Fields("", "first"));
        Assert.Equal("/account/login?registered=1", Visitor.PathOf(answer));
        Assert.Contains("Registration is closed", await visitor.GetAsync("/account/register"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_is_signed_in_joins_the_room_by_a_form_and_reading_alone_changes_nothing()
    {
        var (boss, room, link) = await PrepareAsync();
        var ann = await server.AddPersonAsync("Ann");
        using var visitor = new Visitor(server.Address);
        await visitor.SignInAsync(ann);
        var page = await visitor.GetAsync(link);
        Assert.Contains("action=\"/account/join\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain(Form, page, StringComparison.Ordinal);
        Assert.Null(server.Get<RoomDirectory>().Find(room.Id, ann.Id));
        using var joined = await visitor.PostAsync("/account/join", from: link, ("invite", SecretOf(link)));
        Assert.Equal($"/rooms/{room.Id}", Visitor.PathOf(joined));
        Assert.True(server.Get<RoomDirectory>().Find(room.Id, ann.Id)!.IsMember);
        using var dead = await visitor.PostAsync("/account/join", from: link, ("invite", Secret.Make(Invitations.Prefix)));
        Assert.Contains("This invitation does not work", await visitor.GetAsync(Visitor.PathOf(dead)), StringComparison.Ordinal);
        var forNew = Invitations.PathOf(await server.InviteAsync(boss));
        Assert.Contains("You are here already", await visitor.GetAsync(forNew), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_has_an_account_and_is_not_signed_in_comes_back_to_the_invitation()
    {
        var (_, _, link) = await PrepareAsync();
        using var visitor = new Visitor(server.Address);
        var page = WebUtility.HtmlDecode(await visitor.GetAsync(link));
        Assert.Contains("/account/login?returnUrl=" + Uri.EscapeDataString(link), page, StringComparison.Ordinal);
        using var stranger = await visitor.PostAsync("/account/join", from: link, ("invite", SecretOf(link)));
        Assert.Equal("/account/login", Visitor.PathOf(stranger));
    }

    private static string SecretOf(string link) => link.Split('=')[1];

    private static (string Name, string Value)[] Fields(string link, string who) =>
        [("_handler", "register"), ("name", "Guest " + who), ("email", who + "@example.net"), ("password", "a short sentence"), .. link.Length == 0 ? [] : (IEnumerable<(string, string)>)[("invite", SecretOf(link))]];

    private async Task<(TestPerson Boss, RoomView Room, string Link)> PrepareAsync(int uses = 5)
    {
        var boss = await server.AddPersonAsync("Boss", Rank.Administrator);
        var room = await server.MakeRoomAsync(boss, RoomVisibility.Private, "Workshop");
        return (boss, room, Invitations.PathOf(await server.InviteAsync(boss, room.Id, uses)));
    }

    public sealed class InviteOnlyServer() : TestServer(["Accounts:Registration=invite-only"]);
}
