using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ChatApp.Bench.Servers;

/// <summary>
/// The peer: a SignalR hub with its default settings and its JSON protocol, that sends what one connection
/// publishes to a group. Nobody signs in and nothing is stored.
/// </summary>
internal static class SignalRServer
{
    public const string Name = "signalr";

    public const string Path = "/hub";

    /// <summary>Starts it in a child process.</summary>
    public static Task<ServerUnderTest> StartAsync(CancellationToken cancellation, Certificate? certificate = null) => ServerUnderTest.StartOwnAsync(
        Name, new SignalRDialect(usesTls: certificate is not null), cancellation, certificate is null ? [] : ["--certificate", certificate.FilePath, "--password", certificate.Password]);

    /// <summary>Runs it in this process until cancelled.</summary>
    /// <param name="port">Where it listens.</param>
    /// <param name="certificate">File and password of its certificate where it ends TLS; null where it does not.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task RunAsync(int port, (string File, string Password)? certificate, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddSignalR();
        if (certificate is { } file)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureHttpsDefaults(https => https.ServerCertificate = X509CertificateLoader.LoadPkcs12FromFile(file.File, file.Password)));
        }

        await using var app = builder.Build();
        app.Urls.Add($"{(certificate is null ? "http" : "https")}://127.0.0.1:{port}");
        app.MapHub<RoomHub>(Path);
        await app.StartAsync(cancellation);
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellation).ContinueWith(_ => { }, TaskScheduler.Default);
    }

    internal sealed record HubMessage(string Room, string User, string Key, string Text);

    internal sealed class RoomHub : Hub
    {
        public Task Join(string room) => Groups.AddToGroupAsync(Context.ConnectionId, room);

        public Task Publish(HubMessage message) => Clients.Group(message.Room).SendAsync("message", message);
    }
}
