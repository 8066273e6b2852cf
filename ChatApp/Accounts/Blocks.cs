using System.Collections.Concurrent;
using System.Collections.Immutable;
using ChatApp.Push;
using ChatApp.Storage;

namespace ChatApp.Accounts;

/// <summary>How a change of what somebody blocks went. The words for people stand in the resource files under these names.</summary>
public enum BlockOutcome
{
    /// <summary>Done, or it was so already.</summary>
    Done,

    /// <summary>There is no such person, or it is oneself.</summary>
    NoSuchUser,

    /// <summary>Somebody blocks <see cref="Blocks.MaxBlocks"/> people already.</summary>
    TooMany,

    /// <summary>Nothing was stored; trying again soon makes sense.</summary>
    Busy,
}

/// <summary>Tells a person on all devices whom they block now. Nobody else hears of it.</summary>
/// <param name="Blocked">All of them.</param>
public sealed record BlocksChanged(IReadOnlySet<UserId> Blocked);

/// <summary>
/// Who does not want to hear from whom. Whoever is blocked cannot write to the other alone, nor bring them into a room, and is
/// not told why; in rooms that both are in, what they say is folded away for the one who blocks, and no news to them.
/// </summary>
/// <param name="commits">The one writer.</param>
/// <param name="database">Where blocks are stored.</param>
/// <param name="broker">Tells the person's devices.</param>
/// <param name="users">Names of people.</param>
public sealed class Blocks(CommitQueue commits, ChatDatabase database, RoomBroker broker, UserDirectory users)
{
    /// <summary>People that one person can block.</summary>
    public const int MaxBlocks = 500;

    private readonly ConcurrentDictionary<UserId, ImmutableHashSet<UserId>> _known = new();

    /// <summary>Whom somebody blocks, from memory; immutable.</summary>
    public IReadOnlySet<UserId> Of(UserId user)
    {
        if (_known.TryGetValue(user, out var known)) return known;
        using var db = database.OpenRead();
        // A change that is committed meanwhile has put its own there, which stays.
        return _known.GetOrAdd(user, Read(db, user));
    }

    /// <summary>True where <paramref name="user"/> blocks <paramref name="other"/>; from memory.</summary>
    public bool Has(UserId user, UserId other) => Of(user).Contains(other);

    /// <summary>Whom somebody blocks, by name.</summary>
    public IReadOnlyList<UserCard> List(UserId user) =>
        [.. Of(user).Select(users.Get).OrderBy(card => card.Name, StringComparer.CurrentCultureIgnoreCase)];

    /// <summary>Blocks somebody.</summary>
    public Task<BlockOutcome> AddAsync(UserId user, UserId other) => CommitAsync(commit =>
    {
        if (user == other || !commit.Db.Users.Any(account => account.Id == other.Value && account.DeletedAt == null)) return BlockOutcome.NoSuchUser;
        var blocked = Read(commit.Db, user);
        if (blocked.Contains(other)) return BlockOutcome.Done;
        if (blocked.Count >= MaxBlocks) return BlockOutcome.TooMany;
        commit.Db.Blocks.Add(new Block { UserId = user.Value, BlockedId = other.Value, At = commit.Now });
        Tell(commit, user, blocked.Add(other));
        return BlockOutcome.Done;
    });

    /// <summary>Blocks somebody no longer.</summary>
    public Task<BlockOutcome> RemoveAsync(UserId user, UserId other) => CommitAsync(commit =>
    {
        if (commit.Db.Blocks.Find(user.Value, other.Value) is not { } block) return BlockOutcome.Done;
        commit.Db.Blocks.Remove(block);
        Tell(commit, user, Read(commit.Db, user).Remove(other));
        return BlockOutcome.Done;
    });

    /// <summary>Takes an account out of all blocks, its own and others', in the change that is being made.</summary>
    internal void Forget(Commit commit, UserId account)
    {
        var rows = commit.Db.Blocks.Where(block => block.UserId == account.Value || block.BlockedId == account.Value).ToList();
        foreach (var by in rows.Select(row => new UserId(row.UserId)).Where(by => by != account)) Tell(commit, by, Read(commit.Db, by).Remove(account));
        commit.Db.Blocks.RemoveRange(rows);
        commit.AfterCommit(() => _known[account] = []);
    }

    /// <summary>True where one of <paramref name="people"/> blocks <paramref name="actor"/>, or the owner of a bot that acts: on the writer.</summary>
    internal static bool AnyBlocks(Commit commit, IEnumerable<UserId> people, UserCard actor)
    {
        string[] blockers = [.. people.Select(person => person.Value)];
        var owner = (actor.Owner ?? actor.Id).Value;
        return commit.Db.Blocks.Any(block => blockers.Contains(block.UserId) && (block.BlockedId == actor.Id.Value || block.BlockedId == owner));
    }

    private static ImmutableHashSet<UserId> Read(ChatDbContext db, UserId user) =>
        [.. db.Blocks.Where(block => block.UserId == user.Value).Select(block => block.BlockedId).AsEnumerable().Select(id => new UserId(id))];

    private void Tell(Commit commit, UserId user, ImmutableHashSet<UserId> blocked) => commit.AfterCommit(() =>
    {
        _known[user] = blocked;
        broker.PublishToUser(user, new BlocksChanged(blocked));
    });

    private async Task<BlockOutcome> CommitAsync(Func<Commit, BlockOutcome> change)
    {
        try
        {
            return await commits.CommitAsync(change);
        }
        catch (StorageUnavailableException)
        {
            return BlockOutcome.Busy;
        }
    }
}
