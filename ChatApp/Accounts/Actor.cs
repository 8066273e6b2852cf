namespace ChatApp.Accounts;

/// <summary>
/// Who acts, and with how much of their rank: a token may leave out what its account could do. Whoever acts by a sign-in is
/// simply the account.
/// </summary>
/// <param name="Id">The account.</param>
/// <param name="UpTo">The rank is never taken for more than this, whatever it is at that moment.</param>
public readonly record struct Actor(UserId Id, Rank UpTo = Rank.Administrator)
{
    /// <summary>The account with all of its rank.</summary>
    public static implicit operator Actor(UserId id) => new(id);
}
