using System.Collections.Frozen;
using ChatApp.Moderation.Policies;
using ChatApp.Storage;

namespace ChatApp.Moderation.Rules;

/// <summary>What stands in the way of a message in one room. Immutable.</summary>
/// <param name="Rules">The rules that are turned on, in the order in which they are asked.</param>
/// <param name="Policy">Whether a program checks it; null where none does.</param>
internal sealed record RoomScreen(IReadOnlyList<CompiledRule> Rules, RoomPolicy? Policy)
{
    /// <summary>True where earlier messages count.</summary>
    public bool LooksBack { get; } = Rules.Any(rule => rule.LooksBack);
}

/// <summary>All rules and policies as they stood at one moment. Immutable.</summary>
/// <param name="Generation">Which moment.</param>
/// <param name="Everywhere">The rules for all rooms.</param>
/// <param name="Rooms">Rooms with something of their own, what holds everywhere included.</param>
internal sealed record ScreenSnapshot(int Generation, RoomScreen Everywhere, FrozenDictionary<RoomId, RoomScreen> Rooms)
{
    private Looked? _nothing;

    /// <summary>What there is to see in a room without anything.</summary>
    public Looked Nothing => _nothing ??= new Looked(this, Screen: null);

    /// <summary>True where no room has anything.</summary>
    public bool IsEmpty => Rooms.Count == 0 && Everywhere.Rules.Count == 0;

    /// <summary>The longest span that any rule looks back.</summary>
    public TimeSpan LongestSpan { get; } = TimeSpan.FromSeconds(Rooms.Values.Append(Everywhere).SelectMany(screen => screen.Rules).Max(rule => (int?)rule.Row.Seconds) ?? 0);

    /// <summary>What stands in the way in a room; null where nothing does, as in nearly all.</summary>
    public RoomScreen? For(RoomId room) => Rooms.TryGetValue(room, out var own) ? own : Everywhere.Rules.Count > 0 ? Everywhere : null;
}

/// <summary>
/// The rules and policies in memory, ready to be asked. A change is numbered twice, inside its transaction and after it: what was read in
/// between counts as old, and so does what was looked at before; the writer compares the numbers (docs/adr/0029-rules.md).
/// </summary>
/// <param name="database">Where they are stored.</param>
public sealed class RuleBook(ChatDatabase database)
{
    private readonly Lock _gate = new();
    private ScreenSnapshot? _known;
    private int _generation;

    /// <summary>As they stand now, from memory; read anew after a change.</summary>
    internal ScreenSnapshot Current
    {
        get
        {
            if (Volatile.Read(ref _known) is { } known && IsCurrent(known.Generation)) return known;
            lock (_gate)
            {
                if (_known is { } other && IsCurrent(other.Generation)) return other;
                var read = Read(Volatile.Read(ref _generation), _known);
                Volatile.Write(ref _known, read);
                return read;
            }
        }
    }

    /// <summary>True where nothing has changed since, as far as whoever asks on the writer can know.</summary>
    internal bool IsCurrent(int generation) => generation == Volatile.Read(ref _generation);

    /// <summary>To be called inside the change of a rule or policy: from here on nothing passes that was looked at before.</summary>
    internal void Change(Commit commit)
    {
        Interlocked.Increment(ref _generation);
        commit.AfterCommit(() => Interlocked.Increment(ref _generation));
    }

    // The number first, the rows second: rows that are newer than their number are read once more, older ones never kept.
    private ScreenSnapshot Read(int generation, ScreenSnapshot? before)
    {
        using var db = database.OpenRead();
        var earlier = before?.Rooms.Values.Append(before.Everywhere).SelectMany(screen => screen.Rules).DistinctBy(rule => rule.Row.Id).ToDictionary(rule => rule.Row.Id);
        var rules = db.Rules.Where(rule => rule.IsEnabled).OrderBy(rule => rule.Position).ThenBy(rule => rule.Id).AsEnumerable()
            .Select(row => new CompiledRule(row, earlier?.GetValueOrDefault(row.Id))).ToList();
        var policies = db.Policies.ToDictionary(policy => policy.RoomId, StringComparer.Ordinal);
        var everywhere = rules.FindAll(rule => rule.Row.RoomId is null);
        var own = rules.Where(rule => rule.Row.RoomId is not null).ToLookup(rule => rule.Row.RoomId!, StringComparer.Ordinal);
        var rooms = own.Select(room => room.Key).Concat(policies.Keys).Distinct(StringComparer.Ordinal)
            .ToFrozenDictionary(room => new RoomId(room), room => new RoomScreen([.. everywhere, .. own[room]], policies.GetValueOrDefault(room)));
        return new ScreenSnapshot(generation, new RoomScreen(everywhere, Policy: null), rooms);
    }
}
