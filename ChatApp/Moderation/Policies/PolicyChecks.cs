using System.Collections.Concurrent;
using ChatApp.Accounts;
using ChatApp.Moderation.Rules;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Storage;

namespace ChatApp.Moderation.Policies;

/// <summary>Asks a program about a message that is about to be said; on its own socket.</summary>
/// <param name="Id">Names the question in the answer.</param>
/// <param name="Room">Where.</param>
/// <param name="Author">Who.</param>
/// <param name="Text">What, as it was written.</param>
/// <param name="Milliseconds">How long an answer is waited for.</param>
public sealed record PolicyCheck(string Id, RoomId Room, UserCard Author, string Text, int Milliseconds)
{
    /// <summary>The message whose text it shall be; null for a new one.</summary>
    public MessageId? Edited { get; init; }

    /// <summary>What it answers.</summary>
    public MessageId? ReplyTo { get; init; }

    /// <summary>In whose thread it is said.</summary>
    public MessageId? Thread { get; init; }
}

/// <summary>
/// The programs that check rooms, while they are connected: asks them, and takes their answers. Whoever waits for an answer waits on their own,
/// by the clock and no longer; whatever a program does (nothing, too late, twice, of others' questions) it can only answer its own questions,
/// each once and in time. See docs/adr/0030-policy-client.md.
/// </summary>
/// <param name="database">Whether a program may still know what is said.</param>
/// <param name="users">Names and ranks.</param>
/// <param name="broker">Wraps questions.</param>
/// <param name="options">How long is waited.</param>
/// <param name="time">The clock.</param>
public sealed class PolicyChecks(ChatDatabase database, UserDirectory users, RoomBroker broker, PolicyOptions options, TimeProvider time)
{
    /// <summary>Longest reason that an author is told, in UTF-16 units; the rest is cut.</summary>
    public const int ReasonLength = 300;

    private readonly ConcurrentDictionary<RoomId, Checker> _checkers = new();

    /// <summary>Who checks a room at this moment; null where nobody does.</summary>
    public UserId? CheckerOf(RoomId room) => Live(room)?.Connection.User;

    /// <summary>A connection checks a room from now on, in the place of any other.</summary>
    internal void Begin(RoomId room, Connection connection, Actor actor) => _checkers[room] = new Checker(connection, actor);

    /// <summary>It does not any more; false where it did not.</summary>
    internal bool End(RoomId room, Connection connection) =>
        _checkers.TryGetValue(room, out var checker) && checker.Connection == connection && _checkers.TryRemove(KeyValuePair.Create(room, checker));

    /// <summary>Nobody does.</summary>
    internal void End(RoomId room) => _checkers.TryRemove(room, out _);

    /// <summary>How high somebody stands in a room where they read; null where they do not.</summary>
    internal static Standing? StandingOf(ChatDbContext db, UserDirectory users, Actor actor, RoomId room) =>
        RoomAccess.Find(db, room, actor.Id) is { IsMember: true } standing ? ModerationRights.Of(actor, users.Get(actor), standing.Role) : null;

    /// <summary>Asks the program that checks a room. Never takes longer than the setting says, and never fails.</summary>
    internal Task<PolicyAnswer> AskAsync(RoomPolicy policy, Candidate candidate)
    {
        var none = new PolicyAnswer(policy.FailsClosed ? PolicyWord.NoneClosed : PolicyWord.Allow, Reason: null, Checker: null);
        if (Live(candidate.Room) is not { } checker) return Task.FromResult(none);
        // It would wait for its own answer, which it cannot read while it waits.
        if (checker.Connection.User == candidate.Author) return Task.FromResult(default(PolicyAnswer));
        if (!MayStillKnow(candidate.Room, checker)) return Task.FromResult(none);
        if (checker.Waiting.Count >= options.Waiting) return Task.FromResult(none);
        return checker.AskAsync(broker, time, options.Milliseconds, users.Get(candidate.Author), candidate, none, users.Get(checker.Connection.User).Name);
    }

    /// <summary>Takes an answer.</summary>
    /// <param name="connection">Whose.</param>
    /// <param name="id">Which question.</param>
    /// <param name="word">What it says.</param>
    /// <param name="reason">Words for the author.</param>
    /// <returns>False where this connection was asked no such thing lately, or has answered as often as it was asked.</returns>
    internal bool Answer(Connection connection, string id, PolicyWord word, string? reason) =>
        id.LastIndexOf('-') is > 0 and var end && _checkers.TryGetValue(new RoomId(id[..end]), out var checker) && checker.Connection == connection && checker.Take(id, word, reason);

    private Checker? Live(RoomId room)
    {
        if (!_checkers.TryGetValue(room, out var checker)) return null;
        if (checker.Connection.EndReason is null) return checker;
        _checkers.TryRemove(KeyValuePair.Create(room, checker));
        return null;
    }

    // Looked up for each question: it is shown what is said there.
    private bool MayStillKnow(RoomId room, Checker checker)
    {
        using var db = database.OpenRead();
        if (StandingOf(db, users, checker.Actor, room) is { } standing && ModerationRights.May("policy.register", standing)) return true;
        _checkers.TryRemove(KeyValuePair.Create(room, checker));
        return false;
    }

    private sealed class Checker(Connection connection, Actor actor)
    {
        private long _last;
        private int _late;

        public Connection Connection => connection;

        public Actor Actor => actor;

        public ConcurrentDictionary<string, TaskCompletionSource<(PolicyWord Word, string? Reason)?>> Waiting { get; } = new(StringComparer.Ordinal);

        public async Task<PolicyAnswer> AskAsync(RoomBroker broker, TimeProvider time, int milliseconds, UserCard author, Candidate candidate, PolicyAnswer none, string name)
        {
            var id = $"{candidate.Room}-{Interlocked.Increment(ref _last)}";
            var asked = new TaskCompletionSource<(PolicyWord, string?)?>(TaskCreationOptions.RunContinuationsAsynchronously);
            Waiting[id] = asked;
            using var timer = time.CreateTimer(_ => asked.TrySetResult(null), state: null, TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan);
            connection.Send(broker.Wrap(new PolicyCheck(id, candidate.Room, author, candidate.Text.Text, milliseconds) { Edited = candidate.Edited, ReplyTo = candidate.ReplyTo, Thread = candidate.Thread }));
            var answer = await asked.Task;
            // It may still come, and is no fault then.
            if (answer is null && Waiting.TryRemove(id, out _)) Interlocked.Increment(ref _late);
            return answer is var (word, reason) ? new PolicyAnswer(word, reason, name) : none;
        }

        // A late answer is taken for nothing, as often as one was late.
        public bool Take(string id, PolicyWord word, string? reason)
        {
            if (Waiting.TryRemove(id, out var asked))
            {
                // The clock may have been faster: then it counts as late, and that is all.
                asked.TrySetResult((word, reason));
                return true;
            }

            if (Interlocked.Decrement(ref _late) >= 0) return true;
            Interlocked.Increment(ref _late);
            return false;
        }
    }
}
