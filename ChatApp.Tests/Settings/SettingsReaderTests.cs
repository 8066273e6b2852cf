using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Push;
using ChatApp.Settings;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using ChatApp.Topics;
using Microsoft.Extensions.Configuration;

namespace ChatApp.Tests.Settings;

public sealed class SettingsReaderTests
{
    [Fact]
    public void Without_settings_everything_has_its_default()
    {
        var nothing = With();
        Assert.Equal((20, 256, 1 << 20, 1000), Values(SettingsReader.Read<PushOptions>(nothing, "Push")));
        Assert.Equal(8000, SettingsReader.Read<MessageOptions>(nothing, "Messages").MaxLength);
        Assert.Equal((4096, 256), (SettingsReader.Read<StorageOptions>(nothing, "Storage").QueueLength, SettingsReader.Read<StorageOptions>(nothing, "Storage").BatchSize));
        Assert.Equal(5, SettingsReader.Read<AccountOptions>(nothing, "Accounts").LockoutAttempts);
        Assert.Equal("data", SettingsReader.Read<DataOptions>(nothing, "Data").Folder);
        static (int, int, int, int) Values(PushOptions push) => (push.ConnectionsPerUser, push.SubscriptionsPerConnection, push.OutboxBytes, push.OutboxEvents);
    }

    [Fact]
    public void A_setting_replaces_its_default_and_no_other()
    {
        var push = SettingsReader.Read<PushOptions>(With(("Push:PingSeconds", "7"), ("push:pongseconds", "3")), "Push");
        Assert.Equal((7, 3, 10), (push.PingSeconds, push.PongSeconds, push.ConnectSeconds));
    }

    [Fact]
    public void An_unknown_key_is_refused_with_those_that_there_are()
    {
        var problem = Assert.Throws<StartException>(() => SettingsReader.Read<MessageOptions>(With(("Messages:MaxLenght", "5")), "Messages"));
        Assert.Equal("setting Messages:MaxLenght is unknown; section Messages has MaxLength, EditHours, MaxReactionKinds, PostsPerSecond, PostBurst, RetentionDays", problem.Message);
    }

    [Theory]
    [InlineData("many")]
    [InlineData("")]
    [InlineData("1.5")]
    [InlineData("99999999999999999999")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("8001")]
    public void A_value_that_is_no_number_or_out_of_range_is_refused_with_key_value_and_range(string value)
    {
        var problem = Assert.Throws<StartException>(() => SettingsReader.Read<MessageOptions>(With(("Messages:MaxLength", value)), "Messages"));
        Assert.Equal($"setting Messages:MaxLength has the value '{value}', but must be a whole number from 1 to 8000", problem.Message);
    }

    [Fact]
    public void A_text_has_its_range_too()
    {
        var problem = Assert.Throws<StartException>(() => SettingsReader.Read<DataOptions>(With(("Data:Folder", "")), "Data"));
        Assert.Equal("setting Data:Folder has the value '', but must be a text of 1 to 1024 characters", problem.Message);
    }

    [Fact]
    public void A_list_is_a_list_in_the_file_and_a_text_with_commas_elsewhere()
    {
        string[] both = ["https://a.example", "https://b.example"];
        Assert.Equal(both, Origins(("Push:AllowedOrigins:0", both[0]), ("Push:AllowedOrigins:1", both[1])));
        Assert.Equal(both, Origins(("Push:AllowedOrigins", "https://a.example, https://b.example")));
        Assert.Empty(Origins());
        static string[] Origins(params (string Key, string Value)[] settings) => SettingsReader.Read<PushOptions>(With(settings), "Push").AllowedOrigins;
    }

