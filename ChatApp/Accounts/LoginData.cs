using ChatApp.Accounts.Mail;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Accounts;

/// <summary>How a change of address or password went. The words for people stand in the resource files under these names.</summary>
public enum LoginDataOutcome
{
    /// <summary>Done.</summary>
    Done,

    /// <summary>The link is none of ours, was used, or is too old. Which of these is nobody's affair.</summary>
    BadLink,

    /// <summary>The present password is another one, or the account is locked.</summary>
    WrongPassword,

    /// <summary>Shorter than 8 characters, longer than 256, or one of those that are tried first.</summary>
    WeakPassword,

    /// <summary>Not an e-mail address, or longer than 254 characters.</summary>
    BadEmail,

    /// <summary>The account has this address already.</summary>
    SameEmail,
}

/// <summary>
/// The address and the password of an account. Links are signed by this server, bound to the account's security stamp, and end by
/// themselves after an hour (password) or a day (address); each change makes a new stamp, which ends all links and sign-ins from before.
/// </summary>
/// <param name="users">Identity's rules and tokens.</param>
/// <param name="signIn">Asks for the present password.</param>
/// <param name="mails">Tells the person.</param>
/// <param name="options">How long guessing locks an account.</param>
/// <param name="time">The clock.</param>
public sealed class LoginData(UserManager<ChatUser> users, SignIn signIn, AccountMails mails, AccountOptions options, TimeProvider time)
{
    private const int MaxTokenLength = 2048;

    /// <summary>Confirms the address of a new account.</summary>
    /// <param name="id">Whose, from the link.</param>
    /// <param name="token">From the link.</param>
    public async Task<LoginDataOutcome> ConfirmAsync(string? id, string? token)
    {
        if (await FindAsync(id, token) is not { EmailConfirmed: false } user) return LoginDataOutcome.BadLink;
        if (!(await users.ConfirmEmailAsync(user, token!)).Succeeded) return LoginDataOutcome.BadLink;
        // Every other link that waits in a mailbox ends with this one.
        await users.UpdateSecurityStampAsync(user);
        return LoginDataOutcome.Done;
    }

    /// <summary>Gives an account a new password by a link.</summary>
    /// <param name="id">Whose, from the link.</param>
    /// <param name="token">From the link.</param>
    /// <param name="password">The new one.</param>
    public async Task<LoginDataOutcome> ResetAsync(string? id, string? token, string? password)
    {
        var provider = users.Options.Tokens.PasswordResetTokenProvider;
        if (await FindAsync(id, token) is not { } user || !await users.VerifyUserTokenAsync(user, provider, UserManager<ChatUser>.ResetPasswordTokenPurpose, token!))
            return LoginDataOutcome.BadLink;
        if (!await users.IsGoodPasswordAsync(user, password)) return LoginDataOutcome.WeakPassword;
        // Whoever reads the mail owns the address; guesses of others shall not keep them out. A lock by a moderator lasts longer, and stays.
        user.EmailConfirmed = true;
        user.AccessFailedCount = 0;
        if (user.LockoutEnd <= time.GetUtcNow() + TimeSpan.FromMinutes(options.LockoutMinutes)) user.LockoutEnd = null;
        if (!(await users.ResetPasswordAsync(user, token!, password!)).Succeeded) return LoginDataOutcome.BadLink;
        mails.PasswordChanged(user);
        return LoginDataOutcome.Done;
    }

    /// <summary>Gives one's own account a new password. The caller goes on with <see cref="SignIn.RefreshAsync"/>; all other sign-ins end.</summary>
    /// <param name="user">Who.</param>
    /// <param name="present">The present password.</param>
    /// <param name="wanted">The new one.</param>
    public async Task<LoginDataOutcome> ChangePasswordAsync(ChatUser user, string? present, string? wanted)
    {
        if (!await signIn.CheckAgainAsync(user, present)) return LoginDataOutcome.WrongPassword;
        if (!await users.IsGoodPasswordAsync(user, wanted)) return LoginDataOutcome.WeakPassword;
        if (!(await users.ChangePasswordAsync(user, present!, wanted!)).Succeeded) return LoginDataOutcome.WrongPassword;
        mails.PasswordChanged(user);
        return LoginDataOutcome.Done;
    }

    /// <summary>Sends a link to the address that one's own account shall have. It changes nothing yet, and says nothing of who has that address.</summary>
    /// <param name="user">Who.</param>
    /// <param name="present">The present password.</param>
    /// <param name="email">The address.</param>
    public async Task<LoginDataOutcome> AskNewEmailAsync(ChatUser user, string? present, string? email)
    {
        ArgumentNullException.ThrowIfNull(user);
        email = email?.Trim() ?? "";
        if (!AccountRules.IsEmail(email)) return LoginDataOutcome.BadEmail;
        if (string.Equals(users.NormalizeEmail(email), user.NormalizedEmail, StringComparison.Ordinal)) return LoginDataOutcome.SameEmail;
        if (!await signIn.CheckAgainAsync(user, present)) return LoginDataOutcome.WrongPassword;
        mails.NewAddress(new UserId(user.Id), email);
        return LoginDataOutcome.Done;
    }

    /// <summary>Gives an account the address to which the link went.</summary>
    /// <param name="id">Whose, from the link.</param>
    /// <param name="email">The address, from the link.</param>
    /// <param name="token">From the link; made for this very address.</param>
    public async Task<LoginDataOutcome> ChangeEmailAsync(string? id, string? email, string? token)
    {
        if (email is null || !AccountRules.IsEmail(email) || await FindAsync(id, token) is not { } user) return LoginDataOutcome.BadLink;
        var purpose = UserManager<ChatUser>.GetChangeEmailTokenPurpose(email);
        if (!await users.VerifyUserTokenAsync(user, users.Options.Tokens.ChangeEmailTokenProvider, purpose, token!)) return LoginDataOutcome.BadLink;
        var former = user.Email;
        (user.Email, user.UserName, user.EmailConfirmed) = (email, email, true);
        try
        {
            // Stores all of it, and refuses an address that another account has by now.
            if (!(await users.UpdateSecurityStampAsync(user)).Succeeded) return LoginDataOutcome.BadLink;
        }
        catch (DbUpdateException)
        {
            return LoginDataOutcome.BadLink;
        }

        if (former is not null) mails.AddressChanged(user, former);
        return LoginDataOutcome.Done;
    }

    private async Task<ChatUser?> FindAsync(string? id, string? token) =>
        id is { Length: > 0 and <= 64 } && token is { Length: > 0 and <= MaxTokenLength } ? await users.FindByIdAsync(id) : null;
}
