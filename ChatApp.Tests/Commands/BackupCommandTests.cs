using System.IO.Compression;
using System.Net.Http.Json;
using System.Text.Json;
using ChatApp.Messages;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Commands;

public sealed class BackupCommandTests : ProcessTest
{
    private string Archive => Path.Combine(Folder, "backup.zip");

    private string Restored => Path.Combine(Folder, "restored");

    [Fact]
    public async Task A_backup_that_was_made_while_people_posted_is_good_and_restores_to_a_server_with_all_that_was_acknowledged_before()
    {
        var data = Path.Combine(Folder, "data");
        var acknowledged = new List<string>();
        string token;
        await using (var server = await TestServer.StartAsync(folder: data))
        {
            var ann = await server.AddPersonAsync("Ann");
            token = await server.TokenOfAsync(ann);
            using var stop = new CancellationTokenSource();
            var posting = Task.Run(async () =>
            {
                for (var i = 0; !stop.IsCancellationRequested; i++)
                {
                    await server.PostAsync(ann, RoomId.General, $"message {i}", $"key {i}");
                    lock (acknowledged) acknowledged.Add($"key {i}");
                }
            });
            await Eventually.BecomesAsync(() => Count(acknowledged) >= 200);
            var before = Count(acknowledged);
            AssertDone(await ProductProcess.RunAsync(["backup", Archive, $"--Data:Folder={data}"]));
            Assert.True(Count(acknowledged) > before, "Nobody could post while the backup was made.");
            await stop.CancelAsync();
            await posting;
            acknowledged.RemoveRange(before, acknowledged.Count - before);
        }

        var verified = AssertDone(await ProductProcess.RunAsync(["verify", Archive]));
        Assert.Contains(verified, line => line.StartsWith("logs: 1 rooms, ", StringComparison.Ordinal) && line.EndsWith("without a hole", StringComparison.Ordinal));
        Assert.Equal($"good: {Archive}", verified[^1]);
        AssertDone(await ProductProcess.RunAsync(["restore", Archive, $"--Data:Folder={Restored}"]));

        // The token proves that the keys came along.
        await using var again = await ProductProcess.ServeAsync(Restored, "--Messages:PostsPerSecond=100000");
        using var http = new HttpClient { BaseAddress = new Uri(again.Address) };
        Assert.Equal("ok", (await http.GetFromJsonAsync<JsonElement>("/health")).GetProperty("status").GetString());
        await using var socket = await TestSocket.OpenAsync(new Uri(again.Address.Replace("http", "ws", StringComparison.Ordinal) + "/connection/websocket"), null);
        Assert.True((await socket.AskAsync(new { connect = new { token } })).TryGetProperty("connect", out _));
        using (var database = new ChatDatabase(DataFolder.At(new DataOptions { Folder = Restored })))
        using (var db = database.OpenRead())
            Assert.Empty(acknowledged.Except(db.Messages.Select(message => message.Key).ToList(), StringComparer.Ordinal));
        Assert.Equal(0, await again.StopAsync());
    }

    [Fact]
    public async Task A_data_folder_is_verified_where_it_lies_also_while_a_server_works_on_it()
    {
        var data = Path.Combine(Folder, "data");
        await using (var server = await TestServer.StartAsync(folder: data))
        {
            await server.PostAsync(await server.AddPersonAsync("Ann"), RoomId.General, "hello");
            Assert.Equal($"good: {data}", AssertDone(await ProductProcess.RunAsync(["verify", $"--Data:Folder={data}"]))[^1]);
            await server.Get<CommitQueue>().CommitAsync(commit => commit.Db.Log.Where(entry => entry.Offset == 1).ExecuteDelete());
        }

        var damaged = await ProductProcess.RunAsync(["verify", $"--Data:Folder={data}"]);
        Assert.Equal(1, damaged.Code);
        Assert.StartsWith($"not verified: the database in '{data}' is damaged: room general: its log should hold", Assert.Single(damaged.Errors), StringComparison.Ordinal);
        Assert.Equal($"not verified: there is no database in '{Restored}' (setting Data:Folder)", AssertRefused(await ProductProcess.RunAsync(["verify", $"--Data:Folder={Restored}"])));
        Assert.False(Directory.Exists(Restored));
    }

    [Fact]
    public async Task A_restored_room_has_a_new_epoch_and_tells_so_to_whoever_remembers_the_old_one()
    {
        var old = await MakeBackupAsync();
        AssertDone(await ProductProcess.RunAsync(["restore", Archive, $"--Data:Folder={Restored}"]));
        await using var server = await TestServer.StartAsync(folder: Restored);
        using var db = server.Get<ChatDatabase>().OpenRead();
        var room = RoomView.Of(db.Rooms.Single(r => r.Id == RoomId.General.Value));
        Assert.NotEqual(old.Epoch, room.Epoch);
        Assert.Equal(old.Head, room.Head);
        Assert.Equal(GapReason.Epoch, RoomCatchUp.GapBefore(room, old.Epoch, old.Head)?.Reason);
        Assert.Empty(StorageAudit.Problems(db));
    }

