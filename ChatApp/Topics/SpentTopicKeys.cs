namespace ChatApp.Topics;

/// <summary>The keys of the last minutes and what was published with them, so that a second try publishes nothing.</summary>
/// <param name="time">The clock.</param>
internal sealed class SpentTopicKeys(TimeProvider time)
{
    private const int MaxKeys = 100_000;
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<Key, Lazy<TopicPublished>> _spent = [];
    private readonly Queue<(Key Key, long At)> _order = new();

    /// <summary>Publishes, or gives the result of the first time; two at once with the same key publish once.</summary>
    public TopicPublished Once(Key key, Func<TopicPublished> publish)
    {
        Lazy<TopicPublished>? first;
        Lazy<TopicPublished> own = new(publish);
        lock (_gate)
        {
            while (_order.TryPeek(out var oldest) && (_order.Count >= MaxKeys || time.GetElapsedTime(oldest.At) > Life)) _spent.Remove(_order.Dequeue().Key);
            if (!_spent.TryGetValue(key, out first))
            {
                _spent.Add(key, own);
                _order.Enqueue((key, time.GetTimestamp()));
            }
        }

        return first is null ? own.Value : first.Value with { IsDuplicate = true };
    }

    /// <param name="Topic">Where.</param>
    /// <param name="Owner">Whose key it is.</param>
    /// <param name="Name">The key.</param>
    internal readonly record struct Key(string Topic, string Owner, string Name);
}
