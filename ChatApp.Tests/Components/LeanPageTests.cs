using System.Globalization;
using System.Net;
using System.Text.Json;
using Bunit;
using ChatApp.Accounts;
using ChatApp.Components;
using ChatApp.Components.Layout;
using ChatApp.Components.Messages;
using ChatApp.Components.Rooms;
using ChatApp.Resources;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Localization;
using Microsoft.JSInterop;
using Microsoft.JSInterop.Infrastructure;

namespace ChatApp.Tests.Components;

/// <summary>What keeps an open page small: what looks the same to many is made once, and the framework describes no type that nobody hands over.</summary>
[English]
public sealed class LeanPageTests(TestServer server) : IClassFixture<TestServer>
{
    private IStringLocalizer<Text> Words => server.Get<IStringLocalizer<Text>>();

    [Fact]
    public async Task A_circuit_describes_no_interface_that_cannot_be_handed_over_and_hands_everything_else_over_as_before()
    {
        await using var scope = server.Services.CreateAsyncScope();
        var runtime = Assert.IsAssignableFrom<JSRuntime>(scope.ServiceProvider.GetRequiredService<IJSRuntime>());
        var options = LeanInterop.OptionsOf(runtime);
        object?[] arguments = [1, "two", new Dictionary<string, List<string>> { ["three"] = ["four"] }, new { Five = (IReadOnlyList<int>)[6] }, null];
        Assert.Equal("""[1,"two",{"three":["four"]},{"five":[6]},null]""", JsonSerializer.Serialize(arguments, options));
        Assert.Equal([7, 8], JsonSerializer.Deserialize<IReadOnlyList<int>>("[7,8]", options)!);
        foreach (var type in (Type[])[typeof(IJSObjectReference), typeof(IJSVoidResult)]) Assert.True(options.TryGetTypeInfo(type, out _), type.ToString());
        foreach (var type in (Type[])[typeof(IComparable<int>), typeof(IParsable<string>), typeof(IReadOnlyDictionary<string, List<string>>), typeof(IEnumerable<KeyValuePair<string, List<string>>>)])
            Assert.False(options.TryGetTypeInfo(type, out _), type.ToString());
    }

    [Fact]
    public void A_part_is_drawn_once_for_each_language_and_each_of_its_names()
    {
        var parts = server.Get<DrawnOnce>();
        var menu = parts.Of<RoomMenuItems>("here").Value;
        Assert.Contains("id=\"here-notices\"", menu, StringComparison.Ordinal);
        Assert.Contains(Words["RoomMenu.MarkRead"], menu, StringComparison.Ordinal);
        Assert.Same(menu, parts.Of<RoomMenuItems>("here").Value);
        Assert.Contains("id=\"there-notices\"", parts.Of<RoomMenuItems>("there").Value, StringComparison.Ordinal);
        CultureInfo.CurrentUICulture = new CultureInfo("zh-Hans");
        Assert.Contains(Words["RoomMenu.MarkRead"], WebUtility.HtmlDecode(parts.Of<RoomMenuItems>("here").Value), StringComparison.Ordinal);
        Assert.NotEqual(menu, parts.Of<RoomMenuItems>("here").Value);
    }

    [Fact]
    public void A_part_that_cannot_be_drawn_says_which_it_is()
    {
        var fault = Assert.Throws<InvalidOperationException>(() => server.Get<DrawnOnce>().Of<Faulty>());
        Assert.Contains(nameof(Faulty), fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Timelines_and_composers_of_all_pages_share_their_menus_and_bars()
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann);
        await using var stage = new Stage(new PersonContext(server, ann), room);
        var timeline = stage.Page.Render<Timeline>(parameters => parameters.Add(one => one.Room, room).Add(one => one.Viewer, ann.Id));
        Assert.Single(timeline.FindAll("[data-tools]"));
        Assert.Single(timeline.FindAll("#emoji-picker"));
        Assert.Empty(timeline.FindComponents<MessageTools>());
        Assert.Empty(timeline.FindComponents<EmojiPicker>());
    }

    [Fact]
    public async Task A_person_in_a_list_of_members_is_one_string_for_all_who_look()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, members: [bob]);
        await server.Get<Profiles>().DescribeAsync(bob.Id, bob.Name, "<b>away</b> \"today\"");
        var (mine, theirs) = (Markup(ann), Markup(bob));
        Assert.Same(mine, theirs);
        Assert.Contains("title=\"&lt;b&gt;away&lt;/b&gt; &quot;today&quot;\"", mine, StringComparison.Ordinal);
        Assert.Contains($"data-presence=\"{bob.Id}\"", mine, StringComparison.Ordinal);
        await server.Get<Profiles>().DescribeAsync(bob.Id, bob.Name, "back");
        Assert.Contains("back", Markup(ann), StringComparison.Ordinal);

        string Markup(TestPerson viewer)
        {
            var (members, _) = server.Get<RoomDirectory>().MembersOf(room.Id, viewer.Id)!.Value;
            return MemberMarkup.Of(members.Single(member => member.User.Id == bob.Id).User, hasPresence: true, hasRank: true, Words);
        }
    }

    [Fact]
    public async Task The_page_that_is_open_is_marked_in_the_sidebar()
    {
        var ann = await server.AddPersonAsync("Ann");
        await using var page = new PersonContext(server, ann);
        page.Session.Open(ann.Id, "192.0.2.1");
        var sidebar = page.Render<Sidebar>(parameters => parameters.Add(one => one.User, server.Get<UserDirectory>().Get(ann.Id)));
        foreach (var path in (string[])["/threads", "/mentions", "/bookmarks"])
        {
            page.Services.GetRequiredService<NavigationManager>().NavigateTo(path);
            sidebar.WaitForAssertion(() => Assert.Equal(path, Assert.Single(sidebar.FindAll("[aria-current=page]")).GetAttribute("href")), Eventually.DefaultDeadline);
        }
    }

    private sealed class Faulty : SharedPart
    {
        protected override void OnInitialized() => throw new InvalidOperationException("not now");
    }
}
