using Bunit;
using ChatApp.Components.Messages;
using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Components;

/// <summary>What the composer asks of the server while somebody writes: preview, proposals, commands.</summary>
[English]
public sealed class ComposerAsksTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task The_preview_is_the_message_itself_and_bounded()
    {
        await using var stage = await StageAsync();
        var composer = Composer(stage).Instance;
        const string text = "**a** <b>\n\n```js\nlet x\n```";
        Assert.Equal((await server.PostAsync(stage.Page.Person, stage.Room.Id, text)).Html, composer.Preview(text));
        Assert.Equal("", composer.Preview(" "));
        Assert.NotNull(composer.Preview(string.Concat(Enumerable.Repeat("🐳", 8_000))));
        Assert.Null(composer.Preview(new string('a', 8_001)));
        Assert.Null(composer.Preview(null));
    }

    [Fact]
    public async Task People_and_rooms_are_proposed_and_nonsense_is_nobody()
    {
        await using var stage = await StageAsync();
        var zoe = await server.AddPersonAsync("Zoe");
        var composer = Composer(stage).Instance;
        Assert.Equal([new Suggestion($"@{zoe.Name}", zoe.Name, "not in this room", zoe.Name[..1] + zoe.Name.Split(' ')[1][0], ChatApp.Components.Shared.Avatar.HueOf(zoe.Id))], composer.Suggest("@", "zoe"));
        await server.Get<RoomWriter>().InviteAsync(stage.Page.Person.Id, stage.Room.Id, zoe.Id);
        Assert.Null(Assert.Single(composer.Suggest("@", "zoe")).Detail);
        Assert.Equal(["@all"], composer.Suggest("@", "al").Select(line => line.Insert).Where(insert => insert is "@all" or "@here"));
        Assert.Contains(composer.Suggest("@", "He"), line => line.Insert == "@here");
        Assert.Contains(composer.Suggest("#", "gen"), room => room is { Insert: "#General", Mark: "#", Hue: null });
        foreach (var (sign, part) in new (string?, string?)[] { (null, "a"), ("", "a"), ("!", "a"), ("@", null), ("@", new string('a', 61)), (":", "smile"), ("/", "me") })
            Assert.Empty(composer.Suggest(sign, part));
        Assert.Equal(["/me", "/shrug", "/topic", "/invite", "/leave", "/help"], composer.Commands().Select(command => command.Insert));
        Assert.All(composer.Commands(), command => Assert.NotEmpty(command.Detail!));
    }

    [Fact]
    public async Task Topic_changes_the_topic_shows_it_and_says_why_not()
    {
        await using var stage = await StageAsync();
        var (composer, room) = (Composer(stage).Instance, stage.Room.Id);
        Assert.Equal(new CommandAnswer(true, "This room has no topic."), await composer.RunAsync("topic", ""));
        Assert.True((await composer.RunAsync("topic", "tea\nand cake")).IsDone);
        Assert.Equal("tea and cake", server.Get<RoomDirectory>().Find(room, stage.Page.Person.Id)!.Room.Topic);
        Assert.Equal(new CommandAnswer(true, "The topic is: tea and cake"), await composer.RunAsync("topic", ""));
        Assert.Equal(new CommandAnswer(false, "The topic is too long: at most 250 characters."), await composer.RunAsync("topic", new string('a', 251)));

        var bob = await server.AddPersonAsync("Bob");
        await server.Get<RoomWriter>().InviteAsync(stage.Page.Person.Id, room, bob.Id);
        await using var other = new PersonContext(server, bob);
        Assert.Equal(new CommandAnswer(false, "You may not do that in this room."), await Composer(new Stage(other, stage.Room)).Instance.RunAsync("topic", "mine"));
    }

    [Fact]
    public async Task Invite_takes_names_with_spaces_several_and_none_that_do_not_exist()
    {
        await using var stage = await StageAsync();
        var (bob, cid) = (await server.AddPersonAsync("Bob"), await server.AddPersonAsync("Cid"));
        var composer = Composer(stage).Instance;
        Assert.Equal(new CommandAnswer(false, "/invite needs some words behind it."), await composer.RunAsync("invite", ""));
        Assert.Equal(new CommandAnswer(false, "Nobody here is called Nobody at all."), await composer.RunAsync("invite", $"@{bob.Name} @Nobody at all"));
        Assert.Null(Members(stage).FirstOrDefault(name => name == bob.Name));
        Assert.Equal(new CommandAnswer(false, "Nobody here is called @."), await composer.RunAsync("invite", "@"));
        Assert.Equal(new CommandAnswer(true, $"In the room now: {bob.Name}, {cid.Name}"), await composer.RunAsync("invite", $"@{bob.Name.ToUpperInvariant()} @{cid.Name}"));
        Assert.Contains(cid.Name, Members(stage));
        var crowd = new List<string>();
        for (var i = 0; i <= SlashCommands.MostGuests; i++) crowd.Add((await server.AddPersonAsync("Guest")).Name);
        Assert.Equal(new CommandAnswer(false, "At most 8 people at once."), await composer.RunAsync("invite", string.Join(", ", crowd)));
        Assert.DoesNotContain(crowd[0], Members(stage));
    }

    [Fact]
    public async Task Leave_leaves_says_why_not_and_is_no_beginning_of_a_sentence()
    {
        await using var stage = await StageAsync();
        var composer = Composer(stage).Instance;
        Assert.Equal(new CommandAnswer(false, "/leave stands alone. To send this as text, begin with //."), await composer.RunAsync("leave", "it to me"));
        Assert.Equal(new CommandAnswer(false, "A room needs an owner. Make somebody else an owner first."), await composer.RunAsync("leave", ""));
        var bob = await server.AddPersonAsync("Bob");
        await server.Get<RoomWriter>().InviteAsync(stage.Page.Person.Id, stage.Room.Id, bob.Id);
        await using var other = new PersonContext(server, bob);
        Assert.True((await Composer(new Stage(other, stage.Room)).Instance.RunAsync("leave", "")).IsDone);
        Assert.DoesNotContain(bob.Name, Members(stage));
        Assert.EndsWith("/rooms/general", other.Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal);
        var general = server.Get<RoomDirectory>().Find(RoomId.General, bob.Id)!.Room;
        Assert.Equal(new CommandAnswer(false, "This room cannot be left."), await Composer(new Stage(other, general)).Instance.RunAsync("leave", ""));
    }

    [Fact]
    public async Task Help_lists_every_command_and_an_unknown_one_is_refused()
    {
        await using var stage = await StageAsync();
        var composer = Composer(stage);
        foreach (var unknown in new[] { "mute", "", "HELP", "constructor" })
            Assert.False((await composer.Instance.RunAsync(unknown, "x")).IsDone);
        Assert.False((await composer.Instance.RunAsync(null, null)).IsDone);
        Assert.Equal("There is no command /mute. To send it as text, begin with //.", (await composer.Instance.RunAsync("mute", "")).Say);
        Assert.Empty(composer.FindAll("dialog"));
        await composer.InvokeAsync(() => composer.Instance.RunAsync("help", ""));
        Assert.Equal(SlashCommands.All.Select(command => $"/{command.Name}").Append("//"), composer.FindAll("dialog dt code").Select(name => name.TextContent));
        composer.Find("dialog .dialog-head button").Click();
        Assert.Empty(composer.FindAll("dialog"));
    }

    [Fact]
    public async Task The_bar_is_one_stop_for_the_keyboard_and_every_mark_has_a_name_and_keys_of_its_own()
    {
        await using var stage = await StageAsync();
        var bar = Composer(stage).Find("[role=toolbar]");
        Assert.Equal("Formatting", bar.GetAttribute("aria-label"));
        Assert.Equal(["bold", "italic", "strike", "code", "block", "link", "list", "quote"], bar.Children.Select(button => button.GetAttribute("data-format")));
        Assert.Equal("bold", Assert.Single(bar.Children, button => button.GetAttribute("tabindex") == "0").GetAttribute("data-format"));
        Assert.Equal(8, bar.Children.Select(button => button.GetAttribute("aria-keyshortcuts")).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal("Bold (Ctrl+B)", bar.Children[0].GetAttribute("title"));
    }

    private static IRenderedComponent<Composer> Composer(Stage stage) => stage.Page.Render<Composer>(parameters => parameters
        .Add(c => c.Room, stage.Room)
        .Add(c => c.Writer, stage.Page.Person.Id)
        .Add(c => c.OnSend, _ => Task.FromResult(true)));

    private IEnumerable<string> Members(Stage stage) =>
        server.Get<RoomDirectory>().MembersOf(stage.Room.Id, stage.Page.Person.Id)!.Value.Members.Select(member => member.User.Name);

    private async Task<Stage> StageAsync()
    {
        var ann = await server.AddPersonAsync("Ann");
        return new Stage(new PersonContext(server, ann), await server.MakeRoomAsync(ann, name: "Tea"));
    }
}
