namespace ChatApp.Messages;

/// <summary>One after the other, for what one person says in one room; what others say, and elsewhere, does not wait.</summary>
internal sealed class SenderTurns
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(UserId, RoomId), Turn> _last = [];

    /// <summary>Takes a place behind those who came before. It begins with <see cref="Turn.Begun"/>, and ends where it is disposed.</summary>
    public Turn Enter(UserId user, RoomId room)
    {
        lock (_gate)
        {
            var turn = new Turn(this, (user, room), _last.TryGetValue((user, room), out var before) ? before.Ended : Task.CompletedTask);
            _last[(user, room)] = turn;
            return turn;
        }
    }

    private void Leave(Turn turn)
    {
        lock (_gate)
        {
            if (_last.GetValueOrDefault(turn.Place) == turn) _last.Remove(turn.Place);
        }
    }

    /// <summary>A place.</summary>
    internal sealed class Turn(SenderTurns turns, (UserId User, RoomId Room) place, Task begun) : IDisposable
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Whose, and where.</summary>
        public (UserId User, RoomId Room) Place => place;

        /// <summary>Completes when all before it have ended.</summary>
        public Task Begun => begun;

        /// <summary>Completes when it has ended itself.</summary>
        public Task Ended => _ended.Task;

        /// <inheritdoc/>
        public void Dispose()
        {
            turns.Leave(this);
            _ended.TrySetResult();
        }
    }
}
