using Bunit;
using ChatApp.Accounts;
using ChatApp.Components.Finding;
using ChatApp.Components.Messages;
using ChatApp.Components.Rooms;
using ChatApp.Components.Search;
using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;
using Microsoft.AspNetCore.Components;

namespace ChatApp.Tests.Components;

/// <summary>What a blocked person has said is folded away in every list of messages as it is in the room.</summary>
[English]
public sealed class BlockedListTests(TestServer server) : IClassFixture<TestServer>
{
    private const string Words = "green words";

    [Fact]
    public async Task A_search_finds_it_and_shows_it_when_asked()
    {
        await using var stage = await StageAsync();
        var panel = stage.Page.Render<SearchPanel>(parameters => parameters.Add(one => one.Room, stage.Room).Add(one => one.Viewer, stage.Page.Person.Id));
        await panel.InvokeAsync(() => panel.Find("#search-input").Change("green"));
        await panel.InvokeAsync(() => panel.Find("form").Submit());
        panel.WaitForAssertion(() => Assert.Single(panel.FindAll(".search-hit")), Eventually.DefaultDeadline);
        await IsFoldedAwayAsync(stage, panel, ".search-hit");
    }

    [Fact]
    public async Task Among_the_pins_it_is_folded_away()
    {
        await using var stage = await StageAsync();
        await server.Get<MessageMarks>().PinAsync(stage.Page.Person.Id, Said(stage).Id, isOn: true);
        var panel = stage.Page.Render<PinsPanel>(parameters => parameters.Add(one => one.Room, stage.Room).Add(one => one.Viewer, stage.Page.Person.Id));
        await IsFoldedAwayAsync(stage, panel, ".entry-body");
    }

    [Fact]
    public async Task Among_the_bookmarks_it_is_folded_away()
    {
        await using var stage = await StageAsync();
        await server.Get<Bookmarks>().AddAsync(stage.Page.Person.Id, Said(stage).Id);
        await IsFoldedAwayAsync(stage, stage.Page.Render<BookmarksPage>(), ".search-hit");
    }

    [Fact]
    public async Task Among_the_mentions_it_comes_and_goes_while_the_page_is_open()
    {
        await using var stage = await StageAsync();
        await server.PostAsync(stage.Author, stage.Room.Id, $"@{stage.Page.Person.Name} {Words}");
        var page = stage.Page.Render<MentionsPage>();
        Assert.Single(page.FindAll(".found-line"));
        await BlockAsync(stage);
        page.WaitForAssertion(() => Assert.Empty(page.FindAll(".found-line")), Eventually.DefaultDeadline);
        await server.Get<Blocks>().RemoveAsync(stage.Page.Person.Id, stage.Author.Id);
        page.WaitForAssertion(() => Assert.Single(page.FindAll(".found-line")), Eventually.DefaultDeadline);
    }

    [Fact]
    public async Task A_card_of_a_linked_message_and_a_line_of_a_thread_keep_it_to_themselves()
    {
        await using var stage = await StageAsync();
        var ann = stage.Page.Person;
        var said = Said(stage);
        await server.PostAsync(ann, stage.Room.Id, new Permalink(stage.Room.Id, said.Offset).ToString());
        await server.Get<MessageWriter>().PostAsync(ann.Id, stage.Room.Id, "my answer", key: null, thread: said.Id);
        await server.Get<MessageWriter>().PostAsync(stage.Author.Id, stage.Room.Id, $"{Words} again", key: null, thread: said.Id);
        var timeline = stage.Page.Render<Timeline>(parameters => parameters.Add(one => one.Room, stage.Room).Add(one => one.Viewer, ann.Id));
        var threads = stage.Page.Render<ThreadsPage>();
        Assert.Contains(Words, timeline.Find("[data-card]").TextContent, StringComparison.Ordinal);
        Assert.Contains(Words, threads.Find(".thread-card-last").TextContent, StringComparison.Ordinal);
        await BlockAsync(stage);
        timeline.WaitForAssertion(() => Assert.Contains("blocked person", timeline.Find("[data-card]").TextContent, StringComparison.Ordinal), Eventually.DefaultDeadline);
        threads.WaitForAssertion(() => Assert.Contains("blocked person", threads.Find(".thread-card").TextContent, StringComparison.Ordinal), Eventually.DefaultDeadline);
        foreach (var shown in new[] { timeline.Find("[data-card]").TextContent, threads.Find(".thread-card-link").TextContent })
        {
            Assert.DoesNotContain(Words, shown, StringComparison.Ordinal);
            Assert.DoesNotContain(stage.Author.Name, shown, StringComparison.Ordinal);
        }
    }

    // Shown, then blocked and folded away while it is open, shown when asked.
    private async Task IsFoldedAwayAsync<T>(BlockedStage stage, IRenderedComponent<T> list, string line)
        where T : IComponent
    {
        Assert.Single(list.FindAll(line));
        await BlockAsync(stage);
        list.WaitForAssertion(() => Assert.Single(list.FindAll(".folded")), Eventually.DefaultDeadline);
        Assert.Empty(list.FindAll(line));
        Assert.DoesNotContain(Words, list.Markup, StringComparison.Ordinal);
        await list.InvokeAsync(() => list.Find("[data-unfold]").Click());
        Assert.Empty(list.FindAll(".folded"));
        Assert.Contains(Words, list.Find(line).TextContent, StringComparison.Ordinal);
    }

    private MessageView Said(BlockedStage stage) => server.Get<MessageHistory>().Latest(stage.Page.Person.Id, stage.Room.Id, 10)!.Messages.First(message => message.Text == Words);

    private async Task BlockAsync(BlockedStage stage) => Assert.Equal(BlockOutcome.Done, await server.Get<Blocks>().AddAsync(stage.Page.Person.Id, stage.Author.Id));

    private async Task<BlockedStage> StageAsync()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, RoomVisibility.Private, "Harbour", bob);
        await server.PostAsync(bob, room.Id, Words);
        var page = new PersonContext(server, ann);
        // As the layout does it.
        page.Session.Open(ann.Id, "192.0.2.1");
        return new BlockedStage(page, room, bob);
    }

    private sealed record BlockedStage(PersonContext Page, RoomView Room, TestPerson Author) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Page.DisposeAsync();
    }
}
