using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Storage;

/// <summary>
/// The one writer of durable changes. A dedicated thread takes all changes that wait, commits them in one transaction,
/// then publishes in commit order and completes the callers: order and throughput from the same mechanism.
/// </summary>
public sealed partial class CommitQueue : IHostedService, IDisposable
{
    private const int MillisecondsBetweenTries = 1000;

    // A checkpoint holds up whoever posts meanwhile, so it waits for a pause; but not for ever, or the write-ahead log
    // would grow without end. So rarely it touches few of the posts of a busy server: one of 1,000 changes takes half as
    // long as one of 16,000, for the flush is most of it, and would come sixteen times as often.
    private const int ChangesPerCheckpoint = 1000;
    private const int MillisecondsOfPause = 100;
    private const int MostChangesPerCheckpoint = 16_000;

    private readonly BlockingCollection<WorkItem> _waiting;
    private readonly ChatDatabase _database;
    private readonly StorageOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<CommitQueue> _log;
    private readonly CommitMetrics? _metrics;
    private readonly Thread _writer;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WriterSession? _session;
    private int _changesSinceCheckpoint;
    private string? _failure;

    /// <summary>The writer thread starts with the host.</summary>
    public CommitQueue(ChatDatabase database, StorageOptions options, TimeProvider time, ILogger<CommitQueue> log, CommitMetrics? metrics = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _database = database;
        _options = options;
        _time = time;
        _log = log;
        _metrics = metrics;
        _waiting = new BlockingCollection<WorkItem>(options.QueueLength);
        _writer = new Thread(Run) { IsBackground = true, Name = "log writer" };
    }

    /// <summary>Changes that wait now.</summary>
    public int Depth => _waiting.Count;

    /// <summary>
    /// Why nothing can be stored at present, such as <c>the disk is full</c>; null while all is well. Set by a batch that
    /// failed, and taken back by the next one that reaches the disk: the writer tries by itself once a second.
    /// </summary>
    public string? Failure => Volatile.Read(ref _failure);

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
        while (!_waiting.IsCompleted)
        {
            batch.Clear();
            if (!_waiting.TryTake(out var first, Patience()))
            {
                if (_waiting.IsCompleted) break;
                if (_failure is null)
                {
                    Checkpoint();
                    continue;
                }

                // Nobody posts to a server that reports itself as failing: it has to find out itself that it is well again.
                batch.Add(Probe());
            }
            else
            {
                batch.Add(first);
            }

            while (batch.Count < _options.BatchSize && _waiting.TryTake(out var next)) batch.Add(next);
            try
            {
                CommitBatch(batch);
            }
            catch (Exception fault)
            {
                // Whatever happened, the writer must live: without it nobody could post until a restart.
                if (StorageFault.Of(fault) is { } reason) Fail(reason, fault);
                else LogBatchFailed(_log, batch.Count, fault);
                foreach (var item in batch) item.Fail(ForCaller(fault));
            }

            if (_changesSinceCheckpoint >= MostChangesPerCheckpoint) Checkpoint();
        }

        // So that a stopped server's database file is complete by itself.
        Checkpoint();
        _session?.Dispose();
        _stopped.TrySetResult();
    }

    private int Patience() =>
        _failure is not null ? MillisecondsBetweenTries
        : _changesSinceCheckpoint >= ChangesPerCheckpoint ? MillisecondsOfPause
        : Timeout.Infinite;

    private void Checkpoint()
    {
        _changesSinceCheckpoint = 0;
        try
        {
            using (_database.Gate.Enter()) _database.Checkpoint((_session ??= new WriterSession(_database)).Db);
        }
        catch (Exception fault)
        {
            LogCheckpointFailed(_log, fault);
        }
    }

    private void CommitBatch(List<WorkItem> batch)
    {
        using (_database.Gate.Enter())
        {
            try
            {
                Write(batch, _session ??= new WriterSession(_database));
            }
            catch
            {
                // Whatever state it is in: the next batch begins with a new one.
                _session?.Dispose();
                _session = null;
                throw;
            }
        }

        foreach (var item in batch) item.Succeed(_log);
    }

    private void Write(List<WorkItem> batch, WriterSession session)
    {
        var began = _time.GetTimestamp();
        var before = _failure is null ? 0 : StorageFault.ChangesOf(session.Db);
        session.Begin();
        var commit = new Commit(session, DateTimeOffset.FromUnixTimeMilliseconds(_time.GetUtcNow().ToUnixTimeMilliseconds()), isAlone: batch.Count == 1);
        foreach (var item in batch) Try(item, commit);
        session.Commit(batch.Count);
        _metrics?.Committed(batch.Count, _time.GetElapsedTime(began));

        // A batch of nothing but refusals has not asked the disk.
        if (_failure is not null && StorageFault.ChangesOf(session.Db) > before) Recover();
        _changesSinceCheckpoint += batch.Count;
    }

    // A change that fails takes nothing of its batch with it.
    private static void Try(WorkItem item, Commit commit)
    {
        if (commit.IsAlone)
        {
            commit.Run(item);
            return;
        }

        commit.Session.BeginChange();
        try
        {
            commit.Run(item);
            commit.Session.EndChange();
        }
        catch (Exception fault) when (StorageFault.Of(fault) is null)
        {
            // (What the disk refuses to one it refuses to all: there the batch fails as a whole.)
            commit.Session.UndoChange();
            item.Fail(ForCaller(fault));
        }
    }

    private static WorkItem<int> Probe() => new(static commit => StorageFault.Probe(commit.Db));

    private void Fail(string reason, Exception fault)
    {
        if (Interlocked.Exchange(ref _failure, reason) != reason) LogStorageFails(_log, reason, fault);
    }

    private void Recover()
    {
        Volatile.Write(ref _failure, null);
        LogStorageWorks(_log);
    }

    private static Exception ForCaller(Exception fault) =>
        fault is DbException or DbUpdateException ? new StorageUnavailableException(isBusy: false, fault) : fault;

    [LoggerMessage(100, LogLevel.Error, "{Count} changes could not be stored")]
    private static partial void LogBatchFailed(ILogger logger, int count, Exception fault);

    [LoggerMessage(103, LogLevel.Error, "Nothing can be stored: {Reason}. It is tried again every second")]
    private static partial void LogStorageFails(ILogger logger, string reason, Exception fault);

    [LoggerMessage(104, LogLevel.Warning, "Changes are stored again")]
    private static partial void LogStorageWorks(ILogger logger);

    [LoggerMessage(101, LogLevel.Warning, "The write-ahead log could not be moved into the database; it will be tried again")]
    private static partial void LogCheckpointFailed(ILogger logger, Exception fault);

    [LoggerMessage(102, LogLevel.Error, "An event was stored but could not be published")]
    private static partial void LogPublishFailed(ILogger logger, Exception fault);
}
