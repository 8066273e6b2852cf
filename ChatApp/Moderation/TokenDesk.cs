using ChatApp.Accounts;
using ChatApp.Storage;

namespace ChatApp.Moderation;

/// <summary>Which tokens somebody wants to see.</summary>
/// <param name="Part">Contained in the name of the token or of its account; empty for all.</param>
/// <param name="OnlyBots">True leaves out those of people.</param>
public sealed record TokenQuery(string Part = "", bool OnlyBots = false);

/// <summary>A token as an administrator sees it: never the token itself.</summary>
/// <param name="Token">What it is for and may be used for.</param>
/// <param name="Account">In whose name it acts.</param>
/// <param name="Owner">Whose bot that is; null for people.</param>
public sealed record TokenHolding(TokenLine Token, UserCard Account, UserCard? Owner);

/// <summary>The tokens that programs hold, for administrators.</summary>
/// <param name="database">Where they are stored.</param>
/// <param name="users">Who is who.</param>
/// <param name="tokens">Revokes them.</param>
/// <param name="time">The clock: what has ended is no token any more.</param>
public sealed class TokenDesk(ChatDatabase database, UserDirectory users, PersonalTokens tokens, TimeProvider time)
{
    /// <summary>A page of those that hold, sorted by <c>name</c>, <c>account</c>, <c>used</c> or, as usual, <c>created</c>; null for all but administrators.</summary>
    public LinePage<TokenHolding>? List(Actor actor, TokenQuery query, PageAsk ask)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (users.Get(actor).Rank != Rank.Administrator) return null;
        var now = time.GetUtcNow();
        using var db = database.OpenRead();
        var found = PersonalTokens.Live(db, now).Join(db.Users, token => token.UserId, user => user.Id, (token, user) => new { Token = token, User = user });
        if (query.OnlyBots) found = found.Where(line => line.User.IsBot);
        if (query.Part.Trim() is { Length: > 0 } part)
        {
            var (folded, upper) = (DisplayName.Fold(part), part.ToUpperInvariant());
#pragma warning disable CA1304, CA1311, CA1862, MA0011 // translated to SQL, which knows no StringComparison
            found = found.Where(line => line.User.NormalizedDisplayName.Contains(folded) || line.Token.Name.ToUpper().Contains(upper));
#pragma warning restore CA1304, CA1311, CA1862, MA0011
        }

        var sorted = ask.Sort switch
        {
            "name" => found.Order(ask, line => line.Token.Name),
            "account" => found.Order(ask, line => line.User.NormalizedDisplayName),
            "used" => found.Order(ask, line => line.Token.LastUsedAt),
            _ => found.Order(ask, line => line.Token.CreatedAt),
        };
        return sorted.ThenBy(line => line.Token.Id).Page(ask, line =>
        {
            var account = users.Capped(UserCard.Of(line.User));
            return new TokenHolding(PersonalTokens.LineOf(line.Token), account, account.Owner is { } owner ? users.Get(owner) : null);
        });
    }

    /// <summary>Revokes somebody's token: what came by it is ended at once, and it cannot be brought back. Administrators only.</summary>
    /// <param name="actor">Who acts.</param>
    /// <param name="id">The token's id.</param>
    /// <param name="reason">Why; it stands in the audit log, and must not be missing.</param>
    public async Task<ModerationOutcome> RevokeAsync(Actor actor, string id, string reason)
    {
        if (users.Get(actor).Rank != Rank.Administrator) return ModerationOutcome.NotAllowed;
        if (string.IsNullOrWhiteSpace(reason)) return ModerationOutcome.ReasonMissing;
        return await tokens.RevokeAsync(actor.Id, id, reason) switch
        {
            TokenOutcome.Done => ModerationOutcome.Done,
            TokenOutcome.Busy => ModerationOutcome.Busy,
            _ => ModerationOutcome.NotFound,
        };
    }
}
