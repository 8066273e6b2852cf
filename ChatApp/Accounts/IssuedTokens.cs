using ChatApp.Moderation;
using ChatApp.Storage;
using Microsoft.AspNetCore.Identity;

namespace ChatApp.Accounts;

/// <summary>
/// Tokens that configured issuers have signed (JWT), and the accounts that they are about: the subject is stored as an outside login of
/// its account, under the name that the settings give the issuer.
/// </summary>
/// <param name="issuers">Who may sign.</param>
/// <param name="database">Whose account it is.</param>
/// <param name="commits">Makes accounts, where that is allowed.</param>
/// <param name="time">The clock.</param>
public sealed class IssuedTokens(TokenIssuers issuers, ChatDatabase database, CommitQueue commits, TimeProvider time)
{
    private const int MaxTries = 100;

    /// <summary>True where a text can only be such a token: no other kind has a dot.</summary>
    public static bool IsMeant(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return token.Contains('.', StringComparison.Ordinal);
    }

    /// <summary>What a token proves now; nothing where it is not exactly as it should be, or is about nobody here.</summary>
    public Credential Read(string token)
    {
        if (SignedToken.Read(token, issuers, time.GetUtcNow()) is not { } read) return default;
        if (read.IsOver) return new Credential(User: null, read.Expires, HasExpired: true);
        using var db = database.OpenRead();
        if (AccountOf(db, read) is not { } user) return default;
        if (!IsOpen(db, user, time.GetUtcNow())) return Credential.Banned(db, user, time.GetUtcNow());
        return new Credential(user, read.Expires)
        {
            Kind = CredentialKind.Issued,
            Id = read.Issuer.Provider,
            Grant = new TokenGrant(read.Issuer.Scopes),
        };
    }

    /// <summary>True where the account has not been locked or deleted since.</summary>
    public bool StillHolds(UserId user)
    {
        using var db = database.OpenRead();
        return IsOpen(db, user, time.GetUtcNow());
    }

    /// <summary>Makes the account of a subject that has none yet, where its issuer may bring people; otherwise nothing.</summary>
    public async Task WelcomeAsync(string token)
    {
        if (SignedToken.Read(token, issuers, time.GetUtcNow()) is not { IsOver: false, Issuer.Options.CreateAccounts: true } read) return;
        using (var db = database.OpenRead())
        {
            if (AccountOf(db, read) is not null) return;
        }

        try
        {
            await commits.CommitAsync(commit =>
            {
                // Two at once are two commits, and the second one finds the account.
                if (AccountOf(commit.Db, read) is null) Add(commit, read);
                return true;
            });
        }
        catch (StorageUnavailableException)
        {
            // The token proves nothing then, and its program tries again.
        }
    }

    private static void Add(Commit commit, SignedToken token)
    {
        var name = FreeName(commit.Db, DisplayName.Normalize(token.Name) ?? "Guest");
        var account = new ChatUser
        {
            DisplayName = name,
            NormalizedDisplayName = DisplayName.Fold(name),
            CreatedAt = commit.Now,
            LockoutEnabled = true,
            SecurityStamp = Guid.NewGuid().ToString("N"),
        };
        // It has no address, and nobody signs in by this name: there is no password.
        account.UserName = $"{token.Issuer.Provider}:{account.Id}";
        account.NormalizedUserName = account.UserName.ToUpperInvariant();
        commit.Db.Users.Add(account);
        commit.Db.UserLogins.Add(new IdentityUserLogin<string> { LoginProvider = token.Issuer.Provider, ProviderKey = token.Subject, UserId = account.Id });
    }

    // The issuer does not know which names are taken here.
    private static string FreeName(ChatDbContext db, string wanted)
    {
        for (var number = 1; number <= MaxTries; number++)
        {
            var name = number == 1 ? wanted : $"{VisibleText.Cut(wanted, DisplayName.MaxLength - 4).TrimEnd()} {number}";
            var folded = DisplayName.Fold(name);
            if (!db.Users.Any(user => user.NormalizedDisplayName == folded)) return name;
        }

        return $"Guest {Secret.NewId()}";
    }

    private static UserId? AccountOf(ChatDbContext db, SignedToken token) =>
        db.UserLogins.Where(login => login.LoginProvider == token.Issuer.Provider && login.ProviderKey == token.Subject).Select(login => login.UserId).FirstOrDefault() is { } id
            ? new UserId(id)
            : null;

    private static bool IsOpen(ChatDbContext db, UserId user, DateTimeOffset now) => db.OpenAccounts(now).Any(account => account.Id == user.Value);
}
