using System.Globalization;
using ChatApp.Accounts;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace ChatApp.Api;

/// <summary>How programs get tokens: an address and a password, later the refresh token; and tickets for an address.</summary>
public static class AccountApi
{
    /// <summary>Adds <c>POST /api/account/login</c> <c>POST /api/account/refresh</c> and <c>POST /api/account/ticket</c>.</summary>
    public static void MapAccountApi(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/account").DisableAntiforgery();
        group.MapPost("/login", LoginAsync);
        group.MapPost("/refresh", RefreshAsync);
        group.MapPost("/ticket", TicketAsync);
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

    private static async Task<Results<Ok<TicketAnswer>, UnauthorizedHttpResult, StatusCodeHttpResult>> TicketAsync(
        HttpContext context, RequestProof proofs, SocketTickets tickets)
    {
        var proof = await proofs.OfAsync(context);
        if (proof().User is not { } user) return TypedResults.Unauthorized();
        if (tickets.Issue(user, proof) is { } ticket) return TypedResults.Ok(new TicketAnswer(ticket, SocketTickets.LifeSeconds));
        context.Response.Headers.RetryAfter = SocketTickets.LifeSeconds.ToString(CultureInfo.InvariantCulture);
        return TypedResults.StatusCode(StatusCodes.Status429TooManyRequests);
    }

    /// <summary>A one-time ticket.</summary>
    /// <param name="Ticket">What stands in the address of the socket.</param>
    /// <param name="ExpiresIn">Seconds that it lives.</param>
    public sealed record TicketAnswer(string Ticket, int ExpiresIn);

    /// <summary>Body of a login.</summary>
    /// <param name="Email">Address of the account.</param>
    /// <param name="Password">Its password.</param>
    public sealed record LoginRequest(string? Email, string? Password);

    /// <summary>Body of a refresh.</summary>
    /// <param name="RefreshToken">As given by the last login or refresh.</param>
    public sealed record RefreshRequest(string? RefreshToken);
}
