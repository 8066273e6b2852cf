using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Storage;

namespace ChatApp.Moderation.Held;

/// <summary>
/// What moderators do with held messages. Those of a room are looked at by its moderators, and those of public rooms by moderators of the instance too: what was
/// meant for a private room is read by nobody who does not read there. Each decision stands in the audit log, in the same transaction.
/// </summary>
/// <param name="commits">The one writer.</param>
/// <param name="database">Where they are stored.</param>
/// <param name="users">Names and ranks.</param>
/// <param name="writer">Posts what is approved.</param>
/// <param name="mentions">Whom it names, and its HTML.</param>
/// <param name="waiting">Tells moderators and authors.</param>
/// <param name="time">The clock.</param>
public sealed class HeldDesk(CommitQueue commits, ChatDatabase database, UserDirectory users, MessageWriter writer, Mentions mentions, HeldMessages waiting, TimeProvider time)
{
    /// <summary>Most lines that one list holds.</summary>
    public const int MaxLines = 100;

    /// <summary>Stands in the audit log before the name of what had held a message that was approved.</summary>
    internal const string HeldBy = "held: ";

    /// <summary>What waits, the oldest first, at most <see cref="MaxLines"/>; null where the actor may not see it.</summary>
    /// <param name="actor">Who looks.</param>
    /// <param name="room">Of this room; null for all rooms that the actor looks after as a moderator of the instance.</param>
    /// <param name="after">What came after this one; null for the oldest.</param>
    public IReadOnlyList<HeldLine>? List(Actor actor, RoomId? room, long? after = null)
    {
        using var db = database.OpenRead();
        if (Waiting(db, actor, room) is not { } held) return null;
        return [.. held.Where(one => one.Id > (after ?? 0))
            .Join(db.Rooms, one => one.RoomId, place => place.Id, (one, place) => new { Held = one, place.Name })
            .OrderBy(found => found.Held.Id).Take(MaxLines).AsEnumerable()
            .Select(found => new HeldLine(
                found.Held.Id, new RoomId(found.Held.RoomId), found.Name, users.Get(new UserId(found.Held.AuthorId)), found.Held.Text, found.Held.Source, found.Held.At, found.Held.Until))];
    }

    /// <summary>How many of them wait, for a number beside a link; at most <see cref="MaxLines"/>, and 0 where the actor may not see them.</summary>
    /// <param name="actor">Who looks.</param>
    /// <param name="room">Of this room; null for all rooms that the actor looks after as a moderator of the instance.</param>
    public int Count(Actor actor, RoomId? room)
    {
        using var db = database.OpenRead();
        return Waiting(db, actor, room)?.Take(MaxLines).Count() ?? 0;
    }

    private IQueryable<HeldMessage>? Waiting(ChatDbContext db, Actor actor, RoomId? room)
    {
        var by = users.Get(actor);
        if (!ModerationRights.May(ModerationRights.Act("held.list", room is not null), StandingOf(db, actor, by, room))) return null;
        var since = time.GetUtcNow() - HeldMessage.Life;
        var id = by.Id.Value;
        var members = RoomAccess.Memberships(db);
        var rooms = db.Rooms.Where(one => one.IsDefault || one.Visibility == RoomVisibility.Public || members.Any(member => member.RoomId == one.Id && member.UserId == id));
        if (room is { } only) rooms = rooms.Where(one => one.Id == only.Value);
        return db.Held.Where(held => held.State == HeldState.Waiting && held.At > since && rooms.Any(one => one.Id == held.RoomId));
    }

    /// <summary>
    /// Posts a held message: now, at the end of its room, by its author, under its own key. Whether its author may say it is judged again; rules and programs are not
    /// asked any more, and slow mode does not count.
    /// </summary>
    public async Task<HeldResult> ApproveAsync(Actor actor, long id)
    {
        if (Find(id) is not { } text) return new HeldResult(HeldOutcome.NotFound);
        var read = mentions.Read(text);
        return await CommitAsync(commit =>
        {
            var (held, room, refusal) = Judge(commit, actor, id, "held.approve");
            if (refusal is { } no) return new HeldResult(no);
            var name = users.Get(new UserId(held!.AuthorId)).Name;
            if (!commit.Db.OpenAccounts(commit.Now).Any(user => user.Id == held.AuthorId)) return new HeldResult(HeldOutcome.AuthorMayNot, Refusal: PostRefusal.Banned);
            var result = writer.Release(commit, held, read);
            if (result is not PostResult.Accepted posted) return Refused(result);
            commit.Db.Held.Remove(held);
            commit.Db.SaveChanges();
            AuditLog.Add(commit, actor.Id, "held.approve", posted.Message.Id.ToString(), $"{held.Source}: {name} in {AuditLog.NameOf(room!)}", reason: "", before: HeldBy + held.Source, after: "posted");
            Tell(commit, held, room!, isApproved: true, reason: "");
            return new HeldResult(HeldOutcome.Done, posted.Message);
        });
    }

