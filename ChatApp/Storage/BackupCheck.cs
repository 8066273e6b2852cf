using System.Globalization;
using ChatApp.Settings;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Storage;

/// <summary>Proves that a backup can be relied on: unpacks it, and holds everything in it against what must be so.</summary>
public static class BackupCheck
{
    /// <summary>
    /// Unpacks a backup into an empty folder, brings its database to the present schema, and checks it. What was checked
    /// is said line by line.
    /// </summary>
    /// <returns>What is wrong, one line each; empty where the backup is good.</returns>
    /// <exception cref="BackupException">It is no backup, is damaged beyond a look inside, or is of a newer version.</exception>
    public static IReadOnlyList<string> Run(string file, DataFolder folder, TimeProvider time, Progress progress)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(progress);
        var manifest = BackupArchive.Unpack(file, folder.Path, progress);
        progress.Say(Invariant($"archive of {manifest.CreatedAt:yyyy-MM-dd HH:mm:ss} UTC: {manifest.Parts.Count} parts, {manifest.Parts.Sum(part => part.Length):N0} bytes, all checksums match"));
        progress.Say(Invariant($"keys: {manifest.Parts.Count - 1}"));
        try
        {
            if (FileProblems(folder.Database, progress) is { Count: > 0 } broken) return broken;
            progress.Say("database file: whole (integrity_check), no reference leads nowhere (foreign_key_check)");
            return ContentProblems(file, folder, time, progress);
        }
        catch (Exception fault) when (fault is SqliteException or DbUpdateException)
        {
            return [$"the database cannot be read: {fault.Message}"];
        }
        catch (StartException fault)
        {
            return [fault.Message];
        }
    }

    /// <summary>
    /// Checks the database of a data folder where it lies, also after a crash and while a server works on it: reads only,
    /// and needs no room. The full-text index is not checked, because that takes the right to write.
    /// </summary>
    /// <returns>What is wrong, one line each; empty where all is well.</returns>
    /// <exception cref="BackupException">There is no database, or one of another version.</exception>
    public static IReadOnlyList<string> RunInPlace(DataFolder folder, Progress progress)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(progress);
        if (!File.Exists(folder.Database)) throw new BackupException($"there is no database in '{folder.Path}' (setting Data:Folder)");
        try
        {
            if (FileProblems(folder.Database, progress) is { Count: > 0 } broken) return broken;
            progress.Say("database file: whole (integrity_check), no reference leads nowhere (foreign_key_check)");
            using var database = new ChatDatabase(folder);
            using var db = database.OpenRead();
            if (!db.Database.GetAppliedMigrations().SequenceEqual(db.Database.GetMigrations(), StringComparer.Ordinal))
                throw new BackupException($"the database in '{folder.Path}' is of another version; use that version, or start the server once");
            // One state of everything, whatever is written meanwhile.
            db.Database.OpenConnection();
            using var moment = ((SqliteConnection)db.Database.GetDbConnection()).BeginTransaction(deferred: true);
            db.Database.UseTransaction(moment);
            return LogProblems(db, progress);
        }
        catch (Exception fault) when (fault is SqliteException or DbUpdateException)
        {
            return [$"the database cannot be read: {fault.Message}"];
        }
    }

    private static List<string> FileProblems(string database, Progress progress)
    {
        progress.Begin("checking the database file");
        using var file = SqliteFile.OpenRead(database, progress);
        try
        {
            List<string> problems = [.. file.Run("PRAGMA integrity_check(20)").Select(row => row[0]).Where(line => line != "ok")];
            problems.AddRange(file.Run("PRAGMA foreign_key_check").Take(StorageAudit.MaxNamed).Select(row => $"a row of {row[0]} refers to one of {row[2]} that is not there"));
            return problems;
        }
        catch (BackupException fault)
        {
            return [$"the database cannot be read ({fault.Message})"];
        }
    }

    private static List<string> ContentProblems(string file, DataFolder folder, TimeProvider time, Progress progress)
    {
        using var database = new ChatDatabase(folder);
        using (var db = database.OpenRead())
        {
            if (db.Database.GetAppliedMigrations().Except(db.Database.GetMigrations(), StringComparer.Ordinal).FirstOrDefault() is { } newer)
                throw new BackupException($"'{file}' was made by a newer version (schema {newer}); use that version");
            if (!db.Database.GetAppliedMigrations().Any()) throw new BackupException($"'{file}' does not hold a database of this product");
        }

        database.Prepare(time);
        var problems = new List<string>();
        using (var db = database.OpenRead()) problems.AddRange(LogProblems(db, progress));

        using (database.Gate.Enter())
        using (var db = database.OpenWrite())
        {
            if (StorageAudit.SearchIndexProblem(db) is { } problem) problems.Add(problem);
            else progress.Say("full-text index: fits the messages");
        }

        return problems;
    }

    private static IReadOnlyList<string> LogProblems(ChatDbContext db, Progress progress)
    {
        progress.Begin("checking the rooms' logs");
        var problems = StorageAudit.Problems(db);
        progress.Say(Invariant($"logs: {db.Rooms.Count():N0} rooms, {db.Log.LongCount():N0} changes, offsets {(problems.Count == 0 ? "without a hole" : "NOT in order")}"));
        progress.Say(Invariant($"messages: {db.Messages.LongCount():N0}, each at its place, each key once; accounts: {db.Users.Count():N0}"));
        return problems;
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
