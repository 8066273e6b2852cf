using System.Buffers.Text;
using ChatApp.Storage;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;

namespace ChatApp.Accounts;

/// <summary>A passkey as its owner sees it.</summary>
/// <param name="Id">Names it in addresses.</param>
/// <param name="Name">What its owner calls it.</param>
/// <param name="CreatedAt">When it was added.</param>
/// <param name="IsSynced">True where the owner's other devices have it too.</param>
public sealed record PasskeyLine(string Id, string Name, DateTimeOffset CreatedAt, bool IsSynced);

/// <summary>What a browser needs to ask for a passkey.</summary>
/// <param name="Options">Options of <c>navigator.credentials</c>, JSON.</param>
/// <param name="State">The same on the server's side, sealed: the page gives it back.</param>
public sealed record PasskeyOptions(string Options, string State);

/// <summary>How a change of one's passkeys went.</summary>
public enum PasskeyOutcome
{
    /// <summary>Done.</summary>
    Done,

    /// <summary>What the browser sent does not prove a new passkey: too late, of another site, or there already.</summary>
    Refused,

    /// <summary>The name is empty, too long, or holds what cannot be seen.</summary>
    BadName,

    /// <summary>The account has <see cref="Passkeys.Max"/> already.</summary>
    TooMany,

    /// <summary>Without it nobody could come in, or show the second factor.</summary>
    LastOne,

    /// <summary>The account has no such passkey.</summary>
    NotFound,
}

/// <summary>Passkeys (WebAuthn): added, used and taken away. The proofs are checked by Identity, all that is stored passes the one writer.</summary>
/// <param name="handler">Identity's checks. Its sign-in manager keeps the state in the cookie of who is half-way through a sign-in, so it is not asked.</param>
/// <param name="ceremonies">Seals that state, and makes it good once.</param>
/// <param name="commits">The one writer.</param>
/// <param name="acting">The session that adds and removes them.</param>
/// <param name="database">For reading.</param>
public sealed class Passkeys(IPasskeyHandler<ChatUser> handler, PasskeyCeremonies ceremonies, CommitQueue commits, ChatDatabase database, ActingSession acting)
{
    /// <summary>Most passkeys of one account.</summary>
    public const int Max = 20;

    /// <summary>Longest name, in UTF-16 units.</summary>
    public const int MaxNameLength = 64;

    // Some thousand are usual; more is no passkey.
    private const int MaxCredentialLength = 64 * 1024;

    /// <summary>An account's passkeys, oldest first.</summary>
    public IReadOnlyList<PasskeyLine> Of(UserId user)
    {
        using var db = database.OpenRead();
        return [.. db.Set<IdentityUserPasskey<string>>().Where(passkey => passkey.UserId == user.Value).AsEnumerable()
            .OrderBy(passkey => passkey.Data.CreatedAt)
            .Select(passkey => new PasskeyLine(Base64Url.EncodeToString(passkey.CredentialId), passkey.Data.Name ?? "", passkey.Data.CreatedAt, passkey.Data.IsBackedUp))];
    }

    /// <summary>Options to add a passkey to an account.</summary>
    public async Task<PasskeyOptions?> OptionsToAddAsync(UserId user, HttpContext context)
    {
        using var db = database.OpenRead();
        if (db.Users.FirstOrDefault(row => row.Id == user.Value) is not { } account) return null;
        var made = await handler.MakeCreationOptionsAsync(new PasskeyUserEntity { Id = account.Id, Name = account.Email!, DisplayName = account.DisplayName }, context);
        return new PasskeyOptions(made.CreationOptionsJson, ceremonies.Seal("add", user, made.AttestationState!));
    }

    /// <summary>Options to sign in: with one of the account's passkeys, or with whichever the browser has where nobody is named.</summary>
    public async Task<PasskeyOptions> OptionsToSignInAsync(ChatUser? user, HttpContext context)
    {
        var made = await handler.MakeRequestOptionsAsync(user!, context);
        return new PasskeyOptions(made.RequestOptionsJson, ceremonies.Seal("sign-in", user is null ? null : new UserId(user.Id), made.AssertionState!));
    }

