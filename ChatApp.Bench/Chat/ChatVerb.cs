using System.Text;
using ChatApp.Client;

namespace ChatApp.Bench.Chat;

/// <summary>Signs in and hands the terminal to <see cref="TerminalChat"/>.</summary>
internal static class ChatVerb
{
    public const string Help = """
          --site URL       the chat's address; default http://localhost:5080
          --email ADDRESS  the account
          --room ID        the room to enter first; default general
        The password is asked for; where the input is no terminal it is its first line.
        """;

    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancel)
    {
        var address = arguments.Value("--site") ?? "http://localhost:5080";
        var email = arguments.Value("--email") ?? throw new UsageException("--email is missing");
        var room = arguments.Value("--room") ?? "general";
        arguments.Done();
        if (!Uri.TryCreate(address, UriKind.Absolute, out var site) || site.Scheme is not ("http" or "https"))
            throw new UsageException($"--site is '{address}', but must be an http:// or https:// address");

        using var input = new StreamReader(Console.OpenStandardInput());
        var password = Console.IsInputRedirected ? await input.ReadLineAsync(cancel) : ReadPassword(email);
        if (string.IsNullOrEmpty(password))
            throw new UsageException("a password is needed");
        try
        {
            using var http = new HttpClient();
            using var login = await ChatLogin.LoginAsync(http, site, email, password, cancel: cancel);
            var screen = new Screen(Console.Out);
            await using var client = new ChatClient(new()
            {
                Endpoint = login.Endpoint,
                Token = login.TokenAsync,
                Name = "terminal",
                Connected = () => screen.Note("connected"),
                Lost = loss => screen.Note($"connection lost ({loss.Reason}); trying again in {loss.RetryIn.TotalSeconds:0.0} s"),
            });
            await client.ConnectAsync(cancel);
            await new TerminalChat(client, input, screen).RunAsync(room, cancel);
            return ExitCode.Ok;
        }
        catch (Exception e) when (e is ChatException or HttpRequestException)
        {
            await Console.Error.WriteLineAsync(e is ChatException { Error.Code: 101 } ? "wrong address or password" : e.Message);
            return ExitCode.TargetMissed;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }
    }

    private static string ReadPassword(string email)
    {
        Console.Write($"password of {email}: ");
        var typed = new StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key is not ConsoleKey.Backspace)
                typed.Append(key.KeyChar);
            else if (typed.Length > 0)
                typed.Length--;
        }
        Console.WriteLine();
        return typed.ToString();
    }
}
