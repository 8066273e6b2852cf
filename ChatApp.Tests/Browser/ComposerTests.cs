using ChatApp.Messages;
using ChatApp.Tests.Harness;
using Microsoft.Playwright;

namespace ChatApp.Tests.BrowserTests;

/// <summary>Writing: what the keys do, how long a message may be, and that a draft is never lost.</summary>
[Collection(Browser.Collection)]
public sealed class ComposerTests(TestServer server, Browser browser) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Enter_sends_shift_enter_breaks_the_line_and_an_input_method_keeps_its_enter()
    {
        var (ann, room) = await RoomAsync();
        await using var page = await browser.SignInAsync(server, ann, $"/rooms/{room}");
        await page.MayWriteAsync();
        await page.Composer().PressSequentiallyAsync("first");
        await page.Composer().PressAsync("Shift+Enter");
        await page.Composer().PressSequentiallyAsync("second");
        await Assertions.Expect(page.Composer()).ToHaveValueAsync("first\nsecond");
        // The Enter that ends a composition chooses a word; 229 is how some browsers tell it.
        await page.Composer().EvaluateAsync("box => box.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true }))");
        await page.Composer().EvaluateAsync("box => box.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', keyCode: 229, bubbles: true, cancelable: true }))");
        await Assertions.Expect(page.Composer()).ToHaveValueAsync("first\nsecond");
        await page.Composer().PressAsync("Enter");
        await Assertions.Expect(page.Composer()).ToHaveValueAsync("");
        await page.SeesAsync("first");
        await page.Composer().FillAsync(" \n ");
        await page.Composer().PressAsync("Enter");
        await page.Composer().FillAsync("by the button");
        await page.Page.ClickAsync(".send-button");
        await page.SeesAsync("by the button");
        await Assertions.Expect(page.Composer()).ToBeFocusedAsync();
        Assert.Equal(["first\nsecond", "by the button"], Texts(ann, room));
        page.AssertNoErrors();
    }

    [Fact]
    public async Task The_counter_shows_near_the_limit_and_only_what_fits_is_sent()
    {
        var (ann, room) = await RoomAsync();
        await using var page = await browser.SignInAsync(server, ann, $"/rooms/{room}");
        await page.MayWriteAsync();
        var counter = page.Page.Locator(".counter");
        await page.Composer().FillAsync(new string('a', 7_499));
        await Assertions.Expect(counter).ToBeHiddenAsync();
        await page.Composer().FillAsync(new string('a', 7_500));
        await Assertions.Expect(counter).ToHaveTextAsync(Words.Of("Composer.Left", 500));
        await page.Composer().FillAsync(new string('a', 8_001));
        await Assertions.Expect(counter).ToHaveTextAsync(Words.Of("Composer.Over", 1));
        await page.Composer().PressAsync("Enter");
        Assert.Equal(8_001, (await page.Composer().InputValueAsync()).Length);

        // The largest message there is: 8,000 characters of four bytes.
        var whales = string.Concat(Enumerable.Repeat("🐳", 8_000));
        await page.SayAsync(whales);
        await Assertions.Expect(page.Messages()).ToHaveCountAsync(1);
        await page.SeesAsync("🐳🐳🐳");
        Assert.Equal([whales], Texts(ann, room));
        page.AssertNoErrors();
    }

    [Fact]
    public async Task A_draft_survives_reload_and_change_of_room_and_belongs_to_its_writer()
    {
        var (ann, room) = await RoomAsync();
        var bob = await server.AddPersonAsync("Bob");
        await using var page = await browser.SignInAsync(server, ann, $"/rooms/{room}");
        await page.MayWriteAsync();
        await page.Composer().FillAsync("not finished");
        await page.Page.ReloadAsync();
        await page.IsLiveAsync(server, ann);
        await Assertions.Expect(page.Composer()).ToHaveValueAsync("not finished");
        await page.GoToRoomAsync("General");
        await page.MayWriteAsync();
        await Assertions.Expect(page.Composer()).ToHaveValueAsync("");
        await page.Composer().FillAsync("for everybody");
        await page.Page.GoBackAsync();
        await Assertions.Expect(page.Composer()).ToHaveValueAsync("not finished");

        // Somebody else in the same tab.
        await page.Page.Locator(".account-button").ClickAsync();
        await page.Page.Locator("#account-menu button[type=submit]").ClickAsync();
        await page.Page.ClickAsync(".button-primary");
        await page.Page.FillAsync("#email", bob.Email);
        await page.Page.FillAsync("#password", bob.Password);
        await page.Page.PressAsync("#password", "Enter");
        await page.ArrivesAsync("**/rooms/general");
        await page.MayWriteAsync();
        await Assertions.Expect(page.Composer()).ToHaveValueAsync("");
        page.AssertNoErrors();
    }

    [Fact]
    public async Task A_message_keeps_its_element_when_it_is_stored_and_the_same_key_again_is_the_same_message()
    {
        var (ann, room) = await RoomAsync();
        await using var page = await browser.SignInAsync(server, ann, $"/rooms/{room}");
        await page.MayWriteAsync();
        // Marks the row while it is pending: a row that is drawn anew has no mark.
        await page.Page.EvaluateAsync("""
            () => {
              const observer = new MutationObserver(() => {
                const row = document.querySelector('article.message-pending');
                if (row) { row.seenPending = true; }
              });
              observer.observe(document.querySelector('.timeline-content'), { childList: true, subtree: true, attributes: true });
            }
            """);
        using var held = new ManualResetEvent(initialState: false);
        var blocking = server.Get<ChatApp.Storage.CommitQueue>().CommitAsync(_ => held.WaitOne(Eventually.DefaultDeadline));
        await page.Composer().FillAsync("waits a little");
        await page.Composer().PressAsync("Enter");
        await Assertions.Expect(page.Page.Locator("article.message-pending")).ToHaveCountAsync(1);
        held.Set();
        Assert.True(await blocking);
        await page.SeesAsync("waits a little");
        Assert.True(await page.Message("waits a little").EvaluateAsync<bool>("row => row.seenPending === true"), "the row was drawn anew");

        var key = server.Get<MessageHistory>().Latest(ann.Id, room, 1)!.Messages[0].Key;
        await page.Page.EvaluateAsync(
            "([place, key]) => { sessionStorage.setItem(`unsent:${place}`, JSON.stringify([{ text: 'waits a little', key }, { text: 'waits a little', key }, { text: 'other words', key }])); }",
            new[] { $"{ann.Id}:{room}", key });
        await page.Page.ReloadAsync();
        await page.SayAsync("and then");
        await page.SeesAsync("and then");
        await page.SeesAsync("waits a little");
        Assert.Equal(["waits a little", "and then"], Texts(ann, room));
        page.AssertNoErrors();
    }

    private async Task<(TestPerson Owner, RoomId Room)> RoomAsync()
    {
        var owner = await server.AddPersonAsync("Ann");
        return (owner, (await server.MakeRoomAsync(owner)).Id);
    }

    private IEnumerable<string> Texts(TestPerson person, RoomId room) =>
        server.Get<MessageHistory>().Latest(person.Id, room, 50)!.Messages.Select(message => message.Text);
}
