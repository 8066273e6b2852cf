using ChatApp.Accounts;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;

namespace ChatApp.Components;

/// <summary>
/// Tells a page's <see cref="CircuitSession"/> when its browser goes out of reach and when it is back. While it was away
/// nobody could end its connection, so whether the sign-in still holds is looked up before anything is shown.
/// </summary>
/// <param name="session">The page's connection.</param>
/// <param name="authentication">Who signed in.</param>
/// <param name="tokens">Knows which sessions hold.</param>
public sealed class CircuitReturn(CircuitSession session, AuthenticationStateProvider authentication, AccessTokens tokens) : CircuitHandler
{
    /// <inheritdoc/>
    public override Task OnConnectionDownAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        session.Leave();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override async Task OnConnectionUpAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        if (!session.IsAway) return;
        var state = await authentication.GetAuthenticationStateAsync();
        session.Return(tokens.SessionHolds(state.User));
    }
}
