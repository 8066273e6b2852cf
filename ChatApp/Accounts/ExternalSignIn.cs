using System.Security.Claims;
using ChatApp.Accounts.Mail;
using ChatApp.Storage;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;

namespace ChatApp.Accounts;

/// <summary>What becomes of somebody who comes back from another site.</summary>
public enum ExternalOutcome
{
    /// <summary>Signed in.</summary>
    SignedIn,

    /// <summary>The account asks for its second factor now.</summary>
    SecondFactor,

    /// <summary>Linked to the account that is signed in.</summary>
    Linked,

    /// <summary>A new account needs a name: the one proposed is taken, or is none.</summary>
    NeedsName,

    /// <summary>Nobody here is linked to that person, and the site may not make accounts.</summary>
    NoAccount,

    /// <summary>The site tells no e-mail address that an account could have.</summary>
    NoEmail,

    /// <summary>An account here has that address: its owner has to sign in there and link the site.</summary>
    EmailTaken,

    /// <summary>That person is linked to another account.</summary>
    LinkedElsewhere,

    /// <summary>The account is locked.</summary>
    Locked,

    /// <summary>The instance wants addresses confirmed, and that of the account is not: a link is on its way.</summary>
    NotConfirmed,

    /// <summary>Nobody has come back, or too long ago, or for somebody else.</summary>
    Nobody,
}

/// <summary>An account's link to another site.</summary>
/// <param name="Provider">The site.</param>
/// <param name="Label">What people call it.</param>
/// <param name="IsLinked">True where the account can be entered by it.</param>
public sealed record ExternalLine(string Provider, string Label, bool IsLinked);

