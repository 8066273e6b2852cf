using ChatApp.Components.Messages;
using ChatApp.Messages;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Components;

/// <summary>The window of a room that one page holds, and how events change it.</summary>
public sealed class RoomFeedTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Joining_while_others_post_has_no_hole_and_no_double()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        for (var round = 0; round < 20; round++)
        {
            var room = await server.MakeRoomAsync(ann, members: [bob]);
            var posting = Task.Run(async () =>
            {
                for (var i = 0; i < 40; i++) await server.PostAsync(bob, room.Id, $"{i}");
            });
            await Eventually.BecomesAsync(() => server.Get<MessageHistory>().Latest(ann.Id, room.Id, 1)!.Messages.Count > 0);
            using var page = Open(ann, room);
            page.Feed.Load();
            await Task.Yield();
            page.Feed.Join(page.Connection);
            await posting;
            await page.CatchUpAsync(() => page.Feed.Messages is [.., { Text: "39" }]);
            Assert.Equal(Enumerable.Range(0, 40).Select(i => $"{i}"), page.Feed.Messages.Select(message => message.Text));
        }
    }

    [Fact]
    public async Task Older_pages_join_without_hole_or_double_and_the_window_holds_three_hundred()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, members: [bob]);
        for (var i = 0; i < 330; i++) await server.PostAsync(bob, room.Id, $"{i}");
        using var page = Open(ann, room);
        Assert.False(page.Feed.LoadOlder()); // nothing is loaded yet
        page.Feed.Load();
        page.Feed.Join(page.Connection);
        Assert.Equal(RoomFeed.PageSize, page.Feed.Messages.Count);
        for (var pages = 2; pages <= 6; pages++)
        {
            Assert.True(page.Feed.LoadOlder());
            Assert.Equal(Enumerable.Range(330 - (pages * 50), pages * 50).Select(i => $"{i}"), page.Feed.Messages.Select(message => message.Text));
        }

        Assert.False(page.Feed.HasNewer);
        Assert.True(page.Feed.LoadOlder());
        Assert.Equal((RoomFeed.WindowSize, true, false), (page.Feed.Messages.Count, page.Feed.HasNewer, page.Feed.HasOlder));
        Assert.Equal(("0", "299"), (page.Feed.Messages[0].Text, page.Feed.Messages[^1].Text));
        Assert.False(page.Feed.LoadOlder());

        // What is new belongs to the end of the room, which the window has left.
        await server.PostAsync(bob, room.Id, "new");
        await page.NextAsync();
        Assert.Equal("299", page.Feed.Messages[^1].Text);
        page.Feed.Load();
        Assert.Equal(("new", false), (page.Feed.Messages[^1].Text, page.Feed.HasNewer));

        // A full window at the end of the room lets go of its beginning.
        for (var i = 0; i < 300; i++) await server.PostAsync(bob, room.Id, $"more {i}");
        await page.CatchUpAsync(() => page.Feed.Messages[^1].Text == "more 299");
        Assert.Equal((RoomFeed.WindowSize, "more 0", true), (page.Feed.Messages.Count, page.Feed.Messages[0].Text, page.Feed.HasOlder));
    }

    [Fact]
    public async Task A_reader_who_is_away_keeps_a_full_window_and_finds_what_is_new_below_it()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, members: [bob]);
        for (var i = 0; i < RoomFeed.WindowSize; i++) await server.PostAsync(bob, room.Id, $"{i}");
        using var page = Open(ann, room);
        page.Feed.Load();
        page.Feed.Join(page.Connection);
        while (page.Feed.LoadOlder())
        {
        }

        Assert.Equal((RoomFeed.WindowSize, "0"), (page.Feed.Messages.Count, page.Feed.Messages[0].Text));
        page.Feed.IsReadingBack = true;
        for (var i = 0; i < 60; i++) await server.PostAsync(bob, room.Id, $"new {i}");
        await page.CatchUpAsync(() => page.Feed.HasNewer);
        Assert.Equal(("0", "299"), (page.Feed.Messages[0].Text, page.Feed.Messages[^1].Text));

        // Down again, page by page: the beginning goes, and the end joins the live room.
        Assert.True(page.Feed.LoadNewer());
        Assert.Equal((RoomFeed.WindowSize, "50", "new 49", true, true), (page.Feed.Messages.Count, page.Feed.Messages[0].Text, page.Feed.Messages[^1].Text, page.Feed.HasOlder, page.Feed.HasNewer));
        Assert.True(page.Feed.LoadNewer());
        Assert.Equal(("new 59", false), (page.Feed.Messages[^1].Text, page.Feed.HasNewer));
        Assert.False(page.Feed.LoadNewer());
        page.Feed.IsReadingBack = false;
        await server.PostAsync(bob, room.Id, "live");
        await page.CatchUpAsync(() => page.Feed.Messages[^1].Text == "live");
        Assert.Equal(page.Feed.Messages.Count, page.Feed.Messages.Select(message => message.Id).Distinct().Count());
        Assert.Equal(server.Get<MessageHistory>().Latest(ann.Id, room.Id, 200)!.Messages.Select(m => m.Text), page.Feed.Messages.TakeLast(200).Select(m => m.Text));
    }

    [Fact]
    public async Task A_window_around_a_place_keeps_it_when_events_are_lost_and_takes_edits()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, members: [bob]);
        var posted = new List<MessageView>();
        for (var i = 0; i < 120; i++) posted.Add(await server.PostAsync(bob, room.Id, $"{i}"));
        using var page = Open(ann, room);
        Assert.True(page.Feed.LoadAround(posted[60].Offset));
        Assert.Equal(("10", "109", true, true), (page.Feed.Messages[0].Text, page.Feed.Messages[^1].Text, page.Feed.HasOlder, page.Feed.HasNewer));
        page.Feed.Join(page.Connection);
        await server.PostAsync(bob, room.Id, "beyond the window");
        await server.Get<MessageEditor>().EditAsync(bob.Id, posted[60].Id, "sixty");
        await page.CatchUpAsync(() => page.Feed.Messages.Any(message => message.Text == "sixty"));
        page.Feed.Apply([server.Get<RoomBroker>().Wrap(new EventsLost())]);
        Assert.Equal(("10", "109", true), (page.Feed.Messages[0].Text, page.Feed.Messages[^1].Text, page.Feed.HasNewer));

        // The first message of a moment; what nothing accepts is the last one.
        Assert.True(page.Feed.LoadAround(posted[0].At));
        Assert.Equal(posted[0].Offset, page.Feed.PlaceOf(message => message.At >= posted[0].At));
        Assert.Equal(page.Feed.Messages[^1].Offset, page.Feed.PlaceOf(_ => false));
    }

    [Fact]
    public async Task Lost_events_are_made_good_by_loading_again()
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann);
        using var page = Open(ann, room);
        page.Feed.Load();
        await server.PostAsync(ann, room.Id, "missed");
        Assert.Empty(page.Feed.Messages);
        var change = page.Feed.Apply([server.Get<RoomBroker>().Wrap(new EventsLost())]);
        Assert.True(change.HasChanged);
        Assert.Equal(["missed"], page.Feed.Messages.Select(message => message.Text));
    }

    [Fact]
    public async Task Who_is_out_and_in_again_before_the_page_could_notice_goes_on_without_a_hole()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, members: [bob]);
        using var page = Open(bob, room);
        page.Feed.Load();
        page.Feed.Join(page.Connection);
        await server.Get<RoomWriter>().LeaveAsync(bob.Id, room.Id);
        await server.PostAsync(ann, room.Id, "meanwhile");
        await server.Get<RoomWriter>().JoinAsync(bob.Id, room.Id);
        await page.CatchUpAsync(() => page.Feed.Messages is [.., { Text: "meanwhile" }]);
        await server.PostAsync(ann, room.Id, "live again");
        await page.CatchUpAsync(() => page.Feed.Messages is [.., { Text: "live again" }]);
    }

    [Fact]
    public async Task Events_of_other_rooms_and_of_other_kinds_change_nothing()
    {
        var ann = await server.AddPersonAsync("Ann");
        var (room, other) = (await server.MakeRoomAsync(ann), await server.MakeRoomAsync(ann));
        using var page = Open(ann, room);
        page.Feed.Load();
        page.Feed.Join(page.Connection);
        server.Get<RoomBroker>().Subscribe(page.Connection, other.Id).Subscription!.TryRelease(Offset.Zero);
        await server.PostAsync(ann, other.Id, "elsewhere");
        Assert.Equal((false, 0), await page.NextAsync());
        var guest = await server.AddPersonAsync("Guest");
        await server.Get<RoomWriter>().InviteAsync(ann.Id, room.Id, guest.Id);
        Assert.Equal((false, 0), await page.NextAsync());
        Assert.Empty(page.Feed.Messages);
    }

    [Fact]
    public async Task The_own_message_is_there_once_whether_the_answer_or_the_event_comes_first()
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann);
        using var page = Open(ann, room);
        page.Feed.Load();
        page.Feed.Join(page.Connection);
        page.Feed.AddPending("answer first", "k1");
        Assert.Equal((1, 0), (page.Feed.Pending.Count, page.Feed.Messages.Count));
        await page.Feed.PostAsync("k1");
        Assert.Equal((0, 1), (page.Feed.Pending.Count, page.Feed.Messages.Count));
        Assert.Equal((false, 0), await page.NextAsync());

        page.Feed.AddPending("event first", "k2");
        await server.PostAsync(ann, room.Id, "event first", "k2");
        Assert.Equal((true, 0), await page.NextAsync());
        Assert.Equal((0, 2), (page.Feed.Pending.Count, page.Feed.Messages.Count));
        await page.Feed.PostAsync("k2");
        page.Feed.AddPending("answer first", "k1");
        await page.Feed.PostAsync("k1");
        Assert.Equal((0, 2), (page.Feed.Pending.Count, page.Feed.Messages.Count));
    }

    [Fact]
    public async Task A_deleted_message_loses_its_text_and_keeps_its_place()
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann);
        var message = await server.PostAsync(ann, room.Id, "regretted");
        using var page = Open(ann, room);
        page.Feed.Load();
        page.Feed.Join(page.Connection);
        await server.Get<MessageEditor>().DeleteAsync(ann.Id, message.Id);
        Assert.Equal((true, 0), await page.NextAsync());
        Assert.Equal(("", "", true), (page.Feed.Messages[0].Text, page.Feed.Messages[0].Html, page.Feed.Messages[0].IsDeleted));
    }

    [Fact]
    public async Task Whoever_is_not_in_the_room_reads_nothing_and_follows_nothing()
    {
        var (ann, eve) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Eve"));
        var room = await server.MakeRoomAsync(ann, RoomVisibility.Private);
        await server.PostAsync(ann, room.Id, "secret");
        using var page = Open(eve, room);
        Assert.False(page.Feed.Load());
        Assert.False(page.Feed.Join(page.Connection).HasChanged);
        Assert.Equal(0, server.Get<RoomBroker>().SubscriberCount(room.Id));
        Assert.Empty(page.Feed.Messages);
    }

    private OpenFeed Open(TestPerson person, RoomView room) => new(
        server.Get<RoomBroker>().Connect(new ConnectionDescription(person.Id, ConnectionKind.Circuit, "192.0.2.1"))!,
        new RoomFeed(
            server.Get<RoomBroker>(), server.Get<MessageHistory>(), server.Get<RoomCatchUp>(), server.Get<MessageWriter>(), server.Get<MarkdownRenderer>(),
            server.Get<TimeProvider>(), person.Id, room.Id));

    private sealed record OpenFeed(Connection Connection, RoomFeed Feed) : IDisposable
    {
        private readonly List<Envelope> _batch = [];

        // Applies the next batch; says whether it changed anything, and how many messages of others it brought.
        public async Task<(bool HasChanged, int Arrived)> NextAsync()
        {
            Assert.True(await Connection.Outbox.WaitAsync().AsTask().WaitAsync(Eventually.DefaultDeadline));
            // As the page does: whoever was out and in again follows anew.
            var change = Feed.Join(Connection).Then(Feed.Apply(Connection.Outbox.Take(_batch)));
            return (change.HasChanged, change.Arrived.Count);
        }

        public async Task CatchUpAsync(Func<bool> isThere)
        {
            while (!isThere()) await NextAsync();
        }

        public void Dispose()
        {
            Feed.Dispose();
            Connection.End(EndReason.Closed);
        }
    }
}
