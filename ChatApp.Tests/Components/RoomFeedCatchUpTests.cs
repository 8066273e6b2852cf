using ChatApp.Components.Messages;
using ChatApp.Messages;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Components;

/// <summary>
/// A page that lost events, or its connection, ends where a fresh load ends: from what it shows to what is now, by the
/// log, without losing the place of the reader or a message that is not stored yet.
/// </summary>
public sealed class RoomFeedCatchUpTests(TestServer server) : IClassFixture<TestServer>
{
    private static readonly string[] Emojis = ["👍", "🎉", "😀"];

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(14)]
    public async Task Whatever_is_lost_and_whenever_the_window_ends_as_a_fresh_load_shows_it(int seed)
    {
        // A small ring: what is missed comes from memory, or from the log, or from both.
        await using var small = await TestServer.StartAsync(["Push:OutboxEvents=8", "Push:RecentEvents=6"]);
        var random = new Random(seed);
        var (ann, bob) = (await small.AddPersonAsync("Ann"), await small.AddPersonAsync("Bob"));
        var room = await small.MakeRoomAsync(ann, members: [bob]);
        using var page = new FeedPage(small, ann, room);
        page.Connect();
        for (var round = 0; round < 60; round++)
        {
            var isCut = random.Next(4) == 0;
            if (isCut) page.Connection.End(EndReason.Closed);
            for (var i = random.Next(20); i > 0; i--) await ActAsync(small, random.Next(2) == 0 ? ann : bob, room, random);
            if (isCut) page.Connect();
            if (random.Next(3) > 0) page.TakeAll();
        }

        page.TakeAll();
        using var fresh = new FeedPage(small, ann, room);
        fresh.Feed.Load();
        Assert.Equal(fresh.Shown(50), page.Shown(50));
        Assert.True(page.Feed.Messages.Count > 50, "the window was loaded anew instead of caught up with");
    }

    [Fact]
    public async Task A_short_gap_is_merged_into_the_window_and_counted_and_older_pages_and_unsent_messages_stay()
    {
        var (ann, bob, room) = await RoomAsync(120);
        using var page = new FeedPage(server, ann, room);
        page.Connect();
        page.Feed.LoadOlder();
        page.Feed.AddPending("not sent yet", "k1");
        page.Connection.End(EndReason.Closed);
        var edited = page.Feed.Messages[10];
        await server.Get<MessageEditor>().EditAsync(bob.Id, edited.Id, "better");
        await server.PostAsync(bob, room.Id, "news");
        var missed = page.Connect();
        Assert.Equal((true, 1, "news"), (missed.HasChanged, missed.FromOthers, Assert.Single(missed.Arrived).Text));
        Assert.Equal((101, "better", "news"), (page.Feed.Messages.Count, page.Feed.Messages[10].Text, page.Feed.Messages[^1].Text));
        Assert.Single(page.Feed.Pending);
        Assert.Equal(FeedChange.None, page.Feed.Join(page.Connection));
    }

    [Fact]
    public async Task After_a_long_gap_the_newest_page_is_loaded_and_whoever_reads_back_keeps_the_place_with_todays_texts()
    {
        var (ann, bob, room) = await RoomAsync(60);
        using var page = new FeedPage(server, ann, room);
        using var reader = new FeedPage(server, ann, room);
        page.Connect();
        reader.Connect();
        reader.Feed.IsReadingBack = true;
        var shown = reader.Feed.Messages.Select(message => message.Id).ToList();
        page.Connection.End(EndReason.Closed);
        reader.Connection.End(EndReason.Closed);
        await server.Get<MessageEditor>().EditAsync(bob.Id, shown[7], "better");
        for (var i = 0; i <= RoomFeed.MaxMissed; i++) await server.PostAsync(bob, room.Id, $"more {i}");
        page.Connect();
        reader.Connect();
        Assert.Equal((RoomFeed.PageSize, $"more {RoomFeed.MaxMissed}", false), (page.Feed.Messages.Count, page.Feed.Messages[^1].Text, page.Feed.HasNewer));
        Assert.Equal(shown, reader.Feed.Messages.Select(message => message.Id));
        Assert.Equal(("better", true, true), (reader.Feed.Messages[7].Text, reader.Feed.HasNewer, reader.Feed.HasOlder));
    }

    [Fact]
    public async Task A_full_window_that_is_read_back_in_is_read_again_as_a_whole()
    {
        var (ann, bob, room) = await RoomAsync(RoomFeed.WindowSize + 20);
        using var page = new FeedPage(server, ann, room);
        page.Connect();
        while (page.Feed.LoadOlder())
        {
        }

        var shown = page.Feed.Messages.Select(message => message.Id).ToList();
        Assert.Equal((RoomFeed.WindowSize, true), (shown.Count, page.Feed.HasNewer));
        page.Connection.End(EndReason.Closed);
        for (var i = 0; i <= RoomFeed.MaxMissed; i++) await server.PostAsync(bob, room.Id, $"more {i}");
        await server.Get<MessageEditor>().EditAsync(bob.Id, shown[^1], "better");
        page.Connect();
        Assert.Equal(shown, page.Feed.Messages.Select(message => message.Id));
        Assert.Equal(("better", true, false), (page.Feed.Messages[^1].Text, page.Feed.HasNewer, page.Feed.HasOlder));
    }

    [Fact]
    public async Task Old_messages_that_went_meanwhile_go_from_the_window_too()
    {
        var (ann, bob, room) = await RoomAsync(20);
        using var page = new FeedPage(server, ann, room);
        page.Connect();
        page.Feed.IsReadingBack = true;
        page.Connection.End(EndReason.Closed);
        var floor = page.Feed.Messages[11].Offset;
        await server.Get<CommitQueue>().CommitAsync(commit =>
        {
            commit.Db.Messages.RemoveRange(commit.Db.Messages.Where(message => message.RoomId == room.Id.Value && message.Offset <= floor.Value));
            return commit.Db.Rooms.Single(row => row.Id == room.Id.Value).Floor = floor.Value;
        });
        await server.PostAsync(bob, room.Id, "news");
        page.Connect();
        Assert.Equal(["message 12", "news"], [page.Feed.Messages[0].Text, page.Feed.Messages[^1].Text]);
        Assert.False(page.Feed.HasOlder);
    }

    [Fact]
    public async Task What_was_read_already_is_not_taken_in_again()
    {
        var (ann, bob, room) = await RoomAsync(1);
        using var page = new FeedPage(server, ann, room);
        page.Connect();
        var message = page.Feed.Messages[0];
        await server.Get<MessageEditor>().EditAsync(bob.Id, message.Id, "second");
        await server.Get<MessageEditor>().EditAsync(bob.Id, message.Id, "third");
        page.Feed.Load();
        // The two events wait still: the older one would bring an older text back.
        Assert.False(page.Take(1).HasChanged);
        Assert.Equal("third", page.Feed.Messages[0].Text);
    }

    [Fact]
    public async Task Whoever_lost_the_room_meanwhile_is_shown_nothing_new_and_follows_nothing()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(bob, RoomVisibility.Private, members: [ann]);
        using var page = new FeedPage(server, ann, room);
        page.Connect();
        page.Connection.End(EndReason.Closed);
        await server.Get<RoomWriter>().LeaveAsync(ann.Id, room.Id);
        await server.PostAsync(bob, room.Id, "secret");
        Assert.False(page.Connect().HasChanged);
        Assert.Empty(page.Feed.Messages);
        Assert.Equal(0, server.Get<RoomBroker>().SubscriberCount(room.Id));
        Assert.False(page.Feed.LoadAround(new Offset(1)));

        // And who was let in again follows again, by the same connection.
        await server.Get<RoomWriter>().InviteAsync(bob.Id, room.Id, ann.Id);
        page.Feed.Join(page.Connection);
        Assert.Equal(["secret"], page.Feed.Messages.Select(message => message.Text));
        Assert.Equal(1, server.Get<RoomBroker>().SubscriberCount(room.Id));
    }

    [Fact]
    public async Task The_window_moves_to_a_place_and_shrugs_at_places_that_are_none()
    {
        var (ann, _, room) = await RoomAsync(300);
        using var page = new FeedPage(server, ann, room);
        page.Connect();
        foreach (var nowhere in new[] { 0, -1, long.MinValue }) Assert.False(page.Feed.LoadAround(new Offset(nowhere)));
        var place = server.Get<MessageHistory>().After(ann.Id, room.Id, Offset.Zero, 120)!.Messages[^1];
        Assert.True(page.Feed.LoadAround(place.Offset));
        Assert.Contains(page.Feed.Messages, message => message.Id == place.Id);
        Assert.Equal((2 * RoomFeed.PageSize, true, true), (page.Feed.Messages.Count, page.Feed.HasOlder, page.Feed.HasNewer));
        Assert.True(page.Feed.LoadAround(new Offset(long.MaxValue)));
        Assert.Equal(("message 299", false), (page.Feed.Messages[^1].Text, page.Feed.HasNewer));
    }

    private static async Task ActAsync(TestServer server, TestPerson person, RoomView room, Random random)
    {
        var known = server.Get<MessageHistory>().Latest(person.Id, room.Id, 20)!.Messages;
        var target = known.Count == 0 ? new MessageId(1) : known[random.Next(known.Count)].Id;
        _ = random.Next(10) switch
        {
            < 5 => (object)await server.Get<MessageWriter>().PostAsync(person.Id, room.Id, $"message {random.Next()}", key: null, random.Next(3) == 0 && known.Count > 0 ? target : null),
            5 => await server.Get<MessageEditor>().EditAsync(person.Id, target, $"edit {random.Next()}"),
            6 => await server.Get<MessageEditor>().DeleteAsync(person.Id, target),
            7 => await server.Get<MessageEditor>().RestoreAsync(person.Id, target),
            8 => await server.Get<MessageMarks>().ReactAsync(person.Id, target, Emojis[random.Next(3)], random.Next(3) > 0),
            _ => await server.Get<MessageMarks>().PinAsync(person.Id, target, random.Next(2) == 0),
        };
    }

    private async Task<(TestPerson Ann, TestPerson Bob, RoomView Room)> RoomAsync(int messages)
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, members: [bob]);
        for (var i = 0; i < messages; i++) await server.PostAsync(bob, room.Id, $"message {i}");
        return (ann, bob, room);
    }
}
