using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Storage;

/// <summary>Limits of the log's writer. Section <c>Storage</c> of the settings.</summary>
public sealed class StorageOptions
{
    /// <summary>Changes that may wait for the writer before senders are told "busy"; 4,096 by default, 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int QueueLength { get; init; } = 4096;

    /// <summary>Changes committed in one transaction at most; 256 by default, 1 to 10,000.</summary>
    [Range(1, 10_000)]
    public int BatchSize { get; init; } = 256;
}

/// <summary>The change could not be stored; nothing of it was. Says whether trying again soon makes sense.</summary>
/// <param name="isBusy">True: too many changes wait; false: the disk or the database failed.</param>
/// <param name="inner">The fault, if any.</param>
public sealed class StorageUnavailableException(bool isBusy, Exception? inner = null)
    : Exception(isBusy ? "too many changes wait to be stored" : "the database cannot be written", inner)
{
    /// <summary>True: too many changes wait.</summary>
    public bool IsBusy { get; } = isBusy;
}

/// <summary>
/// The one writer of durable changes. A dedicated thread takes all changes that wait, commits them in one transaction,
/// then publishes in commit order and completes the callers: order and throughput from the same mechanism.
/// </summary>
public sealed partial class CommitQueue : IHostedService, IDisposable
{
    private const int ChangesPerCheckpoint = 1000;

    private readonly BlockingCollection<WorkItem> _waiting;
    private readonly ChatDatabase _database;
    private readonly StorageOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<CommitQueue> _log;
    private readonly Thread _writer;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _changesSinceCheckpoint;

    /// <summary>The writer thread starts with the host.</summary>
    public CommitQueue(ChatDatabase database, StorageOptions options, TimeProvider time, ILogger<CommitQueue> log)
    {
        ArgumentNullException.ThrowIfNull(options);
        _database = database;
        _options = options;
        _time = time;
        _log = log;
        _waiting = new BlockingCollection<WorkItem>(options.QueueLength);
        _writer = new Thread(Run) { IsBackground = true, Name = "log writer" };
    }

    /// <summary>Changes that wait now.</summary>
    public int Depth => _waiting.Count;

    /// <summary>
    /// Runs <paramref name="change"/> on the writer, inside the transaction of its batch. Everything it reads is what is
    /// committed or comes before it in the batch; checks made there cannot be overtaken. The task completes after the
    /// commit and after everything given to <see cref="Commit.AfterCommit"/> has run.
    /// </summary>
    /// <exception cref="StorageUnavailableException">The queue is full, or the commit failed.</exception>
    public Task<T> CommitAsync<T>(Func<Commit, T> change)
    {
        var item = new WorkItem<T>(change);
        try
        {
            if (!_waiting.TryAdd(item)) throw new StorageUnavailableException(isBusy: true);
        }
        catch (InvalidOperationException stopping)
        {
            throw new StorageUnavailableException(isBusy: false, stopping);
        }

        return item.Completion;
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _writer.Start();
        return Task.CompletedTask;
    }

