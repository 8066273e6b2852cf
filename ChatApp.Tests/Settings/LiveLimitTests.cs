using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Moderation;
using ChatApp.Push;
using ChatApp.Search;
using ChatApp.Settings;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Settings;

/// <summary>Limits that administrators set: their bounds, who hears of them, and what the operator has set.</summary>
public sealed class LiveLimitTests
{
    private static readonly LiveLimits Plain = new(new MessageOptions(), new SearchOptions(), new PushOptions());

    public static TheoryData<string> Limits() => [.. Plain.All.Select(limit => limit.Id)];

    [Fact]
    public async Task The_operators_settings_hold_until_an_administrator_sets_others_which_survive_a_restart()
    {
        string[] settings = ["Messages:MaxLength=100", "Messages:PostsPerSecond=3", "Messages:PostBurst=4", "Messages:MaxReactionKinds=5", "Search:SearchesPerSecond=6", "Search:SearchBurst=7", "Push:ConnectionsPerUser=8", "Push:ConnectionsPerAddress=9"];
        var folder = Path.Combine(Path.GetTempPath(), "chatapp-" + Guid.NewGuid().ToString("N"));
        try
        {
            await using (var server = await TestServer.StartAsync(settings, folder: folder))
            {
                Assert.Equal(new InstanceLimits(100, 3, 4, 5, 6, 7, 8, 9), server.Get<InstanceSettings>().Current.Limits);
                await SetAsync(server, limits => limits with { Text = 50, ConnectionsPerUser = 2, ConnectionsPerAddress = 3 });
            }

            await using var again = await TestServer.StartAsync(settings, folder: folder);
            // Before anybody has asked for the settings.
            Assert.Equal((2, 3), (again.Get<RoomBroker>().Limits.PerUser, again.Get<RoomBroker>().Limits.PerAddress));
            Assert.Equal(new InstanceLimits(50, 3, 4, 5, 6, 7, 2, 3), again.Get<InstanceSettings>().Current.Limits);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [MemberData(nameof(Limits))]
    public async Task A_limit_is_taken_at_its_bounds_refused_beyond_them_and_each_change_stands_in_the_log_with_before_and_after(string id)
    {
        await using var server = await TestServer.StartAsync(["Push:Connections=500", "Push:ConnectionsPerAddress=400"]);
        var (boss, settings) = (await server.AddPersonAsync("Boss", Rank.Administrator), server.Get<InstanceSettings>());
        var limit = server.Get<LiveLimits>().All.Single(one => one.Id == id);
        var begun = limit.Read(settings.Current.Limits);
        Assert.Equal(SettingOutcome.OutOfRange, await ChangeAsync(limit.Least - 1));
        Assert.Equal(SettingOutcome.OutOfRange, await ChangeAsync(limit.Most + 1));
        Assert.Equal(SettingOutcome.OutOfRange, await ChangeAsync(-1));
        Assert.Equal(begun, limit.Read(settings.Current.Limits));
        Assert.DoesNotContain(server.Get<ModerationDesk>().Audit(boss.Id)!, entry => entry.Action == "setting.change");
        Assert.Equal(SettingOutcome.Done, await ChangeAsync(limit.Least));
        Assert.Equal(limit.Least, limit.Read(settings.Current.Limits));
        Assert.Equal(SettingOutcome.Done, await ChangeAsync(limit.Most));
        Assert.Equal(limit.Most, limit.Read(settings.Current.Limits));
        var entries = server.Get<ModerationDesk>().Audit(boss.Id)!.Where(entry => entry.Action == "setting.change").Reverse().ToList();
        Assert.All(entries, entry => Assert.Equal(("limits." + id, "why"), (entry.Target, entry.Reason)));
        Assert.Equal([Text(begun), Text(limit.Least)], entries.Select(entry => entry.Before));
        Assert.Equal([Text(limit.Least), Text(limit.Most)], entries.Select(entry => entry.After));

        Task<SettingOutcome> ChangeAsync(int number) => settings.ChangeAsync(boss.Id, values => values with { Limits = limit.Write(values.Limits, number) }, "why");

        static string Text(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public void Nobody_sets_what_no_frame_carries_or_more_connections_than_there_may_be_and_the_operator_is_always_right()
    {
        Assert.Equal((8000, 100_000, 100_000), (Most(Plain, "text"), Most(Plain, "connections_user"), Most(Plain, "connections_address")));
        var small = new LiveLimits(new MessageOptions { MaxLength = 10 }, new SearchOptions(), new PushOptions { FrameBytes = 5024, Connections = 7, ConnectionsPerUser = 5, ConnectionsPerAddress = 6 });
        Assert.Equal((1000, 7, 7), (Most(small, "text"), Most(small, "connections_user"), Most(small, "connections_address")));
        var large = new LiveLimits(new MessageOptions { PostsPerSecond = 100_000 }, new SearchOptions { SearchBurst = 5000 }, new PushOptions { FrameBytes = 1024 });
        Assert.Equal((8000, 100_000, 1000, 5000), (Most(large, "text"), Most(large, "posts"), Most(large, "searches"), Most(large, "search_burst")));

        static int Most(LiveLimits limits, string id) => limits.All.Single(limit => limit.Id == id).Most;
    }

    [Fact]
    public async Task Open_pages_of_everybody_hear_how_long_a_message_may_be_and_programs_do_not()
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.AddPersonAsync();
        var page = server.Get<RoomBroker>().Connect(new ConnectionDescription(ann.Id, ConnectionKind.Circuit, "192.0.2.1"))!;
        await using var program = await server.ConnectAsync(ann);
        await SetAsync(server, limits => limits with { PostBurst = 30 });
        await SetAsync(server, limits => limits with { Text = 77 });
        await page.Outbox.WaitAsync().AsTask().Soon();
        var batch = new List<Envelope>();
        page.Outbox.Take(batch);
        Assert.Equal(77, Assert.IsType<TextLimitChanged>(Assert.Single(batch).Body).Most);
        Assert.True((await program.AskAsync(new { rpc = new { method = "room.list", data = new { } } })).TryGetProperty("rpc", out _));
        Assert.Empty(program.Rest());
    }

    [Fact]
    public async Task What_one_changes_on_an_older_page_is_theirs_and_all_else_stays_as_others_have_set_it()
    {
        await using var server = await TestServer.StartAsync();
        var settings = server.Get<InstanceSettings>();
        var known = settings.Current;
        var now = known with { Contact = "them", RetentionDays = 9, Limits = known.Limits with { Text = 100, PostBurst = 5 } };
        var wanted = known with { EditHours = 7, Limits = known.Limits with { Text = 200, SearchBurst = -1 } };
        var merged = settings.Merge(wanted, known, now);
        Assert.Equal(now with { EditHours = 7, Limits = now.Limits with { Text = 200, SearchBurst = -1 } }, merged);
    }

    [Fact]
    public void What_is_said_to_need_a_restart_is_none_of_what_holds_at_once()
    {
        var names = new StartLimits(new PushOptions(), new SearchOptions(), new AccountOptions()).All.Select(limit => limit.Name).ToList();
        foreach (var live in new[] { "Messages:MaxLength", "Messages:PostsPerSecond", "Messages:PostBurst", "Messages:MaxReactionKinds", "Search:SearchesPerSecond", "Search:SearchBurst", "Push:ConnectionsPerUser", "Push:ConnectionsPerAddress" })
            Assert.DoesNotContain(live, names);
    }

    internal static async Task SetAsync(TestServer server, Func<InstanceLimits, InstanceLimits> change)
    {
        var boss = await server.AddPersonAsync("Boss", Rank.Administrator);
        Assert.Equal(SettingOutcome.Done, await server.Get<InstanceSettings>().ChangeAsync(boss.Id, values => values with { Limits = change(values.Limits) }));
    }
}
