using ChatApp.Accounts;
using ChatApp.Push;

namespace ChatApp.Moderation;

/// <summary>Which live connections somebody wants to see.</summary>
/// <param name="Text">Contained in the name of the person, in what the program calls itself, or in the address; empty for all.</param>
/// <param name="Kind">Of this kind; null for all.</param>
/// <param name="User">Of this person; null for all.</param>
public sealed record ConnectionQuery(string Text = "", ConnectionKind? Kind = null, UserId? User = null);

/// <summary>A state of accounts that moderators look for.</summary>
public enum AccountState
{
    /// <summary>Locked by an administrator.</summary>
    Locked,

    /// <summary>Under a ban from the instance.</summary>
    Banned,

    /// <summary>A program's account.</summary>
    Bot,
}

/// <summary>Which accounts somebody wants to see.</summary>
/// <param name="Part">Contained in the name; empty for all.</param>
/// <param name="Rank">Of this rank; null for all.</param>
/// <param name="State">In this state; null for all.</param>
public sealed record AccountQuery(string Part = "", Rank? Rank = null, AccountState? State = null);

public sealed partial class ModerationDesk
{
    private const string Operator = "operator";
    private const string Escape = "\\";

    /// <summary>A page of the live connections, sorted by <c>name</c>, <c>kind</c>, <c>address</c>, <c>outbox</c> or, as usual, <c>age</c>; null for members.</summary>
    public LinePage<ConnectionLine>? ConnectionPage(Actor actor, ConnectionQuery query, PageAsk ask)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (!users.Get(actor).IsModerator) return null;
        var wanted = (query.User is { } user ? broker.ConnectionsOf(user) : broker.Connections).Where(one => (query.Kind is null || one.Description.Kind == query.Kind) && Fits(one, query.Text.Trim()));
        var sorted = ask.Sort switch
        {
            "name" => wanted.Order(ask, one => users.Get(one.User).Name),
            "kind" => wanted.Order(ask, one => one.Description.Kind),
            "address" => wanted.Order(ask, one => one.Description.Address),
            "outbox" => wanted.Order(ask, one => one.Outbox.Count),
            // The oldest connection came first.
            _ => wanted.Order(ask with { IsDescending = !ask.IsDescending }, one => one.Description.Since),
        };
        var page = sorted.ThenBy(one => one.Id.Value).ToList().Page(ask);
        var known = NamesOf(page.Lines.SelectMany(one => one.Rooms).Distinct(), actor.Id);
        return new LinePage<ConnectionLine>([.. page.Lines.Select(one => Line(one, known))], page.Total);
    }

    /// <summary>A page of the accounts, sorted by <c>rank</c>, <c>created</c> or, as usual, <c>name</c>; null for members.</summary>
    public LinePage<AccountLine>? AccountPage(Actor actor, AccountQuery query, PageAsk ask)
    {
        ArgumentNullException.ThrowIfNull(query);
        var by = users.Get(actor);
        if (!by.IsModerator) return null;
        using var db = database.OpenRead();
        var bans = Bans.Of(db, time.GetUtcNow());
        var wanted = db.Users.Where(user => user.DeletedAt == null);
        if (DisplayName.Fold(query.Part) is { Length: > 0 } pattern) wanted = wanted.Where(user => user.NormalizedDisplayName.Contains(pattern));
        if (query.Rank is { } rank) wanted = wanted.Where(user => user.Rank == rank);
        wanted = query.State switch
        {
            AccountState.Locked => wanted.Where(user => user.LockoutEnd == AccountLock.Never),
            AccountState.Banned => wanted.Where(user => bans.Any(ban => ban.UserId == user.Id)),
            AccountState.Bot => wanted.Where(user => user.IsBot),
            _ => wanted,
        };
        var sorted = ask.Sort switch
        {
            "rank" => wanted.Order(ask, user => user.Rank),
            "created" => wanted.Order(ask, user => user.CreatedAt),
            _ => wanted.Order(ask, user => user.NormalizedDisplayName),
        };
        return sorted.ThenBy(user => user.NormalizedDisplayName)
            .Select(user => new { User = user, IsBanned = bans.Any(ban => ban.UserId == user.Id) })
            .Page(ask, found => LineOf(found.User, by) with { IsBanned = found.IsBanned });
    }

    private AccountLine LineOf(ChatUser user, UserCard by) => new(
        users.Capped(UserCard.Of(user)), by.Rank == Rank.Administrator ? user.Email ?? "" : "", user.CreatedAt, AccountLock.IsByAdministrator(user.LockoutEnd))
    {
        Connections = broker.CountOf(new UserId(user.Id)),
    };

    private bool Fits(Connection connection, string text) => text.Length == 0
        || users.Get(connection.User).Name.Contains(text, StringComparison.CurrentCultureIgnoreCase)
        || connection.Description.Address.Contains(text, StringComparison.OrdinalIgnoreCase)
        || connection.Description.Name?.Contains(text, StringComparison.CurrentCultureIgnoreCase) == true;

    /// <summary>A pattern that finds a text anywhere, whatever it holds.</summary>
    internal static string Like(string text) =>
        "%" + text.Replace(Escape, Escape + Escape, StringComparison.Ordinal).Replace("%", Escape + "%", StringComparison.Ordinal).Replace("_", Escape + "_", StringComparison.Ordinal) + "%";
}