    /// <summary>Takes nothing new, stores what waits, and ends.</summary>
    /// <remarks>
    /// Whatever the host's patience: it may be used up by viewers who were slow to go, and what waits here is a bounded
    /// number of messages that somebody has written.
    /// </remarks>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        _waiting.CompleteAdding();
        return _writer.ThreadState.HasFlag(ThreadState.Unstarted) ? Task.CompletedTask : _stopped.Task;
    }

    /// <inheritdoc/>
    public void Dispose() => _waiting.Dispose();

    private void Run()
    {
        var batch = new List<WorkItem>(_options.BatchSize);
        foreach (var first in _waiting.GetConsumingEnumerable())
        {
            batch.Clear();
            batch.Add(first);
            while (batch.Count < _options.BatchSize && _waiting.TryTake(out var next)) batch.Add(next);
            try
            {
                CommitBatch(batch);
            }
            catch (Exception fault)
            {
                // Whatever happened, the writer must live: without it nobody could post until a restart.
                LogBatchFailed(_log, batch.Count, fault);
                foreach (var item in batch) item.Fail(ForCaller(fault));
            }
        }

        CheckpointAll();
        _stopped.TrySetResult();
    }

    // So that a stopped server's database file is complete by itself.
    private void CheckpointAll()
    {
        try
        {
            using (_database.Gate.Enter())
            using (var db = _database.OpenWrite()) _database.Checkpoint(db);
        }
        catch (Exception fault)
        {
            LogCheckpointFailed(_log, fault);
        }
    }

    private void CommitBatch(List<WorkItem> batch)
    {
        using (_database.Gate.Enter())
        using (var db = _database.OpenWrite())
        {
            using (var transaction = db.Database.BeginTransaction())
            {
                db.Database.AutoSavepointsEnabled = false;
                var commit = new Commit(db, DateTimeOffset.FromUnixTimeMilliseconds(_time.GetUtcNow().ToUnixTimeMilliseconds()));
                foreach (var item in batch) Try(item, commit, batch.Count > 1 ? transaction : null);
                transaction.Commit();
            }

            _changesSinceCheckpoint += batch.Count;
            if (_changesSinceCheckpoint >= ChangesPerCheckpoint)
            {
                _changesSinceCheckpoint = 0;
                TryCheckpoint(db);
            }
        }

        foreach (var item in batch) item.Succeed(_log);
    }

    // A change that fails takes nothing of its batch with it.
    private static void Try(WorkItem item, Commit commit, Microsoft.EntityFrameworkCore.Storage.IDbContextTransaction? shared)
    {
        commit.Begin(item);
        shared?.CreateSavepoint("change");
        try
        {
            item.Run(commit);
            commit.Db.SaveChanges();
            commit.Db.ChangeTracker.Clear();
            shared?.ReleaseSavepoint("change");
        }
        catch (Exception fault) when (shared is not null)
        {
            shared.RollbackToSavepoint("change");
            commit.Db.ChangeTracker.Clear();
            item.Fail(ForCaller(fault));
        }
    }

    private static Exception ForCaller(Exception fault) =>
        fault is DbException or DbUpdateException ? new StorageUnavailableException(isBusy: false, fault) : fault;

    private void TryCheckpoint(ChatDbContext db)
    {
        try
        {
            _database.Checkpoint(db);
        }
        catch (Exception fault)
        {
            // The batch is on disk; whatever goes wrong here, its callers must not be told otherwise.
            LogCheckpointFailed(_log, fault);
        }
    }

    [LoggerMessage(100, LogLevel.Error, "{Count} changes could not be stored")]
    private static partial void LogBatchFailed(ILogger logger, int count, Exception fault);

    [LoggerMessage(101, LogLevel.Warning, "The write-ahead log could not be moved into the database; it will be tried again")]
    private static partial void LogCheckpointFailed(ILogger logger, Exception fault);

    [LoggerMessage(102, LogLevel.Error, "An event was stored but could not be published")]
    private static partial void LogPublishFailed(ILogger logger, Exception fault);

    internal abstract class WorkItem
    {
        private List<Action>? _afterCommit;

        public abstract void Run(Commit commit);

        public abstract void Fail(Exception fault);

        public void AfterCommit(Action action) => (_afterCommit ??= []).Add(action);

        public void Succeed(ILogger log)
        {
            if (HasFailed) return;
            foreach (var action in _afterCommit ?? [])
            {
                try
                {
                    action();
                }
                catch (Exception fault)
                {
                    // It is stored: viewers find it when they load; the caller must not be told otherwise.
                    LogPublishFailed(log, fault);
                }
            }

            Complete();
        }

        protected abstract bool HasFailed { get; }

        protected abstract void Complete();
    }

    private sealed class WorkItem<T>(Func<Commit, T> change) : WorkItem
    {
        private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? _result;

        public Task<T> Completion => _completion.Task;

        protected override bool HasFailed => _completion.Task.IsCompleted;

        public override void Run(Commit commit) => _result = change(commit);

        public override void Fail(Exception fault) => _completion.TrySetException(fault);

        protected override void Complete() => _completion.TrySetResult(_result!);
    }
}

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
