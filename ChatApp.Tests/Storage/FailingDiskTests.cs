using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ChatApp.Messages;
using ChatApp.Storage;
using ChatApp.Tests.Commands;
using ChatApp.Tests.Harness;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Storage;

/// <summary>
/// A server as a process of its own whose disk really fails: the kernel refuses its writes by the limit on the size of
/// files, which a test can set and lift while the server runs, on any machine and without any right.
/// </summary>
public sealed class FailingDiskTests : ProcessTest
{
    private const string Password = "correct horse battery";

    [Fact]
    public async Task A_disk_that_is_full_fails_posts_keeps_rooms_readable_shows_on_health_and_recovers_without_a_restart() =>
        // What is there may be written over; nothing may grow.
        await AssertSurvivesAsync(() => new FileInfo(Path.Combine(Folder, "chat.db-wal")).Length);

    [Fact]
    public async Task A_disk_that_takes_no_write_at_all_fails_posts_keeps_rooms_readable_shows_on_health_and_recovers_without_a_restart() =>
        await AssertSurvivesAsync(static () => 0);

    [Fact]
    public async Task A_batch_that_finds_the_database_full_fails_as_a_whole_and_the_next_one_that_writes_recovers()
    {
        await using var kit = await StorageKit.StartAsync();
        var room = await kit.AddRoomAsync();
        await kit.Queue.CommitAsync(commit => commit.Db.Database.ExecuteSqlRaw("CREATE TABLE ballast(x)"));
        await BreakAsync(kit, "PRAGMA max_page_count=1");
        var posts = new List<Task<Offset>>();
        await using (await kit.HoldWriterAsync())
        {
            for (var i = 0; i < 4; i++) posts.Add(kit.Queue.CommitAsync(commit => AppendAndGrow(commit, room)));
        }

        foreach (var post in posts) Assert.False((await Assert.ThrowsAsync<StorageUnavailableException>(() => post)).IsBusy);
        Assert.Equal("the disk is full", kit.Queue.Failure);
        await MendAsync(kit, "PRAGMA max_page_count=1000000");
        Assert.Equal(new Offset(1), await kit.Queue.CommitAsync(commit => AppendAndGrow(commit, room)));
        Assert.Null(kit.Queue.Failure);
        using var db = kit.Database.OpenRead();
        Assert.Empty(StorageAudit.Problems(db));
    }

    [Fact]
    public async Task A_change_that_the_database_refuses_for_its_own_sake_is_no_failure_of_the_storage()
    {
        await using var kit = await StorageKit.StartAsync();
        await Assert.ThrowsAsync<StorageUnavailableException>(() => kit.Queue.CommitAsync(commit =>
        {
            commit.Db.Log.Add(new LogEntry { RoomId = "nowhere", Offset = 1, ActorId = "ann" });
            return 0;
        }));
        Assert.Null(kit.Queue.Failure);
    }

    [Fact]
    public async Task A_writer_that_nobody_asks_finds_out_by_itself_that_the_database_can_be_written_again()
    {
        await using var kit = await StorageKit.StartAsync();
        var room = await kit.AddRoomAsync();
        await BreakAsync(kit, "PRAGMA query_only=1");
        await Assert.ThrowsAsync<StorageUnavailableException>(() => kit.Queue.CommitAsync(commit => StorageKit.Append(commit, room)));
        Assert.Equal("the database is read-only", kit.Queue.Failure);
        await MendAsync(kit, "PRAGMA query_only=0");
        await Eventually.BecomesAsync(() => kit.Queue.Failure is null);
        Assert.Equal(new Offset(1), await kit.Queue.CommitAsync(commit => StorageKit.Append(commit, room)));
    }

    [Fact]
    public async Task A_batch_that_writes_nothing_does_not_prove_that_the_disk_is_well()
    {
        await using var kit = await StorageKit.StartAsync(new StorageOptions { BatchSize = 1 });
        var room = await kit.AddRoomAsync();
        await kit.Queue.CommitAsync(commit => commit.Db.Database.ExecuteSqlRaw("CREATE TABLE ballast(x)"));
        await BreakAsync(kit, "PRAGMA max_page_count=1");
        Task<Offset> fails;
        Task<string?> afterNothing;
        await using (await kit.HoldWriterAsync())
        {
            fails = kit.Queue.CommitAsync(commit => AppendAndGrow(commit, room));
            _ = kit.Queue.CommitAsync(_ => 0);
            afterNothing = kit.Queue.CommitAsync(_ => kit.Queue.Failure);
        }

        await Assert.ThrowsAsync<StorageUnavailableException>(() => fails);
        Assert.Equal("the disk is full", await afterNothing);
    }

