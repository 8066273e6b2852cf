using ChatApp.Push;

namespace ChatApp.Commands;

/// <summary>
/// Lets a server with thousands of open pages and sockets stop at once: all viewers are told to come back later in the
/// moment the stop begins, and whoever does not go by then is cut off after <see cref="Patience"/>.
/// </summary>
/// <param name="broker">Knows the viewers.</param>
/// <param name="lifetime">Says when the stop begins.</param>
public sealed class EndOfService(RoomBroker broker, IHostApplicationLifetime lifetime) : IHostedService
{
    /// <summary>How long requests may take to end: 5 s.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Adds it to the host.</summary>
    public static void Add(IServiceCollection services) => services
        .AddHostedService<EndOfService>()
        .Configure<HostOptions>(static host => host.ShutdownTimeout = Patience);

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStopping.Register(() => broker.EndAll(EndReason.Shutdown));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
