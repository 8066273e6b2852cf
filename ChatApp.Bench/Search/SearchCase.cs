using ChatApp.Search;

namespace ChatApp.Bench.Search;

/// <summary>A kind of search that is measured.</summary>
/// <param name="Name">What is looked for.</param>
/// <param name="LimitMs">What its 99th percentile must not pass.</param>
/// <param name="Queries">The searches; they take turns.</param>
internal sealed record SearchCase(string Name, double LimitMs, IReadOnlyList<SearchRequest> Queries)
{
    /// <summary>How long they took.</summary>
    public LatencyHistogram Warm { get; } = new();

    /// <summary>How long they took with nothing of the database in memory.</summary>
    public LatencyHistogram Cold { get; } = new();

    /// <summary>Messages found, of all measured searches.</summary>
    public long Hits { get; set; }
}

/// <summary>One search.</summary>
/// <param name="Query">What for.</param>
/// <param name="Before">Where the page begins; null for the newest.</param>
internal sealed record SearchRequest(SearchQuery Query, MessageId? Before = null);
