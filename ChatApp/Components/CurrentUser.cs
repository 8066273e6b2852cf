using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;

namespace ChatApp.Components;

/// <summary>Who looks at a page.</summary>
public static class CurrentUser
{
    /// <summary>The signed-in user's id. Only the identity is taken from the sign-in; rights are looked up each time.</summary>
    /// <exception cref="InvalidOperationException">Nobody is signed in; pages that need somebody carry <c>[Authorize]</c>.</exception>
    public static async Task<UserId> IdAsync(Task<AuthenticationState>? state)
    {
        var principal = state is null ? null : (await state).User;
        return principal?.FindFirstValue(ClaimTypes.NameIdentifier) is { } id
            ? new UserId(id)
            : throw new InvalidOperationException("nobody is signed in");
    }
}
