using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Push;

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
/// <param name="messages">Limits of messages.</param>
/// <param name="accounts">Limits of signing in.</param>
public sealed class StartLimits(PushOptions push, MessageOptions messages, AccountOptions accounts)
{
    /// <summary>All of them, by name.</summary>
    public IReadOnlyList<StartLimit> All { get; } =
    [
        new("Accounts:AttemptsPerMinute", accounts.AttemptsPerMinute),
        new("Accounts:LockoutAttempts", accounts.LockoutAttempts),
        new("Accounts:LockoutMinutes", accounts.LockoutMinutes),
        new("Accounts:SessionsPerUser", accounts.SessionsPerUser),
        new("Messages:MaxLength", messages.MaxLength),
        new("Messages:MaxReactionKinds", messages.MaxReactionKinds),
        new("Messages:PostBurst", messages.PostBurst),
        new("Messages:PostsPerSecond", messages.PostsPerSecond),
        new("Push:Connections", push.Connections),
        new("Push:ConnectionsPerAddress", push.ConnectionsPerAddress),
        new("Push:ConnectionsPerUser", push.ConnectionsPerUser),
        new("Push:OutboxBytes", push.OutboxBytes),
        new("Push:SubscriptionsPerConnection", push.SubscriptionsPerConnection),
    ];
}
