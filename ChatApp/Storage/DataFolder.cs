using ChatApp.Settings;

namespace ChatApp.Storage;

/// <summary>Where everything lives that a backup must hold: the database, the keys of cookies and tokens.</summary>
public sealed class DataFolder
{
    private DataFolder(string path) => Path = path;

    /// <summary>Absolute path.</summary>
    public string Path { get; }

    /// <summary>The database file.</summary>
    public string Database => System.IO.Path.Combine(Path, "chat.db");

    /// <summary>Folder of the keys that protect cookies and tokens.</summary>
    public string Keys => System.IO.Path.Combine(Path, "keys");

    /// <summary>The folder that the settings name, whether it is there or not. Nothing is created.</summary>
    public static DataFolder At(DataOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new DataFolder(System.IO.Path.IsPathRooted(options.Folder)
            ? options.Folder
            : System.IO.Path.GetFullPath(System.IO.Path.Combine(HomeFolder(), options.Folder)));
    }

    /// <summary>Creates the folder where it is missing, readable by its owner alone, and proves that it can be written.</summary>
    /// <exception cref="StartException">It cannot be created or written.</exception>
    public static DataFolder Open(DataOptions options)
    {
        var folder = At(options);
        var path = folder.Path;
        try
        {
            const UnixFileMode ownerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
            else Directory.CreateDirectory(path, ownerOnly);
            var probe = System.IO.Path.Combine(path, $".probe-{Guid.NewGuid():N}");
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new StartException($"the data folder '{path}' (setting Data:Folder) cannot be written: {problem.Message}");
        }

        return folder;
    }

    /// <summary>Takes a lock file for the life of the returned handle; null where another process holds it.</summary>
    /// <exception cref="StartException">The file may not be opened.</exception>
    public FileStream? TryLock(string name)
    {
        try
        {
            return new FileStream(System.IO.Path.Combine(Path, name), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException problem)
        {
            throw new StartException($"the data folder '{Path}' (setting Data:Folder) cannot be used: {problem.Message}");
        }
    }

    // Run from source, the application lies in <checkout>/ChatApp/bin/..., and data belongs at the top of the checkout;
    // published, it belongs where the program is started.
    private static string HomeFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "ChatApp.sln"))) return folder.FullName;
        }

        return Directory.GetCurrentDirectory();
    }
}
