using ChatApp.Messages;
using ChatApp.Moderation;
using ChatApp.Moderation.Held;
using ChatApp.Moderation.Rules;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Api.Server;
using ChatApp.Tests.Harness;
using ChatApp.Tests.Search;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Moderation;

/// <summary>Whoever wrote a message that waits takes it back: once, alone, and for good.</summary>
public sealed class HeldWithdrawalTests : IAsyncLifetime
{
    private readonly SetTime _time = SanctionKit.Clock();
    private TestServer _server = default!;
    private TestPerson _owner = default!;
    private TestPerson _ann = default!;
    private RoomView _room = default!;

    private HeldDesk Desk => _server.Get<HeldDesk>();

    private HeldMessages Held => _server.Get<HeldMessages>();

    public async Task InitializeAsync()
    {
        _server = await SanctionKit.StartAsync(_time);
        (_owner, _ann) = (await _server.AddPersonAsync("Owner"), await _server.AddPersonAsync("Ann"));
        _room = await _server.MakeRoomAsync(_owner, members: _ann);
        await _server.AddRuleAsync(_owner, _room.Id, RuleKit.Word("spam", RuleAction.Hold));
    }

    public Task DisposeAsync() => _server.DisposeAsync().AsTask();

    [Fact]
    public async Task Its_text_is_gone_moderators_and_all_devices_are_told_and_its_key_says_so_for_good()
    {
        await using var moderator = await _server.ConnectAsync(_owner);
        await using var device = await _server.ConnectAsync(_ann);
        var id = await HoldAsync("k1");
        Assert.Equal(1, (await moderator.EventAsync("held.changed")).GetProperty("data").GetProperty("waiting").GetInt32());
        Assert.Equal(1, Desk.Count(_owner.Id, _room.Id));
        Assert.Equal(HeldOutcome.Done, (await Held.WithdrawAsync(_ann.Id, id)).Outcome);
        Assert.Equal(0, (await moderator.EventAsync("held.changed")).GetProperty("data").GetProperty("waiting").GetInt32());
        var decided = (await device.EventAsync("held.decided")).GetProperty("data");
        Assert.Equal(("k1", false, true), (decided.GetProperty("key").GetString(), decided.GetProperty("approved").GetBoolean(), decided.GetProperty("withdrawn").GetBoolean()));
        Assert.Equal((0, 0), (Desk.Count(_owner.Id, _room.Id), Desk.List(_owner.Id, _room.Id)!.Count));
        await using (var db = _server.Get<ChatDatabase>().OpenRead())
        {
            var row = await db.Held.SingleAsync();
            Assert.Equal(("", HeldState.Withdrawn, 2, _time.Now), (row.Text, row.State, (int)row.State, row.DecidedAt!.Value));
        }

        Assert.Equal("Withdrawn", await _server.SayAsync(_ann, _room.Id, "maybe spam", "k1"));
        Assert.Equal("KeyUsedForOther", await _server.SayAsync(_ann, _room.Id, "other spam", "k1"));
        Assert.Equal(HeldOutcome.NotFound, (await Desk.ApproveAsync(_owner.Id, id)).Outcome);
        Assert.Equal(HeldOutcome.NotFound, (await Held.WithdrawAsync(_ann.Id, id)).Outcome);
        _time.Now += HeldMessage.Life;
        Assert.Equal("Withdrawn", await _server.SayAsync(_ann, _room.Id, "maybe spam", "k1"));
        Assert.Empty(_server.Get<MessageHistory>().Latest(_owner.Id, _room.Id, 10)!.Messages);
    }

    [Fact]
    public async Task Nobody_else_takes_it_back_and_its_author_does_who_is_out_of_the_room_by_now()
    {
        var id = await HoldAsync("k1");
        Assert.Equal(HeldOutcome.NotFound, (await Held.WithdrawAsync(_owner.Id, id)).Outcome);
        Assert.Equal(HeldOutcome.NotFound, (await Held.WithdrawAsync(_ann.Id, id + 1)).Outcome);
        await _server.ImposeAsync(_owner, _ann, SanctionKind.Ban, _room.Id);
        Assert.Equal(HeldOutcome.Done, (await Held.WithdrawAsync(_ann.Id, id)).Outcome);
    }

    [Fact]
    public async Task Of_an_author_and_a_moderator_at_the_same_moment_exactly_one_is_first()
    {
        for (var round = 0; round < 20; round++)
        {
            var (id, key) = (await HoldAsync($"k{round}"), $"k{round}");
            var (withdrawing, approving) = round % 2 == 0 ? (Held.WithdrawAsync(_ann.Id, id), Desk.ApproveAsync(_owner.Id, id)) : Swap(Desk.ApproveAsync(_owner.Id, id), Held.WithdrawAsync(_ann.Id, id));
            var (withdrawn, approved) = ((await withdrawing).Outcome, (await approving).Outcome);
            Assert.Equal([HeldOutcome.Done, HeldOutcome.NotFound], ((HeldOutcome[])[withdrawn, approved]).Order());
            Assert.Equal(approved == HeldOutcome.Done ? "again" : "Withdrawn", await _server.SayAsync(_ann, _room.Id, "maybe spam", key));
            Assert.Equal(approved == HeldOutcome.Done ? 1 : 0, _server.Get<MessageHistory>().Latest(_owner.Id, _room.Id, 50)!.Messages.Count(message => message.Key == key));
            _time.Now += TimeSpan.FromMinutes(1);
        }

        static (Task<HeldResult> Withdrawing, Task<HeldResult> Approving) Swap(Task<HeldResult> approving, Task<HeldResult> withdrawing) => (withdrawing, approving);
    }

