using ChatApp.Accounts;
using ChatApp.Push;
using ChatApp.Search;

namespace ChatApp.Settings;

/// <summary>A limit that holds until the next start.</summary>
/// <param name="Name">The setting, as the operator writes it.</param>
/// <param name="Value">What holds now.</param>
public sealed record StartLimit(string Name, long Value);

/// <summary>
/// Limits that the operator sets and that need a restart, for administrators to see: what hands out pieces of them (buckets, outboxes,
/// counters of connections) is made with them at the start.
/// </summary>
/// <param name="push">Limits of connections.</param>
/// <param name="search">Limits of searching.</param>
/// <param name="accounts">Limits of signing in.</param>
public sealed class StartLimits(PushOptions push, SearchOptions search, AccountOptions accounts)
{
    /// <summary>All of them, by name.</summary>
    public IReadOnlyList<StartLimit> All { get; } =
    [
        new("Accounts:AttemptsPerMinute", accounts.AttemptsPerMinute),
        new("Accounts:LockoutAttempts", accounts.LockoutAttempts),
        new("Accounts:LockoutMinutes", accounts.LockoutMinutes),
        new("Accounts:SessionsPerUser", accounts.SessionsPerUser),
        new("Push:BusySocketsPerUser", push.BusySocketsPerUser),
        new("Push:CommandBurst", push.CommandBurst),
        new("Push:CommandsPerSecond", push.CommandsPerSecond),
        new("Push:Connections", push.Connections),
        new("Push:FrameBytes", push.FrameBytes),
        new("Push:OutboxBytes", push.OutboxBytes),
        new("Push:SubscriptionsPerConnection", push.SubscriptionsPerConnection),
        new("Push:UnauthenticatedSockets", push.UnauthenticatedSockets),
        new("Search:AtOnce", search.AtOnce),
        new("Search:QueueLength", search.QueueLength),
    ];
}
