using Bunit;
using ChatApp.Accounts;
using ChatApp.Components.Messages;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Components;

/// <summary>Who writes, as the others see it.</summary>
[English]
public sealed class TypistsTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public void Somebody_writes_for_six_seconds_or_until_their_message_arrives()
    {
        var time = new ManualTime();
        var typists = new Typists(time);
        var (ann, bob) = (Card("ann"), Card("bob"));
        Assert.True(typists.Hear(ann));
        time.Advance(TimeSpan.FromSeconds(3));
        Assert.True(typists.Hear(bob));
        Assert.False(typists.Hear(ann));
        Assert.Equal([ann, bob], typists.Now);
        Assert.True(typists.Stop(bob.Id));
        time.Advance(Typists.Lasting - TimeSpan.FromMilliseconds(1));
        Assert.Equal([ann], typists.Now);
        Assert.Equal(TimeSpan.FromMilliseconds(1), typists.UntilNextEnd);
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Empty(typists.Now);
        Assert.True(typists.Expire());
        Assert.Null(typists.UntilNextEnd);
    }

    [Fact]
    public async Task Up_to_three_are_named_and_nobodys_typing_renders_a_message()
    {
        var people = new List<TestPerson>();
        for (var i = 0; i < 5; i++) people.Add(await server.AddPersonAsync("Ann"));
        var reader = people[4];
        var room = await server.MakeRoomAsync(reader, members: [.. people.Take(4)]);
        await server.PostAsync(people[0], room.Id, "hello");
        await using var page = new PersonContext(server, reader);
        var timeline = page.Render<Timeline>(parameters => parameters.Add(one => one.Room, room).Add(one => one.Viewer, reader.Id));
        var line = page.Render<TypingLine>(parameters => parameters.Add(one => one.Room, room.Id));
        timeline.WaitForAssertion(() => Assert.Single(timeline.FindAll("article")), Eventually.DefaultDeadline);
        Assert.Equal("", Shown());
        var renders = timeline.RenderCount;
        foreach (var (person, words) in new[]
        {
            (people[0], $"{people[0].Name} is writing …"),
            (people[1], $"{people[0].Name} and {people[1].Name} are writing …"),
            (people[2], $"{people[0].Name}, {people[1].Name} and {people[2].Name} are writing …"),
            (people[3], "Several people are writing …"),
        })
        {
            Assert.Equal(RoomOutcome.Done, server.Get<TypingNotices>().Tell(person.Id, room.Id));
            line.WaitForAssertion(() => Assert.Equal(words, Shown()), Eventually.DefaultDeadline);
        }

        Assert.Equal(renders, timeline.RenderCount);
        Assert.Empty(line.FindAll("[aria-live], [role=status], [role=alert]"));
        await server.PostAsync(people[3], room.Id, "done");
        line.WaitForAssertion(() => Assert.StartsWith($"{people[0].Name}, {people[1].Name}", Shown(), StringComparison.Ordinal), Eventually.DefaultDeadline);

        string Shown() => line.Find("[data-typing]").TextContent.Replace("\u2068", "", StringComparison.Ordinal).Replace("\u2069", "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_the_reader_looks_at_older_messages_typing_renders_nothing_either()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, members: [bob]);
        await using var page = new PersonContext(server, ann);
        var timeline = page.Render<Timeline>(parameters => parameters.Add(one => one.Room, room).Add(one => one.Viewer, ann.Id));
        await timeline.InvokeAsync(() => timeline.Instance.SetAway(isAway: true));
        await server.PostAsync(bob, room.Id, "news");
        timeline.WaitForAssertion(() => Assert.Single(timeline.FindAll(".new-messages")), Eventually.DefaultDeadline);
        var renders = timeline.RenderCount;
        var broker = server.Get<RoomBroker>();
        broker.Publish(broker.Wrap(new MemberTyping(room.Id, Card("bob"), TimeProvider.System.GetUtcNow()), room.Id, offset: null));
        var heard = new TaskCompletionSource();
        using var listening = page.Session.Listen(batch =>
        {
            if (batch.Any(envelope => envelope.Body is OwnRoomsChanged)) heard.TrySetResult();
            return Task.CompletedTask;
        });
        await server.MakeRoomAsync(ann);
        await heard.Task.Soon();
        Assert.Equal(renders, timeline.RenderCount);
    }

    private static UserCard Card(string name) => new(new UserId(name), name, Rank.Member);
}
