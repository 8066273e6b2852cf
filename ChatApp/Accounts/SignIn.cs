using ChatApp.Moderation;
using ChatApp.Storage;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;

namespace ChatApp.Accounts;

/// <summary>Signing in: who shows what they must gets a session. For the account pages and for programs.</summary>
/// <param name="users">Accounts.</param>
/// <param name="signIn">Identity's sign-in.</param>
/// <param name="turns">One guess at a time.</param>
/// <param name="sessions">What begins and ends here.</param>
/// <param name="options">Whether an address must be confirmed.</param>
/// <param name="guard">Who is banned.</param>
/// <param name="decoy">What a guess at nobody's password costs.</param>
public sealed class SignIn(
    UserManager<ChatUser> users, SignInManager<ChatUser> signIn, SignInTurns turns, Sessions sessions, AccountOptions options, SanctionGuard guard, DecoyPassword decoy)
{
    /// <summary>The ban because of which <see cref="CompleteAsync"/> has let nobody in, for the page of whoever has proven to be them; null where none is.</summary>
    public SanctionTerm? Ban { get; private set; }

    /// <summary>
    /// The account, where address and password belong together and it is not locked; otherwise null. A wrong password,
    /// an unknown address and a locked account take the same time and give the same answer.
    /// </summary>
    public async Task<ChatUser?> CheckAsync(string? email, string? password)
    {
        if (email is null or { Length: 0 or > 254 } || password is null or { Length: 0 or > 256 }) return null;
        using var turn = await turns.TakeAsync(email);
        var user = await users.FindByEmailAsync(email.Trim());
        // Whoever is unknown or locked, a bot, or has no password, costs one hash all the same.
        if (user is not { IsBot: false, PasswordHash: not null } || await users.IsLockedOutAsync(user))
        {
            decoy.Verify(password);
            return null;
        }

        return await IsPasswordAsync(user, password) && (user.EmailConfirmed || !options.ConfirmEmail) ? user : null;
    }

    /// <summary>
    /// True where a person who is signed in knows their password too: asked before what a stranger at an open screen must not do. A wrong
    /// one counts like one of a sign-in.
    /// </summary>
    public async Task<bool> CheckAgainAsync(ChatUser user, string? password)
    {
        ArgumentNullException.ThrowIfNull(user);
        if (password is null or { Length: 0 or > 256 }) return false;
        using var turn = await turns.TakeAsync(user.Email ?? user.Id);
        // As it is now, and as Identity's own context knows it: a wrong guess is written into it.
        return await users.FindByIdAsync(user.Id) is { } present && !await users.IsLockedOutAsync(present) && await IsPasswordAsync(present, password);
    }

    /// <summary>Gives the browser its session, once all that is asked of the account was shown. The one way in for browsers.</summary>
    /// <param name="user">Who.</param>
    /// <param name="remember">True keeps it when the browser is closed.</param>
    /// <returns>False where there is none to be had now: the account is banned (<see cref="Ban"/>), was locked in this moment, or nothing can be stored.</returns>
    public async Task<bool> CompleteAsync(ChatUser user, bool remember)
    {
        try
        {
            var context = signIn.Context;
            var session = await sessions.BeginAsync(user, SessionKind.Browser, AgentName.OfBrowser(context.Request.Headers.UserAgent), AccountServices.Address(context));
            if (session is null) Ban = guard.Ban(new UserId(user.Id));
            if (session is null) return false;
            await signIn.SignInWithClaimsAsync(user, new AuthenticationProperties { IsPersistent = remember }, SessionClaims.Of(session));
            return true;
        }
        catch (StorageUnavailableException)
        {
            return false;
        }
    }

    /// <summary>
    /// Gives the browser a new cookie of the same session, after a change of its account that has made the old one worthless: another
    /// password, address or second factor. False where it has not shown a session of that account.
    /// </summary>
    public async Task<bool> RefreshAsync(ChatUser user)
    {
        ArgumentNullException.ThrowIfNull(user);
        // As it was shown at the beginning of the request, before the change.
        var shown = await signIn.Context.AuthenticateAsync(IdentityConstants.ApplicationScheme);
        if (shown.Principal is not { } principal || users.GetUserId(principal) != user.Id || SessionClaims.IdOf(principal) is null) return false;
        await signIn.SignInWithClaimsAsync(user, new AuthenticationProperties { IsPersistent = shown.Properties?.IsPersistent == true }, SessionClaims.In(principal));
        return true;
    }

    private async Task<bool> IsPasswordAsync(ChatUser user, string password)
    {
        if (!await users.CheckPasswordAsync(user, password))
        {
            await users.AccessFailedAsync(user);
            return false;
        }

        // With a second factor its right code begins the count anew: else every right password would give new guesses at the code.
        if (!user.TwoFactorEnabled) await users.ResetAccessFailedCountAsync(user);
        return true;
    }

    /// <summary>Ends the session that the browser has shown, on all its pages, and takes its cookie back.</summary>
    public async Task SignOutAsync()
    {
        var principal = signIn.Context.User;
        try
        {
            if (users.GetUserId(principal) is { } id && SessionClaims.IdOf(principal) is { } session) await sessions.EndAsync(new UserId(id), session);
        }
        catch (StorageUnavailableException)
        {
            // The browser is to forget it nevertheless; for a copy of the cookie it holds until it expires.
        }

        await signIn.SignOutAsync();
    }
}

/// <summary>
/// Lets guesses at one account happen one after the other: many at once would be counted as one, and the lockout with
/// them. Accounts share a fixed number of places, so strangers' addresses cost no memory.
/// </summary>
public sealed class SignInTurns : IDisposable
{
    private readonly SemaphoreSlim[] _places = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1, 1))];

    /// <summary>Waits for the turn; dispose the result to give it back.</summary>
    public async Task<IDisposable> TakeAsync(string email)
    {
        ArgumentNullException.ThrowIfNull(email);
        var place = _places[(uint)string.GetHashCode(email.Trim(), StringComparison.OrdinalIgnoreCase) % _places.Length];
        await place.WaitAsync();
        return new Turn(place);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var place in _places) place.Dispose();
    }

    private sealed class Turn(SemaphoreSlim place) : IDisposable
    {
        public void Dispose() => place.Release();
    }
}
