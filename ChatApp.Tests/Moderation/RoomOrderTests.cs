using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Moderation;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;
using ChatApp.Tests.Tokens;

namespace ChatApp.Tests.Moderation;

/// <summary>Slow mode and the lock of a room.</summary>
public sealed class RoomOrderTests : IAsyncLifetime
{
    private const int Interval = 30;
    private readonly SetTime _time = SanctionKit.Clock();
    private TestServer _server = default!;

    public async Task InitializeAsync() => _server = await SanctionKit.StartAsync(_time);

    public Task DisposeAsync() => _server.DisposeAsync().AsTask();

    [Fact]
    public async Task In_slow_mode_the_next_message_is_legal_at_the_interval_and_not_a_millisecond_before()
    {
        var (owner, ann, bob) = (await _server.AddPersonAsync("Owner"), await _server.AddPersonAsync("Ann"), await _server.AddPersonAsync("Bob"));
        var room = await _server.MakeRoomAsync(owner, members: [ann, bob]);
        await SlowAsync(owner, room.Id);
        var first = _time.Now;
        var message = await _server.PostAsync(ann, room.Id, "first");
        _time.Now = first.AddSeconds(Interval) - SanctionKit.Tick;
        var refused = (await _server.TryPostAsync(ann, room.Id))!;
        Assert.Equal((PostRefusal.SlowMode, SanctionKit.Tick, first.AddSeconds(Interval)), (refused.Reason, refused.RetryAfter, refused.Until));
        // One timer per member and room; edits are free.
        Assert.Null(await _server.TryPostAsync(bob, room.Id));
        Assert.Null(await _server.TryPostAsync(ann, RoomId.General));
        Assert.Equal(MessageOutcome.Done, (await _server.Get<MessageEditor>().EditAsync(ann.Id, message.Id, "edited")).Outcome);
        _time.Now = first.AddSeconds(Interval);
        Assert.Null(await _server.TryPostAsync(ann, room.Id));
        Assert.Equal(PostRefusal.SlowMode, (await _server.TryPostAsync(ann, room.Id))?.Reason);
    }