    // The writer keeps one connection, so what is set there holds ...
    private static Task<int> BreakAsync(StorageKit kit, string pragma) => kit.Queue.CommitAsync(commit => commit.Db.Database.ExecuteSqlRaw(pragma));

    // ... until it has failed and given it back to the provider, which hands it out again.
    private static async Task MendAsync(StorageKit kit, string pragma)
    {
        using (await kit.Database.Gate.EnterAsync())
        await using (var db = kit.Database.OpenWrite())
            await db.Database.ExecuteSqlRawAsync(pragma);
    }

    private static Offset AppendAndGrow(Commit commit, RoomId room)
    {
        commit.Db.Database.ExecuteSqlRaw("INSERT INTO ballast VALUES (zeroblob(100000))");
        return StorageKit.Append(commit, room);
    }

    private async Task AssertSurvivesAsync(Func<long> limit)
    {
        var added = await ProductProcess.RunAsync(["user", "add", "ann@example.org", "--name", "Ann", "--password-stdin", $"--Data:Folder={Folder}"], Password + "\n");
        Assert.Equal(0, added.Code);
        await using var server = await ProductProcess.ServeAsync(Folder, "--Messages:PostsPerSecond=100000", "--Messages:PostBurst=100000");
        using var http = new HttpClient { BaseAddress = new Uri(server.Address) };
        using var login = await http.PostAsJsonAsync("/api/account/login", new { email = "ann@example.org", password = Password });
        var token = (await login.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("accessToken").GetString();
        await using var socket = await TestSocket.OpenAsync(new Uri(server.Address.Replace("http", "ws", StringComparison.Ordinal) + "/connection/websocket"), null);
        await socket.AskAsync(new { connect = new { token } });
        Assert.True((await PostAsync(socket, "before")).TryGetProperty("publish", out _));

        await server.LimitFilesAsync(limit());
        var refused = await PostAsync(socket, "meanwhile");
        Assert.Equal(100, TestSocket.ErrorOf(refused));
        using (var failing = await http.GetAsync(new Uri("/health", UriKind.Relative)))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, failing.StatusCode);
            var report = await failing.Content.ReadFromJsonAsync<JsonElement>();
            Assert.Equal("failing", report.GetProperty("status").GetString());
            Assert.Contains(report.GetProperty("reason").GetString(), (string[])["the disk is full", "the disk reports an error"]);
        }

        // Reading goes on: the room can be entered and what was said is given.
        var subscribed = await socket.AskAsync(new { subscribe = new { channel = "room:general", recover = true, epoch = EpochOf(), offset = 0 } });
        Assert.Contains("before", subscribed.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("meanwhile", subscribed.ToString(), StringComparison.Ordinal);

        await server.LimitFilesAsync(limit: null);
        await Eventually.BecomesAsync(async () => (await http.GetAsync(new Uri("/health", UriKind.Relative))).StatusCode == HttpStatusCode.OK);
        Assert.True((await PostAsync(socket, "meanwhile")).GetProperty("publish").TryGetProperty("offset", out _));
        Assert.Equal(0, await server.StopAsync());
        using var database = new ChatDatabase(DataFolder.At(new DataOptions { Folder = Folder }));
        using var db = database.OpenRead();
        Assert.Equal(["before", "meanwhile"], db.Messages.OrderBy(message => message.Id).Select(message => message.Text));
        Assert.Empty(StorageAudit.Problems(db));
    }

    private static Task<JsonElement> PostAsync(TestSocket socket, string text) =>
        socket.AskAsync(new { publish = new { channel = "room:general", data = new { text }, key = text } });

    private string EpochOf()
    {
        using var database = new ChatDatabase(DataFolder.At(new DataOptions { Folder = Folder }));
        using var db = database.OpenRead();
        return db.Rooms.Single(room => room.Id == RoomId.General.Value).Epoch;
    }
}
