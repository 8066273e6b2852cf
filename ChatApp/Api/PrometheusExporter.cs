using System.Diagnostics.Metrics;
using System.Text;

namespace ChatApp.Api;

/// <summary>Listens to the product's meter from its start on, and writes what it has heard in the text format of Prometheus.</summary>
public sealed class PrometheusExporter : IDisposable
{
    /// <summary>What <see cref="Write"/> writes.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly Lock _gate = new();
    private readonly List<PrometheusFamily> _families = [];
    private readonly MeterListener _listener = new();

    /// <param name="meter">The meter of this very instance: another server in the same process has its own.</param>
    public PrometheusExporter(Meter meter)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (!ReferenceEquals(instrument.Meter, meter)) return;
            var family = new PrometheusFamily(instrument);
            lock (_gate) _families.Add(family);
            listener.EnableMeasurementEvents(instrument, family);
        };
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, family) => ((PrometheusFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, family) => ((PrometheusFamily)family!).Record(value, tags));
        _listener.Start();
    }

    /// <summary>Everything as it is now.</summary>
    public string Write()
    {
        _listener.RecordObservableInstruments();
        var text = new StringBuilder();
        PrometheusFamily[] families;
        lock (_gate) families = [.. _families];
        foreach (var family in families.OrderBy(family => family.Name, StringComparer.Ordinal)) family.Write(text);
        return text.ToString();
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();
}
