using System.Globalization;
using System.Security.Cryptography;
using ChatApp.Storage;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;

namespace ChatApp.Accounts;

/// <summary>What was typed to show the second factor.</summary>
public enum CodeKind
{
    /// <summary>The code of an authenticator app.</summary>
    App,

    /// <summary>A recovery code.</summary>
    Recovery,
}

/// <summary>The second factor of an account.</summary>
/// <param name="IsOn">True where a sign-in by password or by another site asks for it.</param>
/// <param name="HasApp">True where an authenticator app has the key.</param>
/// <param name="CodesLeft">Recovery codes that are not used yet.</param>
/// <param name="Passkeys">Passkeys, each of which is a second factor too.</param>
/// <param name="HasPassword">False for who came by another site and has never chosen one.</param>
public sealed record SecondFactorState(bool IsOn, bool HasApp, int CodesLeft, int Passkeys, bool HasPassword);

/// <summary>Outcome of turning the second factor on.</summary>
/// <param name="Error">Null where it is on now.</param>
/// <param name="Codes">The recovery codes, shown this once; null where the account has its codes already.</param>
public sealed record SetUpResult(SetUpError? Error, IReadOnlyList<string>? Codes = null);

/// <summary>Why the second factor was not turned on.</summary>
public enum SetUpError
{
    /// <summary>The code is not the one that the app should show now.</summary>
    WrongCode,

    /// <summary>The page was open too long, or is somebody else's.</summary>
    Expired,

    /// <summary>There is an app already, or no passkey to turn it on with.</summary>
    NotPossible,
}

/// <summary>
/// The second factor: set up, checked, turned off. All of it happens in the one writer, so of two that type the same code at the
/// same moment one is refused, and every wrong one is counted.
/// </summary>
/// <param name="commits">The one writer.</param>
/// <param name="database">For reading.</param>
/// <param name="protection">Encrypts the apps' keys: whoever reads the database alone can make no codes.</param>
/// <param name="acting">The session that changes it.</param>
/// <param name="options">When an account is locked.</param>
/// <param name="time">The clock.</param>
public sealed class SecondFactor(CommitQueue commits, ChatDatabase database, IDataProtectionProvider protection, AccountOptions options, ActingSession acting, TimeProvider time)
{
    /// <summary>How long a page for setting up is good.</summary>
    public static readonly TimeSpan SetUpTime = TimeSpan.FromMinutes(30);

    private const string KeyName = "totp";
    private const string StepName = "totp_step";
    private const string CodesName = "recovery_codes";
    private static readonly string[] Names = [KeyName, StepName, CodesName];

    private readonly SealedText _keys = new(protection, "ChatApp.Totp.v1", time);
    private readonly SealedText _setUps = new(protection, "ChatApp.TotpSetUp.v1", time);

    /// <summary>How things are for an account.</summary>
    public SecondFactorState StateOf(UserId user)
    {
        using var db = database.OpenRead();
        var account = db.Users.FirstOrDefault(row => row.Id == user.Value);
        return new SecondFactorState(
            account?.TwoFactorEnabled == true,
            HasApp(db, user),
            RecoveryCodes.Left(SecurityChange.Value(db, user, CodesName)),
            PasskeysOf(db, user),
            account?.PasswordHash is not null);
    }

    /// <summary>A key for a page that sets up an app, and the same sealed: the page gives it back. Nothing is stored before the first code was right.</summary>
    public (byte[] Key, string Sealed) NewKey(UserId user)
    {
        var key = Totp.MakeKey();
        return (key, _setUps.Seal(user.Value, Convert.ToBase64String(key), SetUpTime));
    }

    /// <summary>The key that <see cref="NewKey"/> gave to that account; null where it is too old, or none.</summary>
    public byte[]? KeyOf(UserId user, string? setUp) => _setUps.Open(user.Value, setUp) is { } key ? Convert.FromBase64String(key) : null;

    /// <summary>Turns the second factor on with an authenticator app, once it shows the right code.</summary>
    /// <param name="user">Whose.</param>
    /// <param name="setUp">What <see cref="NewKey"/> sealed.</param>
    /// <param name="code">What the app shows.</param>
    public Task<SetUpResult> AddAppAsync(UserId user, string? setUp, string? code) => KeyOf(user, setUp) is not { } key
        ? Task.FromResult(new SetUpResult(SetUpError.Expired))
        : commits.CommitAsync(commit =>
        {
            if (SecurityChange.Account(commit, user) is not { } account || HasApp(commit.Db, user)) return new SetUpResult(SetUpError.NotPossible);
            if (Totp.Match(key, code, commit.Now, last: 0) is not { } step) return new SetUpResult(SetUpError.WrongCode);
            SecurityChange.SetValue(commit.Db, user, KeyName, _keys.Seal(user.Value, Convert.ToBase64String(key)));
            SetStep(commit, user, step);
            return TurnOn(commit, account, "account.app.add");
        });

