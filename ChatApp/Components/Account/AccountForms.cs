using ChatApp.Accounts;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ChatApp.Components.Account;

/// <summary>
/// What the small forms post that stand on many pages: signing out and the choice of a language. Reading a page never
/// changes anything, so both are posts with an antiforgery token.
/// </summary>
public static class AccountForms
{
    /// <summary>Adds <c>POST /account/logout</c> and <c>POST /account/language</c>.</summary>
    public static void MapAccountForms(this IEndpointRouteBuilder routes)
    {
        var forms = routes.MapGroup("/account").WithMetadata(new RequireAntiforgeryTokenAttribute()).AddEndpointFilter(RefuseForgeriesAsync);
        forms.MapPost("/logout", LogoutAsync);
        forms.MapPost("/language", LanguageAsync);
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
}