    [Fact]
    public async Task A_program_takes_back_what_the_error_has_named()
    {
        await using var socket = await _server.ConnectAsync(_ann);
        var held = (await PublishAsync(socket)).GetProperty("error");
        Assert.Equal(411, held.GetProperty("code").GetInt32());
        var id = held.GetProperty("id").GetInt64();
        var byKey = await _server.AskAsync(await _server.KeyOfAsync(_ann), "publish", new { channel = $"room:{_room.Id}", data = new { text = "maybe spam" }, idempotency_key = "k1" });
        Assert.Equal((411, id), (byKey.Error(), byKey.GetProperty("error").GetProperty("id").GetInt64()));
        Assert.Equal(404, TestSocket.ErrorOf(await socket.AskAsync(new { rpc = new { method = "held.withdraw", data = new { id = id + 1 } } })));
        Assert.True((await socket.AskAsync(new { rpc = new { method = "held.withdraw", data = new { id } } })).TryGetProperty("rpc", out _));
        Assert.Equal((405, "withdrawn by its author"), (await PublishAsync(socket)).GetProperty("error") is var error ? (error.GetProperty("code").GetInt32(), error.GetProperty("message").GetString()) : default);
        Assert.Equal(404, TestSocket.ErrorOf(await socket.AskAsync(new { rpc = new { method = "held.withdraw", data = new { id } } })));
        Assert.Equal(107, TestSocket.ErrorOf(await socket.AskAsync(new { rpc = new { method = "held.withdraw", data = new { } } })));

        Task<System.Text.Json.JsonElement> PublishAsync(TestSocket by) => by.AskAsync(new { publish = new { channel = $"room:{_room.Id}", data = new { text = "maybe spam", key = "k1" } } });
    }

    [Fact]
    public async Task Whoever_sends_and_takes_back_in_turn_keeps_moderators_busy_no_longer_than_a_day_at_a_time()
    {
        await _server.Get<CommitQueue>().CommitAsync(commit =>
        {
            for (var number = 0; number < HeldMessage.MostOfOne - 1; number++)
            {
                commit.Db.Held.Add(new HeldMessage
                {
                    AuthorId = _ann.Id.Value, RoomId = _room.Id.Value, Key = $"f{number}", Fingerprint = "x", Text = "", Source = "x", At = commit.Now, State = HeldState.Withdrawn, DecidedAt = commit.Now,
                });
            }

            return true;
        });
        Assert.Equal(HeldOutcome.Done, (await Held.WithdrawAsync(_ann.Id, await HoldAsync("k1"))).Outcome);
        Assert.Equal("TooManyHeld", await _server.SayAsync(_ann, _room.Id, "maybe spam", "k2"));
        _time.Now += HeldMessage.Pause;
        Assert.Equal("held", await _server.SayAsync(_ann, _room.Id, "maybe spam", "k2"));
    }

    [Fact]
    public async Task What_waits_in_all_rooms_is_counted_by_an_index_for_those_who_may_see_it()
    {
        var boss = await _server.AddPersonAsync("Boss", ChatApp.Accounts.Rank.Moderator);
        var secret = await _server.MakeRoomAsync(_owner, RoomVisibility.Private, "Secret", _ann);
        await _server.AddRuleAsync(_owner, secret.Id, RuleKit.Word("spam", RuleAction.Hold));
        await HoldAsync("k1");
        await _server.SayAsync(_ann, secret.Id, "spam", "k2");
        Assert.Equal((1, 0, 0), (Desk.Count(boss.Id, null), Desk.Count(boss.Id, secret.Id), Desk.Count(_owner.Id, null)));
        Assert.Equal((1, 0), (Desk.Count(_owner.Id, secret.Id), Desk.Count(_ann.Id, secret.Id)));
        var plans = QueryPlans.WithSql(_server.Get<ChatDatabase>(), () => Desk.Count(boss.Id, null)).Where(statement => statement.Sql.Contains("held_messages", StringComparison.Ordinal));
        Assert.Contains("IX_held_messages_State_Id", Assert.Single(plans).Plan, StringComparison.Ordinal);
    }

    private async Task<long> HoldAsync(string key) => Assert.IsType<PostResult.Held>(await _server.Get<MessageWriter>().PostAsync(_ann.Id, _room.Id, "maybe spam", key)).Id;
}
