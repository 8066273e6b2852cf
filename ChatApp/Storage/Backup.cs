namespace ChatApp.Storage;

/// <summary>
/// Makes a backup of a data folder, also while a server works on it: one consistent state of the database, and the keys.
/// </summary>
public static class Backup
{
    /// <summary>Writes a backup to a new file. It appears there whole or not at all.</summary>
    /// <exception cref="BackupException">
    /// There is nothing to back up, something is in the place of the file, the database cannot be read, or its copy not written.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written, for want of room too.</exception>
    /// <exception cref="OperationCanceledException">Stopped; nothing is left behind.</exception>
    public static BackupManifest Make(DataFolder folder, string file, DateTimeOffset now, Progress progress)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(progress);
        var target = Path.GetFullPath(file);
        if (!File.Exists(folder.Database)) throw new BackupException($"there is no database in '{folder.Path}' (setting Data:Folder)");
        if (Path.Exists(target)) throw new BackupException($"'{target}' exists already; nothing is overwritten");
        if (!Directory.Exists(Path.GetDirectoryName(target))) throw new BackupException($"there is no folder '{Path.GetDirectoryName(target)}'");

        // Beside the target: what is finished there only needs its name. A folder, so that only its owner reads any of it.
        var workshop = $"{target}.{Guid.NewGuid():N}.part";
        CreateOwnerOnly(workshop);
        try
        {
            var copy = Path.Combine(workshop, BackupManifest.Database);
            Copy(folder.Database, copy, progress);
            // After the database: whatever key something in it was protected with is there by now.
            List<(string, string)> parts = [(BackupManifest.Database, copy)];
            if (Directory.Exists(folder.Keys))
                parts.AddRange(Directory.GetFiles(folder.Keys, "*.xml").Order(StringComparer.Ordinal).Select(key => (BackupManifest.Keys + Path.GetFileName(key), key)));
            var archive = Path.Combine(workshop, "archive");
            var manifest = BackupArchive.Write(archive, parts, now, progress);
            DurableFile.Move(archive, target);
            return manifest;
        }
        finally
        {
            Directory.Delete(workshop, recursive: true);
        }
    }

    internal static void CreateOwnerOnly(string folder)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    // One read transaction: the writer is not held up, and nothing of what it does meanwhile gets in. Written anew page by
    // page, the copy holds nothing of what was deleted.
    private static void Copy(string database, string copy, Progress progress)
    {
        progress.Begin("copying", new FileInfo(database).Length);
        using var source = SqliteFile.OpenRead(database, progress);
        try
        {
            source.Run("VACUUM INTO ?", copy, () => File.Exists(copy) ? new FileInfo(copy).Length : 0);
        }
        catch (BackupException problem)
        {
            // SQLite does not say which of the two it could not read or write.
            throw new BackupException($"the database cannot be copied to the folder of the backup: {problem.Message}");
        }
    }
}
