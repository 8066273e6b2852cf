using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace ChatApp.Api;

/// <summary>All values of one instrument, by their labels, in the form that Prometheus reads. Recording takes no lock and, without labels, no memory.</summary>
internal sealed class PrometheusFamily
{
    private readonly Instrument _instrument;
    private readonly double[]? _bounds;
    private readonly ConcurrentDictionary<string, Series> _labelled = new(StringComparer.Ordinal);
    private readonly Series _plain;
    private readonly string _name;
    private readonly string _type;

    public PrometheusFamily(Instrument instrument)
    {
        _instrument = instrument;
        _bounds = instrument switch
        {
            Histogram<long> whole => [.. (whole.Advice?.HistogramBucketBoundaries ?? []).Select(bound => (double)bound)],
            Histogram<double> parts => [.. parts.Advice?.HistogramBucketBoundaries ?? []],
            _ => null,
        };
        var isCounter = instrument is Counter<long> or ObservableCounter<long>;
        _type = _bounds is not null ? "histogram" : isCounter ? "counter" : "gauge";
        var unit = instrument.Unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" };
        _name = instrument.Name.Replace('.', '_') + unit + (isCounter ? "_total" : "");
        _plain = new Series(_bounds);
    }

    public string Name => _name;

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var series = tags.IsEmpty ? _plain : _labelled.GetOrAdd(LabelsOf(tags), static (_, bounds) => new Series(bounds), _bounds);
        if (_instrument.IsObservable) series.Set(value);
        else series.Add(value);
    }

    public void Write(StringBuilder text)
    {
        text.Append(CultureInfo.InvariantCulture, $"# HELP {_name} {_instrument.Description}\n# TYPE {_name} {_type}\n");
        if (_plain.IsUsed) _plain.Write(text, _name, "");
        foreach (var (labels, series) in _labelled.OrderBy(one => one.Key, StringComparer.Ordinal)) series.Write(text, _name, labels);
    }

    private static string LabelsOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = new StringBuilder();
        foreach (var (key, value) in tags)
        {
            if (text.Length > 0) text.Append(',');
            text.Append(key).Append("=\"");
            foreach (var letter in Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")
            {
                if (letter is '\\' or '"') text.Append('\\');
                text.Append(letter == '\n' ? ' ' : letter);
            }

            text.Append('"');
        }

        return text.ToString();
    }

    private sealed class Series(double[]? bounds)
    {
        private readonly long[] _buckets = new long[bounds is null ? 0 : bounds.Length + 1];
        private double _sum;
        private int _isUsed;

        public bool IsUsed => Volatile.Read(ref _isUsed) != 0;

        public void Set(double value)
        {
            Volatile.Write(ref _sum, value);
            Volatile.Write(ref _isUsed, 1);
        }

        public void Add(double value)
        {
            if (bounds is not null)
            {
                var bucket = Array.BinarySearch(bounds, value);
                // A value that equals a bound belongs below it.
                Interlocked.Increment(ref _buckets[bucket < 0 ? ~bucket : bucket]);
            }

            for (var seen = Volatile.Read(ref _sum); ;)
            {
                var before = Interlocked.CompareExchange(ref _sum, seen + value, seen);
                if (before.Equals(seen)) break;
                seen = before;
            }

            Volatile.Write(ref _isUsed, 1);
        }

        public void Write(StringBuilder text, string name, string labels)
        {
            var braces = labels.Length == 0 ? "" : $"{{{labels}}}";
            if (bounds is null)
            {
                text.Append(CultureInfo.InvariantCulture, $"{name}{braces} {Volatile.Read(ref _sum)}\n");
                return;
            }

            var comma = labels.Length == 0 ? "" : ",";
            long count = 0;
            for (var i = 0; i < _buckets.Length; i++)
            {
                count += Volatile.Read(ref _buckets[i]);
                var bound = i < bounds.Length ? bounds[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
                text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{labels}{comma}le=\"{bound}\"}} {count}\n");
            }

            text.Append(CultureInfo.InvariantCulture, $"{name}_sum{braces} {Volatile.Read(ref _sum)}\n{name}_count{braces} {count}\n");
        }
    }
}
