using System.Collections.Concurrent;
using ChatApp.Storage;

namespace ChatApp.Accounts;

/// <summary>
/// Who is who, from memory. Rights are always taken from here and never from a cookie or token, so that a change of
/// rank holds from the next action on, on every connection.
/// </summary>
/// <param name="database">Where accounts are stored.</param>
public sealed class UserDirectory(ChatDatabase database)
{
    private readonly ConcurrentDictionary<UserId, UserCard> _known = new();

    private static readonly UserCard House = new(UserId.System, "ChatApp", Rank.Member);

    /// <summary>The account; null where there is none.</summary>
    public UserCard? Find(UserId id) => _known.TryGetValue(id, out var card) ? Capped(card) : Read(id);

    // By itself: whoever is known costs no closure, and is asked for with every command.
    private UserCard? Read(UserId id)
    {
        using var db = database.OpenRead();
        var read = db.Users.Where(user => user.Id == id.Value).Select(UserCard.FromAccount).FirstOrDefault();
        return read is null ? null : Capped(_known.GetOrAdd(id, read));
    }

    /// <summary>The card of an account as it counts now: a bot has never more than the rank of its owner.</summary>
    public UserCard Capped(UserCard card)
    {
        ArgumentNullException.ThrowIfNull(card);
        // Owners are people, so this goes no further.
        return card is { Owner: { } owner, Rank: > Rank.Member } ? card.UpTo(Find(owner)?.Rank ?? Rank.Member) : card;
    }

    /// <summary>
    /// The card that was just read: the very object that this directory keeps where it says the same, so that lists of people that are held for long share it.
    /// </summary>
    internal UserCard Shared(UserCard read)
    {
        var known = _known.GetOrAdd(read.Id, read);
        return Capped(known == read ? known : read);
    }

    /// <summary>Whoever acts, with as much of their rank as counts there.</summary>
    public UserCard Get(Actor actor) => Get(actor.Id).UpTo(actor.UpTo);

    /// <summary>The account, or a nameless stand-in where it is gone: history must always be readable.</summary>
    public UserCard Get(UserId id) => id == UserId.System ? House : Find(id) ?? new UserCard(id, "?", Rank.Member);

    /// <summary>What everybody may know of somebody, read anew; null where there is no such account.</summary>
    public PersonDetails? Details(UserId id)
    {
        using var db = database.OpenRead();
        return db.Users.FirstOrDefault(user => user.Id == id.Value) is { } account
            ? new PersonDetails(Capped(UserCard.Of(account)), account.CreatedAt, account.TimeZone, account.DeletedAt is not null)
            : null;
    }

    /// <summary>People with an account whose name contains <paramref name="part"/>, by name; at most <paramref name="count"/>.</summary>
    public IReadOnlyList<UserCard> Search(string part, int count)
    {
        var pattern = DisplayName.Fold(part);
        using var db = database.OpenRead();
        return [.. db.Users
            .Where(user => user.DeletedAt == null && user.NormalizedDisplayName.Contains(pattern))
            .OrderBy(user => user.NormalizedDisplayName)
            .Take(count)
            .Select(UserCard.FromAccount)
            .AsEnumerable()
            .Select(Capped)];
    }

    /// <summary>The account of that name, as names are compared; null where there is none.</summary>
    public UserCard? FindByName(string name)
    {
        var folded = DisplayName.Fold(name);
        using var db = database.OpenRead();
        return db.Users.Where(user => user.NormalizedDisplayName == folded).Select(UserCard.FromAccount).FirstOrDefault();
    }

    /// <summary>
    /// Takes over a change of an account right after its commit. Replacing, not forgetting: whoever reads the old row at
    /// this moment must not bring it back.
    /// </summary>
    public void Replace(UserCard card)
    {
        ArgumentNullException.ThrowIfNull(card);
        _known[card.Id] = card;
    }
}
