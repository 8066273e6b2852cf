using ChatApp.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Accounts;

/// <summary>What is wrong with a registration. The words for people stand in the resource files under these names.</summary>
public enum RegistrationError
{
    /// <summary>Not an e-mail address, or longer than 254 characters.</summary>
    BadEmail,

    /// <summary>See <see cref="DisplayName"/>.</summary>
    BadName,

    /// <summary>Somebody else has that name, or one that looks the same.</summary>
    NameTaken,

    /// <summary>Shorter than 8 characters, longer than 256, or one of those that are tried first.</summary>
    WeakPassword,

    /// <summary>Nobody makes an account for themselves here.</summary>
    Closed,

    /// <summary>Only who is invited does, or the invitation does not hold: one answer for unknown, used up, expired and revoked ones.</summary>
    NotInvited,

    /// <summary>Nothing was stored; trying again soon makes sense.</summary>
    Busy,
}

/// <summary>Outcome of a registration.</summary>
/// <param name="Error">Null where the input was fine.</param>
/// <param name="User">
/// The new account; null where the address had one already. Pages and programs must not show the difference: it would
/// tell strangers who has an account here.
/// </param>
/// <param name="Rank">The new account's rank.</param>
public readonly record struct RegistrationResult(RegistrationError? Error, UserId? User = null, Rank Rank = Rank.Member);

/// <summary>Makes accounts: for every entrance by which people come, and for the command line.</summary>
/// <param name="users">Identity's rules and hashing.</param>
/// <param name="commits">The one writer, which decides every race: for a name, an address, the last use of an invitation, to be first.</param>
/// <param name="time">The clock.</param>
/// <param name="admission">Who may; null on the command line, which makes accounts for the operator alone.</param>
public sealed class Registration(UserManager<ChatUser> users, CommitQueue commits, TimeProvider time, Admission? admission = null)
{
    /// <summary>
    /// Makes an account. Whoever is first becomes the administrator, and of two at once exactly one.
    /// </summary>
    /// <param name="email">Address; at most 254 characters.</param>
    /// <param name="name">Display name.</param>
    /// <param name="password">8 to 256 characters.</param>
    /// <param name="administrator">True makes an administrator in any case; for the operator's command line.</param>
    /// <param name="invitation">The secret of the link by which somebody comes; null or empty for none.</param>
    /// <param name="byOperator">True on the server's machine: whatever the mode of the instance.</param>
    public async Task<RegistrationResult> RegisterAsync(
        string? email, string? name, string? password, bool administrator = false, string? invitation = null, bool byOperator = false)
    {
        var door = byOperator ? null : admission ?? throw new InvalidOperationException("nothing says who may make an account");
        // First of all: whoever may not come in learns nothing about names.
        if (door?.Check(invitation) is { } refusal) return new(refusal);
        email = email?.Trim() ?? "";
        if (!AccountRules.IsEmail(email)) return new(RegistrationError.BadEmail);
        if (DisplayName.Normalize(name) is not { } displayName) return new(RegistrationError.BadName);
        var user = NewAccount(email, displayName);
        user.EmailConfirmed = byOperator;
        if (!await users.IsGoodPasswordAsync(user, password)) return new(RegistrationError.WeakPassword);
        // Names are public, addresses are not: the answer about the name must not depend on the address.
        if (await users.Users.AnyAsync(other => other.NormalizedDisplayName == user.NormalizedDisplayName)) return new(RegistrationError.NameTaken);

        // Hashed before the address is looked up, so that both ways take the same time.
        user.PasswordHash = users.PasswordHasher.HashPassword(user, password!);
        try
        {
            return await commits.CommitAsync(commit => Store(commit, user, administrator, door, invitation));
        }
        catch (StorageUnavailableException)
        {
            return new(RegistrationError.Busy);
        }
    }

    // Everything that an account begins with, in one transaction: neither a use without an account, nor an account without one.
    private static RegistrationResult Store(Commit commit, ChatUser user, bool administrator, Admission? door, string? invitation)
    {
        Invitation? used = null;
        if (door?.Judge(commit.Db, invitation, commit.Now, out used) is { } refusal) return new(refusal);
        if (commit.Db.Users.Any(other => other.NormalizedDisplayName == user.NormalizedDisplayName)) return new(RegistrationError.NameTaken);
        if (commit.Db.Users.Any(other => other.NormalizedEmail == user.NormalizedEmail)) return new(Error: null);
        if (used is not null) door!.Use(commit, used, user);
        else if (door?.Admits(commit, user) == false) return new(RegistrationError.NotInvited);
        if (administrator || !commit.Db.Users.Any(other => other.Rank == Rank.Administrator)) user.Rank = Rank.Administrator;
        // Nobody could help an administrator to whom no mail comes.
        if (user.Rank == Rank.Administrator) user.EmailConfirmed = true;
        commit.Db.Users.Add(user);
        return new(Error: null, new UserId(user.Id), user.Rank);
    }

    /// <summary>Makes an account for somebody who came by another site. It has no password.</summary>
    /// <param name="email">Address, as the site says it.</param>
    /// <param name="isConfirmed">True where the site is trusted to have confirmed the address.</param>
    /// <param name="name">Display name.</param>
    /// <param name="login">Who that is at the site.</param>
    /// <param name="invitation">The secret of the link by which somebody comes; null or empty for none.</param>
    public async Task<RegistrationResult> RegisterExternalAsync(string email, bool isConfirmed, string? name, UserLoginInfo login, string? invitation = null)
    {
        ArgumentNullException.ThrowIfNull(login);
        var door = admission ?? throw new InvalidOperationException("nothing says who may make an account");
        if (door.Check(invitation) is { } refusal) return new(refusal);
        if (!AccountRules.IsEmail(email)) return new(RegistrationError.BadEmail);
        if (DisplayName.Normalize(name) is not { } displayName) return new(RegistrationError.BadName);
        var user = NewAccount(email, displayName);
        user.EmailConfirmed = isConfirmed;
        try
        {
            return await commits.CommitAsync(commit =>
            {
                var made = Store(commit, user, administrator: false, door, invitation);
                if (made.User is not null)
                    commit.Db.UserLogins.Add(new IdentityUserLogin<string> { UserId = user.Id, LoginProvider = login.LoginProvider, ProviderKey = login.ProviderKey, ProviderDisplayName = login.ProviderDisplayName });
                return made;
            });
        }
        catch (StorageUnavailableException)
        {
            return new(RegistrationError.Busy);
        }
    }

    private ChatUser NewAccount(string email, string displayName) => new()
    {
        UserName = email,
        NormalizedUserName = users.NormalizeName(email),
        Email = email,
        NormalizedEmail = users.NormalizeEmail(email),
        DisplayName = displayName,
        NormalizedDisplayName = DisplayName.Fold(displayName),
        LockoutEnabled = users.Options.Lockout.AllowedForNewUsers,
        CreatedAt = time.GetUtcNow(),
    };
}
