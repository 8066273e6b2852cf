using ChatApp.Accounts;

namespace ChatApp.Components.Admin;

/// <summary>The answer of a <see cref="RankDialog"/>.</summary>
/// <param name="Rank">The rank that the account shall have.</param>
/// <param name="Reason">Why; empty where none was given.</param>
public sealed record RankChoice(Rank Rank, string Reason);
