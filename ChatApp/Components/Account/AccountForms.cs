using ChatApp.Accounts;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ChatApp.Components.Account;

/// <summary>
/// What the small forms post that stand on several pages: signing out, the choice of a language, coming into a room by an
/// invitation; and what a script needs to ask for a passkey. Reading a page never changes anything, so all are posts with an antiforgery token.
/// </summary>
public static class AccountForms
{
    /// <summary>Adds <c>POST /account/logout</c>, <c>POST /account/language</c>, <c>POST /account/join</c> and <c>POST /account/passkey/options</c>.</summary>
    public static void MapAccountForms(this IEndpointRouteBuilder routes)
    {
        var forms = routes.MapGroup("/account").WithMetadata(new RequireAntiforgeryTokenAttribute()).AddEndpointFilter(RefuseForgeriesAsync);
        forms.MapPost("/logout", LogoutAsync);
        forms.MapPost("/language", LanguageAsync);
        forms.MapPost("/join", JoinAsync);
        forms.MapPost("/passkey/options", PasskeyOptionsAsync);
    }

    // The middleware only looks at the token; to refuse is left to whoever reads the form.
    private static async ValueTask<object?> RefuseForgeriesAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next) =>
        invocation.HttpContext.Features.Get<IAntiforgeryValidationFeature>() is { IsValid: true }
            ? await next(invocation)
            : TypedResults.BadRequest();

    private static async Task<RedirectHttpResult> LogoutAsync(SignIn signIn)
    {
        await signIn.SignOutAsync();
        return TypedResults.Redirect("/account/signed-out");
    }

    private static async Task<Results<RedirectHttpResult, BadRequest>> LanguageAsync(HttpContext context, CancellationToken cancellation)
    {
        var form = await context.Request.ReadFormAsync(cancellation);
        return ReaderChoices.KeepLanguage(context, form["culture"])
            ? TypedResults.Redirect(LocalPath.Safe(form["returnUrl"], LocalPath.OfReferer(context.Request)))
            : TypedResults.BadRequest();
    }

    private static async Task<RedirectHttpResult> JoinAsync(HttpContext context, AccessTokens tokens, Invitations invitations, CancellationToken cancellation)
    {
        if (tokens.Holds(context.User) is not { } person) return TypedResults.Redirect("/account/login");
        var form = await context.Request.ReadFormAsync(cancellation);
        var joined = await invitations.JoinAsync(person, form["invite"]);
        // Where it does not hold any more, the page of an invitation that does not says so.
        return TypedResults.Redirect(joined is { IsDone: true, Room: { } room } ? $"/rooms/{room.Id}" : Invitations.PathOf("gone"));
    }

    // Whoever asks for nobody gets the same for every address, so it tells nothing.
    private static async Task<Results<ContentHttpResult, BadRequest>> PasskeyOptionsAsync(
        HttpContext context, Passkeys passkeys, SecondStep step, AccessTokens tokens, CancellationToken cancellation)
    {
        var form = await context.Request.ReadFormAsync(cancellation);
        var options = (string?)form["use"] switch
        {
            "sign-in" => await passkeys.OptionsToSignInAsync(user: null, context),
            "second-factor" when await step.WaitingAsync() is { } user => await passkeys.OptionsToSignInAsync(user, context),
            "add" when tokens.Holds(context.User) is { } user => await passkeys.OptionsToAddAsync(user, context),
            _ => null,
        };
        return options is null ? TypedResults.BadRequest() : TypedResults.Content($$"""{"options":{{options.Options}},"state":"{{options.State}}"}""", "application/json");
    }
}