    /// <summary>Adds a passkey.</summary>
    /// <param name="user">To whose account.</param>
    /// <param name="name">What its owner calls it.</param>
    /// <param name="credential">What the browser made, JSON.</param>
    /// <param name="state">What was sealed with the options.</param>
    /// <param name="context">The request, for the site's name and origin.</param>
    public async Task<PasskeyOutcome> AddAsync(UserId user, string? name, string? credential, string? state, HttpContext context)
    {
        if (NameOf(name) is not { } called) return PasskeyOutcome.BadName;
        if (!IsBounded(credential) || ceremonies.Open("add", user, state) is not { } opened) return PasskeyOutcome.Refused;
        var made = await handler.PerformAttestationAsync(new PasskeyAttestationContext { HttpContext = context, CredentialJson = credential!, AttestationState = opened });
        if (!made.Succeeded || made.UserEntity.Id != user.Value || !ceremonies.Spend(opened)) return PasskeyOutcome.Refused;
        return await commits.CommitAsync(commit =>
        {
            var passkeys = commit.Db.Set<IdentityUserPasskey<string>>();
            if (SecurityChange.Account(commit, user) is not { } account) return PasskeyOutcome.NotFound;
            if (passkeys.Count(passkey => passkey.UserId == user.Value) >= Max) return PasskeyOutcome.TooMany;
            if (passkeys.Find(made.Passkey.CredentialId) is not null) return PasskeyOutcome.Refused;
            passkeys.Add(Row(user, made.Passkey, called, commit.Now));
            SecurityChange.Seal(commit, account, "account.passkey.add", called, acting);
            return PasskeyOutcome.Done;
        });
    }

    /// <summary>Gives a passkey another name.</summary>
    public async Task<PasskeyOutcome> RenameAsync(UserId user, string id, string? name) => NameOf(name) is not { } called
        ? PasskeyOutcome.BadName
        : await commits.CommitAsync(commit =>
        {
            if (Find(commit, user, id) is not { } passkey) return PasskeyOutcome.NotFound;
            passkey.Data.Name = called;
            return PasskeyOutcome.Done;
        });

    /// <summary>Takes a passkey away: nobody comes in with it any more.</summary>
    public Task<PasskeyOutcome> RemoveAsync(UserId user, string id) => commits.CommitAsync(commit =>
    {
        if (Find(commit, user, id) is not { } passkey || SecurityChange.Account(commit, user) is not { } account) return PasskeyOutcome.NotFound;
        var isLastSecondFactor = account.TwoFactorEnabled && !SecondFactor.HasApp(commit.Db, user)
            && commit.Db.Set<IdentityUserPasskey<string>>().Count(one => one.UserId == user.Value) == 1;
        if (isLastSecondFactor || SecurityChange.WaysIn(commit.Db, account) == 1) return PasskeyOutcome.LastOne;
        commit.Db.Remove(passkey);
        SecurityChange.Seal(commit, account, "account.passkey.remove", passkey.Data.Name ?? "", acting);
        return PasskeyOutcome.Done;
    });

    /// <summary>The account whose passkey the browser has shown; null where it proves nothing, or the account is locked.</summary>
    /// <param name="user">Who it must be; null where the passkey itself says it.</param>
    /// <param name="credential">What the browser says, JSON.</param>
    /// <param name="state">What was sealed with the options.</param>
    /// <param name="context">The request, for the site's name and origin.</param>
    public async Task<ChatUser?> CheckAsync(UserId? user, string? credential, string? state, HttpContext context)
    {
        if (!IsBounded(credential) || ceremonies.Open("sign-in", user, state) is not { } opened) return null;
        var shown = await handler.PerformAssertionAsync(new PasskeyAssertionContext { HttpContext = context, CredentialJson = credential!, AssertionState = opened });
        if (!shown.Succeeded || !ceremonies.Spend(opened)) return null;
        var isGood = await commits.CommitAsync(commit =>
        {
            var owner = new UserId(shown.User.Id);
            if (SecurityChange.Account(commit, owner) is not { } account || account.LockoutEnd > commit.Now) return false;
            if (commit.Db.Set<IdentityUserPasskey<string>>().Find(shown.Passkey.CredentialId) is not { } passkey || passkey.UserId != owner.Value) return false;
            // Looked at again here: of two answers with the same count one is a copy.
            if (passkey.Data.SignCount != 0 && shown.Passkey.SignCount <= passkey.Data.SignCount) return false;
            passkey.Data.SignCount = shown.Passkey.SignCount;
            passkey.Data.IsBackedUp = shown.Passkey.IsBackedUp;
            return true;
        });
        if (!isGood) return null;
        using var db = database.OpenRead();
        return db.Users.FirstOrDefault(row => row.Id == shown.User.Id);
    }

