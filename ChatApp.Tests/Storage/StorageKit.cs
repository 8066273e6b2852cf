using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using Microsoft.Extensions.Logging.Abstractions;

namespace ChatApp.Tests.Storage;

/// <summary>A database in a folder of its own, with its writer, without the rest of the product.</summary>
internal sealed class StorageKit : IAsyncDisposable
{
    private readonly bool _ownsFolder;
    private bool _stopped;

    public StorageKit(StorageOptions? options = null, string? folder = null)
    {
        _ownsFolder = folder is null;
        Folder = DataFolder.Open(new DataOptions { Folder = folder ?? Path.Combine(Path.GetTempPath(), "chatapp-" + Guid.NewGuid().ToString("N")) });
        Database = new ChatDatabase(Folder);
        Queue = new CommitQueue(Database, options ?? new StorageOptions(), TimeProvider.System, NullLogger<CommitQueue>.Instance);
    }

    public DataFolder Folder { get; }

    public ChatDatabase Database { get; }

    public CommitQueue Queue { get; }

    /// <summary>With a prepared database and a running writer.</summary>
    public static async Task<StorageKit> StartAsync(StorageOptions? options = null, string? folder = null)
    {
        var kit = new StorageKit(options, folder);
        kit.Database.Prepare(TimeProvider.System);
        await kit.Queue.StartAsync(CancellationToken.None);
        return kit;
    }

    /// <summary>A room with an empty log.</summary>
    public Task<RoomId> AddRoomAsync() => Queue.CommitAsync(commit =>
    {
        var id = RoomId.New();
        commit.Db.Rooms.Add(new Room { Id = id.Value, Name = "Room", Epoch = "epoch", CreatedAt = commit.Now });
        return id;
    });

    /// <summary>Takes the room's next offset, as every durable change does.</summary>
    public static Offset Append(Commit commit, RoomId room) =>
        RoomLog.Append(commit, commit.Db.Rooms.Single(r => r.Id == room.Value), LogEntryKind.MemberJoined, new UserId("ann"));

    /// <summary>Holds the writer inside a change until the result is disposed, so that others pile up behind it.</summary>
    public async Task<IAsyncDisposable> HoldWriterAsync()
    {
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var free = new ManualResetEventSlim();
        var change = Queue.CommitAsync(_ =>
        {
            held.SetResult();
            free.Wait(Eventually.DefaultDeadline);
            return 0;
        });
        await held.Task.WaitAsync(Eventually.DefaultDeadline);
        return new Hold(change, free);
    }

    public async Task StopAsync()
    {
        if (_stopped) return;
        _stopped = true;
        await Queue.StopAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Queue.Dispose();
        Database.Dispose();
        if (_ownsFolder) Directory.Delete(Folder.Path, recursive: true);
    }

    private sealed class Hold(Task change, ManualResetEventSlim free) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            free.Set();
            await change;
            free.Dispose();
        }
    }
}