    /// <summary>Turns a held message down: its text is gone, and its author is told why.</summary>
    /// <param name="actor">Who decides.</param>
    /// <param name="id">Which.</param>
    /// <param name="reason">Why, in words that the author reads; 1 to <see cref="HeldMessage.MaxReasonLength"/> characters.</param>
    public Task<HeldResult> RejectAsync(Actor actor, long id, string reason)
    {
        var why = RoomText.Lines(reason);
        if (why.Length > HeldMessage.MaxReasonLength || !VisibleText.HasAny(why)) return Task.FromResult(new HeldResult(HeldOutcome.BadReason));
        return CommitAsync(commit =>
        {
            var (held, room, refusal) = Judge(commit, actor, id, "held.reject");
            if (refusal is { } no) return new HeldResult(no);
            (held!.State, held.Text, held.Reason, held.DecidedAt) = (HeldState.TurnedDown, "", why, commit.Now);
            commit.Db.SaveChanges();
            var author = new UserId(held.AuthorId);
            AuditLog.Add(commit, actor.Id, "held.reject", author.Value, $"{held.Source}: {users.Get(author).Name} in {AuditLog.NameOf(room!)}", why);
            Tell(commit, held, room!, isApproved: false, why);
            return new HeldResult(HeldOutcome.Done);
        });
    }

    private static HeldResult Refused(PostResult result)
    {
        var why = (result as PostResult.Rejected)?.Reason;
        return new HeldResult(why is PostRefusal.NoSuchThread or PostRefusal.TooManyMentions or PostRefusal.RoomTooLarge or PostRefusal.TooFast ? HeldOutcome.NotPossible : HeldOutcome.AuthorMayNot, Refusal: why);
    }

    private string? Find(long id)
    {
        using var db = database.OpenRead();
        return db.Held.Where(held => held.Id == id && held.State == HeldState.Waiting).Select(held => held.Text).FirstOrDefault();
    }

    // By what is stored now. Whoever may not know of the room learns nothing of what waits there.
    private (HeldMessage? Held, Room? Room, HeldOutcome? Refusal) Judge(Commit commit, Actor actor, long id, string act)
    {
        if (commit.CardOf(users, actor.Id)?.UpTo(actor.UpTo) is not { } by) return (null, null, HeldOutcome.NotAllowed);
        if (commit.Db.Held.FirstOrDefault(one => one.Id == id) is not { } held || !held.WaitsAt(commit.Now)) return (null, null, HeldOutcome.NotFound);
        if (RoomAccess.Find(commit.Db, new RoomId(held.RoomId), by.Id) is null) return (null, null, HeldOutcome.NotFound);
        var room = commit.Db.Rooms.Single(one => one.Id == held.RoomId);
        // What one has written oneself is for somebody else to look at.
        if (held.AuthorId == by.Id.Value || !ModerationRights.May(act, commit.StandingIn(room, actor, by))) return (null, null, HeldOutcome.NotAllowed);
        return (held, room, null);
    }

    private void Tell(Commit commit, HeldMessage held, Room room, bool isApproved, string reason) =>
        waiting.Tell(commit, held, room, new HeldDecided(held.Id, new RoomId(room.Id), held.Key, isApproved, reason, commit.Now));

    private static Standing StandingOf(ChatDbContext db, Actor actor, UserCard by, RoomId? room)
    {
        if (room is not { } id) return ModerationRights.Of(actor, by, RoomRole.Member);
        return RoomAccess.Find(db, id, by.Id) is { } standing ? ModerationRights.Of(actor, by, standing.IsMember ? standing.Role : RoomRole.Member) : Standing.Member;
    }

    private async Task<HeldResult> CommitAsync(Func<Commit, HeldResult> change)
    {
        try
        {
            return await commits.CommitAsync(change);
        }
        catch (StorageUnavailableException)
        {
            return new HeldResult(HeldOutcome.Busy);
        }
    }
}
