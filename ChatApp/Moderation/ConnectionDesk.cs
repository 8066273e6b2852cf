using System.Globalization;
using ChatApp.Accounts;
using ChatApp.Push;
using ChatApp.Storage;

namespace ChatApp.Moderation;

/// <summary>What moderators do to all live connections of a person at once. The rights are those of <see cref="ModerationDesk"/>.</summary>
/// <param name="desk">Says who may act on whom.</param>
/// <param name="broker">The live connections.</param>
/// <param name="commits">The one writer.</param>
/// <param name="users">Ranks and names.</param>
public sealed class ConnectionDesk(ModerationDesk desk, RoomBroker broker, CommitQueue commits, UserDirectory users)
{
    /// <summary>
    /// Ends all live connections of a person, pages and programs, those of their bots excepted. Programs are told not to come back by
    /// themselves; pages say so, and may be loaded again: whoever shall stay away is banned.
    /// </summary>
    /// <param name="actor">Who acts: a moderator, above the person in rank or the person themselves.</param>
    /// <param name="target">The person.</param>
    /// <param name="reason">Why; it stands in the audit log, and must not be missing.</param>
    /// <returns>How it went, <see cref="ModerationOutcome.NotFound"/> where there is no such person or none of them is live; and how many were ended.</returns>
    public async Task<(ModerationOutcome Outcome, int Ended)> DisconnectAllAsync(Actor actor, UserId target, string reason)
    {
        if (!users.Get(actor).IsModerator || !desk.MayActOn(actor, target)) return (ModerationOutcome.NotAllowed, 0);
        if (string.IsNullOrWhiteSpace(reason)) return (ModerationOutcome.ReasonMissing, 0);
        var ended = 0;
        try
        {
            await commits.CommitAsync(commit =>
            {
                var live = broker.CountOf(target);
                if (live == 0) return false;
                AuditLog.Add(commit, actor.Id, "connection.disconnect_all", target.Value, $"{users.Get(target).Name}: {live.ToString(CultureInfo.InvariantCulture)}", reason);
                // Who is there now that it is stored: a connection that came meanwhile is not missed.
                commit.AfterCommit(() => ended = broker.EndWhere(target, static _ => true, EndReason.ForceDisconnect));
                return true;
            });
        }
        catch (StorageUnavailableException)
        {
            return (ModerationOutcome.Busy, 0);
        }

        return (ended > 0 ? ModerationOutcome.Done : ModerationOutcome.NotFound, ended);
    }

    /// <summary>Does something to each live connection of a person, once it stands in the audit log.</summary>
    /// <param name="actor">Who acts: a moderator, above the person in rank or the person themselves.</param>
    /// <param name="target">The person.</param>
    /// <param name="only">One of their connections; null for all.</param>
    /// <param name="action">The word for it in the audit log.</param>
    /// <param name="details">What it is about, for the audit log.</param>
    /// <param name="act">What is done.</param>
    public async Task<ModerationOutcome> ActAsync(UserId actor, UserId target, ConnectionId? only, string action, string details, Action<Connection> act)
    {
        ArgumentNullException.ThrowIfNull(act);
        if (!users.Get(actor).IsModerator || !desk.MayActOn(actor, target)) return ModerationOutcome.NotAllowed;
        if (only is { } id && broker.Find(id)?.User != target) return ModerationOutcome.NotFound;
        try
        {
            await commits.CommitAsync(commit =>
            {
                AuditLog.Add(commit, actor, action, only?.ToString() ?? target.Value, $"{users.Get(target).Name}: {details}", reason: "");
                return true;
            });
        }
        catch (StorageUnavailableException)
        {
            return ModerationOutcome.Busy;
        }

        // Who is there now that it is stored: a connection that came meanwhile is not missed.
        foreach (var connection in broker.ConnectionsOf(target).Where(connection => only is null || connection.Id == only)) act(connection);
        return ModerationOutcome.Done;
    }
}
