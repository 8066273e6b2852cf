using Bunit;
using ChatApp.Accounts;
using ChatApp.Components;
using ChatApp.Components.Layout;
using ChatApp.Components.Messages;
using ChatApp.Components.Rooms;
using ChatApp.Components.Shared;
using ChatApp.Messages;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ChatApp.Tests.Components;

/// <summary>What stands around the messages: the list of rooms, the list of members, and the small things they are made of.</summary>
[English]
public sealed class ShellTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task The_list_of_rooms_marks_private_ones_and_the_present_one_and_follows_changes()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var secret = await server.MakeRoomAsync(ann, RoomVisibility.Private, "Attic");
        await using var page = new PersonContext(server, ann);
        page.Services.GetRequiredService<NavigationManager>().NavigateTo($"/rooms/{secret.Id}");
        page.Session.Open(ann.Id, "192.0.2.1");
        var sidebar = page.Render<Sidebar>(parameters => parameters.Add(s => s.User, server.Get<UserDirectory>().Get(ann.Id)));
        Assert.Equal(["General", "Attic"], Names(sidebar));
        var current = sidebar.Find("[aria-current=page]");
        Assert.Equal($"/rooms/{secret.Id}", current.GetAttribute("href"));
        Assert.Equal("private", current.QuerySelector(".visually-hidden")!.TextContent);
        Assert.Empty(sidebar.FindAll("a[href='/admin']"));

        var room = await server.MakeRoomAsync(bob, name: "Balcony");
        await server.Get<RoomWriter>().InviteAsync(bob.Id, room.Id, ann.Id);
        sidebar.WaitForAssertion(() => Assert.Equal(["General", "Attic", "Balcony"], Names(sidebar)), Eventually.DefaultDeadline);
        await server.Get<RoomWriter>().LeaveAsync(ann.Id, room.Id);
        sidebar.WaitForAssertion(() => Assert.Equal(["General", "Attic"], Names(sidebar)), Eventually.DefaultDeadline);
        var boss = await server.AddPersonAsync("Boss", Rank.Administrator);
        await server.Get<ChatApp.Moderation.ModerationDesk>().SetRankAsync(boss.Id, ann.Id, Rank.Moderator);
        sidebar.WaitForAssertion(() => Assert.Single(sidebar.FindAll("a[href='/admin']")), Eventually.DefaultDeadline);
    }

    [Fact]
    public async Task The_list_of_members_shows_roles_and_follows_who_comes_and_goes()
    {
        var (ann, mia, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Mia", Rank.Moderator), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, name: "Kitchen", members: [mia]);
        await using var page = new PersonContext(server, ann);
        page.Session.Open(ann.Id, "192.0.2.1");
        var asked = 0;
        var list = page.Render<MemberList>(parameters => parameters
            .Add(l => l.Room, room).Add(l => l.Viewer, ann.Id).Add(l => l.OnInvite, () => asked++).Add(l => l.OnLeave, () => asked += 10));
        var subscription = server.Get<RoomBroker>().Subscribe(page.Session.Connection!, room.Id).Subscription!;
        subscription.TryRelease(Offset.Zero);
        Assert.Equal([$"{ann.Name} Owners", $"{mia.Name} Members"], Members(list));
        await server.Get<RoomWriter>().JoinAsync(bob.Id, room.Id);
        list.WaitForAssertion(() => Assert.Equal([$"{ann.Name} Owners", $"{bob.Name} Members", $"{mia.Name} Members"], Members(list)), Eventually.DefaultDeadline);
        await server.Get<RoomWriter>().LeaveAsync(mia.Id, room.Id);
        list.WaitForAssertion(() => Assert.Equal([$"{ann.Name} Owners", $"{bob.Name} Members"], Members(list)), Eventually.DefaultDeadline);
        foreach (var button in list.FindAll(".members-actions button")) await list.InvokeAsync(() => button.Click());
        Assert.Equal(11, asked);

        // Everybody is in the default room, and nobody can be invited to it or leave it.
        var general = server.Get<RoomDirectory>().Find(RoomId.General, ann.Id)!.Room;
        var everybody = page.Render<MemberList>(parameters => parameters.Add(l => l.Room, general).Add(l => l.Viewer, ann.Id));
        Assert.Empty(everybody.FindAll(".members-actions"));
        Assert.Contains($"{bob.Name} Members", Members(everybody));
    }

    [Fact]
    public async Task Rendering_without_a_live_page_leaves_nothing_behind()
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann);
        await server.PostAsync(ann, room.Id, "for readers without a live page");
        await using var page = new PersonContext(server, ann);
        await using var renderer = new HtmlRenderer(page.Services, page.Services.GetRequiredService<ILoggerFactory>());
        var html = await renderer.Dispatcher.InvokeAsync(async () =>
        {
            var parameters = new Dictionary<string, object?>(StringComparer.Ordinal) { ["Room"] = room, ["Viewer"] = ann.Id };
            RenderFragment content = builder =>
            {
                builder.OpenComponent<CascadingValue<ClientContext>>(0);
                builder.AddComponentParameter(1, "Value", page.Client);
                builder.AddComponentParameter(2, "ChildContent", (RenderFragment)(inner =>
                {
                    inner.OpenComponent<Timeline>(0);
                    inner.AddMultipleAttributes(1, parameters!);
                    inner.CloseComponent();
                }));
                builder.CloseComponent();
            };
            return (await renderer.RenderComponentAsync<CascadingValue<int>>(ParameterView.FromDictionary(
                new Dictionary<string, object?>(StringComparer.Ordinal) { ["Value"] = 0, ["ChildContent"] = content }))).ToHtmlString();
        });
        Assert.Contains("for readers without a live page", html, StringComparison.Ordinal);
        Assert.Null(page.Session.Connection);
        Assert.Equal(0, server.Get<RoomBroker>().SubscriberCount(room.Id));
    }

    [Theory]
    [InlineData("Ann", "A")]
    [InlineData("ann berg", "AB")]
    [InlineData("  Ann  Maria  Berg ", "AB")]
    [InlineData("王小明", "王")]
    [InlineData("👩‍👩‍👧 Family", "👩‍👩‍👧F")]
    [InlineData("   ", "?")]
    public void An_avatar_shows_the_first_characters_of_the_first_and_last_word(string name, string expected) =>
        Assert.Equal(expected, Avatar.InitialsOf(new UserCard(new UserId("x"), name, Rank.Member)));

    [Fact]
    public void An_avatar_has_one_of_twelve_colours_and_always_the_same()
    {
        var hues = Enumerable.Range(0, 500).Select(i => Avatar.HueOf(new UserId($"user-{i}"))).ToList();
        Assert.Equal(12, hues.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(hues[7], Avatar.HueOf(new UserId("user-7")));
    }

    [Theory]
    [InlineData("Asia/Shanghai", 8)]
    [InlineData("Nowhere/Land", 0)]
    [InlineData("", 0)]
    [InlineData(null, 0)]
    [InlineData("../../etc/passwd", 0)]
    [InlineData("\0", 0)]
    public void A_time_zone_that_does_not_exist_is_utc(string? name, int hours)
    {
        var client = new ClientContext("192.0.2.1", ClientContext.ZoneOf(name));
        Assert.Equal(hours, client.Local(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)).Hour);
        Assert.Equal(TimeZoneInfo.Utc, ClientContext.ZoneOf(new string('x', 100)));
    }

    private static IEnumerable<string> Names(IRenderedComponent<Sidebar> sidebar) => sidebar.FindAll(".room-link-name").Select(name => name.TextContent);

    // With the heading of their group.
    private static IEnumerable<string> Members(IRenderedComponent<MemberList> list) =>
        list.FindAll("li.member").Select(member => $"{member.QuerySelector(".member-name")!.TextContent} {member.ParentElement!.PreviousElementSibling!.FirstChild!.TextContent.Trim()}");
}
