using System.Globalization;
using System.Security.Claims;
using System.Text.Json.Serialization;
using ChatApp.Accounts;
using ChatApp.Moderation;
using ChatApp.Storage;
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

    private static async Task<Results<SignInHttpResult, UnauthorizedHttpResult, StatusCodeHttpResult, JsonHttpResult<LoginProblem>>> LoginAsync(
        LoginRequest request, HttpContext context, SignIn signIn, SecondFactor factor, SignInManager<ChatUser> identity, Sessions sessions, SanctionGuard guard)
    {
        if (await signIn.CheckAsync(request.Email, request.Password) is not { } user) return TypedResults.Unauthorized();
        // Only who knows the password hears that there is more to show.
        if (user.TwoFactorEnabled && await ProblemOfAsync(new UserId(user.Id), request, factor) is { } problem)
            return TypedResults.Json(new LoginProblem(problem), statusCode: StatusCodes.Status401Unauthorized);
        if (guard.Ban(new UserId(user.Id)) is { } ban)
            return TypedResults.Json(new LoginProblem("banned", ban.Reason, ban.Until?.ToUnixTimeMilliseconds()), statusCode: StatusCodes.Status403Forbidden);
        var name = string.IsNullOrWhiteSpace(request.Name) ? context.Request.Headers.UserAgent.ToString() : request.Name;
        return (await SignInAsync(context, identity, user, () => sessions.BeginAsync(user, SessionKind.Program, name, AccountServices.Address(context)))).Result switch
        {
            SignInHttpResult done => done,
            StatusCodeHttpResult busy => busy,
            _ => TypedResults.Unauthorized(),
        };
    }

    private static async Task<string?> ProblemOfAsync(UserId user, LoginRequest request, SecondFactor factor)
    {
        var (kind, code) = string.IsNullOrWhiteSpace(request.Code) ? (CodeKind.Recovery, request.RecoveryCode) : (CodeKind.App, request.Code);
        if (string.IsNullOrWhiteSpace(code)) return "second_factor_required";
        return await factor.CheckAsync(user, kind, code) ? null : "second_factor_wrong";
    }

    private static async Task<Results<SignInHttpResult, UnauthorizedHttpResult, StatusCodeHttpResult>> RefreshAsync(
        RefreshRequest request, HttpContext context, SignInManager<ChatUser> identity, IOptionsMonitor<BearerTokenOptions> bearer, AccessTokens tokens, Sessions sessions, TimeProvider time)
    {
        var ticket = string.IsNullOrEmpty(request.RefreshToken) || request.RefreshToken.Length > 8192
            ? null
            : bearer.Get(IdentityConstants.BearerScheme).RefreshTokenProtector.Unprotect(request.RefreshToken);
        if (ticket?.Properties.ExpiresUtc is not { } expires || expires <= time.GetUtcNow()) return TypedResults.Unauthorized();
        if (tokens.Judge(ticket.Principal).User is not { } id || SessionClaims.IdOf(ticket.Principal) is not { } session || SessionClaims.GenerationOf(ticket.Principal) is not { } generation) return TypedResults.Unauthorized();
        return await identity.ValidateSecurityStampAsync(ticket.Principal) is { } user
            ? await SignInAsync(context, identity, user, () => sessions.RenewAsync(id, session, generation, AccountServices.Address(context)))
            : TypedResults.Unauthorized();
    }

    // The handler makes both tokens of the same claims.
    private static async Task<Results<SignInHttpResult, UnauthorizedHttpResult, StatusCodeHttpResult>> SignInAsync(
        HttpContext context, SignInManager<ChatUser> identity, ChatUser user, Func<Task<UserSession?>> begin)
    {
        try
        {
            if (await begin() is not { } session) return TypedResults.Unauthorized();
            var principal = await identity.CreateUserPrincipalAsync(user);
            ((ClaimsIdentity)principal.Identity!).AddClaims(SessionClaims.Of(session));
            return TypedResults.SignIn(principal, authenticationScheme: IdentityConstants.BearerScheme);
        }
        catch (StorageUnavailableException)
        {
            context.Response.Headers.RetryAfter = "1";
            return TypedResults.StatusCode(StatusCodes.Status503ServiceUnavailable);
        }
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
    /// <param name="Name">What the account's owner shall know the program by; the User-Agent where it says nothing.</param>
    /// <param name="Code">What its authenticator app shows, where it has a second factor.</param>
    /// <param name="RecoveryCode">One of its recovery codes, instead.</param>
    public sealed record LoginRequest(string? Email, string? Password, string? Name = null, string? Code = null, [property: JsonPropertyName("recovery_code")] string? RecoveryCode = null);

    /// <summary>Why a right password is not enough.</summary>
    /// <param name="Error"><c>second_factor_required</c>, <c>second_factor_wrong</c> or <c>banned</c>.</param>
    /// <param name="Reason">Why somebody is banned.</param>
    /// <param name="Until">When that ends by itself, in milliseconds since 1970; absent where it does not.</param>
    public sealed record LoginProblem(
        string Error,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason = null,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Until = null);

    /// <summary>Body of a refresh.</summary>
    /// <param name="RefreshToken">As given by the last login or refresh.</param>
    public sealed record RefreshRequest(string? RefreshToken);
}
