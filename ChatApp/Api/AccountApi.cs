using ChatApp.Accounts;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace ChatApp.Api;

/// <summary>How programs get tokens: an address and a password, later the refresh token.</summary>
public static class AccountApi
{
    /// <summary>Adds <c>POST /api/account/login</c> and <c>POST /api/account/refresh</c>.</summary>
    public static void MapAccountApi(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/account").DisableAntiforgery();
        group.MapPost("/login", LoginAsync);
        group.MapPost("/refresh", RefreshAsync);
    }

    private static async Task<Results<SignInHttpResult, UnauthorizedHttpResult>> LoginAsync(
        LoginRequest request, SignIn signIn, SignInManager<ChatUser> identity) =>
        await signIn.CheckAsync(request.Email, request.Password) is { } user
            ? TypedResults.SignIn(await identity.CreateUserPrincipalAsync(user), authenticationScheme: IdentityConstants.BearerScheme)
            : TypedResults.Unauthorized();

    private static async Task<Results<SignInHttpResult, UnauthorizedHttpResult>> RefreshAsync(
        RefreshRequest request, SignInManager<ChatUser> identity, IOptionsMonitor<BearerTokenOptions> bearer, TimeProvider time)
    {
        var ticket = string.IsNullOrEmpty(request.RefreshToken) || request.RefreshToken.Length > 8192
            ? null
            : bearer.Get(IdentityConstants.BearerScheme).RefreshTokenProtector.Unprotect(request.RefreshToken);
        if (ticket?.Properties.ExpiresUtc is not { } expires || expires <= time.GetUtcNow()) return TypedResults.Unauthorized();
        return await identity.ValidateSecurityStampAsync(ticket.Principal) is { } user
            ? TypedResults.SignIn(await identity.CreateUserPrincipalAsync(user), authenticationScheme: IdentityConstants.BearerScheme)
            : TypedResults.Unauthorized();
    }

    /// <summary>Body of a login.</summary>
    /// <param name="Email">Address of the account.</param>
    /// <param name="Password">Its password.</param>
    public sealed record LoginRequest(string? Email, string? Password);

    /// <summary>Body of a refresh.</summary>
    /// <param name="RefreshToken">As given by the last login or refresh.</param>
    public sealed record RefreshRequest(string? RefreshToken);
}
