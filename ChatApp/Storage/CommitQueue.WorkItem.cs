using ChatApp.Moderation;

namespace ChatApp.Storage;

public sealed partial class CommitQueue
{
    /// <summary>A change that waits, is made, and is told.</summary>
    internal abstract class WorkItem
    {
        private Action? _afterCommit;
        private List<Action>? _more;

        /// <summary>Where it came from: the writer's thread knows nothing of the caller.</summary>
        public Entrance Via { get; } = CurrentEntrance.Value;

        public abstract void Run(Commit commit);

        public abstract void Fail(Exception fault);

        // Nearly always there is one.
        public void AfterCommit(Action action)
        {
            if (_afterCommit is null) _afterCommit = action;
            else (_more ??= []).Add(action);
        }

        public void Succeed(ILogger log)
        {
            if (HasFailed) return;
            if (_afterCommit is not null) Carry(_afterCommit, log);
            if (_more is not null)
            {
                foreach (var action in _more) Carry(action, log);
            }

            Complete();
        }

        private static void Carry(Action action, ILogger log)
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
