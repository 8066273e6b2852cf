using ChatApp.Storage;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Messages;

/// <summary>
/// Makes deleted texts go from the database's files, not only from its tables. What a page gives up is overwritten by SQLite
/// itself (<c>secure_delete</c>); two places remain, and are cleared here: the full-text index, which marks pieces of a text as
/// gone and keeps them until its parts are merged, and the write-ahead log, which holds pages as they were before.
/// </summary>
/// <remarks>
/// Merging writes the whole index anew, whatever was deleted, so it goes in small steps through the one writer, with pauses
/// three times as long. SQLite from 3.42 on could do without; older ones are what systems have.
/// </remarks>
/// <param name="database">The files.</param>
/// <param name="commits">The one writer.</param>
/// <param name="time">The clock.</param>
public sealed class Erasure(ChatDatabase database, CommitQueue commits, TimeProvider time)
{
    private const int PagesPerStep = 250;
    private const int StepsPerCheckpoint = 50;
    private const int Tries = 20;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Erases what was deleted before this call; without any deletion since the last time it does nothing.</summary>
    /// <returns>How many texts, edits counted too, are gone from the files; 0 where a reader is in the way: then it is tried again.</returns>
    /// <exception cref="StorageUnavailableException">Not now.</exception>
    public async Task<int> RunAsync(CancellationToken stop = default)
    {
        var (removed, erased) = Marks();
        if (removed == erased) return 0;
        // The first step makes one merge of all parts that there are; the others carry it on. New parts come while people
        // post, and are no affair of this pass: it ends when it has written as much as there was.
        var steps = LongestPass();
        for (var step = 0; step < steps && await StepAsync(isFirst: step == 0, stop); step++)
        {
            // Or the write-ahead log would grow by as much as the index is long.
            if (step % StepsPerCheckpoint == StepsPerCheckpoint - 1) await CheckpointAsync(stop);
        }

        for (var attempt = 0; !await CheckpointAsync(stop); attempt++)
        {
            if (attempt == Tries) return 0;
            await Task.Delay(Pause, time, stop);
        }

        await commits.CommitAsync(commit => commit.Db.Database.ExecuteSql($"UPDATE upkeep SET Value = MAX(Value, {removed}) WHERE Name = {UpkeepMark.TextsErased}"));
        return (int)Math.Min(int.MaxValue, removed - erased);
    }

    private (long Removed, long Erased) Marks()
    {
        using var db = database.OpenRead();
        var marks = db.UpkeepMarks.ToDictionary(mark => mark.Name, mark => mark.Value, StringComparer.Ordinal);
        return (marks[UpkeepMark.TextsRemoved], marks[UpkeepMark.TextsErased]);
    }

    private long LongestPass()
    {
        using var db = database.OpenRead();
        return (db.Database.SqlQueryRaw<long>("SELECT COUNT(*) AS Value FROM message_search_data").Single() / PagesPerStep) + 2;
    }

    private async Task<bool> StepAsync(bool isFirst, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        var began = time.GetTimestamp();
        var hasMore = await commits.CommitAsync(commit =>
        {
            var before = StorageFault.ChangesOf(commit.Db);
            commit.Db.Database.ExecuteSql($"INSERT INTO message_search(message_search, rank) VALUES ('merge', {(isFirst ? -PagesPerStep : PagesPerStep)})");
            // The statement itself counts as one change; whatever it merged comes on top.
            return StorageFault.ChangesOf(commit.Db) - before > 1;
        });
        if (hasMore) await Task.Delay(3 * time.GetElapsedTime(began), time, stop);
        return hasMore;
    }

    private async Task<bool> CheckpointAsync(CancellationToken stop)
    {
        using var gate = await database.Gate.EnterAsync(stop);
        using var db = database.OpenWrite();
        return database.EmptyLog(db);
    }
}