    [Fact]
    public async Task Of_many_posts_at_once_slow_mode_lets_one_through_and_a_deleted_one_counts_too()
    {
        var (owner, ann) = (await _server.AddPersonAsync("Owner"), await _server.AddPersonAsync("Ann"));
        var room = await _server.MakeRoomAsync(owner, members: ann);
        await SlowAsync(owner, room.Id);
        for (var round = 0; round < 3; round++)
        {
            var results = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(() => _server.Get<MessageWriter>().PostAsync(ann.Id, room.Id, $"message {i}", key: null))));
            var stored = Assert.Single(results.OfType<PostResult.Accepted>());
            Assert.All(results.OfType<PostResult.Rejected>(), refused => Assert.Equal(PostRefusal.SlowMode, refused.Reason));
            await _server.Get<MessageEditor>().DeleteAsync(ann.Id, stored.Message.Id);
            Assert.Equal(PostRefusal.SlowMode, (await _server.TryPostAsync(ann, room.Id))?.Reason);
            _time.Now = _time.Now.AddSeconds(Interval);
        }
    }

    [Fact]
    public async Task A_retry_under_the_same_key_is_answered_whatever_has_been_imposed_since()
    {
        var (owner, ann) = (await _server.AddPersonAsync("Owner"), await _server.AddPersonAsync("Ann"));
        var room = await _server.MakeRoomAsync(owner, members: ann);
        await SlowAsync(owner, room.Id);
        var message = await _server.PostAsync(ann, room.Id, "once", "key");
        await _server.ImposeAsync(owner, ann, SanctionKind.Mute, room.Id, TimeSpan.FromHours(1));
        var again = Assert.IsType<PostResult.Accepted>(await _server.Get<MessageWriter>().PostAsync(ann.Id, room.Id, "once", "key"));
        Assert.Equal((message.Id, true), (again.Message.Id, again.IsDuplicate));
    }

    [Fact]
    public async Task Moderators_and_bots_do_not_wait()
    {
        var (owner, boss) = (await _server.AddPersonAsync("Owner"), await _server.AddPersonAsync("Boss", Rank.Moderator));
        var room = await _server.MakeRoomAsync(owner, members: boss);
        var warden = await _server.AddRoomModeratorAsync(owner, room.Id);
        var bot = new TestPerson(await _server.AddBotAsync(owner), "", "", "");
        await _server.Get<RoomWriter>().InviteAsync(owner.Id, room.Id, bot.Id);
        await SlowAsync(owner, room.Id);
        foreach (var person in (TestPerson[])[owner, boss, warden, bot])
        {
            Assert.Null(await _server.TryPostAsync(person, room.Id));
            Assert.Null(await _server.TryPostAsync(person, room.Id));
        }
    }

    [Fact]
    public async Task In_a_locked_room_only_moderators_post_and_a_page_is_told_at_once()
    {
        var (owner, ann) = (await _server.AddPersonAsync("Owner"), await _server.AddPersonAsync("Ann"));
        var room = await _server.MakeRoomAsync(owner, members: ann);
        var warden = await _server.AddRoomModeratorAsync(owner, room.Id);
        await using var socket = await _server.SubscribeAsync(ann, room.Id);
        Assert.True((await _server.Get<RoomSettings>().SetLockAsync(warden.Id, room.Id, isLocked: true)).IsDone);
        Assert.True((await socket.EventAsync("room.changed")).GetProperty("data").GetProperty("room").GetProperty("locked").GetBoolean());
        Assert.Equal(PostRefusal.Locked, (await _server.TryPostAsync(ann, room.Id))?.Reason);
        Assert.Equal(RoomOutcome.Locked, _server.Get<TypingNotices>().Tell(ann.Id, room.Id));
        Assert.Null(await _server.TryPostAsync(warden, room.Id));
        Assert.Null(await _server.TryPostAsync(owner, room.Id));
        Assert.True((await _server.Get<RoomSettings>().SetLockAsync(warden.Id, room.Id, isLocked: false)).IsDone);
        Assert.Null(await _server.TryPostAsync(ann, room.Id));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(21_601)]
    public async Task Slow_mode_has_bounds(int seconds)
    {
        var owner = await _server.AddPersonAsync("Owner");
        var room = await _server.MakeRoomAsync(owner);
        Assert.Equal(RoomOutcome.BadSlowMode, (await _server.Get<RoomSettings>().SetSlowModeAsync(owner.Id, room.Id, seconds)).Outcome);
    }

    [Fact]
    public async Task Sanctions_and_slow_mode_hold_across_a_restart()
    {
        var folder = Path.Combine(Path.GetTempPath(), "chatapp-" + Guid.NewGuid().ToString("N"));
        try
        {
            TestPerson owner, ann, bob, eve;
            RoomView room;
            DateTimeOffset end;
            await using (var before = await SanctionKit.StartAsync(_time, folder))
            {
                (owner, ann, bob, eve) = (await before.AddPersonAsync("Owner"), await before.AddPersonAsync("Ann"), await before.AddPersonAsync("Bob"), await before.AddPersonAsync("Eve"));
                room = await before.MakeRoomAsync(owner, RoomVisibility.Public, "Room", ann, bob, eve);
                await before.Get<RoomSettings>().SetSlowModeAsync(owner.Id, room.Id, Interval);
                await before.PostAsync(bob, room.Id, "just now");
                end = (await before.ImposeAsync(owner, ann, SanctionKind.Mute, room.Id, TimeSpan.FromSeconds(Interval))).Until!.Value;
                await before.ImposeAsync(owner, eve, SanctionKind.Ban, room.Id, TimeSpan.FromSeconds(Interval));
            }

            await using var after = await SanctionKit.StartAsync(_time, folder);
            _time.Now = end - SanctionKit.Tick;
            Assert.Equal(PostRefusal.Muted, (await after.TryPostAsync(ann, room.Id))?.Reason);
            Assert.Equal(PostRefusal.SlowMode, (await after.TryPostAsync(bob, room.Id))?.Reason);
            Assert.Equal(RoomOutcome.Banned, (await after.Get<RoomWriter>().JoinAsync(eve.Id, room.Id)).Outcome);
            _time.Now = end;
            Assert.Null(await after.TryPostAsync(ann, room.Id));
            Assert.Null(await after.TryPostAsync(bob, room.Id));
            Assert.True((await after.Get<RoomWriter>().JoinAsync(eve.Id, room.Id)).IsDone);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task SlowAsync(TestPerson by, RoomId room) => Assert.True((await _server.Get<RoomSettings>().SetSlowModeAsync(by.Id, room, Interval)).IsDone);
}
