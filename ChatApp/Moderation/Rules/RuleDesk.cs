using ChatApp.Accounts;
using ChatApp.Rooms;
using ChatApp.Storage;

namespace ChatApp.Moderation.Rules;

/// <summary>
/// Makes and changes rules: those of a room are its moderators' affair, those for all rooms the instance's moderators'. Each change stands in the audit log, in the
/// same transaction, and holds for every message whose commit comes after it.
/// </summary>
/// <param name="commits">The one writer.</param>
/// <param name="database">Where they are stored.</param>
/// <param name="users">Names and ranks.</param>
/// <param name="book">Is told of changes.</param>
public sealed class RuleDesk(CommitQueue commits, ChatDatabase database, UserDirectory users, RuleBook book)
{
    /// <summary>The rules of one scope, in the order in which they are asked; null where the actor may not see them.</summary>
    /// <param name="actor">Who looks.</param>
    /// <param name="room">The room; null for the rules of all rooms.</param>
    public IReadOnlyList<RuleLine>? List(Actor actor, RoomId? room)
    {
        using var db = database.OpenRead();
        if (!May(db, actor, "rule.list", room)) return null;
        var only = room?.Value;
        return [.. db.Rules.Where(rule => rule.RoomId == only).OrderBy(rule => rule.Position).ThenBy(rule => rule.Id).AsEnumerable().Select(LineOf)];
    }

    /// <summary>Makes a rule.</summary>
    /// <param name="actor">Who makes it.</param>
    /// <param name="room">The room where it holds; null in all rooms.</param>
    /// <param name="draft">What it says.</param>
    public Task<RuleResult> AddAsync(Actor actor, RoomId? room, RuleDraft draft)
    {
        ArgumentNullException.ThrowIfNull(draft);
        if (draft.Checked(room is not null) is not ({ } clean, _, _)) return Refused(draft, room);
        return CommitAsync(commit =>
        {
            var (found, refusal) = Judge(commit, actor, "rule.add", room);
            if (refusal is { } no) return new RuleResult(no);
            var only = room?.Value;
            if (commit.Db.Rules.Count(rule => rule.RoomId == only) >= RuleLimits.Rules) return new RuleResult(RuleOutcome.TooMany);
            var row = new AutoModRule { RoomId = only, Name = clean.Name, ChangedById = actor.Id.Value, ChangedAt = commit.Now };
            clean.ApplyTo(row);
            commit.Db.Rules.Add(row);
            commit.Db.SaveChanges(); // it has its number with this
            return Done(commit, actor, "rule.add", row, found, Words(clean));
        });
    }

    /// <summary>Changes a rule, as a whole.</summary>
    /// <param name="actor">Who changes it.</param>
    /// <param name="id">Which.</param>
    /// <param name="draft">What it says from now on.</param>
    public Task<RuleResult> ChangeAsync(Actor actor, long id, RuleDraft draft)
    {
        ArgumentNullException.ThrowIfNull(draft);
        var inRoom = Find(id) is { RoomId: not null };
        if (draft.Checked(inRoom) is not ({ } clean, _, _)) return Refused(draft, inRoom ? RoomId.General : null);
        return CommitAsync(commit =>
        {
            if (commit.Db.Rules.FirstOrDefault(rule => rule.Id == id) is not { } row) return new RuleResult(RuleOutcome.NotFound);
            var (found, refusal) = Judge(commit, actor, "rule.change", row.RoomId is { } room ? new RoomId(room) : null);
            if (refusal is { } no) return new RuleResult(no == RuleOutcome.RoomNotFound ? RuleOutcome.NotFound : no);
            var before = Words(RuleDraft.Of(row));
            clean.ApplyTo(row);
            (row.ChangedById, row.ChangedAt) = (actor.Id.Value, commit.Now);
            var after = Words(clean);
            return Done(commit, actor, "rule.change", row, found, before == after ? after : $"{before} -> {after}");
        });
    }