    [Fact]
    public async Task A_backup_without_a_server_works_and_is_for_its_owner_alone()
    {
        await MakeBackupAsync();
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Archive));
        Assert.DoesNotContain(Directory.GetFileSystemEntries(Folder), name => name.EndsWith(".part", StringComparison.Ordinal));
        using var zip = ZipFile.OpenRead(Archive);
        Assert.Contains(zip.Entries, entry => entry.FullName == "chat.db");
        Assert.Contains(zip.Entries, entry => entry.FullName.StartsWith("keys/key-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_backup_overwrites_nothing_and_names_what_is_missing()
    {
        await MakeBackupAsync();
        var bytes = await File.ReadAllBytesAsync(Archive);
        Assert.Equal($"no backup made: '{Archive}' exists already; nothing is overwritten", AssertRefused(await BackupAsync(Archive)));
        Assert.Equal(bytes, await File.ReadAllBytesAsync(Archive));
        Assert.Equal($"no backup made: '{Folder}' exists already; nothing is overwritten", AssertRefused(await BackupAsync(Folder)));
        Assert.Equal($"no backup made: there is no folder '{Folder}/none'", AssertRefused(await BackupAsync($"{Folder}/none/backup.zip")));
        Assert.Equal(
            $"no backup made: there is no database in '{Folder}/none' (setting Data:Folder)",
            AssertRefused(await ProductProcess.RunAsync(["backup", $"{Folder}/other.zip", $"--Data:Folder={Folder}/none"])));
        Assert.False(Path.Exists($"{Folder}/none"));
    }

    [Fact]
    public async Task A_restore_refuses_a_folder_that_holds_something_and_leaves_it_alone()
    {
        await MakeBackupAsync();
        Directory.CreateDirectory(Restored);
        await File.WriteAllTextAsync(Path.Combine(Restored, "diary"), "Dear diary");
        Assert.Equal($"not restored: the folder '{Restored}' (setting Data:Folder) is not empty: it holds 'diary'", AssertRefused(await RestoreAsync()));
        Assert.Single(Directory.GetFileSystemEntries(Restored));
        Assert.EndsWith("(setting Data:Folder) is a file", AssertRefused(await ProductProcess.RunAsync(["restore", Archive, $"--Data:Folder={Archive}"])), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_restore_takes_an_empty_folder_and_one_in_which_another_restore_was_killed()
    {
        await MakeBackupAsync();
        Directory.CreateDirectory(Path.Combine(Restored, ".restore", "keys"));
        await File.WriteAllTextAsync(Path.Combine(Restored, ".restore", "chat.db"), "half of one");
        Assert.Equal(0, (await RestoreAsync()).Code);
        Assert.Equal(["chat.db", "keys", "server.lock"], Directory.GetFileSystemEntries(Restored).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_is_no_backup_is_one_line_and_leaves_no_folder_behind()
    {
        Assert.Equal($"not verified: there is no file '{Archive}'", AssertRefused(await ProductProcess.RunAsync(["verify", Archive])));
        Assert.Equal($"not restored: there is no file '{Archive}'", AssertRefused(await RestoreAsync()));
        await File.WriteAllTextAsync(Archive, "Dear diary");
        Assert.Equal($"not verified: '{Archive}' is not a backup, or it is damaged", AssertRefused(await ProductProcess.RunAsync(["verify", Archive])));
        Assert.Equal($"not restored: '{Archive}' is not a backup, or it is damaged", AssertRefused(await RestoreAsync()));
        Assert.False(Path.Exists(Restored));
    }

    [Fact]
    public async Task A_disk_that_is_full_is_one_line_and_leaves_nothing_behind()
    {
        await MakeBackupAsync();
        var full = Path.Combine(Folder, "full.zip");
        var backup = await LimitedFiles.RunAsync(4096, ["backup", full, $"--Data:Folder={Folder}/data"]);
        Assert.StartsWith("no backup made: ", AssertFailed(backup), StringComparison.Ordinal);
        Assert.StartsWith("not restored: ", AssertFailed(await LimitedFiles.RunAsync(4096, ["restore", Archive, $"--Data:Folder={Restored}"])), StringComparison.Ordinal);
        Assert.Equal(["backup.zip", "data"], Directory.GetFileSystemEntries(Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    private static int Count(List<string> list)
    {
        lock (list) return list.Count;
    }

    private static IReadOnlyList<string> AssertDone(ProductResult result)
    {
        Assert.Empty(result.Errors);
        Assert.Equal(0, result.Code);
        return result.Output;
    }

    private static string AssertFailed(ProductResult result)
    {
        Assert.Equal(1, result.Code);
        return Assert.Single(result.Errors);
    }

    private Task<ProductResult> BackupAsync(string file) => ProductProcess.RunAsync(["backup", file, $"--Data:Folder={Folder}/data"]);

    private Task<ProductResult> RestoreAsync() => ProductProcess.RunAsync(["restore", Archive, $"--Data:Folder={Restored}"]);

    private async Task<RoomView> MakeBackupAsync()
    {
        RoomView room;
        await using (var server = await TestServer.StartAsync(folder: Path.Combine(Folder, "data")))
        {
            var ann = await server.AddPersonAsync("Ann");
            await server.TokenOfAsync(ann);
            for (var i = 0; i < 5; i++) await server.PostAsync(ann, RoomId.General, $"message {i}");
            room = server.Get<RoomDirectory>().Find(RoomId.General, ann.Id)!.Room;
        }

        AssertDone(await BackupAsync(Archive));
        return room;
    }
}
