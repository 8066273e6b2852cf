using ChatApp.Accounts;
using ChatApp.Components.Messages;
using ChatApp.Messages;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Messages;

public sealed class RetentionTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly SetTime _clock = new(Start);

    [Fact]
    public async Task Nothing_goes_by_itself()
    {
        await using var server = await StartAsync();
        var ann = await server.AddPersonAsync("Ann");
        await server.PostAsync(ann, RoomId.General, "stays");
        _clock.Now = Start.AddDays(10_000);
        Assert.Equal(0, await server.Get<Retention>().TrimAsync());
        Assert.Equal(["stays"], Texts(server, RoomId.General));
    }

    [Fact]
    public async Task Messages_older_than_the_rooms_limit_go_to_the_millisecond_with_all_that_hangs_on_them_and_pinned_ones_stay()
    {
        await using var server = await StartAsync();
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann);
        var old = await server.PostAsync(ann, room.Id, "old");
        var pinned = await server.PostAsync(ann, room.Id, "pinned");
        await server.Get<MessageMarks>().PinAsync(ann.Id, pinned.Id, isOn: true);
        await server.Get<MessageMarks>().ReactAsync(ann.Id, old.Id, "👍", isOn: true);
        await server.Get<MessageEditor>().EditAsync(ann.Id, old.Id, "old and edited");
        Assert.True((await server.Get<RoomSettings>().SetRetentionAsync(ann.Id, room.Id, 30)).IsDone);
        _clock.Now = Start.AddMilliseconds(1);
        await server.PostAsync(ann, room.Id, "a millisecond younger");

        _clock.Now = Start.AddDays(30);
        Assert.Equal(0, await server.Get<Retention>().TrimAsync());
        _clock.Now = Start.AddDays(30).AddMilliseconds(1);
        Assert.Equal(1, await server.Get<Retention>().TrimAsync());

        Assert.Equal(["pinned", "a millisecond younger"], Texts(server, room.Id));
        using var db = server.Get<ChatDatabase>().OpenRead();
        Assert.False(db.Revisions.Any());
        Assert.False(db.Reactions.Any());
        Assert.Equal(8, db.Rooms.Single(r => r.Id == room.Id.Value).Floor);
        Assert.Empty(StorageAudit.Problems(db));
        Assert.Null(await server.Get<CommitQueue>().CommitAsync(commit => StorageAudit.SearchIndexProblem(commit.Db)));
        Assert.Equal([pinned.Id], server.Get<MessageHistory>().Pinned(ann.Id, room.Id)!.Select(message => message.Id));
    }

    [Fact]
    public async Task What_is_unpinned_goes_next_time()
    {
        await using var server = await StartAsync("Messages:RetentionDays=1");
        var ann = await server.AddPersonAsync("Ann");
        var message = await server.PostAsync(ann, RoomId.General, "pinned for a while");
        await server.Get<MessageMarks>().PinAsync(ann.Id, message.Id, isOn: true);
        _clock.Now = Start.AddDays(2);
        Assert.Equal(0, await server.Get<Retention>().TrimAsync());
        await server.Get<MessageMarks>().PinAsync(ann.Id, message.Id, isOn: false);
        Assert.Equal(1, await server.Get<Retention>().TrimAsync());
        Assert.Empty(Texts(server, RoomId.General));
    }

    [Fact]
    public async Task The_instances_limit_holds_where_a_room_sets_none()
    {
        await using var server = await StartAsync("Messages:RetentionDays=7");
        var ann = await server.AddPersonAsync("Ann");
        var longer = await server.MakeRoomAsync(ann);
        await server.Get<RoomSettings>().SetRetentionAsync(ann.Id, longer.Id, 14);
        await server.PostAsync(ann, RoomId.General, "goes");
        await server.PostAsync(ann, longer.Id, "stays longer");
        _clock.Now = Start.AddDays(8);
        Assert.Equal(1, await server.Get<Retention>().TrimAsync());
        Assert.Equal(["stays longer"], Texts(server, longer.Id));
        _clock.Now = Start.AddDays(15);
        Assert.Equal(1, await server.Get<Retention>().TrimAsync());
        Assert.Empty(Texts(server, longer.Id));
    }

    [Fact]
    public async Task It_runs_at_the_start_and_every_ten_minutes()
    {
        var time = new ManualTime();
        var folder = Directory.CreateTempSubdirectory("chatapp-").FullName;
        try
        {
            await using (var server = await TestServer.StartAsync(["Messages:RetentionDays=1"], services => services.AddSingleton<TimeProvider>(time), folder))
            {
                var ann = await server.AddPersonAsync("Ann");
                await server.PostAsync(ann, RoomId.General, "first");
                time.Advance(TimeSpan.FromDays(1.5));
                await Eventually.BecomesAsync(() => Texts(server, RoomId.General).Count == 0);
                await server.PostAsync(ann, RoomId.General, "second");
            }

            time.Advance(TimeSpan.FromDays(2));
            await using var next = await TestServer.StartAsync(["Messages:RetentionDays=1"], services => services.AddSingleton<TimeProvider>(time), folder);
            await Eventually.BecomesAsync(() => Texts(next, RoomId.General).Count == 0);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Ten_thousand_messages_go_in_batches_between_which_others_post()
    {
        await using var server = await StartAsync("Messages:RetentionDays=1");
        var ann = await server.AddPersonAsync("Ann");
        await Task.WhenAll(Enumerable.Range(0, 10_000).Chunk(2000).Select(async part =>
        {
            foreach (var i in part) await server.PostAsync(ann, RoomId.General, $"message {i}");
        }));
        await using var socket = await server.SubscribeAsync(ann, RoomId.General);
        _clock.Now = Start.AddDays(2);
        var floors = new List<long>();
        var trimming = server.Get<Retention>().TrimAsync();
        var posted = 0;
        while (!trimming.IsCompleted)
        {
            await server.PostAsync(ann, RoomId.General, $"meanwhile {posted++}");
            using var now = server.Get<ChatDatabase>().OpenRead();
            floors.Add(now.Rooms.Single(room => room.Id == RoomId.General.Value).Floor);
        }

        Assert.Equal(10_000, await trimming);
        Assert.True(floors.Distinct().Count() > 5, "Nobody could post between the batches.");
        Assert.All(floors.Zip(floors.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, 0, 20 * Retention.MaxBatch));
        using var db = server.Get<ChatDatabase>().OpenRead();
        Assert.Equal(posted, db.Messages.Count());
        Assert.Empty(StorageAudit.Problems(db));
    }

    [Fact]
    public async Task A_socket_is_told_of_the_new_floor_and_one_that_comes_back_from_below_gets_the_gap_first()
    {
        await using var server = await StartAsync("Messages:RetentionDays=1");
        var ann = await server.AddPersonAsync("Ann");
        await using var socket = await server.SubscribeAsync(ann, RoomId.General);
        for (var i = 0; i < 3; i++) await server.PostAsync(ann, RoomId.General, $"message {i}");
        var epoch = server.Get<RoomDirectory>().Find(RoomId.General, ann.Id)!.Room.Epoch;
        _clock.Now = Start.AddDays(2);
        await server.Get<Retention>().TrimAsync();
        await server.PostAsync(ann, RoomId.General, "after");
        var trimmed = await socket.EventAsync("history.trimmed");
        Assert.Equal(4, trimmed.GetProperty("data").GetProperty("floor").GetInt64());
        Assert.False(trimmed.TryGetProperty("offset", out _));

        await using var late = await server.ConnectAsync(ann);
        var reply = (await late.AskAsync(new { subscribe = new { channel = "room:general", recover = true, epoch, offset = 2 } })).GetProperty("subscribe");
        Assert.False(reply.GetProperty("recovered").GetBoolean());
        Assert.Equal("trimmed", reply.GetProperty("gap").GetProperty("reason").GetString());
        Assert.Equal(2, reply.GetProperty("gap").GetProperty("lost").GetInt64());
    }

    [Fact]
    public async Task Whoever_catches_up_from_memory_is_not_shown_a_text_that_has_gone()
    {
        await using var server = await StartAsync("Messages:RetentionDays=1");
        var ann = await server.AddPersonAsync("Ann");
        await using var socket = await server.SubscribeAsync(ann, RoomId.General);
        var old = await server.PostAsync(ann, RoomId.General, "a secret");
        _clock.Now = Start.AddDays(1).AddMilliseconds(1);
        await server.Get<MessageMarks>().ReactAsync(ann.Id, old.Id, "👍", isOn: true);
        await server.PostAsync(ann, RoomId.General, "after");
        Assert.NotNull(server.Get<RoomBroker>().TryReadRecent(RoomId.General, old.Offset, 100));
        await server.Get<Retention>().TrimAsync();
        Assert.Null(server.Get<RoomBroker>().TryReadRecent(RoomId.General, old.Offset, 100));
        var replayed = server.Get<RoomCatchUp>().Next(RoomId.General, old.Offset, long.MaxValue);
        Assert.IsType<MessageDeleted>(replayed[0].Body);
        Assert.IsType<MessagePosted>(replayed[1].Body);
    }

    [Fact]
    public async Task An_open_page_drops_what_went_keeps_what_is_pinned_and_shows_no_quote_of_it()
    {
        await using var server = await StartAsync("Messages:RetentionDays=1");
        var ann = await server.AddPersonAsync("Ann");
        var old = await server.PostAsync(ann, RoomId.General, "old");
        var pinned = await server.PostAsync(ann, RoomId.General, "pinned");
        await server.Get<MessageMarks>().PinAsync(ann.Id, pinned.Id, isOn: true);
        _clock.Now = Start.AddDays(1);
        await server.Get<MessageWriter>().PostAsync(ann.Id, RoomId.General, "answer", key: null, old.Id);
        using var feed = ActivatorUtilities.CreateInstance<RoomFeed>(server.Services, ann.Id, RoomId.General);
        var connection = server.Get<RoomBroker>().Connect(new ConnectionDescription(ann.Id, ConnectionKind.Circuit, "127.0.0.1"))!;
        feed.Load();
        feed.Join(connection);
        Assert.NotNull(feed.Messages[^1].ReplyTo);

        _clock.Now = Start.AddDays(1).AddMilliseconds(1);
        Assert.Equal(1, await server.Get<Retention>().TrimAsync());
        using var db = server.Get<ChatDatabase>().OpenRead();
        var floor = new Offset(db.Rooms.Single(room => room.Id == RoomId.General.Value).Floor);
        var trimmed = new HistoryTrimmed(RoomId.General, floor, new HashSet<MessageId> { old.Id }, _clock.Now);
        Assert.True(feed.Apply([server.Get<RoomBroker>().Wrap(trimmed, RoomId.General, offset: null)]).HasChanged);
        Assert.Equal(["pinned", "answer"], feed.Messages.Select(message => message.Text));
        Assert.Null(feed.Messages[^1].ReplyTo);
        connection.End(EndReason.Shutdown);
    }

    [Fact]
    public async Task Owners_set_the_limit_of_their_room_and_administrators_that_of_any_and_both_are_written_down()
    {
        await using var server = await StartAsync();
        var ann = await server.AddPersonAsync("Ann");
        var bob = await server.AddPersonAsync("Bob");
        var cid = await server.AddPersonAsync("Cid", Rank.Administrator);
        var mod = await server.AddPersonAsync("Mod", Rank.Moderator);
        var room = await server.MakeRoomAsync(ann, RoomVisibility.Private, "Room", bob);
        var rooms = server.Get<RoomSettings>();
        Assert.Equal(RoomOutcome.NotAllowed, (await rooms.SetRetentionAsync(bob.Id, room.Id, 1)).Outcome);
        Assert.Equal(RoomOutcome.NotFound, (await rooms.SetRetentionAsync(mod.Id, room.Id, 1)).Outcome);
        Assert.Equal(RoomOutcome.NotAllowed, (await rooms.SetRetentionAsync(ann.Id, RoomId.General, 1)).Outcome);
        Assert.Equal(RoomOutcome.NotFound, (await rooms.SetRetentionAsync(cid.Id, new RoomId("none"), 1)).Outcome);
        Assert.Equal(3650, (await rooms.SetRetentionAsync(ann.Id, room.Id, 3650)).Room!.RetentionDays);
        Assert.Equal(1, (await rooms.SetRetentionAsync(cid.Id, room.Id, 1)).Room!.RetentionDays);
        Assert.Equal(1, (await rooms.SetRetentionAsync(cid.Id, RoomId.General, 1)).Room!.RetentionDays);
        var last = await rooms.SetRetentionAsync(ann.Id, room.Id, null);
        Assert.Null(last.Room!.RetentionDays);
        Assert.Equal(server.Get<RoomDirectory>().Find(room.Id, ann.Id)!.Room, last.Room);

        using var db = server.Get<ChatDatabase>().OpenRead();
        Assert.Equal(
            [$"private room {room.Id}: no limit -> 3650 days", $"private room {room.Id}: 3650 days -> 1 days", "General: no limit -> 1 days", $"private room {room.Id}: 1 days -> no limit"],
            db.Audit.Where(entry => entry.Action == "room.retention").OrderBy(entry => entry.Id).Select(entry => entry.Details));
        Assert.Empty(StorageAudit.Problems(db));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(3651)]
    public async Task A_limit_is_1_to_3650_days(int days)
    {
        await using var server = await StartAsync();
        var ann = await server.AddPersonAsync("Ann", Rank.Administrator);
        Assert.Equal(RoomOutcome.BadRetention, (await server.Get<RoomSettings>().SetRetentionAsync(ann.Id, RoomId.General, days)).Outcome);
    }

    private Task<TestServer> StartAsync(params string[] settings) =>
        TestServer.StartAsync(settings, services => services.AddSingleton<TimeProvider>(_clock));

    private static List<string> Texts(TestServer server, RoomId room)
    {
        using var db = server.Get<ChatDatabase>().OpenRead();
        return [.. db.Messages.Where(message => message.RoomId == room.Value).OrderBy(message => message.Offset).Select(message => message.Text)];
    }
}
