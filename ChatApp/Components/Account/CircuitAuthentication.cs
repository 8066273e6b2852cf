using ChatApp.Accounts;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;

namespace ChatApp.Components.Account;

/// <summary>
/// Looks again and again whether the sign-in behind an open page still holds: circuits outlive cookies. Who is signed out is ended at once
/// (<see cref="LiveSessions"/>); this finds what ended by itself, or by another process.
/// </summary>
/// <param name="tokens">Knows which sessions hold.</param>
/// <param name="options">How often.</param>
/// <param name="loggers">For the framework's base class.</param>
public sealed class CircuitAuthentication(AccessTokens tokens, AccountOptions options, ILoggerFactory loggers)
    : RevalidatingServerAuthenticationStateProvider(loggers)
{
    /// <inheritdoc/>
    protected override TimeSpan RevalidationInterval => TimeSpan.FromSeconds(options.RevalidateSeconds);

    /// <inheritdoc/>
    protected override Task<bool> ValidateAuthenticationStateAsync(AuthenticationState authenticationState, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(authenticationState);
        return Task.FromResult(tokens.SessionHolds(authenticationState.User));
    }
}
