using AngleSharp.Dom;
using Bunit;
using ChatApp.Accounts;
using ChatApp.Components;
using ChatApp.Components.Layout;
using ChatApp.Messages;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;
using ChatApp.Tests.Rooms;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Components;

/// <summary>The groups of the sidebar, what a room shows there, and how little is drawn for it.</summary>
[English]
public sealed class SidebarTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Favourites_rooms_and_conversations_have_groups_of_their_own_and_the_newest_conversation_is_first()
    {
        var (ann, bob, cid) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"), await server.AddPersonAsync("Cid"));
        var room = await server.MakeRoomAsync(ann, name: "Attic");
        var (withBob, withBoth) = (await server.MakeDirectAsync(ann, bob), await server.MakeDirectAsync(ann, bob, cid));
        await server.PostAsync(bob, withBob, "first");
        await server.PostAsync(cid, withBoth, "second");
        await using var page = await OpenAsync(ann);
        Assert.Equal(["General", "Attic"], NamesIn(page.Sidebar, "rooms"));
        Assert.Equal([$"{bob.Name}, {cid.Name}", bob.Name], NamesIn(page.Sidebar, "direct"));
        Assert.Empty(page.Sidebar.FindAll("[data-group=favourites]"));
        Assert.Equal(bob.Id.Value, page.Sidebar.Find("[data-presence]").GetAttribute("data-presence"));

        await server.PostAsync(bob, withBob, "third");
        page.Shows(() => Assert.Equal([bob.Name, $"{bob.Name}, {cid.Name}"], NamesIn(page.Sidebar, "direct")));
        await server.Get<RoomPreferences>().ChooseAsync(ann.Id, room.Id, isFavourite: true);
        await server.Get<RoomPreferences>().ChooseAsync(ann.Id, withBoth, isFavourite: true);
        page.Shows(() => Assert.Equal(["Attic", $"{bob.Name}, {cid.Name}"], NamesIn(page.Sidebar, "favourites")));
        Assert.Equal(["General"], NamesIn(page.Sidebar, "rooms"));
        Assert.Equal([bob.Name], NamesIn(page.Sidebar, "direct"));
    }

    [Fact]
    public async Task What_one_says_oneself_lifts_the_conversation_too()
    {
        var (ann, bob, cid) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"), await server.AddPersonAsync("Cid"));
        var (first, second) = (await server.MakeDirectAsync(ann, bob), await server.MakeDirectAsync(ann, cid));
        await server.PostAsync(ann, first, "older");
        await server.PostAsync(ann, second, "newer");
        await using var page = await OpenAsync(ann);
        Assert.Equal([cid.Name, bob.Name], NamesIn(page.Sidebar, "direct"));
        // From another device: this one hears that it was read.
        var said = await server.PostAsync(ann, first, "newest");
        await server.Get<ReadMarkers>().MarkAsync(ann.Id, first, said.Offset);
        page.Shows(() => Assert.Equal([bob.Name, cid.Name], NamesIn(page.Sidebar, "direct")));
    }

    [Fact]
    public async Task A_muted_room_has_no_number_and_counts_nowhere_and_one_with_mentions_only_has_its_mentions()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, name: "Attic", members: bob);
        await server.PostAsync(bob, room.Id, "one");
        await using var page = await OpenAsync(ann);
        var title = page.Context.Render<UnreadTitle>(parameters => parameters.Add(t => t.Name, "Here"));
        Assert.Equal("1", page.Row(room.Id).QuerySelector("[data-unread-count]")!.LastChild!.TextContent);
        Assert.Equal(1, page.Numbers.Total);
        foreach (var level in new[] { NoticeLevel.Nothing, NoticeLevel.Mentions })
        {
            await server.Get<RoomPreferences>().ChooseAsync(ann.Id, room.Id, level: level);
            page.Shows(() => Assert.Null(page.Row(room.Id).QuerySelector("[data-unread-count]")));
            page.Shows(() => Assert.Equal(level == NoticeLevel.Nothing, page.Row(room.Id).ClassList.Contains("room-link-muted")));
            Assert.False(page.Row(room.Id).ClassList.Contains("room-link-unread"));
            Assert.Equal((0, true), (page.Numbers.Total, page.Numbers.HasUnread));
            // There is still something to mark as read.
            Assert.Single(page.Sidebar.FindAll(".mark-all"));
            Assert.NotNull(page.Row(room.Id).GetAttribute("data-has-unread"));
        }

        await server.Get<RoomPreferences>().ChooseAsync(ann.Id, room.Id, level: NoticeLevel.All);
        page.Shows(() => Assert.NotNull(page.Row(room.Id).QuerySelector("[data-unread-count]")));
        Assert.NotNull(title);
    }

    [Fact]
    public void Mentions_count_where_only_they_are_wanted_and_not_where_nothing_is()
    {
        var room = new RoomId("attic");
        foreach (var (level, count, mentions, total) in new[] { (NoticeLevel.All, 7, 2, 7), (NoticeLevel.Mentions, 0, 2, 2), (NoticeLevel.Nothing, 0, 0, 0) })
        {
            using var numbers = new UnreadNumbers(server.Get<UnreadBoard>(), server.Get<ReadMarkers>(), server.Get<RoomPreferences>(), server.Get<Threads>());
            numbers.Show([new Unread(room, Offset.Zero, 7) { Mentions = 2 }]);
            numbers.Choose(new Dictionary<RoomId, RoomChoice> { [room] = new(room) { Level = level } });
            Assert.Equal((count, mentions, total), (numbers.CountOf(room), numbers.MentionsOf(room), numbers.Total));
        }
    }

    [Fact]
    public async Task A_hidden_conversation_comes_back_when_something_is_said()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var direct = await server.MakeDirectAsync(ann, bob);
        await using var page = await OpenAsync(ann);
        Assert.Equal([bob.Name], NamesIn(page.Sidebar, "direct"));
        await server.Get<DirectRooms>().HideAsync(ann.Id, direct);
        page.Shows(() => Assert.Empty(NamesIn(page.Sidebar, "direct")));
        await server.PostAsync(bob, direct, "hello again");
        page.Shows(() => Assert.Equal([bob.Name], NamesIn(page.Sidebar, "direct")));
    }

    [Fact]
    public async Task Twenty_conversations_are_shown_and_the_others_on_request_but_unread_ones_always()
    {
        var ann = await server.AddPersonAsync("Ann");
        var made = new List<(TestPerson Person, RoomId Room)>();
        for (var i = 0; i < 23; i++)
        {
            var person = await server.AddPersonAsync("P");
            made.Add((person, await server.MakeDirectAsync(ann, person)));
            await server.PostAsync(ann, made[^1].Room, "mine");
        }

        await using var page = await OpenAsync(ann);
        Assert.Equal(20, NamesIn(page.Sidebar, "direct").Count);
        Assert.DoesNotContain(made[0].Person.Name, NamesIn(page.Sidebar, "direct"));
        // The one that is looked at is never missing.
        await page.Sidebar.InvokeAsync(() => page.Context.Services.GetRequiredService<NavigationManager>().NavigateTo($"/rooms/{made[0].Room}"));
        page.Shows(() => Assert.Equal(made[0].Person.Name, NamesIn(page.Sidebar, "direct")[^1]));
        await page.Sidebar.InvokeAsync(() => page.Sidebar.Find("[data-more-direct]").Click());
        Assert.Equal(23, NamesIn(page.Sidebar, "direct").Count);
        Assert.Empty(page.Sidebar.FindAll("[data-more-direct]"));
    }

    [Fact]
    public async Task Whoever_is_nowhere_yet_is_shown_where_to_go()
    {
        var ann = await server.AddPersonAsync("Ann");
        await using var page = await OpenAsync(ann);
        Assert.Single(page.Sidebar.FindAll("[data-group=rooms] .sidebar-action[href='/rooms']"));
        Assert.Single(page.Sidebar.FindAll("[data-group=direct] .sidebar-action[href='/direct/new']"));
        await server.MakeRoomAsync(ann);
        page.Shows(() => Assert.Empty(page.Sidebar.FindAll("[data-group=rooms] .sidebar-action")));
    }

    [Fact]
    public async Task A_batch_of_events_is_drawn_once_and_only_in_the_group_that_it_changes()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var rooms = new List<RoomView>();
        for (var i = 0; i < 200; i++) rooms.Add(await server.MakeRoomAsync(ann, name: $"Room {i:000}"));
        await server.MakeDirectAsync(ann, bob);
        await server.Get<RoomPreferences>().ChooseAsync(ann.Id, rooms[0].Id, isFavourite: true);
        await using var page = await OpenAsync(ann);
        Assert.Equal(200, NamesIn(page.Sidebar, "rooms").Count);
        var groups = page.Sidebar.FindComponents<RoomGroup>().ToDictionary(group => group.Instance.Name, group => group, StringComparer.Ordinal);
        int[] Drawn() => [page.Sidebar.RenderCount, groups["favourites"].RenderCount, groups["rooms"].RenderCount, groups["direct"].RenderCount];
        var before = Drawn();

        // Everything that comes while a batch is being worked on is the next batch.
        TaskCompletionSource begun = new(), go = new();
        using (page.Context.Session.Listen(async _ =>
        {
            begun.TrySetResult();
            await go.Task;
        }))
        {
            server.Get<RoomBroker>().PublishToUser(ann.Id, new Nothing());
            await begun.Task.WaitAsync(Eventually.DefaultDeadline);
            foreach (var room in rooms.Skip(1).Take(50)) await server.Get<RoomPreferences>().ChooseAsync(ann.Id, room.Id, level: NoticeLevel.Nothing);
            go.SetResult();
            page.Shows(() => Assert.Equal(50, page.Sidebar.FindAll(".room-link-muted").Count));
        }

        var after = Drawn();
        Assert.Equal([0, 1, 0], after.Zip(before, (now, then) => now - then).Skip(1));
        // Its frame counts what is drawn inside of it too; fifty events are not fifty times.
        Assert.InRange(after[0] - before[0], 1, 10);

        // What changes nothing here is not drawn at all.
        server.Get<RoomBroker>().PublishToUser(ann.Id, new RoomChanged(rooms[5], server.Get<UserDirectory>().Get(ann.Id), server.Get<TimeProvider>().GetUtcNow()));
        var room7 = rooms[7];
        await server.Get<RoomPreferences>().ChooseAsync(ann.Id, room7.Id, level: NoticeLevel.All);
        page.Shows(() => Assert.Equal(49, page.Sidebar.FindAll(".room-link-muted").Count));
        Assert.Equal([0, 1, 0], Drawn().Zip(after, (now, then) => now - then).Skip(1));
    }

    private async Task<OpenSidebar> OpenAsync(TestPerson person)
    {
        var context = new PersonContext(server, person);
        context.Session.Open(person.Id, "192.0.2.1");
        await Task.Yield();
        return new OpenSidebar(context, context.Render<Sidebar>(parameters => parameters.Add(s => s.User, server.Get<UserDirectory>().Get(person.Id))));
    }

    private static List<string> NamesIn(IRenderedComponent<Sidebar> sidebar, string group) => [.. sidebar.FindAll($"[data-group={group}] .room-link-name").Select(name => name.TextContent)];

    private sealed record Nothing;

    private sealed record OpenSidebar(PersonContext Context, IRenderedComponent<Sidebar> Sidebar) : IAsyncDisposable
    {
        public UnreadNumbers Numbers => Context.Services.GetRequiredService<UnreadNumbers>();

        public IElement Row(RoomId room) => Sidebar.Find($".room-link[data-room='{room}']");

        public void Shows(Action assertion) => Sidebar.WaitForAssertion(assertion, Eventually.DefaultDeadline);

        public ValueTask DisposeAsync() => Context.DisposeAsync();
    }
}
