using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Commands;

public sealed class ServeCommandTests : ProcessTest
{
    [Fact]
    public async Task A_start_says_one_line_with_the_address_and_the_next_step_and_ctrl_c_ends_it_cleanly()
    {
        await using var server = await ProductProcess.ServeAsync(Folder);
        using var http = new HttpClient();
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri(server.Address + "/health"))).StatusCode);
        var watch = Stopwatch.StartNew();
        Assert.Equal(0, await server.StopAsync());
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"It took {watch.Elapsed}.");
        var line = Assert.Single(server.Output);
        Assert.Contains(server.Address, line, StringComparison.Ordinal);
        Assert.Contains("register there: the first account becomes the administrator", line, StringComparison.Ordinal);
        Assert.EndsWith($"mail is written into {Path.Combine(Folder, "mail")}", line, StringComparison.Ordinal);
        Assert.Empty(server.Errors);
    }

    [Fact]
    public async Task A_start_with_a_mail_server_names_it()
    {
        await using var server = await ProductProcess.ServeAsync(Folder, "--Mail:SmtpHost=smtp.example.org");
        Assert.EndsWith("mail goes through smtp.example.org", Assert.Single(server.Output), StringComparison.Ordinal);
        Assert.Equal(0, await server.StopAsync());
    }

    [Fact]
    public async Task A_second_server_on_the_same_folder_is_refused_and_the_first_one_stays()
    {
        await using var server = await ProductProcess.ServeAsync(Folder);
        var line = AssertRefused(await ProductProcess.RunAsync(["--Urls=http://127.0.0.1:0", $"--Data:Folder={Folder}"]));
        Assert.Contains($"another server uses the data folder '{Folder}'", line, StringComparison.Ordinal);
        Assert.Equal(0, await server.StopAsync());
    }

    [Fact]
    public async Task After_a_kill_the_next_start_works()
    {
        await using var server = await ProductProcess.ServeAsync(Folder);
        await server.KillAsync();
        await using var next = await ProductProcess.ServeAsync(Folder);
        Assert.Equal(0, await next.StopAsync());
    }

    [Fact]
    public async Task A_port_in_use_is_one_line_that_names_it()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var address = $"http://127.0.0.1:{((IPEndPoint)other.LocalEndpoint).Port}";
        var line = AssertRefused(await ProductProcess.RunAsync([$"--Urls={address}", $"--Data:Folder={Folder}"]));
        Assert.Contains(address, line, StringComparison.Ordinal);
        Assert.Contains("in use", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("http://127.0.0.1:99999")]
    [InlineData("https://127.0.0.1:0")]
    public async Task An_address_that_cannot_be_listened_on_is_one_line_that_names_it(string address)
    {
        // Without a folder for keys of developers there is no certificate either.
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["HOME"] = Folder, ["DOTNET_CLI_HOME"] = Folder };
        var line = AssertRefused(await ProductProcess.RunAsync([$"--Urls={address}", $"--Data:Folder={Folder}/data"], environment: environment));
        Assert.Contains($"'{address}' (setting Urls", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_folder_that_cannot_be_written_is_one_line_that_names_it()
    {
        var taken = Path.Combine(Folder, "file");
        await File.WriteAllTextAsync(taken, "a file in its place");
        var line = AssertRefused(await ProductProcess.RunAsync(["--Urls=http://127.0.0.1:0", $"--Data:Folder={taken}"]));
        Assert.Contains($"'{taken}' (setting Data:Folder) cannot be written", line, StringComparison.Ordinal);
        Assert.Equal("a file in its place", await File.ReadAllTextAsync(taken));
    }

    [Fact]
    public async Task A_file_that_is_not_a_database_is_one_line_and_stays_as_it_is()
    {
        var file = Path.Combine(Folder, "chat.db");
        await File.WriteAllTextAsync(file, "Dear diary");
        var line = AssertRefused(await ProductProcess.RunAsync(["--Urls=http://127.0.0.1:0", $"--Data:Folder={Folder}"]));
        Assert.Contains($"'{file}' is not a usable SQLite database", line, StringComparison.Ordinal);
        Assert.Equal("Dear diary", await File.ReadAllTextAsync(file));
    }

    [Fact]
    public async Task A_folder_in_the_place_of_the_database_is_one_line()
    {
        Directory.CreateDirectory(Path.Combine(Folder, "chat.db"));
        Assert.Contains("it is a folder", AssertRefused(await ProductProcess.RunAsync(["--Urls=http://127.0.0.1:0", $"--Data:Folder={Folder}"])), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bad_setting_is_one_line_that_names_key_value_and_range()
    {
        var line = AssertRefused(await ProductProcess.RunAsync([$"--Data:Folder={Folder}", "--Push:PingSeconds=soon"]));
        Assert.Equal("ChatApp cannot start: setting Push:PingSeconds has the value 'soon', but must be a whole number from 1 to 3600", line);
    }

    [Fact]
    public async Task The_environment_gives_settings_and_the_command_line_wins()
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["Push__PingSeconds"] = "0", ["ASPNETCORE_URLS"] = "http://127.0.0.1:0" };
        Assert.Contains("Push:PingSeconds has the value '0'", AssertRefused(await ProductProcess.RunAsync([$"--Data:Folder={Folder}"], environment: environment)), StringComparison.Ordinal);
        await using var server = await ProductProcess.StartAsync([$"--Data:Folder={Folder}", "--Push:PingSeconds=9"], environment: environment);
        await Eventually.BecomesAsync(() => server.Output.Count > 0 || server.Errors.Count > 0);
        Assert.Contains("http://127.0.0.1:", Assert.Single(server.Output), StringComparison.Ordinal);
    }
}
