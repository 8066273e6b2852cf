using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Settings;
using ChatApp.Storage;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Messages;

/// <summary>
/// Lets messages go that are older than their room, or the instance, keeps them; pinned ones stay. Works in small batches
/// through the one writer, with a pause after each, so that nobody who posts waits for more than one of them.
/// </summary>
/// <remarks>
/// The log goes with the messages, from its beginning: <see cref="Room.Floor"/> rises, so what is held never has a hole, and
/// whoever comes back from below the floor is told of the gap. Deleted with a message: its earlier texts, its reactions, its
/// words in the full-text index. The key of its sender stays spent.
/// </remarks>
/// <param name="database">Says which rooms have something to let go.</param>
/// <param name="commits">The one writer.</param>
/// <param name="broker">Tells the viewers.</param>
/// <param name="cards">Where messages are shown that other messages link to.</param>
/// <param name="settings">The instance's limit.</param>
/// <param name="time">The clock.</param>
public sealed class Retention(ChatDatabase database, CommitQueue commits, RoomBroker broker, MessageCards cards, InstanceSettings settings, TimeProvider time)
{
    /// <summary>Most changes of a room that one batch lets go.</summary>
    public const int MaxBatch = 500;

    private const int MinBatch = 20;
    private static readonly TimeSpan LongBatch = TimeSpan.FromMilliseconds(50);

    /// <summary>Lets go what has to go now, in all rooms.</summary>
    /// <returns>How many messages went.</returns>
    /// <exception cref="StorageUnavailableException">Not now; what is left goes next time.</exception>
    public async Task<int> TrimAsync(CancellationToken stop = default)
    {
        var removed = 0;
        foreach (var room in RoomsWithLimit())
        {
            var size = MaxBatch;
            while (!stop.IsCancellationRequested)
            {
                var began = time.GetTimestamp();
                var batch = await commits.CommitAsync(commit => Trim(commit, room, size));
                removed += batch.Removed;
                if (batch.IsLast) break;
                var took = time.GetElapsedTime(began);
                // Long texts make long batches: the full-text index gives up each of their parts.
                size = took > LongBatch ? Math.Max(MinBatch, size / 2) : Math.Min(MaxBatch, size * 2);
                await Task.Delay(took, time, stop);
            }
        }

        return removed;
    }

    private List<RoomId> RoomsWithLimit()
    {
        var isLimited = settings.Current.RetentionDays > 0;
        using var db = database.OpenRead();
        return [.. db.Rooms
            .Where(room => (room.RetentionDays != null || isLimited) && room.Floor < room.Head)
            .Select(room => room.Id)
            .AsEnumerable()
            .Select(id => new RoomId(id))];
    }

    private Batch Trim(Commit commit, RoomId id, int size)
    {
        var room = commit.Db.Rooms.Find(id.Value)!;
        var days = room.RetentionDays ?? settings.In(commit.Db).RetentionDays;
        if (days == 0) return new Batch(0, IsLast: true);
        var before = commit.Now - TimeSpan.FromDays(days);
        var next = commit.Db.Log
            .Where(entry => entry.RoomId == id.Value && entry.Offset > room.Floor)
            .OrderBy(entry => entry.Offset)
            .Take(size)
            .Select(entry => new { entry.Offset, entry.At })
            .ToList();
        // Only from the beginning: a clock that was set back must not make a hole.
        var old = next.TakeWhile(entry => entry.At < before).ToList();
        var floor = old.Count > 0 ? old[^1].Offset : room.Floor;

        // Below the old floor too: whatever was pinned there and is no longer.
        // What a sweep hides keeps its pin with the sweep.
        var gone = commit.Db.Messages.Where(message => message.RoomId == id.Value && message.Offset <= floor && message.PinnedAt == null
            && !commit.Db.SweptMessages.Any(swept => swept.MessageId == message.Id && swept.PinnedAt != null));
        var ids = gone.OrderBy(message => message.Offset).Take(size).Select(message => message.Id).ToList();
        if (ids.Count == 0 && floor == room.Floor) return new Batch(0, IsLast: true);
        SpentKeys.Keep(commit.Db, ids);
        commit.Db.Messages.Where(message => ids.Contains(message.Id)).ExecuteDelete();
        commit.Db.Log.Where(entry => entry.RoomId == id.Value && entry.Offset <= floor).ExecuteDelete();
        room.Floor = floor;
        var trimmed = new HistoryTrimmed(id, new Offset(floor), ids.Select(message => new MessageId(message)).ToHashSet(), commit.Now);
        commit.AfterCommit(() => broker.Publish(id, trimmed, offset: null, rewrites: true));
        commit.AfterCommit(() => cards.Changed(trimmed.Removed));
        return new Batch(ids.Count, IsLast: old.Count < size && ids.Count < size);
    }

    private readonly record struct Batch(int Removed, bool IsLast);
}
