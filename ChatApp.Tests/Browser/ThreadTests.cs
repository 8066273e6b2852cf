using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;
using Microsoft.Playwright;

namespace ChatApp.Tests.BrowserTests;

/// <summary>Talking beside a room: threads.</summary>
[Collection(Browser.Collection)]
public sealed class ThreadTests(TestServer server, Browser browser) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Two_people_talk_in_a_thread_and_who_is_elsewhere_sees_a_number()
    {
        var (ann, bob, room) = await RoomAsync();
        var root = await server.PostAsync(ann, room.Id, "shall we?");
        await server.Get<ReadMarkers>().MarkAsync(bob.Id, room.Id, root.Offset);
        await using var first = await browser.SignInAsync(server, ann, "/rooms/new");
        await using var second = await browser.SignInAsync(server, bob, $"/rooms/{room.Id}", width: 1400);
        await second.MayWriteAsync();
        await second.PressAsync("shall we?", "thread");
        await Assertions.Expect(second.Page.Locator("#composer-input-thread")).ToBeFocusedAsync();
        await second.AnswerAsync("yes **of course**");
        await second.SeesAnswerAsync("yes of course");
        await Assertions.Expect(second.Page.Locator("main .thread-line .thread-count")).ToHaveTextAsync(Words.Of("Thread.OneAnswer"));
        await Assertions.Expect(second.Page.Locator("main article.message")).ToHaveCountAsync(1);
        await Assertions.Expect(second.Page.Locator("[data-follow]")).ToHaveAttributeAsync("aria-pressed", "true");

        // Ann began it: the number of threads, and none at the room.
        await Assertions.Expect(first.Page.Locator("[data-unread-threads]")).ToContainTextAsync("1");
        await Assertions.Expect(first.Page.Locator("[data-unread-count]")).ToHaveCountAsync(0);
        await first.Page.ClickAsync("a[href='/threads']");
        await first.ShowsAsync(".thread-card-unread", "yes");
        await first.Page.ClickAsync(".thread-card-link");
        await first.SeesAnswerAsync("yes of course");
        await Assertions.Expect(first.Page.Locator("main .message-highlight")).ToContainTextAsync("shall we?");
        // Seen in a window that is looked at: read.
        // The first page with messages knows of no touch before its script is there.
        await Eventually.BecomesAsync(async () =>
        {
            await first.Page.Mouse.MoveAsync(700, 300);
            await first.Page.Mouse.MoveAsync(705, 305);
            return await first.Page.Locator("[data-unread-threads]").CountAsync() == 0;
        });
        await first.AnswerAsync("then at noon");
        await second.SeesAnswerAsync("then at noon");
        await Assertions.Expect(second.Page.Locator("main .thread-line .thread-count")).ToHaveTextAsync(Words.Of("Thread.Answers", 2));

        // Reactions, replies and deletions are those of the room.
        await second.Answer("then at noon").HoverAsync();
        await second.Answer("then at noon").Locator("[data-tool=reply]").ClickAsync();
        await Assertions.Expect(second.Thread().Locator(".reply-bar")).ToBeVisibleAsync();
        await Assertions.Expect(second.Page.Locator("main .reply-bar")).ToBeHiddenAsync();
        await second.AnswerAsync("quoted");
        await first.SeesAnswerAsync("quoted");
        await Assertions.Expect(first.Answer("quoted").Locator(".quote")).ToContainTextAsync("then at noon");
        await server.Get<MessageMarks>().ReactAsync(bob.Id, root.Id, "🎉", isOn: true);
        await Assertions.Expect(first.Page.Locator(".reaction")).ToHaveCountAsync(2);

        // Bob leaves it, and it leaves him.
        await second.Page.ClickAsync("[data-follow]");
        await Assertions.Expect(second.Page.Locator("[data-follow]")).ToHaveAttributeAsync("aria-pressed", "false");
        await second.Page.FocusAsync("#composer-input-thread");
        await second.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(second.Thread()).ToHaveCountAsync(0);
        await first.AnswerAsync("anybody there?");
        await first.SeesAnswerAsync("anybody there?");
        await Assertions.Expect(second.Page.Locator("main .thread-line .thread-count")).ToHaveTextAsync(Words.Of("Thread.Answers", 4));
        await Assertions.Expect(second.Page.Locator("[data-unread-threads]")).ToHaveCountAsync(0);
        first.AssertNoErrors();
        second.AssertNoErrors();
    }

    [Fact]
    public async Task An_address_opens_the_room_at_the_message_and_the_thread_at_the_answer()
    {
        var (ann, bob, room) = await RoomAsync();
        var root = await server.PostAsync(ann, room.Id, "the root");
        for (var i = 0; i < 120; i++) await server.PostAsync(bob, room.Id, $"entry {i:000}");
        var answers = new List<MessageView>();
        for (var i = 0; i < 80; i++) answers.Add(await PostAsync(bob, root, $"answer {i:00}"));
        await using var page = await browser.SignInAsync(server, ann, Places.Of(answers[5]), width: 1400, height: 600);
        await Assertions.Expect(page.Thread().Locator(".message-highlight")).ToContainTextAsync("answer 05");
        await Assertions.Expect(page.Thread().Locator(".message-highlight")).ToBeInViewportAsync();
        await Assertions.Expect(page.Page.Locator("main .message-highlight")).ToContainTextAsync("the root");
        await Assertions.Expect(page.Page.Locator("main .message-highlight")).ToBeInViewportAsync();

        // Closing it leaves the room where it is, and so does opening it again.
        await page.Thread().Locator("[data-close]").ClickAsync();
        await Assertions.Expect(page.Thread()).ToHaveCountAsync(0);
        await page.ArrivesAsync($"**/rooms/{room.Id}");
        await Assertions.Expect(page.Page.Locator("main .message-highlight")).ToBeInViewportAsync();
        await page.Page.Locator("main .thread-line").ClickAsync();
        await page.SeesAnswerAsync("answer 00"); // the first that is unread
        await Assertions.Expect(page.Page.Locator("main .message-highlight")).ToBeInViewportAsync();
        page.AssertNoErrors();
    }

    [Fact]
    public async Task By_keys_a_thread_is_opened_written_in_and_left_and_the_focus_goes_back()
    {
        var (ann, _, room) = await RoomAsync();
        await server.PostAsync(ann, room.Id, "press T");
        await using var page = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}", width: 1400);
        await page.MayWriteAsync();
        // The list knows its keys as soon as its script is there.
        await Eventually.BecomesAsync(async () =>
        {
            await page.Page.FocusAsync("#timeline");
            await page.Page.Keyboard.PressAsync("ArrowUp");
            return await page.Page.Locator("article .message-actions").CountAsync() == 1;
        });
        await page.Page.Keyboard.PressAsync("t");
        await Assertions.Expect(page.Page.Locator("#composer-input-thread")).ToBeFocusedAsync();
        await page.AnswerAsync("typed");
        await page.SeesAnswerAsync("typed");
        await page.Page.Keyboard.PressAsync("ArrowUp"); // edits the last answer, not the room's last message
        await Assertions.Expect(page.Page.Locator("#edit-input-thread")).ToBeFocusedAsync();
        await page.Page.FillAsync("#edit-input-thread", "typed better");
        await page.Page.PressAsync("#edit-input-thread", "Enter");
        await page.SeesAnswerAsync("typed better");
        await Assertions.Expect(page.Page.Locator("#composer-input-thread")).ToBeFocusedAsync();
        await page.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Thread()).ToHaveCountAsync(0);
        await Assertions.Expect(page.Message("press T")).ToBeFocusedAsync();
        page.AssertNoErrors();
    }

    [Fact]
    public async Task A_draft_of_a_thread_survives_a_reload_beside_that_of_the_room()
    {
        var (ann, _, room) = await RoomAsync();
        var root = await server.PostAsync(ann, room.Id, "root");
        await using var page = await browser.SignInAsync(server, ann, Places.OfThread(room.Id, root.Id), width: 1400);
        await Assertions.Expect(page.Thread().Locator(".counter")).Not.ToBeEmptyAsync();
        await page.Page.FillAsync("#composer-input-thread", "half an answer");
        await page.Page.FillAsync("#composer-input", "half a message");
        await page.Page.ReloadAsync();
        await Assertions.Expect(page.Page.Locator("#composer-input-thread")).ToHaveValueAsync("half an answer");
        await Assertions.Expect(page.Page.Locator("#composer-input")).ToHaveValueAsync("half a message");
        page.AssertNoErrors();
    }

    [Fact]
    public async Task On_a_phone_the_thread_is_a_sheet_in_which_everything_can_be_done()
    {
        var (ann, bob, room) = await RoomAsync();
        var root = await server.PostAsync(ann, room.Id, "root");
        await PostAsync(bob, root, "answer");
        await using var page = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}", width: 360, height: 740);
        await page.MayWriteAsync();
        await page.Page.ClickAsync(".thread-line");
        await Assertions.Expect(page.Page.Locator(".thread-panel:modal")).ToBeVisibleAsync();
        await page.Answer("answer").HoverAsync();
        await page.Answer("answer").Locator("[data-tool=react]").ClickAsync();
        await page.Thread().Locator("[data-pick]").First.ClickAsync();
        await Assertions.Expect(page.Answer("answer").Locator(".reaction")).ToHaveCountAsync(1);
        // A question above the sheet is answered without closing it.
        await page.AnswerAsync("mine");
        await page.SeesAnswerAsync("mine");
        await page.Answer("mine").HoverAsync();
        await page.Answer("mine").Locator("[data-tool=more]").ClickAsync();
        await page.Page.ClickAsync("#message-menu-thread [data-tool=delete]");
        await Assertions.Expect(page.Page.Locator("dialog.dialog:modal")).ToHaveCountAsync(1);
        await page.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Page.Locator("dialog.dialog")).ToHaveCountAsync(0);
        await page.SeesAnswerAsync("mine");
        // It is read where it is seen, sheet or not.
        await Eventually.EqualsAsync(0, () => server.Get<Threads>().Of(ann.Id, root.Id)!.Unread);
        await page.Thread().Locator("[data-close]").ClickAsync();
        await Assertions.Expect(page.Thread()).ToHaveCountAsync(0);
        await Assertions.Expect(page.Page.Locator(".thread-line")).ToBeVisibleAsync();
        page.AssertNoErrors();
    }

    [Fact]
    public async Task A_thread_goes_on_where_it_was_after_a_break()
    {
        await using var relay = new Relay(server.Address);
        var (ann, bob, room) = await RoomAsync();
        var root = await server.PostAsync(ann, room.Id, "root");
        await PostAsync(bob, root, "before");
        await using var page = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}", width: 1400, address: relay.Address);
        await page.MayWriteAsync();
        await page.Page.Locator("main .thread-line").ClickAsync();
        await page.SeesAnswerAsync("before");
        await page.Page.EvaluateAsync("window.isTheSame = true");
        relay.Cut();
        await Eventually.BecomesAsync(() => server.CircuitsOf(ann).Count == 0, "the break was not noticed");
        var edited = await PostAsync(bob, root, "meanwhile");
        await server.Get<MessageEditor>().EditAsync(bob.Id, edited.Id, "in the meantime");
        relay.Mend();
        await page.SeesAnswerAsync("in the meantime");
        await PostAsync(bob, root, "afterwards");
        await page.SeesAnswerAsync("afterwards");
        await Assertions.Expect(page.Page.Locator("main .thread-line .thread-count")).ToHaveTextAsync(Words.Of("Thread.Answers", 3));
        Assert.True(await page.Page.EvaluateAsync<bool>("window.isTheSame === true"));
    }

    private async Task<MessageView> PostAsync(TestPerson author, MessageView root, string text) =>
        Assert.IsType<PostResult.Accepted>(await server.Get<MessageWriter>().PostAsync(author.Id, root.Room, text, key: null, thread: root.Id)).Message;

    private async Task<(TestPerson Ann, TestPerson Bob, RoomView Room)> RoomAsync()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        return (ann, bob, await server.MakeRoomAsync(ann, RoomVisibility.Private, "Harbour", bob));
    }
}