    /// <summary>Takes a rule away.</summary>
    public Task<RuleResult> RemoveAsync(Actor actor, long id) => CommitAsync(commit =>
    {
        if (commit.Db.Rules.FirstOrDefault(rule => rule.Id == id) is not { } row) return new RuleResult(RuleOutcome.NotFound);
        var (found, refusal) = Judge(commit, actor, "rule.remove", row.RoomId is { } room ? new RoomId(room) : null);
        if (refusal is { } no) return new RuleResult(no == RuleOutcome.RoomNotFound ? RuleOutcome.NotFound : no);
        commit.Db.Rules.Remove(row);
        return Done(commit, actor, "rule.remove", row, found, Words(RuleDraft.Of(row)));
    });

    /// <summary>True where somebody may do something with the rules of a scope, as it is stored now.</summary>
    internal bool May(ChatDbContext db, Actor actor, string act, RoomId? room)
    {
        var by = users.Get(actor);
        if (room is not { } id) return ModerationRights.May(ModerationRights.Act(act, inRoom: false), ModerationRights.Of(actor, by, RoomRole.Member));
        return RoomAccess.Find(db, id, by.Id) is { } standing && ModerationRights.May(act, ModerationRights.Of(actor, by, standing.IsMember ? standing.Role : RoomRole.Member));
    }

    private AutoModRule? Find(long id)
    {
        using var db = database.OpenRead();
        return db.Rules.FirstOrDefault(rule => rule.Id == id);
    }

    private (Room? Room, RuleOutcome? Refusal) Judge(Commit commit, Actor actor, string act, RoomId? place)
    {
        if (commit.CardOf(users, actor.Id)?.UpTo(actor.UpTo) is not { } by) return (null, RuleOutcome.NotAllowed);
        if (place is not { } id) return (null, ModerationRights.May(ModerationRights.Act(act, inRoom: false), ModerationRights.Of(actor, by, RoomRole.Member)) ? null : RuleOutcome.NotAllowed);
        if (commit.FindModerated(id, by) is not { } room) return (null, RuleOutcome.RoomNotFound);
        if (!ModerationRights.May(act, commit.StandingIn(room, actor, by))) return (null, RuleOutcome.NotAllowed);
        return room.Visibility == RoomVisibility.Direct ? (null, RuleOutcome.NotPossible) : (room, null);
    }

    private RuleResult Done(Commit commit, Actor actor, string act, AutoModRule row, Room? room, string words)
    {
        AuditLog.Add(commit, actor.Id, act, row.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), $"{row.Name}{(room is null ? "" : $" in {AuditLog.NameOf(room)}")}: {words}", reason: "");
        book.Change(commit);
        return new RuleResult(RuleOutcome.Done, LineOf(row));
    }

    // One line that says all that counts; lists are named by their beginning.
    private static string Words(RuleDraft draft)
    {
        var list = draft.Patterns.Count == 0 ? "" : $" \"{VisibleText.Cut(string.Join(' ', draft.Patterns), 80)}\"";
        var numbers = draft.Count > 0 ? $" {draft.Count}{(draft.Seconds > 0 ? $" in {draft.Seconds} s" : "")}" : "";
        return $"{draft.Kind}{(draft.AllowsListed ? " not of" : "")}{list}{numbers} {draft.Action}{(draft.MuteSeconds > 0 ? $" {draft.MuteSeconds} s" : "")} {(draft.IsEnabled ? "on" : "off")}";
    }

    private RuleLine LineOf(AutoModRule row) => new(row.Id, row.RoomId is { } room ? new RoomId(room) : null, RuleDraft.Of(row), users.Get(new UserId(row.ChangedById)), row.ChangedAt);

    private static Task<RuleResult> Refused(RuleDraft draft, RoomId? room)
    {
        var (_, outcome, detail) = draft.Checked(room is not null);
        return Task.FromResult(new RuleResult(outcome) { Detail = detail });
    }

    private async Task<RuleResult> CommitAsync(Func<Commit, RuleResult> change)
    {
        try
        {
            return await commits.CommitAsync(change);
        }
        catch (StorageUnavailableException)
        {
            return new RuleResult(RuleOutcome.Busy);
        }
    }
}
