using System.Diagnostics.CodeAnalysis;
using ChatApp.Moderation;
using ChatApp.Push;
using ChatApp.Storage;

namespace ChatApp.Accounts;

/// <summary>
/// Ends what is connected in the name of somebody who may not be any more. There is no list of occasions: whatever is committed
/// about an account or its sessions, by whomever, its connections are held against what is stored then
/// (<see cref="KeptRights.LookAgain"/>), before the change is told to anybody and before its caller goes on.
/// </summary>
/// <remarks>
/// Whoever connects is put among the connections first and looks second (<see cref="AccessTokens.StillHolds(Credential)"/>); so one of both
/// sees the other, and nobody slips in between.
/// </remarks>
/// <param name="database">What is stored.</param>
/// <param name="broker">The live connections.</param>
/// <param name="time">The clock, for what ends by itself.</param>
/// <param name="log">Faults.</param>
public sealed partial class LiveSessions(ChatDatabase database, RoomBroker broker, TimeProvider time, ILogger<LiveSessions> log) : IHostedService
{
    /// <summary>Begins to look.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        database.Kept.LookAgain = LookAgain;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The sessions by which somebody is connected now.</summary>
    public IReadOnlySet<string> Of(UserId user) =>
        broker.ConnectionsOf(user).Select(static connection => SessionClaims.IdOf(connection.Credential)).OfType<string>().ToHashSet(StringComparer.Ordinal);

    [SuppressMessage("Design", "CA1031", Justification = "the change is stored, and its maker must not be told otherwise")]
    private void LookAgain(UserId user)
    {
        try
        {
            var connections = broker.ConnectionsOf(user);
            var bots = broker.BotConnectionsOf(user);
            if (connections.Count + bots.Count > 0) EndWhatDoesNotHold(user, connections, bots);
        }
        catch (Exception fault)
        {
            LogFailed(log, fault);
            // Nobody knows which of them still may: each comes back and is judged anew.
            broker.EndAll(user, EndReason.ForceReconnect);
        }
    }

    private void EndWhatDoesNotHold(UserId user, IReadOnlyList<Connection> connections, IReadOnlyList<Connection> bots)
    {
        using var db = database.OpenRead();
        var isOpen = db.OpenAccounts(time.GetUtcNow()).Any(account => account.Id == user.Value);
        var end = Bans.Of(db, time.GetUtcNow()).Any(ban => ban.UserId == user.Value) ? EndReason.Banned : EndReason.SignedOut;
        var holding = isOpen
            ? db.Sessions.Where(session => session.UserId == user.Value && session.EndedAt == null).Select(session => session.Id).AsEnumerable().ToHashSet(StringComparer.Ordinal)
            : [];
        foreach (var connection in connections)
        {
            if (!isOpen || (SessionClaims.IdOf(connection.Credential) is { } session && !holding.Contains(session))) connection.End(end);
        }

        if (isOpen) return;
        foreach (var bot in bots) bot.End(end);
    }

    [LoggerMessage(500, LogLevel.Error, "It could not be looked up which connections of an account still hold; all of them have to come back")]
    private static partial void LogFailed(ILogger logger, Exception fault);
}
