using Microsoft.AspNetCore.Identity;

namespace ChatApp.Accounts;

/// <summary>Checks an address and a password: for the sign-in page and for programs.</summary>
/// <param name="users">Accounts.</param>
/// <param name="signIn">Identity's sign-in with lockout.</param>
public sealed class SignIn(UserManager<ChatUser> users, SignInManager<ChatUser> signIn)
{
    private static readonly ChatUser Nobody = new();
    private static readonly Lazy<string> NobodysHash = new(() => new PasswordHasher<ChatUser>().HashPassword(Nobody, Guid.NewGuid().ToString()));

    /// <summary>
    /// The account, where address and password belong together and it is not locked; otherwise null. A wrong password,
    /// an unknown address and a locked account take the same time and give the same answer.
    /// </summary>
    public async Task<ChatUser?> CheckAsync(string? email, string? password)
    {
        if (email is null or { Length: 0 or > 254 } || password is null or { Length: 0 or > 256 }) return null;
        var user = await users.FindByEmailAsync(email.Trim());
        // Whoever is unknown or locked costs one hash all the same.
        if (user is null || await users.IsLockedOutAsync(user))
        {
            users.PasswordHasher.VerifyHashedPassword(Nobody, NobodysHash.Value, password);
            return null;
        }

        var result = await signIn.CheckPasswordSignInAsync(user, password, lockoutOnFailure: true);
        return result.Succeeded ? user : null;
    }
}
