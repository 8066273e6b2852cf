using ChatApp.Moderation;
using ChatApp.Push;
using ChatApp.Storage;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Accounts;

/// <summary>How a change of tokens went.</summary>
public enum TokenOutcome
{
    /// <summary>Done.</summary>
    Done,

    /// <summary>The name is empty, longer than <see cref="PersonalTokens.MaxNameLength"/>, or holds what nobody sees.</summary>
    BadName,

    /// <summary>No scope is wanted.</summary>
    NoScopes,

    /// <summary>A scope for rights that the account has not.</summary>
    ScopesNotHeld,

    /// <summary>A room that the account is not in, or more than <see cref="PersonalTokens.MaxRooms"/>.</summary>
    BadRooms,

    /// <summary>An end that is over, or further away than <see cref="PersonalTokens.MaxDays"/>.</summary>
    BadExpiry,

    /// <summary>The account has <see cref="PersonalTokens.MaxTokens"/> tokens that hold.</summary>
    TooMany,

    /// <summary>There is no such token, or it is somebody else's.</summary>
    NotFound,

    /// <summary>Nothing was stored; trying again soon makes sense.</summary>
    Busy,
}

/// <summary>What a token shall be.</summary>
/// <param name="Name">What it is for.</param>
/// <param name="Scopes">What it may be used for.</param>
public sealed record TokenWish(string? Name, TokenScopes Scopes)
{
    /// <summary>The only rooms in which it may be used; empty for all.</summary>
    public IReadOnlyList<RoomId> Rooms { get; init; } = [];

    /// <summary>When it ends; null where it does not by itself.</summary>
    public DateTimeOffset? Expires { get; init; }
}

/// <summary>A token as its owner sees it.</summary>
/// <param name="Id">Names it.</param>
/// <param name="Account">In whose name it acts.</param>
/// <param name="Name">What it is for.</param>
/// <param name="Scopes">What it may be used for.</param>
/// <param name="Rooms">The only rooms in which; empty for all.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">When it ends; null where it does not by itself.</param>
/// <param name="LastUsedAt">When it was used last; null where never.</param>
/// <param name="LastAddress">From where.</param>
public sealed record TokenLine(
    string Id, UserId Account, string Name, TokenScopes Scopes, IReadOnlyList<RoomId> Rooms, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, DateTimeOffset? LastUsedAt, string LastAddress);

/// <summary>Outcome of making a token.</summary>
/// <param name="Outcome">How it went.</param>
/// <param name="Secret">The token itself, which is not shown again; null where there is none.</param>
public readonly record struct TokenResult(TokenOutcome Outcome, string? Secret = null);

/// <summary>
/// Tokens that people make for their programs and bots. A token is looked up by its hash, and with the state of its account, each time
/// that it is shown: revoking it, or the account, ends it in that moment, and the sockets that came by it too.
/// </summary>
/// <param name="database">Where they are stored.</param>
/// <param name="commits">The one writer.</param>
/// <param name="users">Who is who.</param>
/// <param name="broker">Ends what came by a token that holds no longer.</param>
/// <param name="time">The clock.</param>
public sealed class PersonalTokens(ChatDatabase database, CommitQueue commits, UserDirectory users, RoomBroker broker, TimeProvider time)
{
    /// <summary>What the tokens of people begin with, so that people and programs that look for lost secrets know them.</summary>
    public const string Prefix = "chatpat_";

    /// <summary>What the tokens of bots begin with.</summary>
    public const string BotPrefix = "chatbot_";

    /// <summary>Longest name, in UTF-16 units.</summary>
    public const int MaxNameLength = 64;

    /// <summary>Tokens of one account that hold at the same time.</summary>
    public const int MaxTokens = 50;

    /// <summary>Rooms to which one token can be limited.</summary>
    public const int MaxRooms = 50;

    /// <summary>Days after which a token ends at the latest, where it ends by itself: ten years.</summary>
    public const int MaxDays = 3650;

    private static readonly int Length = Secret.LengthWith(Prefix);

    private readonly UseNotes _uses = new(commits, time, static (commit, id, now, address) =>
        commit.Execute("UPDATE personal_tokens SET LastUsedAt = ?2, LastAddress = ?3 WHERE Id = ?1", id, now.ToUnixTimeMilliseconds(), VisibleText.Cut(address, 64)));

    /// <summary>What the credential of such a token is called.</summary>
    public static string CredentialOf(string id) => "token:" + id;

    /// <summary>True where a text can only be one of these tokens.</summary>
    public static bool IsMeant(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return token.StartsWith(Prefix, StringComparison.Ordinal) || token.StartsWith(BotPrefix, StringComparison.Ordinal);
    }

