using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Storage;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Moderation;

/// <summary>What one person said in a report.</summary>
/// <param name="Reporter">Who.</param>
/// <param name="Category">What is wrong.</param>
/// <param name="Comment">In their words; may be empty.</param>
/// <param name="At">When.</param>
public sealed record ReportVoice(UserCard Reporter, ReportCategory Category, string Comment, DateTimeOffset At);

/// <summary>All open reports about one message or one person, as a moderator sees them. What the message says is not in it: see <see cref="ReportView"/>.</summary>
/// <param name="Id">The oldest of them; it stands for all.</param>
/// <param name="User">Whom they are about.</param>
/// <param name="Message">The message; null where they are about the person.</param>
/// <param name="Room">Where; null for nowhere in particular.</param>
/// <param name="RoomName">What it is called, for this moderator; empty for nowhere.</param>
/// <param name="Voices">What was said, the oldest first.</param>
/// <param name="MayResolve">True where the moderator stands above the person.</param>
/// <param name="InConversation">True where it was said between people, outside of any room.</param>
public sealed record ReportLine(long Id, UserCard User, MessageId? Message, RoomId? Room, string RoomName, IReadOnlyList<ReportVoice> Voices, bool MayResolve, bool InConversation);

/// <summary>What a moderator needs to decide.</summary>
/// <param name="Line">The reports.</param>
/// <param name="Context">The message with what was said before and after it, the oldest first; empty where it is gone or there is none.</param>
/// <param name="History">What was imposed on the person before, the newest first, as far as the moderator may see it.</param>
/// <param name="Earlier">How many reports about the person were decided before, and how many of those came to nothing.</param>
public sealed record ReportView(ReportLine Line, IReadOnlyList<MessageView> Context, IReadOnlyList<SanctionLine> History, (int Total, int Dismissed) Earlier);

/// <summary>Reads the queue of reports.</summary>
/// <param name="database">Where they are stored.</param>
/// <param name="users">Names and ranks.</param>
/// <param name="sanctions">What was imposed on people.</param>
public sealed class ReportLists(ChatDatabase database, UserDirectory users, SanctionLists sanctions)
{
    /// <summary>Most lines of the queue, the oldest ones.</summary>
    public const int MaxLines = 100;

    /// <summary>Messages before the reported one that are shown with it, and after it.</summary>
    public const int Around = 5;

    private const int MostSanctions = 20;

    /// <summary>The open reports of a room, or of the whole instance, by what they are about, the longest waiting first; null where the actor may not see those.</summary>
    /// <param name="actor">Who looks.</param>
    /// <param name="room">The room; null for the instance.</param>
    public IReadOnlyList<ReportLine>? List(Actor actor, RoomId? room)
    {
        using var db = database.OpenRead();
        var by = users.Get(actor);
        return (room is { } one ? MayIn(db, actor, by, one.Value) : IsOfInstance(actor, by)) ? Lines(db, actor, by, room) : null;
    }

    /// <summary>The same of all places whose reports the actor decides about; null where there is no such place.</summary>
    public IReadOnlyList<ReportLine>? Queue(Actor actor)
    {
        using var db = database.OpenRead();
        var by = users.Get(actor);
        return IsModeratorAnywhere(db, actor, by) ? Lines(db, actor, by, room: null) : null;
    }

    /// <summary>How many messages and people there are open reports about, for a number beside a link.</summary>
    /// <param name="actor">Who looks.</param>
    /// <param name="room">Only those of this room; null for all.</param>
    public int Count(Actor actor, RoomId? room = null)
    {
        using var db = database.OpenRead();
        var by = users.Get(actor);
        if (room is { } one ? !MayIn(db, actor, by, one.Value) : !IsModeratorAnywhere(db, actor, by)) return 0;
        return Open(db, actor, by, room).Select(report => new { report.MessageId, report.UserId, report.RoomId }).Distinct().Take(MaxLines).Count();
    }

    /// <summary>True where somebody has anything to moderate; for pages that show a link.</summary>
    public bool IsModerator(Actor actor)
    {
        using var db = database.OpenRead();
        return IsModeratorAnywhere(db, actor, users.Get(actor));
    }

    internal ReportView? Read(Actor actor, long id)
    {
        using var db = database.OpenRead();
        var by = users.Get(actor);
        if (db.Reports.FirstOrDefault(report => report.Id == id) is not { } report || !MaySee(db, actor, by, report)) return null;
        var same = db.Reports.Where(one => one.UserId == report.UserId && one.MessageId == report.MessageId && one.RoomId == report.RoomId && one.ResolvedAt == report.ResolvedAt).OrderBy(one => one.Id).ToList();
        var line = LineOf(db, actor, by, same);
        var decided = db.Reports.Where(one => one.UserId == report.UserId && one.ResolvedAt != null);
        return new ReportView(line, ContextOf(db, line), HistoryOf(actor, line), (decided.Count(), decided.Count(one => one.Outcome == ReportDecision.Dismiss)));
    }

