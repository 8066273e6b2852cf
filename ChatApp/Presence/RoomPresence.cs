using ChatApp.Accounts;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Storage;

namespace ChatApp.Presence;

/// <summary>Sets the board to work at the start, and tells rooms how their members are seen: those where somebody asked for it, up to <see cref="RoomCrowds.Most"/> members.</summary>
/// <param name="board">Who is here.</param>
/// <param name="broker">The live connections.</param>
/// <param name="crowds">Who is in a room.</param>
/// <param name="database">What people have chosen.</param>
/// <param name="time">The clock.</param>
public sealed class RoomPresence(PresenceBoard board, RoomBroker broker, RoomCrowds crowds, ChatDatabase database, TimeProvider time) : IHostedService
{
    /// <summary>Reads what people have chosen, and begins to look.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        using var db = database.OpenRead();
        var chosen = db.Users
            .Where(user => user.PresenceMode != PresenceMode.Automatic)
            .Select(user => new { user.Id, user.PresenceMode, user.PresenceUntil })
            .ToList();
        foreach (var one in chosen) board.Choose(new UserId(one.Id), new PresenceChoice(one.PresenceMode, one.PresenceUntil));
        board.TellRooms = Tell;
        broker.ConnectionsChanged = board.Look;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Tell(IReadOnlyList<PresenceChange> changes)
    {
        foreach (var channel in broker.AttendedChannels)
        {
            if (channel.Room is not { } room || crowds.IsLarge(room)) continue;
            var members = crowds.Among(room, [.. changes.Select(static change => change.User)]);
            var ofRoom = changes.Where(change => members.Contains(change.User)).ToList();
            if (ofRoom.Count > 0) broker.PublishToListeners(room, new MembersSeen(room, ofRoom, time.GetUtcNow()));
        }
    }
}