    /// <summary>What a token proves now; nothing where it is none, was revoked, or its account is gone or locked.</summary>
    /// <param name="token">As shown.</param>
    /// <param name="address">From which network address, to be noted.</param>
    public Credential Read(string token, string address)
    {
        // What cannot be a token costs nothing.
        if (token.Length != Length) return default;
        var hash = Secret.Hash(token);
        using var db = database.OpenRead();
        var found = db.PersonalTokens.FirstOrDefault(stored => stored.Hash == hash && stored.RevokedAt == null);
        if (found is null) return default;
        if (Holder(db, found, time.GetUtcNow()) is not { } account) return Credential.Banned(db, new UserId(found.UserId), time.GetUtcNow());
        if (found.ExpiresAt is { } expires && expires <= time.GetUtcNow()) return new Credential(User: null, expires, HasExpired: true);
        _uses.Note(found.Id, found.LastUsedAt, address);
        var rooms = RoomsOf(found);
        return new Credential(new UserId(account.Id), found.ExpiresAt)
        {
            Kind = CredentialKind.Personal,
            Id = CredentialOf(found.Id),
            Owner = account.OwnerId is { } owner ? new UserId(owner) : null,
            Grant = new TokenGrant(found.Scopes, rooms.Count > 0 ? rooms.ToHashSet() : null),
        };
    }

    /// <summary>True where a credential that was read a moment ago has not been revoked since.</summary>
    public bool StillHolds(string credential)
    {
        ArgumentNullException.ThrowIfNull(credential);
        var id = credential[CredentialOf("").Length..];
        using var db = database.OpenRead();
        return db.PersonalTokens.FirstOrDefault(stored => stored.Id == id && stored.RevokedAt == null) is { } found && Holder(db, found, time.GetUtcNow()) is not null;
    }

    /// <summary>A new token, for oneself or for a bot of one's own.</summary>
    public Task<TokenResult> MakeAsync(UserId actor, UserId account, TokenWish wish)
    {
        ArgumentNullException.ThrowIfNull(wish);
        var name = wish.Name?.Trim() ?? "";
        if (name.Length is 0 or > MaxNameLength || !VisibleText.HasAny(name) || name.EnumerateRunes().Any(VisibleText.IsForbiddenInNames)) return Refused(TokenOutcome.BadName);
        if ((wish.Scopes & TokenGrant.Full.Scopes) != wish.Scopes || wish.Scopes == TokenScopes.None) return Refused(TokenOutcome.NoScopes);
        RoomId[] rooms = [.. wish.Rooms.Distinct()];
        if (rooms.Length > MaxRooms) return Refused(TokenOutcome.BadRooms);
        return CommitAsync(commit =>
        {
            if (!IsOwn(commit.Db, actor, account)) return new TokenResult(TokenOutcome.NotFound);
            if (wish.Expires is { } expires && (expires <= commit.Now || expires > commit.Now.AddDays(MaxDays + 1))) return new TokenResult(TokenOutcome.BadExpiry);
            if (LowestFor(wish.Scopes) > users.Get(account).Rank) return new TokenResult(TokenOutcome.ScopesNotHeld);
            if (rooms.Any(room => Rooms.RoomAccess.Find(commit.Db, room, account) is not { IsMember: true })) return new TokenResult(TokenOutcome.BadRooms);
            if (Live(commit.Db, account, commit.Now).Count() >= MaxTokens) return new TokenResult(TokenOutcome.TooMany);
            return new TokenResult(TokenOutcome.Done, Add(commit, account, name, wish.Scopes, string.Join(' ', rooms.Select(room => room.Value)), wish.Expires));
        });
    }

    /// <summary>
    /// Another secret for what a token may do: the old one is dead when this returns, and the sockets that came by it are closed.
    /// </summary>
    public Task<TokenResult> RotateAsync(UserId actor, string id) => CommitAsync(commit =>
    {
        if (FindLive(commit.Db, id) is not { } token || !IsOwn(commit.Db, actor, new UserId(token.UserId))) return new TokenResult(TokenOutcome.NotFound);
        Revoke(commit, token);
        return new TokenResult(TokenOutcome.Done, Add(commit, new UserId(token.UserId), token.Name, token.Scopes, token.Rooms, token.ExpiresAt));
    });

    /// <summary>Revokes a token of one's own, or of a bot of one's own; administrators anybody's, which the audit log says.</summary>
    /// <param name="actor">Who acts.</param>
    /// <param name="id">The token's id.</param>
    /// <param name="reason">Why, for the audit log; may be empty.</param>
    public async Task<TokenOutcome> RevokeAsync(UserId actor, string id, string reason = "")
    {
        var result = await CommitAsync(commit =>
        {
            if (FindLive(commit.Db, id) is not { } token) return new TokenResult(TokenOutcome.NotFound);
            var account = new UserId(token.UserId);
            if (!IsOwn(commit.Db, actor, account))
            {
                if (users.Get(actor).Rank != Rank.Administrator) return new TokenResult(TokenOutcome.NotFound);
                AuditLog.Add(commit, actor, "token.revoke", account.Value, $"{users.Get(account).Name}: {token.Id}", reason);
            }

            Revoke(commit, token);
            return new TokenResult(TokenOutcome.Done);
        });
        return result.Outcome;
    }

