using ChatApp.Accounts;
using ChatApp.Storage;

namespace ChatApp.Moderation;

public sealed partial class ModerationDesk
{
    /// <summary>
    /// Locks an account: its sessions and connections end at once and for good, and nobody signs in to it until it is unlocked.
    /// Administrators only; somebody of their own rank, themselves included, they cannot lock, so the last of them never is.
    /// </summary>
    /// <param name="actor">Who acts.</param>
    /// <param name="target">Whose account.</param>
    /// <param name="reason">Why; it stands in the audit log.</param>
    public Task<ModerationOutcome> LockAsync(UserId actor, UserId target, string reason) => ChangeLockAsync(actor, target, reason, isLocked: true);

    /// <summary>Takes the lock of an administrator from an account. What has ended stays ended: its owner signs in anew.</summary>
    /// <param name="actor">Who acts.</param>
    /// <param name="target">Whose account.</param>
    /// <param name="reason">Why; it stands in the audit log.</param>
    public Task<ModerationOutcome> UnlockAsync(UserId actor, UserId target, string reason) => ChangeLockAsync(actor, target, reason, isLocked: false);

    private Task<ModerationOutcome> ChangeLockAsync(UserId actor, UserId target, string reason, bool isLocked) => CommitAsync(commit =>
    {
        // As with ranks: two changes at once are two commits, and the second one sees the first.
        if (commit.Db.Users.FirstOrDefault(user => user.Id == actor.Value)?.Rank != Rank.Administrator) return ModerationOutcome.NotAllowed;
        if (commit.Db.Users.FirstOrDefault(user => user.Id == target.Value) is not { DeletedAt: null } account) return ModerationOutcome.NotFound;
        if (account.Rank == Rank.Administrator) return ModerationOutcome.NotAllowed;
        if (string.IsNullOrWhiteSpace(reason)) return ModerationOutcome.ReasonMissing;
        if (AccountLock.IsByAdministrator(account.LockoutEnd) == isLocked) return ModerationOutcome.Done;
        AuditLog.Add(commit, actor, isLocked ? "user.lock" : "user.unlock", target.Value, account.DisplayName, reason, isLocked ? "open" : "locked", isLocked ? "locked" : "open");
        account.LockoutEnabled = true;
        account.LockoutEnd = isLocked ? AccountLock.Never : null;
        account.AccessFailedCount = 0;
        // Nothing that was signed before comes to life again with the account.
        if (isLocked) account.SecurityStamp = Secret.NewId(32);
        return ModerationOutcome.Done;
    });
}