    /// <summary>True where somebody decides about reports of that place, and this one is not about themselves.</summary>
    internal static bool MaySee(ChatDbContext db, Actor actor, UserCard by, Report report) => report.UserId != by.Id.Value && (IsOfInstance(actor, by) || (report.RoomId is { } room && MayIn(db, actor, by, room)));

    /// <summary>True where somebody stands above whom a report is about, where it is.</summary>
    internal static bool MayDo(string method, ChatDbContext db, Actor actor, UserCard by, Report report, UserDirectory users)
    {
        var about = users.Get(new UserId(report.UserId));
        var act = ModerationRights.Act(method, report.RoomId is not null);
        return ModerationRights.May(act, ModerationRights.Of(actor, by, RoleIn(db, report.RoomId, by.Id)), ModerationRights.Of(about.Rank, RoleIn(db, report.RoomId, about.Id)));
    }

    internal static bool IsModeratorAnywhere(ChatDbContext db, Actor actor, UserCard by) =>
        IsOfInstance(actor, by)
        || (ModerationRights.May("report.list", ModerationRights.Of(actor, by, RoomRole.Moderator)) && db.Memberships.Any(row => row.UserId == by.Id.Value && row.Role > RoomRole.Member));

    private static bool IsOfInstance(Actor actor, UserCard by) => ModerationRights.May("report.list@instance", ModerationRights.Of(actor, by, RoomRole.Member));

    private static bool MayIn(ChatDbContext db, Actor actor, UserCard by, string room) => ModerationRights.May("report.list", ModerationRights.Of(actor, by, RoleIn(db, room, by.Id)));

    private static RoomRole RoleIn(ChatDbContext db, string? room, UserId user) =>
        room is null ? RoomRole.Member : db.Memberships.Where(row => row.RoomId == room && row.UserId == user.Value).Select(row => (RoomRole?)row.Role).FirstOrDefault() ?? RoomRole.Member;

    private static IQueryable<Report> Open(ChatDbContext db, Actor actor, UserCard by, RoomId? room)
    {
        var open = db.Reports.Where(report => report.ResolvedAt == null && report.UserId != by.Id.Value);
        if (room is { } one) return open.Where(report => report.RoomId == one.Value);
        return IsOfInstance(actor, by) ? open : open.Where(report => db.Memberships.Any(row => row.RoomId == report.RoomId && row.UserId == by.Id.Value && row.Role > RoomRole.Member));
    }

    private List<ReportLine> Lines(ChatDbContext db, Actor actor, UserCard by, RoomId? room) => [.. Open(db, actor, by, room)
        .OrderBy(report => report.Id)
        .Take(10 * MaxLines)
        .ToList()
        .GroupBy(report => (report.MessageId, report.MessageId is null ? report.UserId : "", report.RoomId))
        .Take(MaxLines)
        .Select(about => LineOf(db, actor, by, [.. about]))];

    private ReportLine LineOf(ChatDbContext db, Actor actor, UserCard by, List<Report> same)
    {
        var first = same[0];
        var room = first.RoomId is { } id ? db.Rooms.First(room => room.Id == id) : null;
        var isKnown = room is not null && RoomAccess.Find(db, new RoomId(room.Id), by.Id) is { IsMember: true };
        return new ReportLine(
            first.Id, users.Get(new UserId(first.UserId)), first.MessageId is { } message ? new MessageId(message) : null, first.RoomId is { } place ? new RoomId(place) : null,
            room is null || room.Visibility == RoomVisibility.Direct ? "" : isKnown ? room.Name : AuditLog.NameOf(room),
            [.. same.Select(report => new ReportVoice(users.Get(new UserId(report.ReporterId)), report.Category, report.Comment, report.At))],
            MayDo("report.resolve", db, actor, by, first, users), room?.Visibility == RoomVisibility.Direct);
    }

    // Of a conversation only what was reported: the others in it have not asked anybody to read along.
    private List<MessageView> ContextOf(ChatDbContext db, ReportLine line)
    {
        if (line.Message is not { } id || db.Messages.FirstOrDefault(message => message.Id == id.Value) is not { } message) return [];
        if (line.InConversation) return [MessageViews.Of(db, message, users) with { ReplyTo = null }];
        var room = db.Messages.Where(other => other.RoomId == message.RoomId && other.ThreadId == message.ThreadId);
        List<Message> rows =
        [
            .. room.Where(other => other.Offset < message.Offset).OrderByDescending(other => other.Offset).Take(Around).AsEnumerable().Reverse(),
            message,
            .. room.Where(other => other.Offset > message.Offset).OrderBy(other => other.Offset).Take(Around),
        ];
        return [.. MessageViews.Of(db, rows, users)];
    }

    private List<SanctionLine> HistoryOf(Actor actor, ReportLine line)
    {
        var everywhere = sanctions.List(actor, new SanctionQuery(User: line.User.Id));
        return [.. (everywhere ?? (line.Room is { } room ? sanctions.List(actor, new SanctionQuery(room, line.User.Id)) : null) ?? []).Take(MostSanctions)];
    }
}