    /// <summary>The tokens of an account that hold, the newest first; for itself, the owner of a bot, and administrators, null for everybody else.</summary>
    public IReadOnlyList<TokenLine>? List(UserId actor, UserId account)
    {
        using var db = database.OpenRead();
        if (!IsOwn(db, actor, account) && users.Get(actor).Rank != Rank.Administrator) return null;
        return [.. Live(db, account, time.GetUtcNow())
            .OrderByDescending(token => token.CreatedAt).ThenByDescending(token => token.Id)
            .AsEnumerable()
            .Select(LineOf)];
    }

    /// <summary>The rank that somebody must have to give a token these scopes.</summary>
    public static Rank LowestFor(TokenScopes scopes) => scopes.HasFlag(TokenScopes.Admin) ? Rank.Administrator : scopes.HasFlag(TokenScopes.Moderate) ? Rank.Moderator : Rank.Member;

    /// <summary>All that hold at a moment.</summary>
    internal static IQueryable<PersonalToken> Live(ChatDbContext db, DateTimeOffset now) =>
        db.PersonalTokens.Where(token => token.RevokedAt == null && (token.ExpiresAt == null || token.ExpiresAt > now));

    /// <summary>A token as its owner sees it.</summary>
    internal static TokenLine LineOf(PersonalToken token) =>
        new(token.Id, new UserId(token.UserId), token.Name, token.Scopes, RoomsOf(token), token.CreatedAt, token.ExpiresAt, token.LastUsedAt, token.LastAddress);

    private static IQueryable<PersonalToken> Live(ChatDbContext db, UserId account, DateTimeOffset now) => Live(db, now).Where(token => token.UserId == account.Value);

    private static PersonalToken? FindLive(ChatDbContext db, string id) => db.PersonalTokens.FirstOrDefault(token => token.Id == id && token.RevokedAt == null);

    private static List<RoomId> RoomsOf(PersonalToken token) => [.. token.Rooms.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(id => new RoomId(id))];

    // The account, where it and whoever it belongs to are there, not locked and not banned. Wrong passwords lock too, for minutes, and only those who
    // come by password: guessing must not stop other people's programs.
    private static ChatUser? Holder(ChatDbContext db, PersonalToken token, DateTimeOffset now)
    {
        var open = db.OpenAccounts(now).AsNoTracking();
        var account = open.FirstOrDefault(user => user.Id == token.UserId);
        return account?.OwnerId is { } owner && !open.Any(user => user.Id == owner) ? null : account;
    }

    // A bot makes nothing for itself: what it may do is its owner's affair.
    private static bool IsOwn(ChatDbContext db, UserId actor, UserId account) => db.Users.Any(user => user.Id == account.Value && user.DeletedAt == null &&
        ((user.Id == actor.Value && !user.IsBot) || (user.IsBot && user.OwnerId == actor.Value)));

    private static string Add(Commit commit, UserId account, string name, TokenScopes scopes, string rooms, DateTimeOffset? expires)
    {
        var isBot = commit.Db.Users.Any(user => user.Id == account.Value && user.IsBot);
        var secret = Secret.Make(isBot ? BotPrefix : Prefix);
        commit.Db.PersonalTokens.Add(new PersonalToken
        {
            Id = Secret.NewId(),
            UserId = account.Value,
            Name = name,
            Hash = Secret.Hash(secret),
            Scopes = scopes,
            Rooms = rooms,
            CreatedAt = commit.Now,
            ExpiresAt = expires,
        });
        return secret;
    }

    private void Revoke(Commit commit, PersonalToken token)
    {
        token.RevokedAt = commit.Now;
        var (account, credential) = (new UserId(token.UserId), CredentialOf(token.Id));
        commit.AfterCommit(() =>
        {
            _uses.Forget(token.Id);
            // Who shows the token at this moment looks again once the engine knows the connection.
            broker.EndWhere(account, connection => connection.Credential == credential, EndReason.InvalidToken);
        });
    }

    private static Task<TokenResult> Refused(TokenOutcome outcome) => Task.FromResult(new TokenResult(outcome));

    private async Task<TokenResult> CommitAsync(Func<Commit, TokenResult> change)
    {
        try
        {
            return await commits.CommitAsync(change);
        }
        catch (StorageUnavailableException)
        {
            return new TokenResult(TokenOutcome.Busy);
        }
    }
}
