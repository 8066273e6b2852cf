namespace ChatApp.Storage;

/// <summary>What a backup says of itself, in its part <see cref="FileName"/>.</summary>
/// <param name="Format">Form of the archive: <see cref="CurrentFormat"/>.</param>
/// <param name="CreatedAt">When the backup began.</param>
/// <param name="Sqlite">Version of the SQLite library that wrote it.</param>
/// <param name="Parts">Everything else in the archive.</param>
public sealed record BackupManifest(int Format, DateTimeOffset CreatedAt, string Sqlite, IReadOnlyList<BackupPart> Parts)
{
    /// <summary>The form that this version writes, and the only one that it reads.</summary>
    public const int CurrentFormat = 1;

    /// <summary>Its place in the archive.</summary>
    public const string FileName = "manifest.json";

    /// <summary>The database's place in the archive.</summary>
    public const string Database = "chat.db";

    /// <summary>Where the keys lie in the archive.</summary>
    public const string Keys = "keys/";

    /// <summary>
    /// True where a part may have this name. The names come from a file that anybody may have made, and become paths: no
    /// other folder can be named.
    /// </summary>
    public static bool IsPartName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name == Database) return true;
        return name.StartsWith(Keys, StringComparison.Ordinal) && name.EndsWith(".xml", StringComparison.Ordinal)
            && name.Length is > 9 and <= 128 && name.AsSpan(Keys.Length).IndexOfAnyExcept(NameCharacters) < 0;
    }

    private static readonly System.Buffers.SearchValues<char> NameCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");
}

/// <summary>A file in a backup.</summary>
/// <param name="Name">Its place in the archive and in the data folder, with slashes.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Sha256">Of its content, as hexadecimal digits.</param>
public sealed record BackupPart(string Name, long Length, string Sha256);
