using Bunit;
using ChatApp.Accounts;
using ChatApp.Components.Admin;
using ChatApp.Settings;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Components;

/// <summary>The form of the settings: what is wrong is said beside the field, and pages follow what others set.</summary>
[English]
public sealed class SettingsSectionTests
{
    [Fact]
    public async Task A_number_out_of_range_is_marked_beside_its_field_and_nothing_is_saved()
    {
        await using var server = await TestServer.StartAsync();
        var boss = await server.AddPersonAsync("Boss", Rank.Administrator);
        await using var page = new PersonContext(server, boss);
        var admin = page.Render<AdminPage>(parameters => parameters.Add(each => each.Section, "settings"));
        var before = server.Get<InstanceSettings>().Current;
        await ChangeAsync("#settings-text", "8001");
        Assert.Equal("true", admin.Find("#settings-text").GetAttribute("aria-invalid"));
        Assert.Equal("settings-text-error", admin.Find("#settings-text").GetAttribute("aria-describedby"));
        Assert.Contains("1 to 8,000", admin.Find("#settings-text-error").TextContent, StringComparison.Ordinal);
        await ChangeAsync("#settings-edit", "");
        Assert.Contains("0 to 87,600", admin.Find("#settings-edit-error").TextContent, StringComparison.Ordinal);
        Assert.Equal("settings-edit-hint settings-edit-error", admin.Find("#settings-edit").GetAttribute("aria-describedby"));
        await ChangeAsync("#settings-contact", "it@example.org");
        await SaveAsync();
        Assert.Contains("Nothing was saved", admin.Find("#settings [role=alert]").TextContent, StringComparison.Ordinal);
        Assert.Equal(before, server.Get<InstanceSettings>().Current);

        await ChangeAsync("#settings-text", "8000");
        await ChangeAsync("#settings-edit", "3");
        Assert.Empty(admin.FindAll("#settings .field-error"));
        await SaveAsync();
        Assert.Contains("Saved", admin.Find(".notice-success").TextContent, StringComparison.Ordinal);
        var now = server.Get<InstanceSettings>().Current;
        Assert.Equal((8000, 3, "it@example.org"), (now.Limits.Text, now.EditHours, now.Contact));

        Task ChangeAsync(string field, string value) => admin.InvokeAsync(() => admin.Find(field).Change(value));

        Task SaveAsync() => admin.InvokeAsync(() => admin.Find("#settings form").SubmitAsync());
    }

    [Fact]
    public async Task An_open_page_follows_limits_that_others_set_and_keeps_what_is_being_changed_on_it()
    {
        await using var server = await TestServer.StartAsync();
        var (boss, other) = (await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync("Boss", Rank.Administrator));
        await using var page = new PersonContext(server, boss);
        page.Session.Open(boss.Id, "192.0.2.1");
        var admin = page.Render<AdminPage>(parameters => parameters.Add(each => each.Section, "settings"));
        await admin.InvokeAsync(() => admin.Find("#settings-text").Change("123"));
        await server.Get<InstanceSettings>().ChangeAsync(other.Id, values => values with { Limits = values.Limits with { Text = 456, ConnectionsPerUser = 7 } });
        admin.WaitForAssertion(() => Assert.Equal("7", admin.Find("#settings-connections_user").GetAttribute("value")), Eventually.DefaultDeadline);
        Assert.Equal("123", admin.Find("#settings-text").GetAttribute("value"));
        await admin.InvokeAsync(() => admin.Find("#settings form").SubmitAsync());
        var now = server.Get<InstanceSettings>().Current.Limits;
        Assert.Equal((123, 7), (now.Text, now.ConnectionsPerUser));
    }
}
