using ChatApp.Messages;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Storage;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Moderation.Held;

/// <summary>Puts messages aside until a moderator has looked at them or their author takes them back, and answers for their keys.</summary>
/// <param name="news">Tells moderators.</param>
/// <param name="broker">Tells authors.</param>
/// <param name="commits">The one writer.</param>
/// <param name="database">What is too old.</param>
/// <param name="time">The clock.</param>
public sealed class HeldMessages(ModeratorNews news, RoomBroker broker, CommitQueue commits, ChatDatabase database, TimeProvider time)
{
    private const int OfOneRound = 500;

    /// <summary>Puts a message aside, in the change in which it would have been posted.</summary>
    internal PostResult Keep(Commit commit, HeldMessage row)
    {
        var db = commit.Db;
        var (since, lately) = (commit.Now - HeldMessage.Life, commit.Now - HeldMessage.Pause);
        var own = db.Held.Count(one => one.AuthorId == row.AuthorId && ((one.State == HeldState.Waiting && one.At > since) || (one.State == HeldState.Withdrawn && one.DecidedAt > lately)));
        if (own >= HeldMessage.MostOfOne || WaitingIn(db, row.RoomId, commit.Now) >= HeldMessage.MostInRoom)
            return new PostResult.Rejected(PostRefusal.TooManyHeld);
        db.Held.Add(row);
        db.SaveChanges(); // it has its number with this
        news.HeldChanged(commit, db.Rooms.Single(room => room.Id == row.RoomId), WaitingIn(db, row.RoomId, commit.Now));
        return Waits(row);
    }

    /// <summary>The answer to a post whose key a held message has; null where none has.</summary>
    internal static PostResult? AnswerTo(Commit commit, UserId author, string key, string fingerprint)
    {
        if (commit.Db.Held.AsNoTracking().FirstOrDefault(one => one.AuthorId == author.Value && one.Key == key) is not { } row) return null;
        if (row.Fingerprint != fingerprint) return new PostResult.Rejected(PostRefusal.KeyUsedForOther);
        if (row.WaitsAt(commit.Now)) return Waits(row);
        return row.State switch
        {
            HeldState.TurnedDown => new PostResult.Rejected(PostRefusal.TurnedDown) { Words = row.Reason },
            HeldState.Withdrawn => new PostResult.Rejected(PostRefusal.Withdrawn),
            _ => new PostResult.Rejected(PostRefusal.HeldTooLong),
        };
    }

    /// <summary>
    /// Takes back a message of one's own that waits: its text is gone at once, and its key says so from then on. Also for whoever may not post there any
    /// more; of a moderator who decides at the same moment and the author, one is first.
    /// </summary>
    /// <param name="author">Who takes it back.</param>
    /// <param name="id">Which; what others have written is answered as what waits no more.</param>
    public async Task<HeldResult> WithdrawAsync(UserId author, long id)
    {
        try
        {
            return await commits.CommitAsync(commit =>
            {
                if (commit.Db.Held.FirstOrDefault(one => one.Id == id && one.AuthorId == author.Value) is not { } row || !row.WaitsAt(commit.Now)) return new HeldResult(HeldOutcome.NotFound);
                (row.State, row.Text, row.DecidedAt) = (HeldState.Withdrawn, "", commit.Now);
                commit.Db.SaveChanges();
                Tell(commit, row, commit.Db.Rooms.Single(room => room.Id == row.RoomId), new HeldDecided(row.Id, new RoomId(row.RoomId), row.Key, IsApproved: false, "", commit.Now) { IsWithdrawn = true });
                return new HeldResult(HeldOutcome.Done);
            });
        }
        catch (StorageUnavailableException)
        {
            return new HeldResult(HeldOutcome.Busy);
        }
    }

    /// <summary>For which room a message of somebody waits; null where none does.</summary>
    internal RoomId? RoomOf(UserId author, long id)
    {
        using var db = database.OpenRead();
        return db.Held.Where(one => one.Id == id && one.AuthorId == author.Value && one.State == HeldState.Waiting).Select(one => one.RoomId).FirstOrDefault() is { } room ? new RoomId(room) : null;
    }

    /// <summary>Tells moderators that one waits less, and its author what became of it.</summary>
    internal void Tell(Commit commit, HeldMessage row, Room room, HeldDecided decided)
    {
        news.HeldChanged(commit, room, WaitingIn(commit.Db, room.Id, commit.Now));
        commit.AfterCommit(() => broker.PublishToUser(new UserId(row.AuthorId), decided));
    }

    /// <summary>How many messages of a room wait.</summary>
    internal static int WaitingIn(ChatDbContext db, string room, DateTimeOffset now) => db.Held.Count(one => one.RoomId == room && one.State == HeldState.Waiting && one.At > now - HeldMessage.Life);

    /// <summary>Erases texts that have waited too long, and forgets keys that have answered long enough.</summary>
    /// <returns>How many rows.</returns>
    public async Task<int> ForgetAsync(CancellationToken stop)
    {
        var done = 0;
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            if (!HasAny(time.GetUtcNow())) return done;
            var count = await commits.CommitAsync(Forget);
            done += count;
            if (count == 0) return done;
        }
    }

    private bool HasAny(DateTimeOffset now)
    {
        using var db = database.OpenRead();
        var (late, old) = (now - HeldMessage.Life, now - HeldMessage.Life - HeldMessage.Memory);
        return db.Held.Any(one => one.At <= old || (one.Text != "" && one.At <= late));
    }

    private static int Forget(Commit commit)
    {
        var (late, old) = (commit.Now - HeldMessage.Life, commit.Now - HeldMessage.Life - HeldMessage.Memory);
        var gone = commit.Db.Held.Where(one => one.At <= old).Take(OfOneRound).ToList();
        commit.Db.Held.RemoveRange(gone);
        var waited = commit.Db.Held.Where(one => one.At > old && one.Text != "" && one.At <= late).Take(OfOneRound).ToList();
        foreach (var row in waited) row.Text = "";
        return gone.Count + waited.Count;
    }

    private static PostResult.Held Waits(HeldMessage row) => new(row.Id, row.At, row.Until) { Words = row.Words.Length > 0 ? row.Words : null };
}
