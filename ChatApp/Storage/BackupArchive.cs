using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;

namespace ChatApp.Storage;

/// <summary>
/// The file that a backup is: a ZIP archive with the database, the keys, and a manifest with the checksum of each. The
/// checksums of ZIP itself are not looked at by every reader, and find no change that was meant.
/// </summary>
public static class BackupArchive
{
    private const int BufferSize = 1 << 20;
    private const int MaxManifestBytes = 1 << 20;
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, MaxDepth = 8 };

    /// <summary>Writes an archive and brings it to the disk.</summary>
    /// <param name="file">Does not exist yet; readable by its owner alone, because whoever has the keys can sign in as anybody.</param>
    /// <param name="parts">Names in the archive, and the files.</param>
    /// <param name="createdAt">When the backup began.</param>
    /// <param name="progress">Told of each stretch.</param>
    public static BackupManifest Write(string file, IReadOnlyList<(string Name, string Path)> parts, DateTimeOffset createdAt, Progress progress)
    {
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentNullException.ThrowIfNull(progress);
        progress.Begin("writing", parts.Sum(part => new FileInfo(part.Path).Length));
        using var output = CreateOwnerOnly(file);
        var written = new List<BackupPart>();
        BackupManifest manifest;
        using (var archive = new ZipArchive(output, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, path) in parts)
            {
                using var source = File.OpenRead(path);
                using var target = archive.CreateEntry(name, CompressionLevel.Fastest).Open();
                written.Add(Copy(source, target, name, progress));
            }

            manifest = new BackupManifest(BackupManifest.CurrentFormat, createdAt, SqliteRuntime.EnsureLoaded(), written);
            using var last = archive.CreateEntry(BackupManifest.FileName).Open();
            JsonSerializer.Serialize(last, manifest, Json);
        }

        output.Flush(flushToDisk: true);
        return manifest;
    }

    /// <summary>Unpacks an archive into a folder and compares each part with its checksum.</summary>
    /// <exception cref="BackupException">There is no such file, it is no backup, or it is damaged.</exception>
    public static BackupManifest Unpack(string file, string folder, Progress progress)
    {
        ArgumentNullException.ThrowIfNull(progress);
        if (!File.Exists(file)) throw new BackupException($"there is no file '{file}'");
        try
        {
            using var archive = ZipFile.OpenRead(file);
            var manifest = ReadManifest(archive, file);
            progress.Begin("unpacking", manifest.Parts.Sum(part => part.Length));
            foreach (var part in manifest.Parts)
            {
                var entry = archive.GetEntry(part.Name) ?? throw new BackupException($"'{file}' is damaged: {part.Name} is missing");
                using var source = entry.Open();
                var path = Path.Combine(folder, part.Name);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                using var target = CreateOwnerOnly(path);
                // No further than it says of itself: a small archive can inflate to any size.
                if (Copy(source, target, part.Name, progress, part.Length) != part) throw new BackupException($"'{file}' is damaged: {part.Name} is not what was stored");
                target.Flush(flushToDisk: true);
            }

            return manifest;
        }
        catch (InvalidDataException)
        {
            throw new BackupException($"'{file}' is not a backup, or it is damaged");
        }
        catch (UnauthorizedAccessException problem)
        {
            throw new BackupException($"'{file}' cannot be read: {problem.Message}");
        }
    }

    private static BackupManifest ReadManifest(ZipArchive archive, string file)
    {
        try
        {
            if (archive.GetEntry(BackupManifest.FileName) is not { Length: <= MaxManifestBytes } entry) throw new BackupException($"'{file}' is not a backup");
            using var content = entry.Open();
            var manifest = JsonSerializer.Deserialize<BackupManifest>(content, Json);
            if (manifest is { Format: not BackupManifest.CurrentFormat }) throw new BackupException($"'{file}' is a backup of form {manifest.Format}, which this version cannot read");
            if (manifest?.Parts is not { } parts || parts.Any(part => part?.Name is null || !BackupManifest.IsPartName(part.Name) || part.Length < 0)
                || parts.Count(part => part.Name == BackupManifest.Database) != 1 || parts.DistinctBy(part => part.Name).Count() != parts.Count)
            {
                throw new BackupException($"'{file}' is not a backup, or it is damaged: its manifest makes no sense");
            }

            return manifest;
        }
        catch (JsonException)
        {
            throw new BackupException($"'{file}' is not a backup, or it is damaged: its manifest cannot be read");
        }
    }

    private static BackupPart Copy(Stream source, Stream target, string name, Progress progress, long atMost = long.MaxValue)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[BufferSize];
        var length = 0L;
        int read;
        while (length <= atMost && (read = source.Read(buffer)) > 0)
        {
            hash.AppendData(buffer, 0, read);
            target.Write(buffer, 0, read);
            length += read;
            progress.Add(read);
        }

        return new BackupPart(name, length, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    private static FileStream CreateOwnerOnly(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }
}
