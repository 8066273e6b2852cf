using ChatApp.Accounts;
using ChatApp.Rooms;
using ChatApp.Storage;

namespace ChatApp.Moderation;

/// <summary>What a list of sanctions shall hold.</summary>
/// <param name="Room">Those in this room; null for those of the whole instance, in all rooms too.</param>
/// <param name="User">Those on this person; null for all.</param>
/// <param name="OnlyHolding">True leaves out what is over.</param>
/// <param name="Before">Those imposed before this one; null for the newest.</param>
public sealed record SanctionQuery(RoomId? Room = null, UserId? User = null, bool OnlyHolding = false, long? Before = null)
{
    /// <summary>Those of this kind; null for all.</summary>
    public SanctionKind? Kind { get; init; }

    /// <summary>Those on people whose name contains this; empty for all.</summary>
    public string Name { get; init; } = "";
}

/// <summary>Shows sanctions: to moderators those that they may see, to everybody their own.</summary>
/// <param name="database">Where they are stored.</param>
/// <param name="users">Names and ranks.</param>
/// <param name="guard">Knows who has none.</param>
/// <param name="time">The clock.</param>
public sealed class SanctionLists(ChatDatabase database, UserDirectory users, SanctionGuard guard, TimeProvider time)
{
    /// <summary>Most lines that one list holds.</summary>
    public const int MaxLines = 100;

    /// <summary>The newest first, at most <see cref="MaxLines"/>; null where the actor may not see them.</summary>
    public IReadOnlyList<SanctionLine>? List(Actor actor, SanctionQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        using var db = database.OpenRead();
        var by = users.Get(actor);
        if (!ModerationRights.May(ModerationRights.Act("sanction.list", query.Room is not null), StandingOf(db, actor, by, query.Room))) return null;
        var now = time.GetUtcNow();
        return [.. Wanted(db, query, now).OrderByDescending(sanction => sanction.Id).Take(MaxLines).AsEnumerable().Select(row => LineOf(row, now))];
    }

    /// <summary>The same as a page, the newest first unless <c>until</c> or <c>oldest</c> is asked for, with the names of rooms that the actor may know of; null where they may not see them.</summary>
    public LinePage<SanctionLine>? Page(Actor actor, SanctionQuery query, PageAsk ask)
    {
        ArgumentNullException.ThrowIfNull(query);
        using var db = database.OpenRead();
        var by = users.Get(actor);
        if (!ModerationRights.May(ModerationRights.Act("sanction.list", query.Room is not null), StandingOf(db, actor, by, query.Room))) return null;
        var now = time.GetUtcNow();
        var wanted = Wanted(db, query, now);
        var sorted = ask.Sort == "until" ? wanted.Order(ask, sanction => sanction.Until) : wanted.Order(ask, sanction => sanction.Id);
        var page = sorted.ThenBy(sanction => sanction.Id).Page(ask, row => LineOf(row, now));
        var known = RoomAccess.Find(db, page.Lines.Select(line => line.Term.Room).OfType<RoomId>().Distinct(), by.Id);
        return page with { Lines = [.. page.Lines.Select(line => line.Term.Room is { } room && known.TryGetValue(room, out var standing) ? line with { RoomName = standing.Room.Name } : line)] };
    }

    private static IQueryable<Sanction> Wanted(ChatDbContext db, SanctionQuery query, DateTimeOffset now)
    {
        var (room, user) = (query.Room?.Value, query.User?.Value);
        var wanted = query.OnlyHolding ? SanctionGuard.Holding(db.Sanctions, now) : db.Sanctions;
        if (room is not null) wanted = wanted.Where(sanction => sanction.RoomId == room);
        if (user is not null) wanted = wanted.Where(sanction => sanction.UserId == user);
        if (query.Kind is { } kind) wanted = wanted.Where(sanction => sanction.Kind == kind);
        if (DisplayName.Fold(query.Name) is { Length: > 0 } name) wanted = wanted.Where(sanction => db.Users.Any(person => person.Id == sanction.UserId && person.NormalizedDisplayName.Contains(name)));
        if (query.Before is { } before) wanted = wanted.Where(sanction => sanction.Id < before);
        return wanted;
    }

    /// <summary>What holds on somebody now, for themselves: warnings that they have not read, mutes, and bans from rooms; the heaviest first.</summary>
    public IReadOnlyList<OwnSanction> Own(UserId user)
    {
        // Every page asks this.
        if (!guard.MayHaveAny(user)) return [];
        using var db = database.OpenRead();
        return [.. SanctionGuard.Holding(db.Sanctions, time.GetUtcNow())
            .Where(sanction => sanction.UserId == user.Value)
            .OrderByDescending(sanction => sanction.Kind).ThenByDescending(sanction => sanction.Id)
            .Take(MaxLines)
            .Select(sanction => new { Row = sanction, Name = db.Rooms.Where(room => room.Id == sanction.RoomId).Select(room => room.Name).FirstOrDefault() })
            .AsEnumerable()
            .Select(found => new OwnSanction(SanctionTerm.Of(found.Row), found.Name, found.Row.SeenAt is not null))];
    }

    /// <summary>How high somebody stands in a room, or in the instance, for pages that show what they may do. The services decide.</summary>
    public Standing StandingOf(Actor actor, RoomId? room)
    {
        using var db = database.OpenRead();
        return StandingOf(db, actor, users.Get(actor), room);
    }

    private static Standing StandingOf(ChatDbContext db, Actor actor, UserCard by, RoomId? room)
    {
        if (room is not { } id) return ModerationRights.Of(actor, by, RoomRole.Member);
        var standing = RoomAccess.Find(db, id, by.Id);
        return ModerationRights.Of(actor, by, standing is { IsMember: true } ? standing.Role : RoomRole.Member);
    }

    private SanctionLine LineOf(Sanction row, DateTimeOffset now) => new(
        SanctionTerm.Of(row), users.Get(new UserId(row.UserId)), users.Get(new UserId(row.ById)), row.At, row.HoldsAt(now),
        row.LiftedAt, row.LiftedById is { } lifter ? users.Get(new UserId(lifter)) : null, row.LiftReason ?? "");
}
