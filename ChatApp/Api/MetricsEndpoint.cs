using System.Diagnostics.Metrics;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using ChatApp.Push;
using ChatApp.Settings;
using ChatApp.Storage;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;

namespace ChatApp.Api;

/// <summary>The product's figures for monitoring: read at <c>/metrics</c>, or sent by OTLP where the operator says where to.</summary>
public static class MetricsEndpoint
{
    // What a proxy on this machine leaves of those it speaks for.
    private static readonly string[] MarksOfProxies = ["X-Forwarded-For", "X-Original-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Forwarded", "Via"];

    /// <summary>Adds the meter and its readers.</summary>
    /// <exception cref="StartException">The OTLP address is none.</exception>
    public static void AddMetrics(this IServiceCollection services, MetricsOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        services.AddSingleton(options);
        services.AddSingleton(static _ => new Meter(PushMetrics.MeterName));
        services.AddSingleton<PushMetrics>().AddSingleton<CommitMetrics>().AddSingleton<PrometheusExporter>().AddSingleton<Readiness>();
        if (options.OtlpEndpoint.Length == 0) return;
        if (!Uri.TryCreate(options.OtlpEndpoint, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new StartException($"setting Metrics:OtlpEndpoint has the value '{options.OtlpEndpoint}', but must be an address such as http://localhost:4318/v1/metrics");
        services.AddSingleton(_ => Sdk.CreateMeterProviderBuilder()
            .AddMeter(PushMetrics.MeterName)
            .AddOtlpExporter((exporter, reader) =>
            {
                exporter.Endpoint = address;
                exporter.Protocol = OtlpExportProtocol.HttpProtobuf;
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = options.OtlpSeconds * 1000;
            })
            .Build());
    }

    /// <summary>Adds <c>GET /metrics</c>, and begins to listen.</summary>
    public static void MapMetrics(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var exporter = app.Services.GetRequiredService<PrometheusExporter>();
        _ = app.Services.GetService<MeterProvider>();
        app.Services.GetRequiredService<PushMetrics>().Observe(app.Services.GetRequiredService<RoomBroker>());
        app.Services.GetRequiredService<CommitMetrics>().Observe(app.Services.GetRequiredService<CommitQueue>());
        app.MapGet("/metrics", (HttpContext context, MetricsOptions options) => MayRead(context, options)
            ? Results.Text(exporter.Write(), PrometheusExporter.ContentType)
            : Results.NotFound());
    }

    // Without a token only this machine reads, and not somebody for whom a proxy on this machine speaks.
    private static bool MayRead(HttpContext context, MetricsOptions options)
    {
        var headers = context.Request.Headers;
        if (options.Token.Length > 0)
            return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(headers.Authorization.ToString()), Encoding.UTF8.GetBytes($"Bearer {options.Token}"));
        return context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address) && !Array.Exists(MarksOfProxies, headers.ContainsKey);
    }
}