    [Fact]
    public void A_list_of_objects_is_read_as_strictly_as_everything_else()
    {
        var options = SettingsReader.Read<TopicOptions>(
            With(("Topics:Prefixes:0:Prefix", "a:"), ("Topics:Prefixes:0:HistorySize", "5"), ("Topics:Prefixes:1:Prefix", "b"), ("Topics:Prefixes:1:Subscribe", "Token")), "Topics");
        Assert.Equal([("a:", 5, TopicSubscribers.Members), ("b", 0, TopicSubscribers.Token)], options.Prefixes.Select(rule => (rule.Prefix, rule.HistorySize, rule.Subscribe)));
        Assert.Empty(SettingsReader.Read<TopicOptions>(With(), "Topics").Prefixes);
    }

    [Theory]
    [InlineData("Topics:Prefixes:0:HistorySize", "5", "setting Topics:Prefixes:0:Prefix is missing")]
    [InlineData("Topics:Prefixes:0:Prefix", "ä", @"setting Topics:Prefixes:0:Prefix has the value 'ä', but must be a text like [A-Za-z0-9\-_.:/@+=~]{1,100}")]
    [InlineData("Topics:Prefixes:0:HistorySize", "100001", "setting Topics:Prefixes:0:HistorySize has the value '100001', but must be a whole number from 0 to 100000")]
    [InlineData("Topics:Prefixes:0:Subscribe", "7", "setting Topics:Prefixes:0:Subscribe has the value '7', but must be Token or Administrators or Moderators or Members")]
    [InlineData("Topics:Prefixes:0:Subscribe", "All", "setting Topics:Prefixes:0:Subscribe has the value 'All', but must be Token or Administrators or Moderators or Members")]
    [InlineData("Topics:Prefixes", "prices", "setting Topics:Prefixes is a list; its parts are set as Topics:Prefixes:0:Prefix and so on")]
    public void What_is_wrong_in_a_list_of_objects_is_named(string key, string value, string problem) =>
        Assert.Equal(problem, Assert.Throws<StartException>(() => SettingsReader.Read<TopicOptions>(With((key, value)), "Topics")).Message);

    [Fact]
    public void An_unknown_key_in_a_list_of_objects_is_refused() =>
        Assert.StartsWith(
            "setting Topics:Prefixes:0:History is unknown; section Topics:Prefixes:0 has Prefix, HistorySize,",
            Assert.Throws<StartException>(() => SettingsReader.Read<TopicOptions>(With(("Topics:Prefixes:0:Prefix", "a"), ("Topics:Prefixes:0:History", "1")), "Topics")).Message,
            StringComparison.Ordinal);

    [Fact]
    public void The_file_gives_way_to_the_environment_and_that_to_the_command_line()
    {
        // Names that no other test and no server of this process reads.
        Environment.SetEnvironmentVariable("SettingsReaderTests__First", "environment");
        Environment.SetEnvironmentVariable("SettingsReaderTests__Second", "environment");
        var settings = new ConfigurationBuilder();
        SettingsSources.Apply(settings, ["--SettingsReaderTests:Second=command line"]);
        var built = settings.Build();
        Assert.Equal("http://localhost:5080", built["Urls"]);
        Assert.Equal("environment", built["SettingsReaderTests:First"]);
        Assert.Equal("command line", built["SettingsReaderTests:Second"]);
        Assert.Equal(
            ["JsonConfigurationSource", "EnvironmentVariablesConfigurationSource", "EnvironmentVariablesConfigurationSource", "EnvironmentVariablesConfigurationSource", "CommandLineConfigurationSource"],
            settings.Sources.Select(source => source.GetType().Name));
    }

    [Fact]
    public void The_settings_file_beside_the_program_is_the_one_at_the_top_of_the_checkout()
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        var top = File.ReadAllText(Checkout.PathTo("appsettings.json"));
        Assert.Equal(top, File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "appsettings.json")));
        Assert.Equal(top, File.ReadAllText(Checkout.PathTo($"ChatApp/bin/{configuration}/net10.0/appsettings.json")));
    }

    private static IConfiguration With(params (string Key, string Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value))
        .Build();
}
