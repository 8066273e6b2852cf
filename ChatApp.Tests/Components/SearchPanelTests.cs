using Bunit;
using ChatApp.Components.Search;
using ChatApp.Rooms;
using ChatApp.Search;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Components;

/// <summary>The panel that asks the search and shows what it finds.</summary>
[English]
public sealed class SearchPanelTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Hits_are_shown_as_text_with_what_was_looked_for_marked_and_lead_to_their_place()
    {
        await using var stage = await StageAsync();
        var hit = await server.PostAsync(stage.Page.Person, stage.Room.Id, "a <b>Green</b> light & more");
        await server.PostAsync(stage.Page.Person, stage.Room.Id, "nothing of it");
        SearchHit? opened = null;
        var panel = Show(stage, found => opened = found);
        Assert.NotEmpty(panel.FindAll(".search-tips"));
        await SearchAsync(panel, "green");
        var link = panel.Find(".search-hit");
        Assert.Equal("a <b>Green</b> light & more", link.QuerySelector(".search-extract")!.TextContent);
        Assert.Equal("Green", link.QuerySelector("mark")!.TextContent);
        Assert.Empty(panel.FindAll(".search-extract b"));
        Assert.Equal($"/rooms/{stage.Room.Id}?at={hit.Offset}", link.GetAttribute("href"));
        Assert.Contains(stage.Page.Person.Name, link.TextContent, StringComparison.Ordinal);
        await panel.InvokeAsync(() => link.Click());
        Assert.Equal(hit.Id, opened!.Message.Id);
    }

    [Fact]
    public async Task Filters_become_chips_that_can_be_taken_away_and_what_is_none_is_said()
    {
        await using var stage = await StageAsync();
        await server.PostAsync(stage.Page.Person, stage.Room.Id, "green");
        var panel = Show(stage);
        await SearchAsync(panel, "green from:nobody before:soon has:wings");
        Assert.Equal(["from:nobody"], panel.FindAll(".chip-text").Select(chip => chip.TextContent));
        Assert.Equal(2, panel.FindAll(".field-error").Count);
        Assert.Contains("before:soon", panel.FindAll(".field-error")[0].TextContent, StringComparison.Ordinal);
        Assert.Contains("2026-11-20", panel.FindAll(".field-error")[0].TextContent, StringComparison.Ordinal);
        Assert.NotEmpty(panel.FindAll(".empty"));

        await SearchAsync(panel, "green from:nobody");
        Assert.Empty(panel.FindAll(".search-hit, .field-error"));
        await panel.InvokeAsync(() => panel.Find(".chip-remove").Click());
        panel.WaitForAssertion(() => Assert.Single(panel.FindAll(".search-hit")), Eventually.DefaultDeadline);
        Assert.Empty(panel.FindAll(".chip"));
        Assert.Equal("green", panel.Find("#search-input").GetAttribute("value"));
        await SearchAsync(panel, "");
        Assert.NotEmpty(panel.FindAll(".search-tips"));
    }

    [Fact]
    public async Task One_room_is_searched_or_all_and_the_box_says_which()
    {
        await using var stage = await StageAsync();
        var other = await server.MakeRoomAsync(stage.Page.Person, RoomVisibility.Private, "Other");
        var eve = await server.AddPersonAsync("Eve");
        var secret = await server.MakeRoomAsync(eve, RoomVisibility.Private, "Secret");
        await server.PostAsync(stage.Page.Person, other.Id, "green elsewhere");
        await server.PostAsync(eve, secret.Id, "green of others");
        var panel = Show(stage);
        Assert.Equal($"Search in {stage.Room.Name}", panel.Find("#search-input").GetAttribute("placeholder"));
        await SearchAsync(panel, "green");
        Assert.NotEmpty(panel.FindAll(".empty"));
        await panel.InvokeAsync(() => panel.FindAll("input[name=scope]")[1].Change(true));
        panel.WaitForAssertion(() => Assert.Single(panel.FindAll(".search-hit")), Eventually.DefaultDeadline);
        Assert.Equal("Search in all rooms", panel.Find("#search-input").GetAttribute("placeholder"));
        Assert.Equal("Other", panel.Find(".search-room").TextContent);
    }

    [Fact]
    public async Task More_continues_where_the_page_ended()
    {
        await using var stage = await StageAsync();
        for (var i = 0; i < 25; i++) await server.PostAsync(stage.Page.Person, stage.Room.Id, $"green {i:00}");
        var panel = Show(stage);
        await SearchAsync(panel, "green");
        panel.WaitForAssertion(() => Assert.Equal(20, panel.FindAll(".search-hit").Count), Eventually.DefaultDeadline);
        await panel.InvokeAsync(() => panel.Find(".search-more").Click());
        panel.WaitForAssertion(() => Assert.Equal(25, panel.FindAll(".search-hit").Count), Eventually.DefaultDeadline);
        Assert.Empty(panel.FindAll(".search-more"));
        Assert.Equal(
            Enumerable.Range(0, 25).Reverse().Select(i => $"green {i:00}"), panel.FindAll(".search-extract").Select(extract => extract.TextContent));
    }

    [Fact]
    public async Task Too_many_searches_and_a_lost_room_are_said_in_words()
    {
        await using var strict = await TestServer.StartAsync(["Search:SearchBurst=1", "Search:SearchesPerSecond=1"]);
        var (owner, ann) = (await strict.AddPersonAsync("Owner"), await strict.AddPersonAsync("Ann"));
        var room = await strict.MakeRoomAsync(owner, members: [ann]);
        await using var stage = new Stage(new PersonContext(strict, ann), room);
        var panel = Show(stage);
        await strict.Get<RoomWriter>().LeaveAsync(ann.Id, room.Id);
        await SearchAsync(panel, "green");
        panel.WaitForAssertion(() => Assert.Contains("not in this room", panel.Find(".notice-error").TextContent, StringComparison.Ordinal), Eventually.DefaultDeadline);
        // The limit gives one more each second: of two searches at once, one is too many.
        await SearchAsync(panel, "green");
        await SearchAsync(panel, "green");
        panel.WaitForAssertion(() => Assert.Contains("Too many", panel.Find(".notice-error").TextContent, StringComparison.Ordinal), Eventually.DefaultDeadline);
    }

    private static async Task SearchAsync(IRenderedComponent<SearchPanel> panel, string text)
    {
        await panel.InvokeAsync(() => panel.Find("#search-input").Change(text));
        await panel.InvokeAsync(() => panel.Find("form").Submit());
        panel.WaitForAssertion(() => Assert.Equal("false", panel.Find(".search-body").GetAttribute("aria-busy")), Eventually.DefaultDeadline);
    }

    private static IRenderedComponent<SearchPanel> Show(Stage stage, Action<SearchHit>? opened = null) => stage.Page.Render<SearchPanel>(parameters => parameters
        .Add(panel => panel.Room, stage.Room).Add(panel => panel.Viewer, stage.Page.Person.Id).Add(panel => panel.OnOpen, hit => opened?.Invoke(hit)));

    private async Task<Stage> StageAsync()
    {
        var ann = await server.AddPersonAsync("Ann");
        return new Stage(new PersonContext(server, ann), await server.MakeRoomAsync(ann, name: "Harbour"));
    }
}
