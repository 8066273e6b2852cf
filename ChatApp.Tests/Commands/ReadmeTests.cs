using System.Diagnostics;
using System.Text.RegularExpressions;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Commands;

/// <summary>What the README tells newcomers to paste works when pasted.</summary>
public sealed partial class ReadmeTests
{
    [Fact]
    public async Task The_example_for_programs_posts_a_message_and_sees_it_arrive()
    {
        var readme = await File.ReadAllTextAsync(Checkout.PathTo("README.md"));
        var example = Example().Match(readme).Groups["code"].Value;
        Assert.Contains("wscat", example, StringComparison.Ordinal);

        await using var server = await TestServer.StartAsync();
        example = example
            .Replace("dotnet run --project ChatApp -- user add", $"dotnet '{ProductProcess.ProgramFile()}' user add --Data:Folder='{server.Folder}'", StringComparison.Ordinal)
            .Replace("http://localhost:5080", server.Address, StringComparison.Ordinal)
            .Replace("ws://localhost:5080", server.Address.Replace("http", "ws", StringComparison.Ordinal), StringComparison.Ordinal);

        var first = await PasteAsync(example);
        Assert.Contains("\"type\":\"message.posted\"", first, StringComparison.Ordinal);
        Assert.Contains("hello from a program", first, StringComparison.Ordinal);
        Assert.Contains("\"duplicate\":false", first, StringComparison.Ordinal);
        // As the README says: the second time nobody reads the greeting twice.
        Assert.Contains("\"duplicate\":true", await PasteAsync(example), StringComparison.Ordinal);
    }

    // In the folder that has the client installed, so that npx asks no registry.
    private static async Task<string> PasteAsync(string lines)
    {
        using var shell = Process.Start(new ProcessStartInfo("bash", ["-s"])
        {
            WorkingDirectory = Checkout.PathTo("ChatApp.Tests/Wire/centrifuge"),
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        await shell.StandardInput.WriteAsync($"({lines}\n) < <(exec sleep 30 2>/dev/null)\nexit\n");
        await shell.StandardInput.FlushAsync();
        var output = shell.StandardOutput.ReadToEndAsync();
        var errors = shell.StandardError.ReadToEndAsync();
        try
        {
            await shell.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        }
        catch (TimeoutException)
        {
            shell.Kill(entireProcessTree: true);
        }

        return $"{await output}\n{await errors}";
    }

    [GeneratedRegex("## Talk to it from a program.*?```bash\n(?<code>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Example();
}
