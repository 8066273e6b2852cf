namespace ChatApp.Tests.Harness;

/// <summary>The tools of the tests fail loudly: a helper that cannot fail would prove nothing.</summary>
public sealed class HarnessTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(200);

    [Fact]
    public void A_missing_browser_is_a_failure_that_names_the_command_that_mends_it()
    {
        var missing = Assert.Throws<InvalidOperationException>(() => Browser.FindExecutable(named: null, ["/nowhere/chromium"]));
        Assert.Contains("apt-get install -y chromium", missing.Message, StringComparison.Ordinal);
        Assert.Contains("/nowhere", Assert.Throws<InvalidOperationException>(() => Browser.FindExecutable("/nowhere", [])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_condition_that_never_comes_true_fails_with_its_text()
    {
        var counter = 0;
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => Eventually.BecomesAsync(() => counter++ < 0, "Nobody came", Soon));
        Assert.StartsWith("Nobody came: () => counter++ < 0 (waited", failure.Message, StringComparison.Ordinal);
        Assert.True(counter > 2, "It looked more than once.");
    }

    [Fact]
    public async Task A_value_that_never_comes_fails_with_the_last_one_seen()
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => Eventually.EqualsAsync(2, () => 1, Soon));
        Assert.StartsWith("() => 1 never became 2; last seen: 1", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_condition_that_comes_true_is_noticed()
    {
        var counter = 0;
        await Eventually.BecomesAsync(() => ++counter == 3);
        Assert.Equal("here", await Eventually.GivesAsync(() => ++counter > 5 ? "here" : null));
    }

    [Fact]
    public async Task A_script_gets_its_arguments_as_they_are_and_gives_back_all_it_said()
    {
        var folder = Directory.CreateTempSubdirectory();
        var script = Path.Combine(folder.FullName, "echo.mjs");
        await File.WriteAllTextAsync(script, "console.log('é'); console.log(JSON.stringify(process.argv.slice(2))); console.error('oh'); process.exit(3);");
        var result = await NodeScript.RunAsync(script, ["a b", "$c"]);
        Assert.Equal(new NodeResult(3, "é\n[\"a b\",\"$c\"]\n", "oh\n"), result);
        Assert.Equal("[\"a b\",\"$c\"]", result.LastLine);
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_script_that_never_ends_is_ended_and_shows_what_it_said()
    {
        var folder = Directory.CreateTempSubdirectory();
        var script = Path.Combine(folder.FullName, "hang.mjs");
        await File.WriteAllTextAsync(script, "console.log('waiting'); setInterval(() => {}, 1000);");
        var late = await Assert.ThrowsAsync<TimeoutException>(() => NodeScript.RunAsync(script, [], TimeSpan.FromSeconds(3)));
        Assert.Contains("waiting", late.Message, StringComparison.Ordinal);
        folder.Delete(recursive: true);
    }
}
