using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Moderation;
using ChatApp.Moderation.Held;
using ChatApp.Moderation.Policies;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;
using ChatApp.Tests.Tokens;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Moderation;

/// <summary>
/// A program that checks a room decides in time or not at all. The clock stands still, so that what waits for an answer waits until the test says so: nothing here depends on speed.
/// </summary>
public sealed class PolicyTests : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMilliseconds(50);
    private readonly PolicyTime _time = new();
    private TestServer _server = default!;
    private TestPerson _owner = default!;
    private TestPerson _ann = default!;
    private RoomView _room = default!;

    public async Task InitializeAsync()
    {
        _server = await TestServer.StartAsync(["Push:CommandsPerSecond=1", "Push:CommandBurst=20"], replace: services => services.AddSingleton(provider => new PolicyChecks(
            provider.GetRequiredService<ChatApp.Storage.ChatDatabase>(), provider.GetRequiredService<UserDirectory>(), provider.GetRequiredService<ChatApp.Push.RoomBroker>(), new PolicyOptions(), _time)));
        (_owner, _ann) = (await _server.AddPersonAsync("Owner"), await _server.AddPersonAsync("Ann"));
        _room = await _server.MakeRoomAsync(_owner, members: _ann);
    }

    public Task DisposeAsync() => _server.DisposeAsync().AsTask();

    [Fact]
    public async Task It_is_shown_each_message_and_each_edit_and_its_word_counts()
    {
        await using var checker = await RegisterAsync("closed");
        var saying = _server.Get<MessageWriter>().PostAsync(_ann.Id, _room.Id, "**hello**", "k1");
        var check = await CheckAsync(checker);
        Assert.Equal(("**hello**", _ann.Id.Value, _room.Id.Value, 50), (
            check.GetProperty("text").GetString(), check.GetProperty("author").GetProperty("id").GetString(), check.GetProperty("room").GetString(), check.GetProperty("deadline_ms").GetInt32()));
        await AnswerAsync(checker, check, "allow");
        var message = Assert.IsType<PostResult.Accepted>(await saying.Soon()).Message;

        var denied = _server.Get<MessageWriter>().PostAsync(_ann.Id, _room.Id, "bad", "k2");
        await AnswerAsync(checker, await CheckAsync(checker), "deny", "Not polite");
        var refused = Assert.IsType<PostResult.Rejected>(await denied.Soon());
        Assert.Equal((PostRefusal.Blocked, "Not polite"), (refused.Reason, refused.Words));

        var held = _server.Get<MessageWriter>().PostAsync(_ann.Id, _room.Id, "hm", "k3");
        await AnswerAsync(checker, await CheckAsync(checker), "hold");
        Assert.IsType<PostResult.Held>(await held.Soon());
        Assert.Equal(_owner.Name, Assert.Single(_server.Get<HeldDesk>().List(_owner.Id, _room.Id)!).Source);

        var editing = _server.Get<MessageEditor>().EditAsync(_ann.Id, message.Id, "bad");
        var edit = await CheckAsync(checker);
        Assert.Equal(message.Id.ToString(), edit.GetProperty("edits").GetString());
        await AnswerAsync(checker, edit, "deny", "Not polite");
        Assert.Equal((MessageOutcome.Blocked, "Not polite"), ((await editing.Soon()).Outcome, (await editing).Words));
    }

    [Theory]
    [InlineData("open", "posted")]
    [InlineData("closed", "NotChecked")]
    public async Task A_program_that_says_nothing_delays_a_message_to_its_deadline_and_no_longer(string fail, string outcome)
    {
        await using var checker = await RegisterAsync(fail);
        var saying = _server.SayAsync(_ann, _room.Id, "hello");
        await CheckAsync(checker);
        _time.Clock.Advance(Deadline - SanctionKit.Tick);
        Assert.False(saying.IsCompleted);
        _time.Clock.Advance(SanctionKit.Tick);
        Assert.Equal(outcome, await saying.Soon());
    }

    [Theory]
    [InlineData("open", "posted")]
    [InlineData("closed", "NotChecked")]
    public async Task A_program_that_is_gone_delays_nothing_and_what_was_said_for_the_room_holds(string fail, string outcome)
    {
        var checker = await RegisterAsync(fail);
        await checker.DisposeAsync();
        await Eventually.BecomesAsync(() => _server.Get<PolicyChecks>().CheckerOf(_room.Id) is null);
        Assert.Equal(outcome, await _server.SayAsync(_ann, _room.Id, "hello").Soon());
    }

    [Fact]
    public async Task A_late_answer_changes_nothing_and_one_in_time_counts_once()
    {
        await using var checker = await RegisterAsync("closed");
        var saying = _server.SayAsync(_ann, _room.Id, "late", "k1");
        var check = await CheckAsync(checker);
        _time.Clock.Advance(Deadline);
        Assert.Equal("NotChecked", await saying.Soon());
        await AnswerAsync(checker, check, "allow");

        // With its key it is a new question: the answer to the old one is not taken for it.
        var again = _server.SayAsync(_ann, _room.Id, "late", "k1");
        var next = await CheckAsync(checker);
        Assert.NotEqual(check.GetProperty("id").GetString(), next.GetProperty("id").GetString());
        await AnswerAsync(checker, check, "deny");
        await AnswerAsync(checker, next, "allow");
        await AnswerAsync(checker, next, "deny");
        Assert.Equal("posted", await again.Soon());
        Assert.Equal(["late"], _server.Get<MessageHistory>().Latest(_ann.Id, _room.Id, 10)!.Messages.Select(message => message.Text));
        Assert.Equal("again", await AllowedAsync(checker, "late", "k1"));
    }

    [Fact]
    public async Task Nobody_answers_for_another_connection()
    {
        await using var checker = await RegisterAsync("closed");
        await using var other = await _server.ConnectAsync(_owner);
        var saying = _server.SayAsync(_ann, _room.Id, "hello");
        var check = await CheckAsync(checker);
        await AnswerAsync(other, check, "allow");
        Assert.True((await other.AskAsync(new { ping = new { } })).TryGetProperty("ping", out _));
        Assert.False(saying.IsCompleted);
        await AnswerAsync(checker, check, "deny");
        Assert.Equal("Blocked", await saying.Soon());
    }

    [Fact]
    public async Task Garbage_and_floods_cost_the_program_alone()
    {
        await using var checker = await RegisterAsync("open");
        var saying = _server.SayAsync(_ann, _room.Id, "hello");
        await CheckAsync(checker);
        foreach (var garbage in (object[])[new { policy = 5 }, new { policy = new { id = 5 } }, new { policy = new { id = "x", verdict = "perhaps" } }, new { policy = new { id = $"{_room.Id}-99999", verdict = "allow" } }, "text"])
            await checker.SendAsync(new { send = new { data = garbage } });
        // What answers nothing that was asked counts as a command: too many of those end it.
        await checker.SendTextAsync(string.Join('\n', Enumerable.Range(1000, 100).Select(number => JsonSerializer.Serialize(new { send = new { data = new { policy = new { id = $"{_room.Id}-{number}", verdict = "deny" } } } }))));
        Assert.Equal(3013, await checker.ClosedAsync());
        Assert.False(saying.IsCompleted);
        _time.Clock.Advance(Deadline);
        Assert.Equal("posted", await saying.Soon());
        Assert.Equal("posted", await _server.SayAsync(_ann, _room.Id, "and more").Soon());
    }

    [Fact]
    public async Task It_answers_as_often_as_it_is_asked_whatever_its_pace_for_commands()
    {
        await using var checker = await RegisterAsync("closed");
        // More than its bursts of commands would let through.
        var people = new List<TestPerson>();
        for (var number = 0; number < 10; number++) people.Add(await _server.AddPersonAsync("Guest"));
        foreach (var person in people) Assert.True((await _server.Get<RoomWriter>().JoinAsync(person.Id, _room.Id)).IsDone);
        var saying = people.SelectMany(person => Enumerable.Range(0, 15).Select(number => _server.SayAsync(person, _room.Id, $"number {number}"))).ToList();
        for (var number = 0; number < saying.Count; number++) await AnswerAsync(checker, await CheckAsync(checker), "allow");
        Assert.All(await Task.WhenAll(saying).Soon(), word => Assert.Equal("posted", word));
    }

    [Fact]
    public async Task What_one_person_says_keeps_its_order_and_others_do_not_wait_for_it()
    {
        await using var checker = await RegisterAsync("open");
        var bob = await _server.AddPersonAsync("Bob");
        await _server.Get<RoomWriter>().JoinAsync(bob.Id, _room.Id);
        Task<string>[] own = [_server.SayAsync(_ann, _room.Id, "first"), _server.SayAsync(_ann, _room.Id, "second"), _server.SayAsync(_ann, _room.Id, "third")];
        JsonElement[] checks = [await CheckAsync(checker), await CheckAsync(checker), await CheckAsync(checker)];
        var others = _server.SayAsync(bob, _room.Id, "of somebody else");
        await AnswerAsync(checker, await CheckAsync(checker), "allow");
        Assert.Equal("posted", await others.Soon());
        // The answers come in another order, and the first one not at all.
        await AnswerAsync(checker, checks[2], "allow");
        await AnswerAsync(checker, checks[1], "allow");
        Assert.True((await checker.AskAsync(new { ping = new { } })).TryGetProperty("ping", out _));
        Assert.DoesNotContain(own, saying => saying.IsCompleted);
        _time.Clock.Advance(Deadline);
        Assert.All(await Task.WhenAll(own).Soon(), word => Assert.Equal("posted", word));
        Assert.Equal(["of somebody else", "first", "second", "third"], _server.Get<MessageHistory>().Latest(_ann.Id, _room.Id, 10)!.Messages.Select(message => message.Text));
    }

    [Fact]
    public async Task Its_own_messages_are_not_asked_about_and_other_rooms_are_not_checked()
    {
        await using var checker = await RegisterAsync("closed");
        var other = await _server.MakeRoomAsync(_owner, members: _ann);
        Assert.True((await checker.AskAsync(new { publish = new { channel = $"room:{_room.Id}", data = new { text = "mine" } } })).TryGetProperty("publish", out _));
        Assert.Equal("posted", await _server.SayAsync(_ann, other.Id, "elsewhere").Soon());
        Assert.DoesNotContain(checker.Rest(), frame => frame.GetRawText().Contains("policy.check", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Who_loses_the_right_is_shown_nothing_more()
    {
        var warden = await _server.AddRoomModeratorAsync(_owner, _room.Id);
        await using var checker = await _server.ConnectAsync(warden);
        Assert.True((await RegisterAsync(checker, "closed")).TryGetProperty("rpc", out _));
        Assert.True((await _server.Get<RoomRoles>().SetAsync(_owner.Id, _room.Id, warden.Id, RoomRole.Member)).IsDone);
        Assert.Equal("NotChecked", await _server.SayAsync(_ann, _room.Id, "secret").Soon());
        Assert.True((await checker.AskAsync(new { ping = new { } })).TryGetProperty("ping", out _));
        Assert.DoesNotContain(checker.Rest(), frame => frame.GetRawText().Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_bot_checks_with_a_rank_of_its_own_and_a_token_for_moderating_and_in_the_room()
    {
        var (boss, admin) = (await _server.AddPersonAsync("Boss", Rank.Moderator), await _server.AddPersonAsync("Admin", Rank.Administrator));
        await _server.Get<RoomWriter>().JoinAsync(boss.Id, _room.Id);
        var bot = await _server.AddBotAsync(boss);
        Assert.Equal(ModerationOutcome.Done, await _server.Get<ModerationDesk>().SetRankAsync(admin.Id, bot, Rank.Moderator));
        await using var without = await _server.ConnectByAsync((await _server.AddTokenAsync(boss, TokenScopes.Read | TokenScopes.Post, bot: bot)).Secret);
        Assert.Equal(103, TestSocket.ErrorOf(await RegisterAsync(without, "open")));
        await using var socket = await _server.ConnectByAsync((await _server.AddTokenAsync(boss, TokenScopes.Read | TokenScopes.Post | TokenScopes.Moderate, bot: bot)).Secret);
        Assert.Equal(103, TestSocket.ErrorOf(await RegisterAsync(socket, "open")));
        Assert.True((await _server.Get<RoomWriter>().InviteAsync(boss.Id, _room.Id, bot)).IsDone);
        Assert.True((await RegisterAsync(socket, "open")).TryGetProperty("rpc", out _));
        Assert.Equal("Blocked", await DeniedAsync(socket, "hello"));
    }

    [Fact]
    public async Task The_room_keeps_what_holds_without_an_answer_until_somebody_says_otherwise()
    {
        await using var checker = await RegisterAsync("closed");
        Assert.True((await CallAsync(checker, "policy.leave", new { room = _room.Id.Value })).TryGetProperty("rpc", out _));
        Assert.Equal("NotChecked", await _server.SayAsync(_ann, _room.Id, "hello").Soon());
        Assert.Equal(new PolicyState(PolicyMode.Closed, null), _server.Get<PolicyDesk>().Find(_owner.Id, _room.Id));
        Assert.Equal(PolicyOutcome.NotAllowed, await _server.Get<PolicyDesk>().SetAsync(_ann.Id, _room.Id, PolicyMode.None));
        Assert.Equal(PolicyOutcome.Done, await _server.Get<PolicyDesk>().SetAsync(_owner.Id, _room.Id, PolicyMode.None));
        Assert.Equal("posted", await _server.SayAsync(_ann, _room.Id, "hello").Soon());
        var admin = await _server.AddPersonAsync("Admin", Rank.Administrator);
        Assert.Equal(2, _server.Get<ModerationDesk>().Audit(admin.Id)!.Count(line => line.Action == "policy.set"));
    }

    private static Task<JsonElement> CallAsync(TestSocket socket, string method, object data) => socket.AskAsync(new { rpc = new { method, data } });

    private static async Task<JsonElement> CheckAsync(TestSocket socket) =>
        (await socket.PushAsync(push => push.TryGetProperty("message", out var message) && message.GetProperty("data").GetProperty("type").GetString() == "policy.check")).GetProperty("message").GetProperty("data");

    private static Task AnswerAsync(TestSocket socket, JsonElement check, string verdict, string? reason = null) =>
        socket.SendAsync(new { send = new { data = new { policy = new { id = check.GetProperty("id").GetString(), verdict, reason } } } });

    private Task<JsonElement> RegisterAsync(TestSocket socket, string fail) => CallAsync(socket, "policy.register", new { room = _room.Id.Value, fail });

    private async Task<TestSocket> RegisterAsync(string fail)
    {
        var socket = await _server.ConnectAsync(_owner);
        Assert.True((await RegisterAsync(socket, fail)).TryGetProperty("rpc", out _));
        return socket;
    }

    private async Task<string> AllowedAsync(TestSocket checker, string text, string key)
    {
        var saying = _server.SayAsync(_ann, _room.Id, text, key);
        await AnswerAsync(checker, await CheckAsync(checker), "allow");
        return await saying.Soon();
    }

    private async Task<string> DeniedAsync(TestSocket checker, string text)
    {
        var saying = _server.SayAsync(_ann, _room.Id, text);
        await AnswerAsync(checker, await CheckAsync(checker), "deny");
        return await saying.Soon();
    }

    // Only what waits for answers goes by this clock.
    private sealed class PolicyTime : TimeProvider
    {
        public ManualTime Clock { get; } = new();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => Clock.CreateTimer(callback, state, dueTime, period);
    }
}
