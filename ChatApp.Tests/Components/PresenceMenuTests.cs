using Bunit;
using ChatApp.Accounts;
using ChatApp.Components.Presence;
using ChatApp.Presence;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Components;

/// <summary>One's own state, in one's own menu.</summary>
[English]
public sealed class PresenceMenuTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task A_mode_is_chosen_with_an_end_and_follows_other_devices()
    {
        var ann = await server.AddPersonAsync("Ann");
        await using var page = new PersonContext(server, ann, "Asia/Shanghai");
        page.Session.Open(ann.Id, "192.0.2.1");
        var menu = page.Render<PresenceMenu>(parameters => parameters.Add(one => one.User, ann.Id));
        Assert.Equal("Automatic", Pressed());
        await menu.Find("[data-mode=DoNotDisturb]").ClickAsync(new());
        Assert.Equal("DoNotDisturb", Pressed());
        // Whoever does not say how long gets an hour.
        Assert.InRange(Choice().Until!.Value - TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(55), TimeSpan.FromHours(1));
        await menu.Find("[data-presence-end]").ChangeAsync(new() { Value = "Tomorrow" });
        Assert.Equal((8, 0), (page.Client.Local(Choice().Until!.Value).Hour, page.Client.Local(Choice().Until!.Value).Minute));
        await menu.Find("[data-presence-end]").ChangeAsync(new() { Value = "Never" });
        Assert.Equal(new PresenceChoice(PresenceMode.DoNotDisturb, Until: null), Choice());
        await server.Get<PresenceChoices>().SetAsync(ann.Id, PresenceMode.Invisible, until: null);
        menu.WaitForAssertion(() => Assert.Equal("Invisible", Pressed()), Eventually.DefaultDeadline);
        await menu.Find("[data-mode=Automatic]").ClickAsync(new());
        Assert.Empty(menu.FindAll("[data-presence-end]"));
        Assert.Equal(PresenceChoice.None, Choice());

        PresenceChoice Choice() => server.Get<PresenceBoard>().ChoiceOf(ann.Id);

        string Pressed() => menu.Find("[aria-pressed=true]").GetAttribute("data-mode")!;
    }

    [Fact]
    public async Task A_status_is_set_and_one_that_is_too_long_is_refused_in_words()
    {
        var ann = await server.AddPersonAsync("Ann");
        await using var page = new PersonContext(server, ann);
        page.Session.Open(ann.Id, "192.0.2.1");
        var menu = page.Render<PresenceMenu>(parameters => parameters.Add(one => one.User, ann.Id));
        await menu.Find("#own-status").ChangeAsync(new() { Value = " On the  train " });
        await menu.Find(".presence-status").SubmitAsync();
        menu.WaitForAssertion(() => Assert.Equal("On the train", server.Get<UserDirectory>().Get(ann.Id).Status), Eventually.DefaultDeadline);
        await menu.Find("#own-status").ChangeAsync(new() { Value = new string('x', 150) });
        await menu.Find(".presence-status").SubmitAsync();
        menu.WaitForAssertion(() => Assert.Contains("100", menu.Find("[role=alert]").TextContent, StringComparison.Ordinal), Eventually.DefaultDeadline);
    }
}
