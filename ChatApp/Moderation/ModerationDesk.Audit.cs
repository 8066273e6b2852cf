using ChatApp.Accounts;
using ChatApp.Storage;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Moderation;

public sealed partial class ModerationDesk
{
    /// <summary>Entries of the audit log, the newest first; null for members.</summary>
    /// <param name="actor">Who asks.</param>
    /// <param name="query">Which; null for the newest <see cref="MaxLines"/>.</param>
    public IReadOnlyList<AuditLine>? Audit(Actor actor, AuditQuery? query = null)
    {
        query ??= new AuditQuery();
        if (!users.Get(actor).IsModerator) return null;
        using var db = database.OpenRead();
        return [.. Wanted(db, query).Take(Math.Clamp(query.Limit, 0, AuditQuery.MaxLimit)).AsEnumerable().Select(LineOf)];
    }

    /// <summary>The same as a page, the newest first; null for members.</summary>
    public LinePage<AuditLine>? AuditPage(Actor actor, AuditQuery query, PageAsk ask)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (!users.Get(actor).IsModerator) return null;
        using var db = database.OpenRead();
        return Wanted(db, query).Page(ask, LineOf);
    }

    /// <summary>How many entries there are of that kind; null for members. Counts all of them, for a progress bar.</summary>
    public int? AuditCount(Actor actor, AuditQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (!users.Get(actor).IsModerator) return null;
        using var db = database.OpenRead();
        return Wanted(db, query).Count();
    }

    private IQueryable<AuditEntry> Wanted(ChatDbContext db, AuditQuery query)
    {
        IQueryable<AuditEntry> found = db.Audit;
        if (query.Actor is { } actor) found = found.Where(entry => entry.ActorId == actor);
        if (query.ActorName is { Length: > 0 } name)
        {
            string[] actors = [.. users.Search(name, AuditQuery.MostActors).Select(user => user.Id.Value)];
            if (Operator.Contains(name.Trim(), StringComparison.OrdinalIgnoreCase)) actors = [.. actors, Operator];
            found = found.Where(entry => EF.Parameter(actors).Contains(entry.ActorId));
        }

        if (query.Action is { Length: > 0 } action) found = found.Where(entry => entry.Action == action);
        if (query.Target.Trim() is { Length: > 0 } target)
        {
            var (oldest, pattern) = (db.Audit.Max(entry => (long?)entry.Id).GetValueOrDefault() - AuditQuery.SearchedEntries, Like(target));
            found = found.Where(entry => entry.Target == target || (entry.Id > oldest && EF.Functions.Like(entry.Details, pattern, Escape)));
        }

        if (query.From is { } from) found = found.Where(entry => entry.At >= from);
        if (query.Until is { } until) found = found.Where(entry => entry.At < until);
        if (query.Before is { } before) found = found.Where(entry => entry.Id < before);
        return found.OrderByDescending(entry => entry.Id);
    }

    private AuditLine LineOf(AuditEntry entry) =>
        new(entry.At, users.Find(new UserId(entry.ActorId))?.Name ?? entry.ActorId, entry.Action, entry.Target, entry.Details, entry.Reason)
        {
            Id = entry.Id,
            ActorId = entry.ActorId,
            Before = entry.Before,
            After = entry.After,
            Via = entry.Via,
        };
}
