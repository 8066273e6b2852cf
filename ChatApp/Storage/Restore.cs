using ChatApp.Settings;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Storage;

/// <summary>Puts a backup into a data folder in which there is nothing yet.</summary>
public static class Restore
{
    private const string Workshop = ".restore";

    // What may lie in a folder that counts as empty: the root of a fresh disk, the locks, and what a restore that was
    // killed has left.
    private static readonly string[] Nothing = ["lost+found", "server.lock", "write.lock", Workshop];

    /// <summary>
    /// Verifies a backup, gives each room's log a new epoch (what happened after the backup is gone, so it is another log
    /// than the one that clients remember), and moves everything to its place, the database last.
    /// </summary>
    /// <exception cref="BackupException">The backup is not good, or the folder is not empty. The folder is as it was.</exception>
    /// <exception cref="IOException">The folder cannot be written, for want of room too.</exception>
    public static void Run(string file, DataOptions options, TimeProvider time, Progress progress)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(progress);
        if (!File.Exists(file)) throw new BackupException($"there is no file '{file}'");
        RefuseUnlessEmpty(DataFolder.At(options).Path);
        var existed = Directory.Exists(DataFolder.At(options).Path);
        var folder = DataFolder.Open(options);
        var isDone = false;
        try
        {
            // A server that starts now would make a new database in the place of the restored one.
            using var only = folder.TryLock("server.lock") ?? throw new BackupException($"a server or another restore uses the folder '{folder.Path}'");
            RefuseUnlessEmpty(folder.Path);
            Run(file, folder, time, progress);
            isDone = true;
        }
        finally
        {
            if (!isDone) Clear(folder.Path, removeFolder: !existed);
        }
    }

    private static void Run(string file, DataFolder folder, TimeProvider time, Progress progress)
    {
        var path = Path.Combine(folder.Path, Workshop);
        if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
        Backup.CreateOwnerOnly(path);
        var fresh = DataFolder.Open(new DataOptions { Folder = path });
        if (BackupCheck.Run(file, fresh, time, progress) is { Count: > 0 } problems)
            throw new BackupException($"'{file}' is damaged ({(problems.Count == 1 ? "1 problem" : $"{problems.Count} problems")}): {problems[0]}");

        var rooms = BeginNewLogs(fresh);
        progress.Say($"rooms that begin a new epoch: {rooms}");
        Directory.CreateDirectory(fresh.Keys);
        DurableFile.FlushFolder(fresh.Keys);
        Directory.Move(fresh.Keys, folder.Keys);
        DurableFile.Move(fresh.Database, folder.Database);
        Directory.Delete(path, recursive: true);
    }

    private static int BeginNewLogs(DataFolder folder)
    {
        using (var database = new ChatDatabase(folder))
        using (database.Gate.Enter())
        using (var db = database.OpenWrite())
        {
            using var transaction = db.Database.BeginTransaction();
            foreach (var id in db.Rooms.Select(room => room.Id).ToList())
            {
                var epoch = ChatDatabase.NewEpoch();
                db.Database.ExecuteSql($"UPDATE rooms SET Epoch = {epoch} WHERE Id = {id}");
            }

            transaction.Commit();
        }

        // Out of write-ahead mode once: afterwards the file is complete by itself, on the disk, and can be moved alone.
        var file = new SqliteConnectionStringBuilder { DataSource = folder.Database, Pooling = false };
        using var connection = new SqliteConnection(file.ConnectionString);
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA synchronous=FULL; PRAGMA journal_mode=DELETE; SELECT COUNT(*) FROM rooms;";
        using var reader = command.ExecuteReader();
        if (!reader.Read() || reader.GetString(0) != "delete") throw new BackupException("the restored database cannot be completed");
        return reader.NextResult() && reader.Read() ? reader.GetInt32(0) : 0;
    }

    private static void RefuseUnlessEmpty(string path)
    {
        if (File.Exists(path)) throw new BackupException($"'{path}' (setting Data:Folder) is a file");
        if (!Directory.Exists(path)) return;
        var first = Directory.EnumerateFileSystemEntries(path).Select(Path.GetFileName).FirstOrDefault(name => !Nothing.Contains(name, StringComparer.Ordinal));
        if (first is not null) throw new BackupException($"the folder '{path}' (setting Data:Folder) is not empty: it holds '{first}'");
    }

    private static void Clear(string path, bool removeFolder)
    {
        try
        {
            if (removeFolder) Directory.Delete(path, recursive: true);
            else if (Directory.Exists(Path.Combine(path, Workshop))) Directory.Delete(Path.Combine(path, Workshop), recursive: true);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // The failure before this one says what is wrong; what is left counts as nothing at the next try.
        }
    }
}