    /// <summary>Turns the second factor on for somebody who has passkeys, and wants one to be asked for after the password.</summary>
    public Task<SetUpResult> UsePasskeysAsync(UserId user) => commits.CommitAsync(commit =>
        SecurityChange.Account(commit, user) is { TwoFactorEnabled: false } account && PasskeysOf(commit.Db, user) > 0
            ? TurnOn(commit, account, "account.second_factor.on")
            : new SetUpResult(SetUpError.NotPossible));

    /// <summary>Turns the second factor off: app and codes are forgotten, passkeys stay as a way in. Whoever asks has proven who they are.</summary>
    /// <returns>False where it was off.</returns>
    public Task<bool> TurnOffAsync(UserId user) => commits.CommitAsync(commit =>
    {
        if (SecurityChange.Account(commit, user) is not { TwoFactorEnabled: true } account) return false;
        Forget(commit.Db, account);
        SecurityChange.Seal(commit, account, "account.second_factor.off", account.DisplayName, acting);
        return true;
    });

    /// <summary>A new set of recovery codes in the place of the old one; null where the second factor is off. Whoever asks has proven who they are.</summary>
    public Task<IReadOnlyList<string>?> NewCodesAsync(UserId user) => commits.CommitAsync(commit =>
    {
        if (SecurityChange.Account(commit, user) is not { TwoFactorEnabled: true } account) return null;
        SecurityChange.Seal(commit, account, "account.recovery_codes", account.DisplayName, acting);
        return GiveCodes(commit, user);
    });

    /// <summary>
    /// True where the code is right, and then it is spent. A wrong one counts for the lockout, like a wrong password; of a locked account
    /// none is right.
    /// </summary>
    public Task<bool> CheckAsync(UserId user, CodeKind kind, string? code) => string.IsNullOrWhiteSpace(code)
        ? Task.FromResult(false)
        : commits.CommitAsync(commit =>
        {
            if (SecurityChange.Account(commit, user) is not { TwoFactorEnabled: true } account || account.LockoutEnd > commit.Now) return false;
            var isRight = kind == CodeKind.App ? TakeCode(commit, user, code) : TakeRecoveryCode(commit, user, code);
            account.AccessFailedCount = isRight ? 0 : account.AccessFailedCount + 1;
            if (account.AccessFailedCount >= options.LockoutAttempts)
            {
                account.LockoutEnd = commit.Now.AddMinutes(options.LockoutMinutes);
                account.AccessFailedCount = 0;
            }

            return isRight;
        });

    /// <summary>True where an authenticator app makes codes for the account.</summary>
    internal static bool HasApp(ChatDbContext db, UserId user) => SecurityChange.Value(db, user, KeyName) is not null;

    /// <summary>Takes the second factor off an account; for its owner, and for the operator.</summary>
    internal static void Forget(ChatDbContext db, ChatUser account)
    {
        account.TwoFactorEnabled = false;
        foreach (var name in Names) SecurityChange.SetValue(db, new UserId(account.Id), name, value: null);
    }

    private static int PasskeysOf(ChatDbContext db, UserId user) => db.Set<IdentityUserPasskey<string>>().Count(passkey => passkey.UserId == user.Value);

    // Whoever adds an app to passkeys has codes already.
    private SetUpResult TurnOn(Commit commit, ChatUser account, string action)
    {
        var user = new UserId(account.Id);
        var codes = account.TwoFactorEnabled && SecurityChange.Value(commit.Db, user, CodesName) is not null ? null : GiveCodes(commit, user);
        account.TwoFactorEnabled = true;
        SecurityChange.Seal(commit, account, action, account.DisplayName, acting);
        return new SetUpResult(Error: null, codes);
    }

    private static IReadOnlyList<string> GiveCodes(Commit commit, UserId user)
    {
        var codes = RecoveryCodes.Make();
        SecurityChange.SetValue(commit.Db, user, CodesName, RecoveryCodes.Store(user, codes));
        return codes;
    }

    private static void SetStep(Commit commit, UserId user, long step) =>
        SecurityChange.SetValue(commit.Db, user, StepName, step.ToString(CultureInfo.InvariantCulture));

    private bool TakeCode(Commit commit, UserId user, string code)
    {
        if (_keys.Open(user.Value, SecurityChange.Value(commit.Db, user, KeyName)) is not { } key) return false;
        var last = long.Parse(SecurityChange.Value(commit.Db, user, StepName) ?? "0", CultureInfo.InvariantCulture);
        if (Totp.Match(Convert.FromBase64String(key), code, commit.Now, last) is not { } step) return false;
        SetStep(commit, user, step);
        return true;
    }

    private static bool TakeRecoveryCode(Commit commit, UserId user, string code)
    {
        if (RecoveryCodes.Without(user, SecurityChange.Value(commit.Db, user, CodesName), code) is not { } left) return false;
        SecurityChange.SetValue(commit.Db, user, CodesName, left);
        return true;
    }
}
