using System.Collections.Immutable;
using ChatApp.Messages;

namespace ChatApp.Components.Messages;

/// <summary>
/// The cards of linked messages on one page: looked up for all rows at once, kept until something about them changes. Calls come
/// one at a time (from the circuit's dispatcher).
/// </summary>
/// <param name="cards">Looks them up.</param>
/// <param name="viewer">Who looks: each reader sees what they may read.</param>
internal sealed class CardShelf(MessageCards cards, UserId viewer) : IDisposable
{
    private const int MaxKept = 1000;

    private readonly Dictionary<Permalink, MessageCard?> _kept = [];
    private ImmutableHashSet<MessageId> _shown = [];
    private IDisposable? _listening;
    private volatile bool _isStale;

    /// <summary>Grows when cards have been looked up.</summary>
    public int Number { get; private set; }

    /// <summary>Calls <paramref name="changed"/>, on any thread, where a card says something else now, until this is disposed.</summary>
    public void Listen(Action changed) => _listening ??= cards.Listen(message => Volatile.Read(ref _shown).Contains(message), () =>
    {
        _isStale = true;
        changed();
    });

    /// <summary>Looks up the cards of these rows that are not known yet: nothing, nearly always.</summary>
    public void Load(IReadOnlyList<TimelineGroup> groups)
    {
        if (_isStale || _kept.Count > MaxKept)
        {
            _isStale = false;
            _kept.Clear();
        }

        List<Permalink>? missing = null;
        foreach (var group in groups)
        {
            for (var index = 0; index < group.Rows.Count; index++)
            {
                var links = group.Rows[index].Links;
                for (var link = 0; link < links.Count; link++)
                {
                    if (!_kept.ContainsKey(links[link])) (missing ??= []).Add(links[link]);
                }
            }
        }

        if (missing is null) return;
        Number++;
        var found = cards.Find(viewer, missing);
        foreach (var link in missing) _kept[link] = found.GetValueOrDefault(link);
        // Those that have gone stay among them: a deletion may be taken back.
        Volatile.Write(ref _shown, _shown.Union(found.Values.Select(card => card.Message)));
    }

    /// <summary>The card of a link; null where the reader may see none.</summary>
    public MessageCard? Of(Permalink link) => _kept.GetValueOrDefault(link);

    /// <summary>Forgets all; true where there was anything.</summary>
    public bool Clear()
    {
        var had = _kept.Count > 0;
        _kept.Clear();
        return had;
    }

    /// <inheritdoc/>
    public void Dispose() => _listening?.Dispose();
}
