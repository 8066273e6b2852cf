using System.Linq.Expressions;

namespace ChatApp.Accounts;

/// <summary>
/// The lock that an administrator puts on an account. It stands where the automatic one after wrong passwords stands, and differs by its
/// end, which never comes: the automatic one keeps strangers out and leaves those who are in alone, this one ends everything.
/// </summary>
public static class AccountLock
{
    /// <summary>End of a lock by an administrator, as the database holds it: to the millisecond.</summary>
    public static readonly DateTimeOffset Never = DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.MaxValue.ToUnixTimeMilliseconds());

    /// <summary>Whether anybody may act in the name of an account, for the database to judge.</summary>
    public static readonly Expression<Func<ChatUser, bool>> IsOpenAccount = user => user.DeletedAt == null && (user.LockoutEnd == null || user.LockoutEnd < Never);

    /// <summary>True where an account is neither deleted nor locked by an administrator.</summary>
    public static bool IsOpen(DateTimeOffset? deletedAt, DateTimeOffset? lockoutEnd) => deletedAt is null && !IsByAdministrator(lockoutEnd);

    /// <summary>True where a lock is an administrator's.</summary>
    public static bool IsByAdministrator(DateTimeOffset? lockoutEnd) => lockoutEnd >= Never;
}
