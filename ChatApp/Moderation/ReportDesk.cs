using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Storage;

namespace ChatApp.Moderation;

/// <summary>What shall be done about what was reported.</summary>
/// <param name="Decision">What.</param>
/// <param name="Reason">Why; 1 to <see cref="Sanction.MaxReasonLength"/> characters, which both sides read.</param>
/// <param name="Lasts">How long, for a mute or a ban; see <see cref="SanctionOrder.Lasts"/>.</param>
/// <param name="IsEverywhere">True: a warning, mute or ban holds in the whole instance; false: in the room of the report.</param>
public sealed record ReportVerdict(ReportDecision Decision, string Reason, TimeSpan? Lasts = null, bool IsEverywhere = false);

/// <summary>
/// The queue of reports, for those who decide about them: moderators and owners of a room about what is in it, moderators of the instance about
/// everything. Nobody decides about somebody who does not stand below them, and nobody sees what is about themselves. Decisions are
/// carried out by <see cref="Sanctions"/> and <see cref="MessageEditor"/>, in the same transaction.
/// </summary>
/// <param name="commits">The one writer.</param>
/// <param name="reports">Tells both sides.</param>
/// <param name="lists">What the actor sees of a report.</param>
/// <param name="sanctions">Warns, mutes and bans.</param>
/// <param name="editor">Deletes messages.</param>
/// <param name="users">Names and ranks.</param>
/// <param name="broker">Tells people.</param>
public sealed class ReportDesk(CommitQueue commits, Reports reports, ReportLists lists, Sanctions sanctions, MessageEditor editor, UserDirectory users, RoomBroker broker)
{
    /// <summary>
    /// A reported message with what was said around it, and what was imposed on its author before; null where the actor may not
    /// know of the report. Whoever looks into a room that they are not in leaves an entry in the audit log, before they see anything.
    /// </summary>
    public async Task<ReportView?> ReadAsync(Actor actor, long id)
    {
        try
        {
            var isReadable = await commits.CommitAsync(commit =>
            {
                if (commit.CardOf(users, actor.Id)?.UpTo(actor.UpTo) is not { } by || commit.Db.Reports.FirstOrDefault(report => report.Id == id) is not { } report) return false;
                if (!ReportLists.MaySee(commit.Db, actor, by, report)) return false;
                if (!ReportLists.MayDo("report.read", commit.Db, actor, by, report, users)) return false;
                if (report is { MessageId: not null, RoomId: { } room } && RoomAccess.Find(commit.Db, new RoomId(room), by.Id) is not { IsMember: true })
                    AuditLog.Add(commit, by.Id, "report.read", $"{id}", $"message {report.MessageId} in {AuditLog.NameOf(commit.Db.Rooms.Find(room)!)}", reason: "");
                return true;
            });
            return isReadable ? lists.Read(actor, id) : null;
        }
        catch (StorageUnavailableException)
        {
            return null;
        }
    }

    /// <summary>Decides about a report, and about all open ones that are about the same message or person.</summary>
    public async Task<ReportResult> ResolveAsync(Actor actor, long id, ReportVerdict verdict)
    {
        ArgumentNullException.ThrowIfNull(verdict);
        if (!Enum.IsDefined(verdict.Decision)) return new(ReportOutcome.NotPossible, id);
        if (Sanctions.CleanReason(verdict.Reason) is not { Length: > 0 } reason) return new(ReportOutcome.BadReason, id);
        try
        {
            return await commits.CommitAsync(commit => Resolve(commit, actor, id, verdict with { Reason = reason }));
        }
        catch (StorageUnavailableException)
        {
            return new(ReportOutcome.Busy, id);
        }
    }

    private ReportResult Resolve(Commit commit, Actor actor, long id, ReportVerdict verdict)
    {
        if (commit.CardOf(users, actor.Id)?.UpTo(actor.UpTo) is not { } by) return new(ReportOutcome.NotAllowed, id);
        // One answer for what is not there, not theirs to see, and above them.
        if (commit.Db.Reports.FirstOrDefault(one => one.Id == id) is not { } report || !ReportLists.MaySee(commit.Db, actor, by, report)) return new(ReportOutcome.NotAllowed, id);
        if (!ReportLists.MayDo("report.resolve", commit.Db, actor, by, report, users)) return new(ReportOutcome.NotAllowed, id);
        if (report.ResolvedAt is not null) return new(ReportOutcome.Resolved, id);
        if (CarryOut(commit, actor, report, verdict) is { } refusal) return new(refusal, id);

        var same = commit.Db.Reports.Where(one => one.ResolvedAt == null && one.UserId == report.UserId && one.MessageId == report.MessageId).ToList()
            // About a person it may be about several rooms: those that are not the actor's stay.
            .FindAll(one => ReportLists.MaySee(commit.Db, actor, by, one));
        foreach (var one in same) (one.ResolvedAt, one.ResolvedById, one.Outcome, one.Reason) = (commit.Now, by.Id.Value, verdict.Decision, verdict.Reason);
        AuditLog.Add(commit, by.Id, "report.resolve", report.UserId, $"{users.Get(new UserId(report.UserId)).Name}: {verdict.Decision}, {same.Count} reports", verdict.Reason);
        Tell(commit, same, report, verdict.Decision);
        return new(ReportOutcome.Done, id);
    }

    // By the services that do this everywhere else; what they refuse is refused here.
    private ReportOutcome? CarryOut(Commit commit, Actor actor, Report report, ReportVerdict verdict)
    {
        if (verdict.Decision == ReportDecision.Dismiss) return null;
        if (verdict.Decision == ReportDecision.Delete)
        {
            if (report.MessageId is not { } message) return ReportOutcome.NotPossible;
            return editor.Delete(commit, actor, new MessageId(message), verdict.Reason).Outcome switch
            {
                MessageOutcome.Done => null,
                MessageOutcome.NotAllowed => ReportOutcome.NotAllowed,
                _ => ReportOutcome.NotPossible,
            };
        }

        RoomId? place = verdict.IsEverywhere || report.RoomId is null ? null : new RoomId(report.RoomId);
        var kind = verdict.Decision switch { ReportDecision.Warn => SanctionKind.Warning, ReportDecision.Mute => SanctionKind.Mute, _ => SanctionKind.Ban };
        return sanctions.Impose(commit, actor, new SanctionOrder(new UserId(report.UserId), kind, place, verdict.Reason, verdict.Lasts)).Outcome switch
        {
            SanctionOutcome.Done => null,
            SanctionOutcome.NotAllowed => ReportOutcome.NotAllowed,
            SanctionOutcome.BadTerm => ReportOutcome.BadTerm,
            _ => ReportOutcome.NotPossible,
        };
    }

    private void Tell(Commit commit, List<Report> resolved, Report report, ReportDecision decision)
    {
        List<(UserId User, ReportResolved News)> told = [.. resolved.Select(one => (new UserId(one.ReporterId), new ReportResolved(reports.NoticeOf(one, isOwn: true), commit.Now)))];
        // A report that came to nothing would only make them look for who it was.
        if (decision != ReportDecision.Dismiss) told.Add((new UserId(report.UserId), new ReportResolved(reports.NoticeOf(report, isOwn: false), commit.Now)));
        commit.AfterCommit(() =>
        {
            foreach (var (user, news) in told) broker.PublishToUser(user, news);
        });
        broker.TellModeratorPages(commit, users, [.. resolved.Select(one => one.RoomId).OfType<string>().Distinct()], new ReportsChanged());
    }
}
