using ChatApp.Api;
using ChatApp.Push;

namespace ChatApp.Commands;

/// <summary>
/// Lets a server with thousands of open pages and sockets stop at once: all viewers are told to come back later, each after a
/// time of its own, in the moment the stop begins. Whoever does not go by then is cut off after <see cref="PushOptions.DrainSeconds"/>.
/// </summary>
/// <param name="broker">Knows the viewers.</param>
/// <param name="readiness">Says that the stop has begun.</param>
/// <param name="options">How long everything may take.</param>
/// <param name="lifetime">Says when the stop begins.</param>
public sealed class EndOfService(RoomBroker broker, Readiness readiness, PushOptions options, IHostApplicationLifetime lifetime) : IHostedService
{
    /// <summary>Adds it to the host.</summary>
    public static void Add(IServiceCollection services, PushOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        services.AddHostedService<EndOfService>()
            .Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(options.DrainSeconds));
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStopping.Register(() =>
        {
            readiness.BeginDrain();
            broker.EndAll(EndReason.Shutdown, TimeSpan.FromSeconds(options.ReturnSeconds));
        });
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
