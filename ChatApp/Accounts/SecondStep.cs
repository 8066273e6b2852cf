using System.Security.Claims;
using ChatApp.Storage;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;

namespace ChatApp.Accounts;

/// <summary>How the first proof was taken.</summary>
public enum Entry
{
    /// <summary>The browser has its session.</summary>
    In,

    /// <summary>The second factor is asked for now.</summary>
    SecondFactor,

    /// <summary>There is no session to be had now: the account was locked in this moment, or nothing can be stored.</summary>
    Refused,
}

/// <summary>
/// The way of a browser from the first proof (a password, another site's word) to its session: straight in, or by the second factor.
/// Who is half-way stands in Identity's own cookie for that, sealed, for ten minutes.
/// </summary>
/// <param name="signIn">The way in.</param>
/// <param name="identity">Identity's cookies.</param>
/// <param name="factor">Checks codes.</param>
/// <param name="passkeys">Checks passkeys.</param>
/// <param name="database">For reading accounts.</param>
public sealed class SecondStep(SignIn signIn, SignInManager<ChatUser> identity, SecondFactor factor, Passkeys passkeys, ChatDatabase database)
{
    /// <summary>How long somebody may stay half-way.</summary>
    public static readonly TimeSpan HalfWayTime = TimeSpan.FromMinutes(10);

    /// <summary>How long a browser is remembered.</summary>
    public static readonly TimeSpan RememberTime = TimeSpan.FromDays(30);

    private const string Stamp = "stamp";
    private const string Remember = "remember";

    /// <summary>Lets somebody in who has shown the first proof, or asks for the second.</summary>
    /// <param name="user">Who.</param>
    /// <param name="remember">True keeps the session when the browser is closed.</param>
    public async Task<Entry> EnterAsync(ChatUser user, bool remember)
    {
        ArgumentNullException.ThrowIfNull(user);
        if (!user.TwoFactorEnabled || await IsRememberedAsync(user))
            return await signIn.CompleteAsync(user, remember) ? Entry.In : Entry.Refused;

        var who = new ClaimsIdentity([new Claim(ClaimTypes.Name, user.Id), new Claim(Stamp, user.SecurityStamp ?? "")], IdentityConstants.TwoFactorUserIdScheme);
        var properties = new AuthenticationProperties();
        if (remember) properties.SetString(Remember, "1");
        await identity.Context.SignInAsync(IdentityConstants.TwoFactorUserIdScheme, new ClaimsPrincipal(who), properties);
        return Entry.SecondFactor;
    }

    /// <summary>Who is half-way in this browser; null for nobody. Ends with a change of the account's security stamp.</summary>
    public async Task<ChatUser?> WaitingAsync() => (await HalfWayAsync()).User;

    /// <summary>Lets in who is half-way, with the right code.</summary>
    /// <param name="kind">Of which kind.</param>
    /// <param name="code">The code.</param>
    /// <param name="rememberBrowser">True asks this browser for none in the next 30 days.</param>
    /// <returns>False where it is wrong, or nobody is half-way.</returns>
    public async Task<bool> FinishAsync(CodeKind kind, string? code, bool rememberBrowser)
    {
        var (user, remember) = await HalfWayAsync();
        if (user is null || !await factor.CheckAsync(new UserId(user.Id), kind, code)) return false;
        return await CompleteAsync(user, remember, rememberBrowser);
    }

    /// <summary>Lets in who is half-way, with a passkey.</summary>
    /// <param name="credential">What the browser says, JSON.</param>
    /// <param name="state">What was sealed with the options.</param>
    /// <param name="rememberBrowser">True asks this browser for none in the next 30 days.</param>
    public async Task<bool> FinishAsync(string? credential, string? state, bool rememberBrowser)
    {
        var (user, remember) = await HalfWayAsync();
        if (user is null || await passkeys.CheckAsync(new UserId(user.Id), credential, state, identity.Context) is null) return false;
        return await CompleteAsync(user, remember, rememberBrowser);
    }

    /// <summary>Lets in whoever holds a passkey of an account, and asks for nothing else: it is both factors, having checked its owner.</summary>
    /// <param name="credential">What the browser says, JSON.</param>
    /// <param name="state">What was sealed with the options.</param>
    /// <param name="remember">True keeps the session when the browser is closed.</param>
    public async Task<bool> EnterByPasskeyAsync(string? credential, string? state, bool remember)
    {
        if (await passkeys.CheckAsync(user: null, credential, state, identity.Context) is not { } user) return false;
        return await signIn.CompleteAsync(user, remember);
    }

    /// <summary>True where somebody who is signed in shows the password once more, or a code. Wrong ones count for the lockout.</summary>
    public async Task<bool> ProveAsync(UserId user, string? proof)
    {
        var text = proof?.Trim() ?? "";
        // No password is so short, and hardly one looks like a recovery code.
        if (text.Length <= 7 && text.All(c => char.IsAsciiDigit(c) || c == ' ')) return await factor.CheckAsync(user, CodeKind.App, text);
        if (RecoveryCodes.LooksLikeOne(text) && factor.StateOf(user) is { CodesLeft: > 0 }) return await factor.CheckAsync(user, CodeKind.Recovery, text);
        return Find(user.Value) is { } account && await signIn.CheckAgainAsync(account, proof);
    }

    /// <summary>
    /// Gives the browser that has changed the ways into its own account a new session: such a change ends all that there are, and a
    /// copy of the old cookie with them.
    /// </summary>
    public async Task RefreshAsync(UserId user)
    {
        // As it is now: what this request has read before the change says an old stamp.
        if (Find(user.Value) is { } account) await signIn.RefreshAsync(account);
    }

    private async Task<bool> CompleteAsync(ChatUser user, bool remember, bool rememberBrowser)
    {
        await identity.Context.SignOutAsync(IdentityConstants.TwoFactorUserIdScheme);
        if (rememberBrowser) await identity.RememberTwoFactorClientAsync(user);
        return await signIn.CompleteAsync(user, remember);
    }

    private async Task<(ChatUser? User, bool Remember)> HalfWayAsync()
    {
        var kept = await identity.Context.AuthenticateAsync(IdentityConstants.TwoFactorUserIdScheme);
        if (kept.Principal?.FindFirstValue(ClaimTypes.Name) is not { } id || Find(id) is not { } user) return default;
        return user.SecurityStamp == kept.Principal.FindFirstValue(Stamp) && user.TwoFactorEnabled ? (user, kept.Properties?.GetString(Remember) is not null) : default;
    }

    // The stamp is compared each time: who turns the factor off and on again is asked everywhere.
    private async Task<bool> IsRememberedAsync(ChatUser user)
    {
        var kept = await identity.Context.AuthenticateAsync(IdentityConstants.TwoFactorRememberMeScheme);
        return kept.Principal is { } principal && await identity.ValidateTwoFactorSecurityStampAsync(principal) is { } known && known.Id == user.Id;
    }

    private ChatUser? Find(string id)
    {
        using var db = database.OpenRead();
        return db.Users.FirstOrDefault(user => user.Id == id && user.DeletedAt == null);
    }
}
