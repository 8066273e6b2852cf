using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Moderation;
using ChatApp.Rooms;
using ChatApp.Settings;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Moderation;

/// <summary>What new accounts may not do yet.</summary>
public sealed class NewMemberTests : IAsyncLifetime
{
    private const int Minutes = 30;
    private const int Conversations = 3;
    private readonly SetTime _time = SanctionKit.Clock();
    private TestServer _server = default!;
    private TestPerson _boss = default!;

    public async Task InitializeAsync()
    {
        _server = await SanctionKit.StartAsync(_time);
        _boss = await _server.AddPersonAsync("Boss", Rank.Administrator);
        Assert.Equal(SettingOutcome.Done, await SetAsync(Minutes, Conversations));
    }

    public Task DisposeAsync() => _server.DisposeAsync().AsTask();

    [Theory]
    [InlineData("@all dinner")]
    [InlineData("@here dinner")]
    public async Task A_new_account_calls_everybody_when_it_is_old_enough_and_not_a_millisecond_before(string call)
    {
        var born = _time.Now;
        var ann = await _server.AddPersonAsync("Ann");
        var room = await _server.MakeRoomAsync(ann);
        _time.Now = born.AddMinutes(Minutes) - SanctionKit.Tick;
        Assert.Equal(PostRefusal.NewMember, await TryAsync(ann, room.Id, call));
        // Everything else it may, and by an edit it may not either.
        var said = await _server.PostAsync(ann, room.Id, $"@{_boss.Name} dinner");
        Assert.Equal(MessageOutcome.NotAllowed, (await _server.Get<MessageEditor>().EditAsync(ann.Id, said.Id, call)).Outcome);
        Assert.Null(await TryAsync(_boss, RoomId.General, call));
        _time.Now = born.AddMinutes(Minutes);
        Assert.Null(await TryAsync(ann, room.Id, call));
    }

    [Fact]
    public async Task A_new_account_begins_so_many_conversations_in_an_hour_however_many_it_tries_at_once()
    {
        await SetAsync(24 * 60, Conversations);
        var begun = _time.Now;
        var ann = await _server.AddPersonAsync("Ann");
        var others = new List<TestPerson>();
        for (var i = 0; i < 10; i++) others.Add(await _server.AddPersonAsync("Other"));
        var direct = _server.Get<DirectRooms>();
        var opened = await Task.WhenAll(others.Select(other => Task.Run(() => direct.OpenAsync(ann.Id, [other.Id]))));
        Assert.Equal(Conversations, opened.Count(result => result.IsDone));
        Assert.All(opened.Where(result => !result.IsDone), result => Assert.Equal(RoomOutcome.NewMember, result.Outcome));
        // Those that there are can be opened again, and others may begin one with them.
        Assert.True((await direct.OpenAsync(ann.Id, [others[Array.FindIndex(opened, result => result.IsDone)].Id])).IsDone);
        var refused = others[Array.FindIndex(opened, result => !result.IsDone)];
        Assert.True((await direct.OpenAsync(_boss.Id, [ann.Id])).IsDone);

        _time.Now = begun.AddHours(1) - SanctionKit.Tick;
        Assert.Equal(RoomOutcome.NewMember, (await direct.OpenAsync(ann.Id, [refused.Id])).Outcome);
        _time.Now = begun.AddHours(1);
        Assert.True((await direct.OpenAsync(ann.Id, [refused.Id])).IsDone);
    }

    [Fact]
    public async Task Without_a_time_nobody_is_new_and_what_programs_hear_says_why()
    {
        var ann = await _server.AddPersonAsync("Ann");
        var room = await _server.MakeRoomAsync(ann);
        await using var socket = await _server.ConnectAsync(ann);
        var refused = await socket.AskAsync(new { publish = new { channel = $"room:{room.Id}", data = new { text = "@all hello" } } });
        Assert.Equal((103, "the account is too new for that"), (TestSocket.ErrorOf(refused), refused.GetProperty("error").GetProperty("message").GetString()));
        await SetAsync(0, 0);
        Assert.Null(await TryAsync(ann, room.Id, "@all hello"));
        Assert.True((await _server.Get<DirectRooms>().OpenAsync(ann.Id, [_boss.Id])).IsDone);
        Assert.Equal(SettingOutcome.OutOfRange, await SetAsync(InstanceSettings.MaxNewMinutes + 1, 0));
        Assert.Equal(SettingOutcome.OutOfRange, await SetAsync(0, InstanceSettings.MaxNewConversations + 1));
    }

    private Task<SettingOutcome> SetAsync(int minutes, int conversations) =>
        _server.Get<InstanceSettings>().ChangeAsync(_boss.Id, values => values with { NewMemberMinutes = minutes, NewMemberConversations = conversations });

    private async Task<PostRefusal?> TryAsync(TestPerson person, RoomId room, string text) =>
        await _server.Get<MessageWriter>().PostAsync(person.Id, room, text, key: null) is PostResult.Rejected rejected ? rejected.Reason : null;
}
