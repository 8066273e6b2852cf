using ChatApp.Accounts;
using Microsoft.AspNetCore.Identity;

namespace ChatApp.Components.Account;

/// <summary>The account of whoever asks for a page about it, as stored now. For the static account pages.</summary>
/// <param name="tokens">Whether the sign-in still holds.</param>
/// <param name="users">Accounts.</param>
public sealed class OwnAccount(AccessTokens tokens, UserManager<ChatUser> users)
{
    /// <summary>The account; null where the sign-in has ended, however good the cookie looks.</summary>
    public async Task<ChatUser?> FindAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return tokens.Holds(context.User) is { } id ? await users.FindByIdAsync(id.Value) : null;
    }
}
