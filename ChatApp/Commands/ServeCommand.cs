using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using ChatApp.Accounts.Mail;
using ChatApp.Settings;
using ChatApp.Storage;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace ChatApp.Commands;

/// <summary>Runs the server until it is told to stop. Every failure to start is one line on standard error and exit code 1.</summary>
public static partial class ServeCommand
{
    /// <summary>Starts the server and waits for Ctrl+C or SIGTERM.</summary>
    /// <returns>0 after a clean stop, 1 where it could not start.</returns>
    [SuppressMessage("ApiDesign", "RS0030", Justification = "a program's last word before it ends goes to standard error")]
    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            await using var app = Program.Build(args, AsProcess);
            using var only = app.Services.GetRequiredService<DataFolder>().TryLock("server.lock")
                ?? throw new StartException($"another server uses the data folder '{app.Services.GetRequiredService<DataFolder>().Path}'; stop it, or set Data:Folder");
            await StartAsync(app);
            await app.WaitForShutdownAsync();
            return 0;
        }
        catch (StartException problem)
        {
            await Console.Error.WriteLineAsync($"ChatApp cannot start: {OneLine(problem.Message)}");
            return 1;
        }
    }

    private static void AsProcess(IServiceCollection services)
    {
        services.AddSingleton<IHostLifetime, StopSignals>();
        QuietHost(services);
    }

    // Otherwise it logs what stops the start with a stack trace, and the operator's one line would stand at its end.
    private static void QuietHost(IServiceCollection services) =>
        services.AddLogging(static logging => logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None));

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");

    private static async Task StartAsync(WebApplication app)
    {
        var urls = app.Configuration["Urls"] ?? "";
        try
        {
            await app.StartAsync();
        }
        catch (IOException problem) when (problem.InnerException is AddressInUseException or SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse })
        {
            throw new StartException($"the address {urls} (setting Urls) is in use by another program");
        }
        catch (Exception problem) when (problem is IOException or SocketException or FormatException or InvalidOperationException or ArgumentException)
        {
            throw new StartException($"cannot listen on '{urls}' (setting Urls, an address such as http://localhost:5080): {problem.Message}");
        }

        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        using var db = app.Services.GetRequiredService<ChatDatabase>().OpenRead();
        LogReady(app.Logger, string.Join(" and ", addresses), db.Users.Any()
            ? "sign in there"
            : "register there: the first account becomes the administrator", MailWay(app.Services));
    }

    private static string MailWay(IServiceProvider services) => services.GetRequiredService<MailOptions>() is { SmtpHost.Length: > 0 } smtp
        ? $"mail goes through {smtp.SmtpHost}"
        : $"mail is written into {services.GetRequiredService<MailFolder>().Path}";

    [LoggerMessage(1, LogLevel.Information, "ChatApp listens on {Addresses}; {NextStep}; {MailWay}")]
    private static partial void LogReady(ILogger logger, string addresses, string nextStep, string mailWay);
}
