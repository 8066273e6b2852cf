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
}

/// <summary>Outcome of a registration.</summary>
/// <param name="Error">Null where the input was fine.</param>
/// <param name="User">
/// The new account; null where the address had one already. Pages and programs must not show the difference: it would
/// tell strangers who has an account here.
/// </param>
/// <param name="Rank">The new account's rank.</param>
public readonly record struct RegistrationResult(RegistrationError? Error, UserId? User = null, Rank Rank = Rank.Member);

/// <summary>Makes accounts: for the registration page and for the command line.</summary>
/// <param name="users">Identity's rules and hashing.</param>
/// <param name="database">For the race to be first.</param>
/// <param name="time">The clock.</param>
public sealed class Registration(UserManager<ChatUser> users, ChatDatabase database, TimeProvider time)
{
    /// <summary>
    /// Makes an account. Whoever is first becomes the administrator, and of two at once exactly one.
    /// </summary>
    /// <param name="email">Address; at most 254 characters.</param>
    /// <param name="name">Display name.</param>
    /// <param name="password">8 to 256 characters.</param>
    /// <param name="administrator">True makes an administrator in any case; for the operator's command line.</param>
    /// <param name="isConfirmed">True where the address is known to be the person's.</param>
    public async Task<RegistrationResult> RegisterAsync(string? email, string? name, string? password, bool administrator = false, bool isConfirmed = false)
    {
        email = email?.Trim() ?? "";
        if (!AccountRules.IsEmail(email)) return new(RegistrationError.BadEmail);
        if (DisplayName.Normalize(name) is not { } displayName) return new(RegistrationError.BadName);
        var user = new ChatUser
        {
            UserName = email,
            Email = email,
            EmailConfirmed = isConfirmed,
            DisplayName = displayName,
            NormalizedDisplayName = DisplayName.Fold(displayName),
            CreatedAt = time.GetUtcNow(),
        };
        if (!await users.IsGoodPasswordAsync(user, password)) return new(RegistrationError.WeakPassword);
        // Names are public, addresses are not: the answer about the name must not depend on the address.
        if (await users.Users.AnyAsync(other => other.NormalizedDisplayName == user.NormalizedDisplayName)) return new(RegistrationError.NameTaken);

        // Hashed before the address is looked up, so that both ways take the same time.
        user.PasswordHash = users.PasswordHasher.HashPassword(user, password!);
        try
        {
            var created = await users.CreateAsync(user);
            if (!created.Succeeded) return new(Error: null);
        }
        catch (DbUpdateException)
        {
            // Somebody else took the name or the address in this very moment; an index of the database decides such races.
            return await users.Users.AnyAsync(other => other.NormalizedDisplayName == user.NormalizedDisplayName && other.Email != email)
                ? new(RegistrationError.NameTaken)
                : new(Error: null);
        }

        var id = new UserId(user.Id);
        return new(Error: null, id, await RaiseAsync(id, administrator));
    }

    // One statement, so the database decides who was first, also between two processes. Nobody could help an administrator to whom no mail comes.
    private async Task<Rank> RaiseAsync(UserId id, bool always)
    {
        using var pass = await database.Gate.EnterAsync();
        using var db = database.OpenWrite();
        var raised = await db.Users
            .Where(user => user.Id == id.Value && (always || !db.Users.Any(other => other.Rank == Rank.Administrator)))
            .ExecuteUpdateAsync(update => update.SetProperty(user => user.Rank, Rank.Administrator).SetProperty(user => user.EmailConfirmed, true));
        return raised == 1 ? Rank.Administrator : Rank.Member;
    }
}
