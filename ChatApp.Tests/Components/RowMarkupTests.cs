using System.Runtime.CompilerServices;
using Bunit;
using ChatApp.Accounts;
using ChatApp.Components.Messages;
using ChatApp.Messages;
using ChatApp.Push;
using ChatApp.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Localization;

namespace ChatApp.Tests.Components;

/// <summary>Rows with which nothing has happened are one piece of markup, made once for all pages.</summary>
[English]
public sealed class RowMarkupTests(TestServer server) : IClassFixture<TestServer>
{
    [Theory]
    [InlineData(Rank.Member)]
    [InlineData(Rank.Moderator)]
    public async Task A_row_in_one_piece_is_the_same_as_one_in_elements(Rank rank)
    {
        var bob = await server.AddPersonAsync("Bob", rank);
        server.Get<UserDirectory>().Replace(new UserCard(bob.Id, "Bob \"O'Neil\" & <Sons>", rank));
        var room = await server.MakeRoomAsync(bob);
        // What one has just written oneself is in elements; whoever opens the room later has it in one piece.
        await using var writing = new Stage(new PersonContext(server, bob), room);
        var elements = Show(writing);
        foreach (var text in new[] { "hello **everybody** & \"all\"", "and a [link](https://example.org/?a=1&b=2)" })
            await elements.InvokeAsync(() => elements.Instance.SendAsync(new OutgoingMessage(text, text)));
        await using var reading = new Stage(new PersonContext(server, bob), room);
        var pieces = Show(reading);
        elements.WaitForAssertion(() => Assert.Equal(2, elements.FindAll("article[data-id]").Count), Eventually.DefaultDeadline);
        Assert.Equal(2, pieces.FindAll("article[data-id]").Count);
        foreach (var (element, piece) in elements.FindAll("article").Zip(pieces.FindAll("article"))) piece.OuterHtml.MarkupMatches(element.OuterHtml);
        Assert.Equal(3, elements.FindComponents<RowGroup>().Count + pieces.FindComponents<RowGroup>().Count);
    }

    [Fact]
    public async Task Two_pages_share_the_message_and_its_markup_and_a_change_is_not_shared_with_what_was_before()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(bob, members: ann);
        var posted = await server.PostAsync(bob, room.Id, "hello");
        using var first = FeedOf(ann, room.Id);
        using var second = FeedOf(ann, room.Id);
        Assert.Same(Assert.Single(first.Messages), Assert.Single(second.Messages));
        var words = server.Get<IStringLocalizer<ChatApp.Resources.Text>>();
        var (one, other) = (Assert.Single(RowsOf(first, ann)), Assert.Single(RowsOf(second, ann)));
        Assert.Same(one, other);
        Assert.True(RowMarkup.IsPlain(one));
        Assert.Same(RowMarkup.Of(one, "link", words), RowMarkup.Of(other, "link", words));
        Assert.Contains("data-may=\"link\"", RowMarkup.Of(one, "link", words), StringComparison.Ordinal);
        Assert.DoesNotContain("data-may", RowMarkup.Of(one, may: null, words), StringComparison.Ordinal);

        await server.Get<MessageEditor>().EditAsync(bob.Id, posted.Id, "changed");
        using var third = FeedOf(ann, room.Id);
        var changed = Assert.Single(RowsOf(third, ann));
        Assert.NotSame(one.Stored, changed.Stored);
        Assert.Equal("changed", changed.Stored!.Text);
        // It says so, and is the way to what was said before.
        Assert.False(RowMarkup.IsPlain(changed));
    }

    [Fact]
    public async Task Whatever_changes_by_itself_makes_a_row_of_elements()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(bob, members: ann);
        var (marks, writer) = (server.Get<MessageMarks>(), server.Get<MessageWriter>());
        var posted = new List<MessageView>();
        for (var number = 0; number < 6; number++) posted.Add(await server.PostAsync(bob, room.Id, $"message {number}"));
        await marks.ReactAsync(ann.Id, posted[1].Id, "👍", isOn: true);
        await marks.PinAsync(bob.Id, posted[2].Id, isOn: true);
        await writer.PostAsync(ann.Id, room.Id, "an answer", key: null, thread: posted[3].Id);
        await server.Get<MessageEditor>().DeleteAsync(bob.Id, posted[4].Id);
        await writer.PostAsync(ann.Id, room.Id, "a reply", key: null, replyTo: posted[5].Id);
        using var feed = FeedOf(ann, room.Id);
        Assert.Equal([true, false, false, false, false, true, false], RowsOf(feed, ann).Select(RowMarkup.IsPlain));
    }

    [Fact]
    public void What_nobody_shows_any_more_is_not_kept()
    {
        var shared = new SharedViews();
        var kept = shared.Of(ViewOf(1, "kept"));
        Add(shared, 20_000);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Add(shared, 20_000);
        Assert.InRange(shared.Count, 1, 30_000);
        Assert.Same(kept, shared.Of(ViewOf(1, "kept")));
        Assert.NotSame(kept, shared.Of(ViewOf(1, "other words")));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Add(SharedViews shared, int count)
    {
        for (var id = 2; id < count; id++) shared.Of(ViewOf(id, "text"));
    }

    private static MessageView ViewOf(long id, string text) =>
        new(new MessageId(id), RoomId.General, new Offset(id), new UserCard(new UserId("ann"), "Ann", Rank.Member), "key", text, text, DateTimeOffset.UnixEpoch, IsDeleted: false);

    private IReadOnlyList<TimelineRow> RowsOf(RoomFeed feed, TestPerson viewer) =>
        [.. new TimelineRows(moment => moment.UtcDateTime, server.Get<UserDirectory>().Get).Of(feed, server.Get<UserDirectory>().Get(viewer.Id))];

    private RoomFeed FeedOf(TestPerson viewer, RoomId room)
    {
        var feed = new RoomFeed(
            server.Get<RoomBroker>(), server.Get<MessageHistory>(), server.Get<RoomCatchUp>(), server.Get<MessageWriter>(), server.Get<MarkdownRenderer>(), server.Get<TimeProvider>(), viewer.Id, room);
        Assert.True(feed.Load());
        return feed;
    }

    private static IRenderedComponent<Timeline> Show(Stage stage) => stage.Page.Render<Timeline>(parameters => parameters
        .Add(timeline => timeline.Room, stage.Room)
        .Add(timeline => timeline.Viewer, stage.Page.Person.Id));
}