    private static bool IsBounded(string? credential) => credential is { Length: > 0 and <= MaxCredentialLength };

    private static string? NameOf(string? name) =>
        name?.Trim() is { Length: > 0 and <= MaxNameLength } called && !called.EnumerateRunes().Any(VisibleText.IsForbiddenInNames) && VisibleText.HasAny(called) ? called : null;

    private static IdentityUserPasskey<string>? Find(Commit commit, UserId user, string id)
    {
        if (id.Length > 1400 || !Base64Url.IsValid(id)) return null;
        return commit.Db.Set<IdentityUserPasskey<string>>().Find(Base64Url.DecodeFromChars(id)) is { } passkey && passkey.UserId == user.Value ? passkey : null;
    }

    private static IdentityUserPasskey<string> Row(UserId user, UserPasskeyInfo made, string name, DateTimeOffset now) => new()
    {
        UserId = user.Value,
        CredentialId = made.CredentialId,
        Data = new IdentityPasskeyData
        {
            Name = name,
            PublicKey = made.PublicKey,
            CreatedAt = now,
            SignCount = made.SignCount,
            Transports = made.Transports,
            IsUserVerified = made.IsUserVerified,
            IsBackupEligible = made.IsBackupEligible,
            IsBackedUp = made.IsBackedUp,
            AttestationObject = made.AttestationObject,
            ClientDataJson = made.ClientDataJson,
        },
    };
}

/// <summary>
/// What the server must remember between the options of a passkey and its answer. It stands in the page, sealed for one use and one
/// account, so strangers who ask for options cost no memory; what was answered well is remembered until it is too old, and is not good twice.
/// </summary>
/// <param name="protection">Seals it.</param>
/// <param name="time">The clock.</param>
public sealed class PasskeyCeremonies(IDataProtectionProvider protection, TimeProvider time)
{
    // A login page may stand open for a while before its field is touched; its script asks for new options in time.
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(15);

    private readonly SealedText _states = new(protection, "ChatApp.Passkey.v1", time);
    private readonly Lock _gate = new();
    private readonly HashSet<string> _spent = new(StringComparer.Ordinal);
    private readonly Queue<(string Hash, DateTimeOffset Until)> _byAge = new();

    /// <summary>Seals a state for a use, and an account where one is known.</summary>
    public string Seal(string use, UserId? user, string state) => _states.Seal(Owner(use, user), state, Life);

    /// <summary>The state, where it was sealed for this and is not too old.</summary>
    public string? Open(string use, UserId? user, string? state) => _states.Open(Owner(use, user), state);

    /// <summary>True for the first time. Only what was answered well comes here, so nobody fills it but who has a passkey.</summary>
    public bool Spend(string state)
    {
        var (hash, now) = (Secret.Hash(state), time.GetUtcNow());
        lock (_gate)
        {
            while (_byAge.TryPeek(out var oldest) && oldest.Until <= now) _spent.Remove(_byAge.Dequeue().Hash);
            if (!_spent.Add(hash)) return false;
            _byAge.Enqueue((hash, now + Life));
            return true;
        }
    }

    private static string Owner(string use, UserId? user) => $"{use}/{user?.Value}";
}
