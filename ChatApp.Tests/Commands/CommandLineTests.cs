using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Commands;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("nonsense")]
    [InlineData("serve")]
    [InlineData("back up")]
    public async Task A_word_that_is_no_command_is_answered_with_those_that_are_and_exit_code_2(string word)
    {
        var line = ProcessTest.AssertRefused(await ProductProcess.RunAsync([word]), code: 2);
        Assert.StartsWith($"there is no command '{word}'; usage: ChatApp [user | key | backup | verify | restore | help]", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("help")]
    [InlineData("--help")]
    [InlineData("-h")]
    public async Task Help_names_every_command(string word)
    {
        var result = await ProductProcess.RunAsync([word]);
        Assert.Equal(0, result.Code);
        Assert.Empty(result.Errors);
        foreach (var command in (string[])["user add EMAIL", "key add", "backup FILE", "verify [FILE]", "restore FILE", "serves"])
            Assert.Contains(result.Output, line => line.Contains(command, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("backup")]
    [InlineData("backup", "one", "two")]
    [InlineData("backup", "one", "--force")]
    [InlineData("verify", "one", "two")]
    [InlineData("verify", "one", "-x")]
    [InlineData("restore")]
    [InlineData("restore", "--Data:Folder=somewhere")]
    public async Task Wrong_words_are_answered_with_the_usage_and_exit_code_2(params string[] words) =>
        Assert.StartsWith($"usage: {words[0]} {(words[0] == "verify" ? "[FILE]" : "FILE")}", ProcessTest.AssertRefused(await ProductProcess.RunAsync(words), code: 2), StringComparison.Ordinal);
}
