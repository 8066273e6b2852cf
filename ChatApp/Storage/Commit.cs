namespace ChatApp.Storage;

/// <summary>What a change sees while it runs on the writer.</summary>
public sealed class Commit
{
    private CommitQueue.WorkItem? _item;

    internal Commit(ChatDbContext db, DateTimeOffset now)
    {
        Db = db;
        Now = now;
    }

    /// <summary>The batch's context, inside its transaction. What is added is saved when the change returns.</summary>
    public ChatDbContext Db { get; }

    /// <summary>The time of the commit, by the server's clock, to the millisecond.</summary>
    public DateTimeOffset Now { get; }

    /// <summary>Runs <paramref name="action"/> after the batch is on disk, in commit order; never if it fails.</summary>
    public void AfterCommit(Action action) => _item?.AfterCommit(action);

    internal void Begin(CommitQueue.WorkItem item) => _item = item;
}
