using Bunit;
using ChatApp.Components.Messages;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Components;

/// <summary>The server's side of the composer: what the page may call, and what it is told.</summary>
[English]
public sealed class ComposerTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task It_names_the_room_and_tells_the_page_limit_room_and_writer()
    {
        await using var context = await PageAsync();
        var composer = context.Page.Render<Composer>(parameters => parameters.Add(c => c.Room, context.Room).Add(c => c.Writer, context.Page.Person.Id));
        var form = composer.Find("form");
        Assert.Equal(("8000", context.Room.Id.Value, context.Page.Person.Id.Value), (form.GetAttribute("data-limit"), form.GetAttribute("data-room"), form.GetAttribute("data-writer")));
        Assert.Equal("Message <Tea>", composer.Find("label[for=composer-input]").TextContent);
        Assert.Equal("composer-reply composer-hint", composer.Find("#composer-input").GetAttribute("aria-describedby"));
        Assert.NotNull(composer.Find("button[type=submit]").GetAttribute("aria-label"));
        Assert.True(composer.Find(".counter").HasAttribute("hidden"));
        Assert.True(composer.Find(".reply-bar").HasAttribute("hidden"));
    }

    [Fact]
    public async Task Send_hands_text_and_key_over_as_often_as_it_is_called_and_ignores_what_is_nothing()
    {
        await using var context = await PageAsync();
        var sent = new List<OutgoingMessage>();
        var composer = context.Page.Render<Composer>(parameters => parameters
            .Add(c => c.Room, context.Room)
            .Add(c => c.OnSend, message =>
            {
                sent.Add(message);
                return Task.FromResult(sent.Count > 1);
            }));
        await composer.InvokeAsync(async () =>
        {
            // Refused: the page keeps it. Stored: it need not.
            Assert.False(await composer.Instance.Send("hello", "k1", null));
            Assert.True(await composer.Instance.Send("hello", "k1", null));
            foreach (var (text, key) in new (string?, string?)[] { (null, "k2"), ("", "k2"), (" \n\t", "k2"), ("no key", null), ("no key", ""), (null, null) })
                Assert.True(await composer.Instance.Send(text, key, null));
            await composer.Instance.Send("answer", "k3", "42");
            await composer.Instance.Send("answer", "k4", "forty-two");
        });
        // An answer to nothing that can exist is handed over as that: the service refuses it, and no text is lost.
        Assert.Equal(
            [new("hello", "k1"), new("hello", "k1"), new("answer", "k3", new MessageId(42)), new("answer", "k4", new MessageId(0))],
            sent);
    }

    private async Task<Stage> PageAsync()
    {
        var ann = await server.AddPersonAsync("Ann");
        return new Stage(new PersonContext(server, ann), await server.MakeRoomAsync(ann, name: "<Tea>"));
    }
}
