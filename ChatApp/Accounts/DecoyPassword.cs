using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace ChatApp.Accounts;

/// <summary>
/// A password that nobody has: to look at it costs what it costs to look at somebody's, so that the time of an answer does not tell
/// whether there is such an account.
/// </summary>
/// <param name="options">How much a hash costs, the same as for the passwords of people.</param>
public sealed class DecoyPassword(IOptions<PasswordHasherOptions> options)
{
    private static readonly ChatUser Nobody = new();
    private readonly PasswordHasher<ChatUser> _hasher = new(options);
    private readonly Lazy<string> _hash = new(() => new PasswordHasher<ChatUser>(options).HashPassword(Nobody, Guid.NewGuid().ToString()));

    /// <summary>Looks whether that is it, which it never is.</summary>
    public void Verify(string password) => _hasher.VerifyHashedPassword(Nobody, _hash.Value, password);
}
