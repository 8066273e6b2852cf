using ChatApp.Accounts;
using ChatApp.Client;
using ChatApp.Push;
using ChatApp.Tests.Harness;
using Microsoft.Playwright;

namespace ChatApp.Tests.BrowserTests;

/// <summary>The main story: people in browsers and a program talk in one room, and a moderator steps in.</summary>
[Collection(Browser.Collection)]
public sealed class ConversationTests(TestServer server, Browser browser) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Two_browsers_and_an_external_program_talk_in_one_room()
    {
        var (ann, bob, bot) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"), await server.AddPersonAsync("Bot"));
        var room = await server.MakeRoomAsync(ann, name: "Harbour", members: [bob, bot]);
        var path = $"/rooms/{room.Id}";
        await using var first = await browser.SignInAsync(server, ann, path);
        await using var second = await browser.SignInAsync(server, bob, path);

        using var http = new HttpClient();
        using var login = await ChatLogin.LoginAsync(http, new Uri(server.Address), bot.Email, bot.Password);
        await using var program = new ChatClient(new ChatClientOptions
        {
            Endpoint = new Uri(server.Address.Replace("http", "ws", StringComparison.Ordinal) + "/connection/websocket"),
            Token = login.TokenAsync,
        });
        await program.ConnectAsync();
        await using var heard = await program.SubscribeAsync($"room:{room.Id}");

        await first.SayAsync("Good **morning**");
        await second.SeesAsync("Good morning");
        await second.SayAsync("Hello Ann");
        await first.SeesAsync("Hello Ann");
        await program.PostAsync(room.Id.Value, "I am a program");
        await first.SeesAsync("I am a program");
        await second.SeesAsync("I am a program");
        await Assertions.Expect(second.Message("Good morning").Locator("strong")).ToHaveTextAsync("morning");

        var texts = new List<string?>();
        using var deadline = new CancellationTokenSource(Eventually.DefaultDeadline);
        await foreach (var happened in heard.WithCancellation(deadline.Token))
        {
            if (happened is MessagePosted posted) texts.Add(posted.Message.Text);
            if (texts.Count == 3) break;
        }

        Assert.Equal(["Good **morning**", "Hello Ann", "I am a program"], texts);

        await first.Page.ReloadAsync();
        foreach (var text in new[] { "Good morning", "Hello Ann", "I am a program" }) await first.SeesAsync(text);
        first.AssertNoErrors();
        second.AssertNoErrors();
    }

    [Fact]
    public async Task A_moderator_deletes_a_message_and_it_vanishes_everywhere()
    {
        var (ann, bob, mia) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"), await server.AddPersonAsync("Mia", Rank.Moderator));
        var room = await server.MakeRoomAsync(mia, name: "Market", members: [ann, bob]);
        await server.PostAsync(bob, room.Id, "buy this now");
        await using var reader = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}");
        await using var moderator = await browser.SignInAsync(server, mia, $"/rooms/{room.Id}");
        await using var socket = await server.SubscribeAsync(ann, room.Id);
        await reader.SeesAsync("buy this now");
        Assert.False(await reader.MayAsync("buy this now", "delete"));

        // Without a reason nothing happens.
        await moderator.DeleteAsync("buy this now", "  ");
        await moderator.ShowsAsync("#reason-error", Words.Of("Reason.Missing"));
        await moderator.Page.FillAsync("#reason", "advertising");
        await moderator.Page.Locator("dialog .button-danger").ClickAsync();

        await reader.SeesNoLongerAsync("buy this now");
        await moderator.SeesNoLongerAsync("buy this now");
        await reader.SeesAsync(Words.Of("Timeline.Deleted"));
        Assert.Equal("message.deleted", (await socket.EventAsync("message.deleted")).GetProperty("data").GetProperty("type").GetString());
        Assert.Contains(server.Get<ChatApp.Moderation.ModerationDesk>().Audit(mia.Id)!, line => line is { Action: "message.delete", Reason: "advertising" } && line.Actor == mia.Name);

        // The dialog has gone, and by Escape too.
        await moderator.SayAsync("my own words");
        await moderator.SeesAsync("my own words");
        await moderator.ChooseAsync("my own words", "delete");
        await Assertions.Expect(moderator.Page.Locator("dialog[open]")).ToHaveCountAsync(1);
        await moderator.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(moderator.Page.Locator("dialog")).ToHaveCountAsync(0);
        await moderator.SeesAsync("my own words");
        await moderator.DeleteAsync("my own words", reason: null);
        await reader.SeesNoLongerAsync("my own words");
        reader.AssertNoErrors();
        moderator.AssertNoErrors();
    }

    [Fact]
    public async Task A_moderator_disconnects_a_page_and_promotes_somebody()
    {
        var (boss, bob) = (await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(boss, name: "Office", members: [bob]);
        await server.PostAsync(boss, RoomId.General, "word of the boss");
        await using var admin = await browser.SignInAsync(server, boss, "/admin/users");
        await using var page = await browser.SignInAsync(server, bob, $"/rooms/{room.Id}");

        await admin.Page.GetByRole(AriaRole.Button, new() { Name = Words.Of("Admin.ChangeRankOf", bob.Name) }).ClickAsync();
        await admin.Page.Locator("dialog input[value=Moderator]").CheckAsync();
        await admin.Page.Locator("dialog .button-primary").ClickAsync();
        await admin.ShowsAsync(".notice-success", Words.Of("Rank.Moderator"));
        await Assertions.Expect(page.Page.Locator("#account-menu a[href='/admin']")).ToHaveCountAsync(1);
        await page.Page.Locator(".account-button").ClickAsync();
        await page.Page.Locator("#account-menu a[href='/admin']").ClickAsync();
        await page.ShowsAsync("h1", Words.Of("Admin.Title"));
        await page.GoToRoomAsync("Office");

        await admin.Page.Locator(".console-link[href='/admin/connections']").ClickAsync();
        await admin.Page.GetByRole(AriaRole.Button, new() { Name = Words.Of("Admin.DisconnectWho", bob.Name) }).ClickAsync();
        await admin.Page.FillAsync("#reason", "time to go home");
        await admin.Page.Locator("dialog .button-danger").ClickAsync();
        await page.ShowsAsync(".toasts", Words.Of("Layout.Disconnected"));
        Assert.Empty(server.CircuitsOf(bob));
        await page.Page.Locator(".toasts [data-reconnect]").ClickAsync();
        await page.IsLiveAsync(server, bob);
        admin.AssertNoErrors();
        page.AssertNoErrors();
    }

    [Fact]
    public async Task A_rank_that_changes_shows_and_hides_what_it_allows_without_reload()
    {
        var (boss, bob) = (await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync("Bob"));
        var (ann, room) = await RoomOfAsync(bob);
        await server.PostAsync(ann, room, "something rude");
        await using var page = await browser.SignInAsync(server, bob, $"/rooms/{room}");
        var allowed = page.Page.Locator("article[data-may~=delete]", new() { HasText = "something rude" });
        await page.SeesAsync("something rude");
        await Assertions.Expect(allowed).ToHaveCountAsync(0);
        await server.Get<ChatApp.Moderation.ModerationDesk>().SetRankAsync(boss.Id, bob.Id, Rank.Moderator);
        await Assertions.Expect(allowed).ToHaveCountAsync(1);
        await server.Get<ChatApp.Moderation.ModerationDesk>().SetRankAsync(boss.Id, bob.Id, Rank.Member);
        await Assertions.Expect(allowed).ToHaveCountAsync(0);
        await Assertions.Expect(page.Page.Locator("#account-menu a[href='/admin']")).ToHaveCountAsync(0);
        page.AssertNoErrors();
    }

    [Fact]
    public async Task Signing_out_leaves_no_connection_and_no_way_back_into_the_room()
    {
        var ann = await server.AddPersonAsync("Ann");
        await using var page = await browser.SignInAsync(server, ann);
        await page.Page.Locator(".account-button").ClickAsync();
        await page.Page.Locator("#account-menu button[type=submit]").ClickAsync();
        await page.ShowsAsync("h1", Words.Of("Account.SignedOut"));
        await Eventually.EqualsAsync(0, () => server.CircuitsOf(ann).Count);
        await page.Page.GotoAsync("/rooms/general");
        await page.ArrivesAtSignInAsync("**/account/login?returnUrl=*");
        page.AssertNoErrors();
    }

    [Fact]
    public async Task Whoever_has_too_many_pages_open_is_told_so_and_the_page_comes_to_life_when_another_is_closed()
    {
        await using var strict = await TestServer.StartAsync(["Push:ConnectionsPerUser=1"]);
        var ann = await strict.AddPersonAsync("Ann");
        await using var page = await browser.SignInAsync(strict, ann);
        var second = await page.Context.NewPageAsync();
        await second.GotoAsync("/rooms/general");
        await Assertions.Expect(second.Locator(".toasts")).ToContainTextAsync(Words.Of("Layout.TooManyPages"));
        Assert.Single(strict.CircuitsOf(ann));
        page.AssertNoErrors();
        await page.Page.CloseAsync();
        await Assertions.Expect(second.Locator(".toasts")).ToHaveCountAsync(0);
        await Eventually.BecomesAsync(() => strict.CircuitsOf(ann).Any(circuit => circuit.Rooms.Contains(RoomId.General)));
    }

    private async Task<(TestPerson Owner, RoomId Room)> RoomOfAsync(TestPerson member)
    {
        var owner = await server.AddPersonAsync("Owner");
        return (owner, (await server.MakeRoomAsync(owner, name: "Yard", members: [member])).Id);
    }
}
