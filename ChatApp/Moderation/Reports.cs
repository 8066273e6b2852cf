using ChatApp.Accounts;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Storage;

namespace ChatApp.Moderation;

/// <summary>
/// Takes reports in, and shows both sides what they came to. Whom a report is about never learns who made it: nothing that they are
/// told has the reporter in it. Deciding is <see cref="ReportDesk"/>'s affair. See docs/adr/0027-reports.md.
/// </summary>
/// <param name="commits">The one writer.</param>
/// <param name="database">For reading.</param>
/// <param name="users">Names.</param>
/// <param name="broker">Tells open pages of moderators.</param>
/// <param name="time">The clock.</param>
public sealed class Reports(CommitQueue commits, ChatDatabase database, UserDirectory users, RoomBroker broker, TimeProvider time)
{
    /// <summary>Most open reports of one person.</summary>
    public const int MostOpen = 20;

    /// <summary>Most reports that one person makes in a minute.</summary>
    public const int MostPerMinute = 5;

    /// <summary>Most lines of one's own list.</summary>
    public const int MaxLines = 100;

    private readonly Budget _pace = new(time, MostPerMinute, TimeSpan.FromMinutes(1));

    /// <summary>Tells moderators of a message that one may read, or of a person: once for each message, and for a person once until it is decided.</summary>
    public async Task<ReportResult> AddAsync(UserId reporter, ReportOrder order)
    {
        ArgumentNullException.ThrowIfNull(order);
        var comment = RoomText.Lines(order.Comment ?? "");
        if (!VisibleText.HasAny(comment)) comment = "";
        if (!Enum.IsDefined(order.Category) || comment.Length > Report.MaxCommentLength || (order.Category == ReportCategory.Other && comment.Length == 0)) return new(ReportOutcome.BadComment);
        if (!_pace.TryTake(reporter)) return new(ReportOutcome.TooFast);
        try
        {
            return await commits.CommitAsync(commit => Add(commit, reporter, order with { Comment = comment }));
        }
        catch (StorageUnavailableException)
        {
            return new(ReportOutcome.Busy);
        }
    }

    /// <summary>One's own reports and the decisions about oneself, the newest first, at most <see cref="MaxLines"/> of each kind.</summary>
    /// <param name="user">Who.</param>
    /// <param name="onlyUnseen">Only decisions that they have not read yet.</param>
    public IReadOnlyList<ReportNotice> Own(UserId user, bool onlyUnseen = false)
    {
        using var db = database.OpenRead();
        var made = db.Reports.Where(report => report.ReporterId == user.Value);
        if (onlyUnseen) made = made.Where(report => report.ResolvedAt != null && report.ReporterSeenAt == null);
        var about = db.Reports.Where(report => report.UserId == user.Value && report.ResolvedAt != null && report.Outcome != ReportDecision.Dismiss);
        if (onlyUnseen) about = about.Where(report => report.UserSeenAt == null);
        // Of several reports about one thing, the person is told once.
        var decisions = about.OrderByDescending(report => report.Id).Take(MaxLines).AsEnumerable().DistinctBy(report => (report.ResolvedAt, report.MessageId));
        return [.. made.OrderByDescending(report => report.Id).Take(MaxLines).AsEnumerable().Select(report => NoticeOf(report, isOwn: true)), .. decisions.Select(report => NoticeOf(report, isOwn: false))];
    }

    /// <summary>Somebody has read a decision, and is not shown it again by itself.</summary>
    /// <returns>False where there is none for them, or nothing could be stored.</returns>
    public async Task<bool> AcknowledgeAsync(UserId user, long id)
    {
        try
        {
            return await commits.CommitAsync(commit =>
            {
                if (commit.Db.Reports.FirstOrDefault(report => report.Id == id && report.ResolvedAt != null) is not { } report) return false;
                if (report.ReporterId == user.Value) report.ReporterSeenAt ??= commit.Now;
                else if (report.UserId == user.Value) SeeAll(commit, report);
                else return false;
                commit.AfterCommit(() => broker.PublishToUser(user, new ReportSeen(id)));
                return true;
            });
        }
        catch (StorageUnavailableException)
        {
            return false;
        }
    }

    /// <summary>A report as one of both sides may know of it.</summary>
    internal ReportNotice NoticeOf(Report report, bool isOwn) => new(
        report.Id, users.Get(new UserId(report.UserId)), report.MessageId is { } message ? new MessageId(message) : null, isOwn ? report.Category : null, isOwn ? report.Comment : "",
        isOwn ? report.At : report.ResolvedAt!.Value, report.Outcome, report.Reason ?? "", (isOwn ? report.ReporterSeenAt : report.UserSeenAt) is not null, isOwn);

    private static void SeeAll(Commit commit, Report report)
    {
        foreach (var same in commit.Db.Reports.Where(one => one.UserId == report.UserId && one.ResolvedAt == report.ResolvedAt && one.MessageId == report.MessageId)) same.UserSeenAt ??= commit.Now;
    }

    private ReportResult Add(Commit commit, UserId reporter, ReportOrder order)
    {
        var (about, place) = (order.User, order.Room);
        if (order.Message is { } id)
        {
            if (commit.Db.Messages.FirstOrDefault(message => message.Id == id.Value && message.DeletedAt == null) is not { } message) return new(ReportOutcome.NotFound);
            (about, place) = (new UserId(message.AuthorId), new RoomId(message.RoomId));
            if (RoomAccess.Find(commit.Db, place.Value, reporter) is not { IsMember: true }) return new(ReportOutcome.NotFound);
        }
        else
        {
            if (commit.CardOf(users, about) is null) return new(ReportOutcome.NotFound);
            // Where they met, its moderators are told too; what the reporter says of other rooms is not taken for true.
            if (place is { } room && !(IsIn(commit, room, reporter) && IsIn(commit, room, about))) return new(ReportOutcome.NotFound);
        }

        if (about == reporter) return new(ReportOutcome.NotAllowed);
        var own = commit.Db.Reports.Where(report => report.ReporterId == reporter.Value);
        var same = order.Message is { } target ? own.Where(report => report.MessageId == target.Value) : own.Where(report => report.MessageId == null && report.UserId == about.Value && report.ResolvedAt == null);
        if (same.Select(report => (long?)report.Id).FirstOrDefault() is { } earlier) return new(ReportOutcome.Already, earlier);
        if (own.Count(report => report.ResolvedAt == null) >= MostOpen) return new(ReportOutcome.TooMany);

        var row = new Report
        {
            ReporterId = reporter.Value, UserId = about.Value, RoomId = place?.Value, MessageId = order.Message?.Value, Category = order.Category, Comment = order.Comment, At = commit.Now,
        };
        commit.Db.Reports.Add(row);
        commit.Db.SaveChanges(); // it has its number with this
        broker.TellModeratorPages(commit, users, place is { } where ? [where.Value] : [], new ReportsChanged());
        return new(ReportOutcome.Done, row.Id);
    }

    private static bool IsIn(Commit commit, RoomId room, UserId user) => RoomAccess.Find(commit.Db, room, user) is { IsMember: true };
}

/// <summary>Tells a person's own pages and programs that they have read a decision, here or elsewhere.</summary>
/// <param name="Id">The report.</param>
public sealed record ReportSeen(long Id);
