using Bunit;
using ChatApp.Accounts;
using ChatApp.Components;
using ChatApp.Components.Layout;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;
using ChatApp.Tests.Rooms;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Components;

/// <summary>Where the switcher leads, and in which order.</summary>
[English]
public sealed class SwitcherTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task With_nothing_typed_it_offers_what_is_unread_and_then_where_one_was_last()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var (quiet, recent, unread) = (await server.MakeRoomAsync(ann, name: "Quiet"), await server.MakeRoomAsync(ann, name: "Recent"), await server.MakeRoomAsync(ann, RoomVisibility.Public, "Unread", bob));
        var muted = await server.MakeRoomAsync(ann, RoomVisibility.Public, "A muted one", bob);
        await server.Get<RoomPreferences>().ChooseAsync(ann.Id, muted.Id, level: NoticeLevel.Nothing);
        await server.MakeRoomAsync(bob, name: "Elsewhere");
        await server.PostAsync(bob, unread.Id, "one");
        await server.PostAsync(bob, muted.Id, "two");
        await using var page = await OpenAsync(ann, recent.Id.Value, "nowhere");
        Assert.Equal(["Unread", "Recent", "General", "A muted one", "Quiet"], page.Names());
        Assert.Contains("switcher-muted", page.Option("A muted one").ClassName, StringComparison.Ordinal);
        Assert.NotNull(quiet);
        // Nothing is held for a closed dialog.
        await page.Switcher.InvokeAsync(page.Switcher.Instance.Leave);
        Assert.Empty(page.Names());
    }

    [Fact]
    public async Task Rooms_people_and_conversations_are_found_and_a_sign_narrows()
    {
        var (ann, bob, cid) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Zebulon"), await server.AddPersonAsync("Zebedee"));
        var own = await server.MakeRoomAsync(ann, RoomVisibility.Private, "Zebra");
        var open = await server.MakeRoomAsync(bob, name: "Zebra crossing");
        await server.MakeRoomAsync(bob, RoomVisibility.Private, "Zebra secret");
        var direct = await server.MakeDirectAsync(ann, bob);
        await using var page = await OpenAsync(ann);
        await page.TypeAsync("zeb");
        Assert.Equal(
            new HashSet<string?> { $"/direct/new?to={cid.Id}", $"/rooms/{direct}", $"/rooms/{own.Id}", $"/rooms/{open.Id}" },
            page.Switcher.FindAll("[role=option]").Select(option => option.GetAttribute("data-href")).ToHashSet());
        Assert.Contains(Text("Switcher.NotIn"), page.Option("Zebra crossing").TextContent, StringComparison.Ordinal);
        await page.TypeAsync("#zeb");
        Assert.Equal(["Zebra", "Zebra crossing"], page.Names());
        await page.TypeAsync("@zeb");
        Assert.Equal(new[] { bob.Name, cid.Name }.Order(StringComparer.Ordinal), page.Names().Order(StringComparer.Ordinal));
        await page.TypeAsync("no such thing");
        Assert.Empty(page.Names());
        Assert.Equal(Text("Switcher.Nothing"), page.Switcher.Find(".switcher-none").TextContent);
    }

    [Fact]
    public async Task Of_names_that_fit_equally_well_the_unread_and_recent_ones_come_first_and_a_better_fit_before_them()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        foreach (var name in new[] { "Boat A", "Boat B", "Boat C" }) await server.MakeRoomAsync(ann, RoomVisibility.Public, name, bob);
        var boats = server.Get<RoomList>().Of(ann.Id).Where(room => room.Name.StartsWith("Boat", StringComparison.Ordinal)).ToDictionary(room => room.Name, room => room.Room.Id, StringComparer.Ordinal);
        var ship = await server.MakeRoomAsync(ann, RoomVisibility.Public, "Lifeboat", bob);
        await server.PostAsync(bob, boats["Boat C"], "one");
        await server.PostAsync(bob, ship.Id, "one");
        await using var page = await OpenAsync(ann, boats["Boat B"].Value);
        await page.TypeAsync("boat");
        Assert.Equal(["Boat C", "Boat B", "Boat A", "Lifeboat"], page.Names());
    }

    [Fact]
    public async Task Hostile_texts_find_nothing_and_break_nothing()
    {
        var ann = await server.AddPersonAsync("Ann");
        await using var page = await OpenAsync(ann, [.. Enumerable.Repeat("x", 10_000)]);
        foreach (var text in new[] { new string('z', 100_000), "\ud83d", "@", "#", "@@", "%_[]'\"--", "\0" }) await page.TypeAsync(text);
        Assert.InRange(page.Names().Count, 0, SwitcherPlaces.MaxShown);
    }

    [Fact]
    public void The_help_knows_every_key_that_the_pages_have()
    {
        var known = KeyHelp.All.SelectMany(group => group.Entries).SelectMany(entry => entry.Keys).ToHashSet(StringComparer.Ordinal);
        var used = Architecture.SourceTree.Files
            .Where(file => file.Path.StartsWith("ChatApp/Components/", StringComparison.Ordinal))
            .SelectMany(file => System.Text.RegularExpressions.Regex.Matches(file.Text, "aria-keyshortcuts=\"(?<keys>[^\"@]+)\"|\"(?<keys>Control\\+[^\"]+)\"", System.Text.RegularExpressions.RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5)))
            .SelectMany(match => match.Groups["keys"].Value.Split(' '))
            .ToHashSet(StringComparer.Ordinal);
        Assert.Superset(used, known);
        Assert.Contains("Control+B", used);
        Assert.Contains("Shift+Escape", used);
    }

    private static string Text(string key) => BrowserTests.Words.Of(key);

    private async Task<OpenSwitcher> OpenAsync(TestPerson person, params string[] recent)
    {
        var context = new PersonContext(server, person);
        context.Services.GetRequiredService<UnreadNumbers>().Open(person.Id, isLive: false);
        var switcher = context.Render<Switcher>(parameters => parameters.Add(s => s.User, server.Get<UserDirectory>().Get(person.Id)));
        await switcher.InvokeAsync(() => switcher.Instance.Open(recent));
        return new OpenSwitcher(context, switcher);
    }

    private sealed record OpenSwitcher(PersonContext Context, IRenderedComponent<Switcher> Switcher) : IAsyncDisposable
    {
        public List<string> Names() => [.. Switcher.FindAll("[role=option] bdi").Select(name => name.TextContent)];

        public AngleSharp.Dom.IElement Option(string name) => Switcher.FindAll("[role=option]").Single(option => option.QuerySelector("bdi")!.TextContent == name);

        public Task TypeAsync(string text) => Switcher.InvokeAsync(() => Switcher.Instance.Find(text));

        public ValueTask DisposeAsync() => Context.DisposeAsync();
    }
}
