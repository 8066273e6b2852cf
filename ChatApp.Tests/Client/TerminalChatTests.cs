using System.Diagnostics;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Client;

/// <summary>The chat in the terminal, run as a person runs it.</summary>
public sealed class TerminalChatTests
{
    [Fact]
    public async Task It_signs_in_lists_rooms_reads_and_writes_and_tames_what_others_wrote()
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann, RoomVisibility.Private, "Hideout");
        await server.PostAsync(ann, room.Id, "said before \u001b[2J");

        var (code, output, errors) = await RunAsync(
            server, ann.Email, ann.Password, "hello from the terminal", $"/join {room.Id}", "and in here", "/unread", "/nonsense", "/quit");

        Assert.True(code == 0, $"{code}: {output} {errors}");
        Assert.Contains($"{room.Id}: Hideout", output, StringComparison.Ordinal);
        Assert.Contains($"{ann.Name}: said before", output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', output);
        Assert.Equal("hello from the terminal", LastOf(server, ann, RoomId.General));
        Assert.Equal("and in here", LastOf(server, ann, room.Id));
    }

    [Fact]
    public async Task A_wrong_password_is_said_in_words()
    {
        await using var server = await TestServer.StartAsync();
        var (code, _, errors) = await RunAsync(server, (await server.AddPersonAsync()).Email, "not the password");
        Assert.Equal((1, "wrong address or password"), (code, errors.Trim()));
    }

    private static string LastOf(TestServer server, TestPerson viewer, RoomId room) =>
        server.Get<ChatApp.Messages.MessageHistory>().Latest(viewer.Id, room, 1)!.Messages.Single().Text;

    private static async Task<(int Code, string Output, string Errors)> RunAsync(TestServer server, string email, params string[] lines)
    {
        var program = ProductProcess.ProgramFile().Replace("ChatApp/bin", "ChatApp.Bench/bin", StringComparison.Ordinal)
            .Replace("ChatApp.dll", "ChatApp.Bench.dll", StringComparison.Ordinal);
        using var process = Process.Start(new ProcessStartInfo("dotnet", [program, "chat", "--site", server.Address, "--email", email])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        foreach (var line in lines) await process.StandardInput.WriteLineAsync(line);
        process.StandardInput.Close();
        try
        {
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        }
        catch (TimeoutException)
        {
            process.Kill();
        }

        return (process.ExitCode, await output, await errors);
    }
}
