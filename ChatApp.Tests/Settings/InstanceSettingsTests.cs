using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Moderation;
using ChatApp.Push;
using ChatApp.Settings;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using ChatApp.Tests.Moderation;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Settings;

public sealed class InstanceSettingsTests
{
    [Fact]
    public async Task A_setting_has_its_default_until_an_administrator_sets_it_and_keeps_it_over_a_restart()
    {
        var folder = Path.Combine(Path.GetTempPath(), "chatapp-" + Guid.NewGuid().ToString("N"));
        try
        {
            await using (var server = await TestServer.StartAsync(["Accounts:Registration=closed"], folder: folder))
            {
                var boss = await server.AddPersonAsync("Boss", Rank.Administrator);
                Assert.Equal(RegistrationMode.Closed, server.Get<InstanceSettings>().Current.Registration);
                Assert.Equal(SettingOutcome.Done, await SetAsync(server, boss, RegistrationMode.InviteOnly));
                Assert.Equal(RegistrationMode.InviteOnly, server.Get<InstanceSettings>().Current.Registration);
            }

            await using var again = await TestServer.StartAsync(["Accounts:Registration=closed"], folder: folder);
            Assert.Equal(RegistrationMode.InviteOnly, again.Get<InstanceSettings>().Current.Registration);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task How_many_may_come_in_a_minute_is_the_operators_word_until_an_administrator_sets_it()
    {
        Assert.Equal((30, 60), (new AccountOptions().RegistrationsPerMinute, new AccountOptions().JoinsPerMinute));
        await using var server = await TestServer.StartAsync(["Accounts:RegistrationsPerMinute=7", "Accounts:JoinsPerMinute=8"]);
        var settings = server.Get<InstanceSettings>();
        Assert.Equal((7, 8, 0), (settings.Current.RegistrationsPerMinute, settings.Current.JoinsPerMinute, settings.Current.NewMemberMinutes));
        var boss = await server.AddPersonAsync("Boss", Rank.Administrator);
        Assert.Equal(SettingOutcome.Done, await settings.ChangeAsync(boss.Id, values => values with { JoinsPerMinute = 0 }));
        Assert.Equal((7, 0), (settings.Current.RegistrationsPerMinute, settings.Current.JoinsPerMinute));
    }

    [Theory]
    [InlineData("opened")]
    [InlineData("InviteOnly")]
    [InlineData("")]
    public void A_mode_that_does_not_exist_keeps_the_server_from_starting(string mode)
    {
        var folder = Path.Combine(Path.GetTempPath(), "chatapp-" + Guid.NewGuid().ToString("N"));
        var problem = Assert.Throws<StartException>(() => Program.Build([$"--Data:Folder={folder}", $"--Accounts:Registration={mode}"]));
        Assert.Contains("Accounts:Registration", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_administrators_change_settings_and_each_change_is_in_the_audit_log_with_before_and_after()
    {
        await using var server = await TestServer.StartAsync();
        var (boss, moderator, member) = (await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync("Mod", Rank.Moderator), await server.AddPersonAsync());
        foreach (var other in new[] { moderator.Id, member.Id, new UserId("nobody") })
            Assert.Equal(SettingOutcome.NotAllowed, await server.Get<InstanceSettings>().ChangeAsync(other, values => values with { Registration = RegistrationMode.Closed }));
        Assert.Equal(RegistrationMode.Open, server.Get<InstanceSettings>().Current.Registration);
        Assert.Equal(SettingOutcome.Done, await SetAsync(server, boss, RegistrationMode.Closed));
        Assert.Equal(SettingOutcome.Done, await SetAsync(server, boss, RegistrationMode.Closed));
        var entry = Assert.Single(server.Get<ModerationDesk>().Audit(boss.Id)!, line => line.Action == "setting.change");
        Assert.Equal((boss.Name, "registration", "registration: open -> closed"), (entry.Actor, entry.Target, entry.Details));
    }

    [Fact]
    public async Task What_a_setting_cannot_be_is_refused_and_nothing_is_stored()
    {
        await using var server = await TestServer.StartAsync();
        var boss = await server.AddPersonAsync("Boss", Rank.Administrator);
        var settings = server.Get<InstanceSettings>();
        Assert.Equal(SettingOutcome.OutOfRange, await settings.ChangeAsync(boss.Id, values => values with { Registration = (RegistrationMode)7, Contact = "x" }));
        Assert.Equal(SettingOutcome.OutOfRange, await settings.ChangeAsync(boss.Id, values => values with { Contact = new string('x', InstanceSettings.MaxContactLength + 1) }));
        Assert.Equal(SettingOutcome.OutOfRange, await settings.ChangeAsync(boss.Id, values => values with { Contact = "two\nlines" }));
        Assert.Equal(SettingOutcome.Done, await settings.ChangeAsync(boss.Id, values => values with { Contact = new string('x', InstanceSettings.MaxContactLength) }));
        using var db = server.Get<ChatDatabase>().OpenRead();
        Assert.Equal("contact", Assert.Single(db.InstanceSettings).Name);
    }

    [Fact]
    public async Task Two_administrators_who_change_different_settings_at_once_both_get_theirs()
    {
        await using var server = await TestServer.StartAsync();
        var (one, other) = (await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync("Boss", Rank.Administrator));
        var settings = server.Get<InstanceSettings>();
        await Task.WhenAll(
            settings.ChangeAsync(one.Id, values => values with { Registration = RegistrationMode.InviteOnly }),
            settings.ChangeAsync(other.Id, values => values with { Contact = "it@example.org" }));
        Assert.Equal(settings.Current with { Registration = RegistrationMode.InviteOnly, Contact = "it@example.org" }, settings.Current);
    }

    [Fact]
    public async Task What_another_version_stored_and_this_one_cannot_read_is_as_if_it_were_not_there()
    {
        await using var server = await TestServer.StartAsync();
        await server.Get<CommitQueue>().CommitAsync(commit =>
        {
            commit.Db.InstanceSettings.AddRange(new InstanceSetting { Name = "registration", Value = "by-letter" }, new InstanceSetting { Name = "later", Value = "1" });
            return true;
        });
        Assert.Equal(RegistrationMode.Open, server.Get<InstanceSettings>().Current.Registration);
    }

    [Fact]
    public async Task Pages_of_moderators_hear_of_a_change_and_nobody_else_does()
    {
        await using var server = await TestServer.StartAsync();
        var (boss, moderator, member) = (await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync("Mod", Rank.Moderator), await server.AddPersonAsync());
        var broker = server.Get<RoomBroker>();
        var (page, others) = (Open(moderator), Open(member));
        await using var program = await server.ConnectAsync(boss);
        await SetAsync(server, boss, RegistrationMode.Closed);
        await page.Outbox.WaitAsync().AsTask().Soon();
        var batch = new List<Envelope>();
        page.Outbox.Take(batch);
        Assert.Equal(RegistrationMode.Closed, Assert.IsType<InstanceSettingsChanged>(Assert.Single(batch).Body).Values.Registration);
        Assert.Equal(0, others.Outbox.Count);
        // The program's next frame is the answer to its own question, and nothing that came before.
        Assert.True((await program.AskAsync(new { rpc = new { method = "room.list", data = new { } } })).TryGetProperty("rpc", out _));

        Connection Open(TestPerson person) => broker.Connect(new ConnectionDescription(person.Id, ConnectionKind.Circuit, "192.0.2.1"))!;
    }

    [Fact]
    public async Task Retention_and_the_time_for_editing_hold_at_once_and_the_operators_values_are_only_the_beginning()
    {
        var clock = SanctionKit.Clock();
        await using var server = await TestServer.StartAsync(["Messages:RetentionDays=100", "Messages:EditHours=1"], services => services.AddSingleton<TimeProvider>(clock));
        var boss = await server.AddPersonAsync("Boss", Rank.Administrator);
        var settings = server.Get<InstanceSettings>();
        Assert.Equal((100, 1), (settings.Current.RetentionDays, settings.Current.EditHours));
        var message = await server.PostAsync(boss, RoomId.General, "words");
        clock.Now += TimeSpan.FromHours(2);
        Assert.Equal(MessageOutcome.WindowClosed, (await server.Get<MessageEditor>().EditAsync(boss.Id, message.Id, "other words")).Outcome);
        Assert.Equal(SettingOutcome.Done, await settings.ChangeAsync(boss.Id, values => values with { EditHours = 3, RetentionDays = 1 }, "tidy"));
        Assert.Equal(MessageOutcome.Done, (await server.Get<MessageEditor>().EditAsync(boss.Id, message.Id, "other words")).Outcome);
        Assert.Equal(0, await server.Get<Retention>().TrimAsync());
        clock.Now += TimeSpan.FromDays(1);
        Assert.Equal(1, await server.Get<Retention>().TrimAsync());
        var entry = server.Get<ModerationDesk>().Audit(boss.Id)!.Single(line => line.Target == "retention_days");
        Assert.Equal(("100", "1", "tidy"), (entry.Before, entry.After, entry.Reason));
    }

    [Theory]
    [InlineData(-1, 24)]
    [InlineData(3651, 24)]
    [InlineData(0, -1)]
    [InlineData(0, 87_601)]
    public async Task Numbers_out_of_range_are_refused(int days, int hours)
    {
        await using var server = await TestServer.StartAsync();
        var boss = await server.AddPersonAsync("Boss", Rank.Administrator);
        Assert.Equal(SettingOutcome.OutOfRange, await server.Get<InstanceSettings>().ChangeAsync(boss.Id, values => values with { RetentionDays = days, EditHours = hours }));
        Assert.Equal((0, 24), (server.Get<InstanceSettings>().Current.RetentionDays, server.Get<InstanceSettings>().Current.EditHours));
    }

    private static Task<SettingOutcome> SetAsync(TestServer server, TestPerson who, RegistrationMode mode) =>
        server.Get<InstanceSettings>().ChangeAsync(who.Id, values => values with { Registration = mode });
}
