using System.Collections.Concurrent;
using ChatApp.Accounts;
using ChatApp.Storage;

namespace ChatApp.Moderation;

/// <summary>
/// The one place that says whether a sanction stands in somebody's way. Services ask it inside the change itself, by the commit's
/// clock, so nothing overtakes it; whatever the entrance, they are the same services.
/// </summary>
/// <remarks>
/// Nearly nobody has a sanction. So memory holds a set of people who may have one (never too small: who gets one is added
/// before that is committed, and stays until the next start), and only for those the database is asked, which alone is right.
/// </remarks>
public sealed class SanctionGuard
{
    private readonly ChatDatabase _database;
    private readonly UserDirectory _users;
    private readonly TimeProvider _time;
    private readonly Lazy<ConcurrentDictionary<UserId, bool>> _suspects;

    /// <summary>One instance for all.</summary>
    public SanctionGuard(ChatDatabase database, UserDirectory users, TimeProvider time)
    {
        _database = database;
        _users = users;
        _time = time;
        // At the first question and not at the start: the database is not prepared yet when services are made.
        _suspects = new(ReadSuspects);
    }

    /// <summary>What keeps somebody from saying or changing anything in a room, or anywhere; null where nothing does.</summary>
    /// <param name="commit">The change that they want.</param>
    /// <param name="user">Who; a bot is kept back by what its owner has too.</param>
    /// <param name="room">Where; null for what is in no room.</param>
    public SanctionTerm? Speaking(Commit commit, UserId user, RoomId? room)
    {
        ArgumentNullException.ThrowIfNull(commit);
        return MayHaveAny(user) ? Heaviest(commit.Db, user, room, SanctionKind.Mute, commit.Now) : null;
    }

    /// <summary>The same for what is not stored, and for pages that show it.</summary>
    public SanctionTerm? Speaking(UserId user, RoomId? room) => Read(user, room, SanctionKind.Mute);

    /// <summary>What keeps somebody from coming into a room, or being brought in; null where nothing does.</summary>
    public SanctionTerm? Entering(Commit commit, UserId user, RoomId room)
    {
        ArgumentNullException.ThrowIfNull(commit);
        return MayHaveAny(user) ? Heaviest(commit.Db, user, room, SanctionKind.Ban, commit.Now) : null;
    }

    /// <summary>What keeps somebody out of a room, for pages that show it; null where nothing does.</summary>
    public SanctionTerm? Entering(UserId user, RoomId room) => Read(user, room, SanctionKind.Ban);

    /// <summary>The ban from the instance under which somebody is, for whoever has proven to be them; null where there is none.</summary>
    public SanctionTerm? Ban(UserId user) => Read(user, room: null, SanctionKind.Ban);

    /// <summary>False where somebody certainly has no sanction, which is nearly always.</summary>
    internal bool MayHaveAny(UserId user)
    {
        var suspects = _suspects.Value;
        return suspects.ContainsKey(user) || (_users.Get(user).Owner is { } owner && suspects.ContainsKey(owner));
    }

    /// <summary>To be called before a sanction is committed: from now on the database is asked about this person.</summary>
    internal void Suspect(UserId user) => _suspects.Value[user] = true;

    private SanctionTerm? Read(UserId user, RoomId? room, SanctionKind least)
    {
        if (!MayHaveAny(user)) return null;
        using var db = _database.OpenRead();
        return Heaviest(db, user, room, least, _time.GetUtcNow());
    }

    // A ban before a mute, and of two the one that lasts longer.
    private SanctionTerm? Heaviest(ChatDbContext db, UserId user, RoomId? room, SanctionKind least, DateTimeOffset now)
    {
        var (person, owner, place) = (user.Value, _users.Get(user).Owner?.Value, room?.Value);
        var row = Holding(db.Sanctions, now)
            .Where(sanction => (sanction.UserId == person || sanction.UserId == owner) && sanction.Kind >= least && (sanction.RoomId == null || sanction.RoomId == place))
            .OrderByDescending(sanction => sanction.Kind).ThenByDescending(sanction => sanction.Until == null).ThenByDescending(sanction => sanction.Until)
            .FirstOrDefault();
        return row is null ? null : SanctionTerm.Of(row);
    }

    private ConcurrentDictionary<UserId, bool> ReadSuspects()
    {
        using var db = _database.OpenRead();
        var people = db.Sanctions.Where(sanction => sanction.LiftedAt == null).Select(sanction => sanction.UserId).Distinct();
        return new(people.AsEnumerable().Select(id => KeyValuePair.Create(new UserId(id), value: true)));
    }

    /// <summary>Those that hold at a moment, for the database to judge: as <see cref="Sanction.HoldsAt"/>.</summary>
    internal static IQueryable<Sanction> Holding(IQueryable<Sanction> sanctions, DateTimeOffset now) =>
        sanctions.Where(sanction => sanction.LiftedAt == null && (sanction.Kind != SanctionKind.Warning || sanction.SeenAt == null) && (sanction.Until == null || sanction.Until > now));
}