/// <summary>Signing in with other sites, and linking them to accounts. An e-mail address alone never links anything.</summary>
/// <param name="identity">Identity's cookie of those who have come back.</param>
/// <param name="step">The way in.</param>
/// <param name="registration">Makes accounts.</param>
/// <param name="commits">The one writer.</param>
/// <param name="database">For reading.</param>
/// <param name="options">The sites.</param>
/// <param name="acting">The session that links and unlinks.</param>
/// <param name="mails">Asks at an address that nobody has confirmed.</param>
/// <param name="time">The clock.</param>
public sealed class ExternalSignIn(
    SignInManager<ChatUser> identity, SecondStep step, Registration registration, CommitQueue commits, ChatDatabase database, AccountOptions options, ActingSession acting, AccountMails mails, TimeProvider time)
{
    /// <summary>How long the way there and back may take.</summary>
    public static readonly TimeSpan ArrivalTime = TimeSpan.FromMinutes(10);

    // Where Identity keeps the account that a way began for.
    private const string LinkKey = "XsrfId";

    /// <summary>The site with a name; null where there is none.</summary>
    public ExternalProvider? Find(string? name) => Array.Find(options.Providers, provider => provider.Name == name);

    /// <summary>The address of a site's sign-in.</summary>
    /// <param name="provider">The site.</param>
    /// <param name="returnUrl">Where to go afterwards; a path of this site.</param>
    /// <param name="link">The account to link it to; null for signing in.</param>
    public Task<string> AddressAsync(ExternalProvider provider, string returnUrl, UserId? link)
    {
        ArgumentNullException.ThrowIfNull(provider);
        var back = $"{ExternalHandlers.ArrivalPath}?returnUrl={Uri.EscapeDataString(returnUrl)}";
        return ExternalHandlers.AddressAsync(identity.Context, provider, identity.ConfigureExternalAuthenticationProperties(provider.Scheme, back, link?.Value));
    }

    /// <summary>Goes on with whoever has come back.</summary>
    public async Task<ExternalOutcome> ArriveAsync()
    {
        if (await ArrivalAsync() is not var (login, provider, link)) return ExternalOutcome.Nobody;
        if (link is not null) return await LinkAsync(link.Value, login, provider);
        if (OwnerOf(login) is { } user) return await EnterAsync(user);
        return await RegisterAsync(login, provider, login.Principal.FindFirstValue(ClaimTypes.GivenName));
    }

    /// <summary>Makes the account of whoever has come back, with a name of their own choice.</summary>
    public async Task<ExternalOutcome> RegisterAsync(string? name) =>
        await ArrivalAsync() is not var (login, provider, link) || link is not null || OwnerOf(login) is not null
            ? ExternalOutcome.Nobody
            : await RegisterAsync(login, provider, name);

    /// <summary>The site and the name of whoever has come back; null for nobody.</summary>
    public async Task<(string Label, string? Name)?> ArrivedAsync() =>
        await ArrivalAsync() is var (login, provider, _) ? (provider.Label, login.Principal.FindFirstValue(ClaimTypes.GivenName)) : null;

    /// <summary>All sites, and which of them an account is linked to.</summary>
    public IReadOnlyList<ExternalLine> Of(UserId user)
    {
        using var db = database.OpenRead();
        var linked = db.UserLogins.Where(login => login.UserId == user.Value).Select(login => login.LoginProvider).ToHashSet();
        return [.. options.Providers.Select(provider => new ExternalLine(provider.Name, provider.Label, linked.Contains(provider.Scheme)))];
    }

    /// <summary>Takes a link away.</summary>
    /// <returns>False where it is the last way into the account, or none.</returns>
    public Task<bool> UnlinkAsync(UserId user, string name) => Find(name) is not { } provider ? Task.FromResult(false) : commits.CommitAsync(commit =>
    {
        if (SecurityChange.Account(commit, user) is not { } account) return false;
        var links = commit.Db.UserLogins.Where(login => login.UserId == user.Value && login.LoginProvider == provider.Scheme).ToList();
        if (links.Count == 0 || SecurityChange.WaysIn(commit.Db, account) <= links.Count) return false;
        commit.Db.UserLogins.RemoveRange(links);
        SecurityChange.Seal(commit, account, "account.login.unlink", provider.Label, acting);
        return true;
    });

    // Identity compares the account that the way began for with the one that is signed in now: nobody links for another.
    private async Task<(ExternalLoginInfo Login, ExternalProvider Provider, UserId? Link)?> ArrivalAsync()
    {
        var kept = await identity.Context.AuthenticateAsync(IdentityConstants.ExternalScheme);
        var link = kept.Properties?.GetString(LinkKey);
        if (link is not null && identity.Context.User.FindFirstValue(identity.Options.ClaimsIdentity.UserIdClaimType) != link) return null;
        return await identity.GetExternalLoginInfoAsync(link) is { } login && Array.Find(options.Providers, one => one.Scheme == login.LoginProvider) is { } provider
            ? (login, provider, link is null ? null : new UserId(link))
            : null;
    }

    private ChatUser? OwnerOf(UserLoginInfo login)
    {
        using var db = database.OpenRead();
        return db.UserLogins.Where(row => row.LoginProvider == login.LoginProvider && row.ProviderKey == login.ProviderKey)
            .Join(db.Users, row => row.UserId, user => user.Id, (row, user) => user).FirstOrDefault(user => user.DeletedAt == null);
    }

    private async Task<ExternalOutcome> EnterAsync(ChatUser user)
    {
        await identity.Context.SignOutAsync(IdentityConstants.ExternalScheme);
        if (user.LockoutEnd > time.GetUtcNow()) return ExternalOutcome.Locked;
        if (options.ConfirmEmail && !user.EmailConfirmed)
        {
            mails.Confirm(user.Email!);
            return ExternalOutcome.NotConfirmed;
        }

        return await step.EnterAsync(user, remember: false) switch
        {
            Entry.In => ExternalOutcome.SignedIn,
            Entry.SecondFactor => ExternalOutcome.SecondFactor,
            _ => ExternalOutcome.Locked,
        };
    }

    private async Task<ExternalOutcome> RegisterAsync(ExternalLoginInfo login, ExternalProvider provider, string? name)
    {
        if (!provider.AllowRegistration) return await EndAsync(ExternalOutcome.NoAccount);
        if (login.Principal.FindFirstValue(ClaimTypes.Email) is not { } email) return await EndAsync(ExternalOutcome.NoEmail);
        var made = await registration.RegisterExternalAsync(
            email, login.Principal.HasClaim(claim => claim.Type == ExternalHandlers.EmailVerified), name, new UserLoginInfo(login.LoginProvider, login.ProviderKey, provider.Label));
        if (made.Error is RegistrationError.BadName or RegistrationError.NameTaken) return ExternalOutcome.NeedsName;
        if (made.Error is RegistrationError.Closed or RegistrationError.NotInvited) return await EndAsync(ExternalOutcome.NoAccount);
        if (made.Error is not null) return await EndAsync(ExternalOutcome.NoEmail);
        return made.User is not null && OwnerOf(login) is { } user ? await EnterAsync(user) : await EndAsync(ExternalOutcome.EmailTaken);
    }

    private async Task<ExternalOutcome> LinkAsync(UserId user, ExternalLoginInfo login, ExternalProvider provider)
    {
        await identity.Context.SignOutAsync(IdentityConstants.ExternalScheme);
        var outcome = await commits.CommitAsync(commit =>
        {
            if (SecurityChange.Account(commit, user) is not { } account) return ExternalOutcome.Nobody;
            if (commit.Db.UserLogins.Find(login.LoginProvider, login.ProviderKey) is { } link) return link.UserId == user.Value ? ExternalOutcome.Linked : ExternalOutcome.LinkedElsewhere;
            commit.Db.UserLogins.Add(new IdentityUserLogin<string> { UserId = user.Value, LoginProvider = login.LoginProvider, ProviderKey = login.ProviderKey, ProviderDisplayName = provider.Label });
            SecurityChange.Seal(commit, account, "account.login.link", provider.Label, acting);
            return ExternalOutcome.Linked;
        });
        await step.RefreshAsync(user);
        return outcome;
    }

    private async Task<ExternalOutcome> EndAsync(ExternalOutcome outcome)
    {
        await identity.Context.SignOutAsync(IdentityConstants.ExternalScheme);
        return outcome;
    }
}
