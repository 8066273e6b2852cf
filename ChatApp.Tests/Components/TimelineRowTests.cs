using System.Globalization;
using ChatApp.Accounts;
using ChatApp.Components.Messages;
using ChatApp.Messages;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Components;

/// <summary>How messages become lines: what heads a group, what divides days, and which line is which.</summary>
[English]
public sealed class TimelineRowTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task A_stored_message_has_the_key_it_had_while_it_was_pending()
    {
        var (feed, viewer) = await FeedAsync();
        feed.AddPending("hello", "k1");
        var pending = Assert.Single(Rows(feed, viewer));
        Assert.Equal((RowState.Pending, "<p>hello</p>"), (pending.State, pending.Html.Trim()));
        await feed.PostAsync("k1");
        var stored = Assert.Single(Rows(feed, viewer));
        Assert.Equal((RowState.Stored, pending.Key), (stored.State, stored.Key));
        Assert.NotNull(stored.Stored);
    }

    [Fact]
    public async Task No_two_lines_have_the_same_key_whatever_keys_people_choose()
    {
        var (feed, viewer) = await FeedAsync();
        foreach (var key in new[] { "1", "11", viewer.Id.Value, "k", "k" }) feed.AddPending("text", key);
        feed.AddPending("refused", new string('k', 500));
        foreach (var own in feed.Pending.ToList()) await feed.PostAsync(own.Key);
        feed.AddPending("text", "k");
        feed.AddPending("later", "later");
        var rows = Rows(feed, viewer).ToList();
        Assert.Equal(6, rows.Count);
        Assert.Equal(rows.Count, rows.Select(row => row.Key).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal([RowState.Stored, RowState.Stored, RowState.Stored, RowState.Stored, RowState.Failed, RowState.Pending], rows.Select(row => row.State));
    }

    [Fact]
    public async Task A_change_of_one_message_makes_one_row_anew()
    {
        var (feed, viewer) = await FeedAsync();
        foreach (var key in new[] { "a", "b", "c" })
        {
            feed.AddPending(key, key);
            await feed.PostAsync(key);
        }

        var calls = 0;
        var maker = new TimelineRows(_ => new DateTime(2026, 5, 1, 14, 5, Math.Min(calls++, 0), DateTimeKind.Unspecified));
        var first = maker.Of(feed, viewer).ToList();
        Assert.Equal(3, calls);
        Assert.Equal(first, maker.Of(feed, viewer));
        Assert.Equal(3, calls);

        var message = feed.Messages[1];
        feed.Apply([new ChatApp.Push.Envelope(new PinChanged(message.Room, message.Id, IsPinned: true, viewer, message.At), encoder: null!) { Channel = message.Room }]);
        var second = maker.Of(feed, viewer);
        Assert.Equal([true, false, true], first.Zip(second, ReferenceEquals));
        Assert.Contains("message-pinned", second[1].Class, StringComparison.Ordinal);
        Assert.Equal(4, calls);
    }

    [Theory]
    [InlineData("en-US", "2:05 PM", "2:05")]
    [InlineData("zh-CN", "14:05", "14:05")]
    [InlineData("de-DE", "14:05", "14:05")]
    public async Task The_clock_is_written_as_the_reader_writes_it(string culture, string clock, string shortClock)
    {
        var (feed, viewer) = await FeedAsync();
        feed.AddPending("now", "k1");
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo(culture);
            var row = Assert.Single(new TimelineRows(_ => new DateTime(2026, 5, 1, 14, 5, 0, DateTimeKind.Unspecified)).Of(feed, viewer));
            // Some cultures part the time from AM and PM by a narrow space.
            Assert.Equal((clock, shortClock), (row.Clock.Replace('\u202f', ' '), row.ShortClock.Replace('\u202f', ' ').Trim()));
            Assert.Equal((true, new DateOnly(2026, 5, 1)), (row.IsHead, row.Day));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Rows_that_are_taken_again_are_what_rows_made_anew_would_be(int seed)
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, members: bob);
        using var page = new FeedPage(server, ann, room);
        page.Connect();
        var viewer = server.Get<UserDirectory>().Get(ann.Id);
        var kept = new TimelineRows(Local);
        var random = new Random(seed);
        for (var step = 0; step < 120; step++)
        {
            var (messages, shown) = (page.Feed.Messages, page.Feed);
            // A stretch of the room that begins elsewhere, with rows that stood behind others before.
            using var other = new FeedPage(server, ann, room, length: 5);
            switch (random.Next(6))
            {
                case 0 when messages.Count > 0:
                    await server.Get<MessageEditor>().DeleteAsync(ann.Id, messages[random.Next(messages.Count)].Id);
                    break;
                case 1 when messages.Count > 0:
                    await server.Get<MessageMarks>().PinAsync(ann.Id, messages[random.Next(messages.Count)].Id, isOn: random.Next(2) == 0);
                    break;
                case 2 when messages.Count > 0:
                    Assert.True(other.Feed.LoadAround(messages[random.Next(messages.Count)].Offset));
                    shown = other.Feed;
                    break;
                default:
                    await server.PostAsync(random.Next(2) == 0 ? ann : bob, room.Id, $"message {step}");
                    break;
            }

            page.TakeAll();
            Assert.Equal(new TimelineRows(Local).Of(shown, viewer).Select(Look), kept.Of(shown, viewer).Select(Look));
        }

        // A clock that jumps, so that rows are heads and days begin in any order.
        static DateTime Local(DateTimeOffset at) => new DateTime(2026, 5, 1, 12, 0, 0, DateTimeKind.Unspecified).AddHours(at.ToUnixTimeMilliseconds() % 3 * 9);

        static (string Key, RowState State, bool IsHead, bool IsNewDay, bool IsApart, DateTime Local, MessageView? Stored) Look(TimelineRow row) =>
            (row.Key, row.State, row.IsHead, row.IsNewDay, row.IsApart, row.Local, row.Stored);
    }

    private static IReadOnlyList<TimelineRow> Rows(RoomFeed feed, UserCard viewer) => new TimelineRows(moment => moment.UtcDateTime).Of(feed, viewer);

    private async Task<(RoomFeed Feed, UserCard Viewer)> FeedAsync()
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann);
        var feed = new RoomFeed(
            server.Get<ChatApp.Push.RoomBroker>(), server.Get<MessageHistory>(), server.Get<RoomCatchUp>(), server.Get<MessageWriter>(), server.Get<MarkdownRenderer>(),
            server.Get<TimeProvider>(), ann.Id, room.Id);
        feed.Load();
        return (feed, server.Get<UserDirectory>().Get(ann.Id));
    }
}
