using System.IO.Compression;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Storage;

public sealed class BackupCheckTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("chatapp-").FullName;
    private readonly List<string> _said = [];

    private string Archive => Path.Combine(_folder, "backup.zip");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Every_single_changed_byte_of_the_contents_is_found()
    {
        await MakeAsync();
        var whole = await File.ReadAllBytesAsync(Archive);
        var random = new Random(20260);
        var found = 0;
        for (var round = 0; round < 200; round++)
        {
            var place = random.Next(whole.Length);
            var bytes = whole.ToArray();
            bytes[place] ^= (byte)(1 << random.Next(8));
            await File.WriteAllBytesAsync(Archive, bytes);
            try
            {
                using var unpacked = new Unpacked(Archive);
                // What no reader looks at (dates, hints) may change; what comes out may not.
                Assert.Equal(unpacked.Manifest.Parts, unpacked.Parts);
            }
            catch (BackupException)
            {
                found++;
            }
        }

        Assert.True(found > 100, $"Only {found} of 200 were found.");
    }

    [Fact]
    public async Task An_archive_that_was_cut_short_is_no_backup_wherever_it_was_cut()
    {
        await MakeAsync();
        var whole = await File.ReadAllBytesAsync(Archive);
        for (var part = 0; part < 20; part++)
        {
            await File.WriteAllBytesAsync(Archive, whole[..(whole.Length * part / 20)]);
            Assert.Throws<BackupException>(() => new Unpacked(Archive).Dispose());
        }
    }

    [Theory]
    [InlineData("UPDATE rooms SET Head = Head + 1", "its log should hold")]
    [InlineData("DELETE FROM users", "refers to one of users that is not there")]
    [InlineData("INSERT INTO message_search(rowid, Text) VALUES (99, 'words that nobody wrote')", "the full-text index does not fit")]
    public async Task A_database_that_was_damaged_before_it_was_backed_up_is_found(string damage, string problem)
    {
        await MakeAsync(damage);
        Assert.Contains(Check(), line => line.Contains(problem, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_page_of_the_database_that_makes_no_sense_is_found()
    {
        await MakeAsync();
        Repack((name, bytes) =>
        {
            if (name == "chat.db") bytes.AsSpan(2 * 4096, 4096).Fill(0x5a);
            return bytes;
        });
        Assert.NotEmpty(Check());
    }

    [Fact]
    public async Task A_backup_of_a_newer_version_is_refused_with_that_reason()
    {
        await MakeAsync("INSERT INTO __EFMigrationsHistory VALUES ('29990101000000_Later', '99.0')");
        Assert.Contains("was made by a newer version (schema 29990101000000_Later)", Assert.Throws<BackupException>(Check).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_of_something_else_is_refused()
    {
        var other = Path.Combine(_folder, "other.db");
        await using (var connection = new SqliteConnection($"Data Source={other};Pooling=false"))
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = "CREATE TABLE t(x)";
            await command.ExecuteNonQueryAsync();
        }

        BackupArchive.Write(Archive, [("chat.db", other)], DateTimeOffset.UnixEpoch, new Progress(_said.Add));
        Assert.NotEmpty(Complaints());
    }

    [Theory]
    [InlineData("../evil.xml")]
    [InlineData("keys/../../evil.xml")]
    [InlineData("keys/a/b.xml")]
    [InlineData("/etc/evil.xml")]
    [InlineData("keys/..xml/")]
    [InlineData("keys\\evil.xml")]
    [InlineData("evil")]
    public void A_part_can_name_no_other_place(string name) => Assert.False(BackupManifest.IsPartName(name));

    [Fact]
    public async Task A_part_with_a_forbidden_name_makes_the_archive_no_backup_and_writes_nothing()
    {
        await MakeAsync();
        Repack((name, bytes) => bytes, manifest => manifest with { Parts = [.. manifest.Parts, manifest.Parts[0] with { Name = "keys/../../evil.xml" }] });
        Assert.Throws<BackupException>(() => new Unpacked(Archive).Dispose());
        Assert.False(File.Exists(Path.Combine(_folder, "evil.xml")));
    }

    [Fact]
    public async Task Work_that_is_stopped_leaves_nothing_behind()
    {
        await using var kit = await StorageKit.StartAsync(folder: Path.Combine(_folder, "data"));
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        Assert.Throws<OperationCanceledException>(() => Backup.Make(kit.Folder, Archive, DateTimeOffset.UnixEpoch, new Progress(_said.Add, stop.Token)));
        Assert.Equal(["data"], Directory.GetFileSystemEntries(_folder).Select(Path.GetFileName));
    }

    private IReadOnlyList<string> Complaints()
    {
        try
        {
            return Check();
        }
        catch (BackupException refused)
        {
            return [refused.Message];
        }
    }

    private IReadOnlyList<string> Check()
    {
        var place = Directory.CreateTempSubdirectory("chatapp-").FullName;
        try
        {
            return BackupCheck.Run(Archive, DataFolder.Open(new DataOptions { Folder = place }), TimeProvider.System, new Progress(_said.Add));
        }
        finally
        {
            Directory.Delete(place, recursive: true);
        }
    }

    private async Task MakeAsync(string? damage = null)
    {
        await using var server = await TestServer.StartAsync(folder: Path.Combine(_folder, "data"));
        var ann = await server.AddPersonAsync("Ann");
        for (var i = 0; i < 5; i++) await server.PostAsync(ann, RoomId.General, $"message {i}");
        if (damage is not null)
        {
            await using var connection = new SqliteConnection($"Data Source={_folder}/data/chat.db;Foreign Keys=false;Pooling=false");
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA wal_autocheckpoint=0;" + damage;
            await command.ExecuteNonQueryAsync();
        }

        Backup.Make(server.Get<DataFolder>(), Archive, DateTimeOffset.UnixEpoch, new Progress(_said.Add));
    }

    private void Repack(Func<string, byte[], byte[]> change, Func<BackupManifest, BackupManifest>? manifest = null)
    {
        using var unpacked = new Unpacked(Archive);
        File.Delete(Archive);
        var parts = new List<(string, string)>();
        foreach (var part in unpacked.Manifest.Parts)
        {
            var path = Path.Combine(unpacked.Folder, part.Name);
            File.WriteAllBytes(path, change(part.Name, File.ReadAllBytes(path)));
            parts.Add((part.Name, path));
        }

        var written = BackupArchive.Write(Archive, parts, DateTimeOffset.UnixEpoch, new Progress(_said.Add));
        if (manifest is null) return;
        using var zip = ZipFile.Open(Archive, ZipArchiveMode.Update);
        zip.GetEntry(BackupManifest.FileName)!.Delete();
        using var stream = zip.CreateEntry(BackupManifest.FileName).Open();
        System.Text.Json.JsonSerializer.Serialize(stream, manifest(written), System.Text.Json.JsonSerializerOptions.Web);
    }

    private sealed class Unpacked : IDisposable
    {
        public Unpacked(string archive)
        {
            try
            {
                Manifest = BackupArchive.Unpack(archive, Folder, new Progress(static _ => { }));
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        public string Folder { get; } = Directory.CreateTempSubdirectory("chatapp-").FullName;

        public BackupManifest Manifest { get; }

        public IReadOnlyList<BackupPart> Parts => [.. Manifest.Parts.Select(part =>
        {
            var bytes = File.ReadAllBytes(Path.Combine(Folder, part.Name));
            return new BackupPart(part.Name, bytes.Length, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes)));
        })];

        public void Dispose() => Directory.Delete(Folder, recursive: true);
    }
}
