using System.Globalization;
using ChatApp.Accounts;
using ChatApp.Accounts.Images;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ChatApp.Api;

/// <summary>Pictures of people: <c>GET /avatars/{user}/{version}</c>, and the form that sends one.</summary>
public static class AvatarApi
{
    /// <summary>Where a picture is sent.</summary>
    public const string UploadPath = "/account/avatar";

    /// <summary>Where the form stands.</summary>
    public const string Page = "/account/profile";

    // What a form needs around the file.
    private const int MaxForm = CleanImage.MaxBytes + (16 * 1024);

    /// <summary>Adds them.</summary>
    public static void MapAvatars(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/avatars/{user}/{version}", GetAsync);
        routes.MapPost(UploadPath, UploadAsync).WithMetadata(new RequireAntiforgeryTokenAttribute());
        routes.MapPost(UploadPath + "/remove", RemoveAsync).WithMetadata(new RequireAntiforgeryTokenAttribute());
    }

    /// <summary>
    /// Sends a form that is too large back to its page before anything reads it: the check of its token, which comes next, would read all of it.
    /// </summary>
    public static Task RefuseLargeAsync(HttpContext context, RequestDelegate next)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(next);
        if (context.Request.Path != UploadPath || !HttpMethods.IsPost(context.Request.Method)) return next(context);
        if (context.Request.ContentLength is null)
        {
            context.Response.StatusCode = StatusCodes.Status411LengthRequired;
            return Task.CompletedTask;
        }

        if (context.Request.ContentLength > MaxForm)
        {
            context.Response.Redirect($"{Page}?picture={ImageProblem.TooLarge}");
            return Task.CompletedTask;
        }

        context.Features.Set<IFormFeature>(new FormFeature(context.Request, new FormOptions { MultipartBodyLengthLimit = MaxForm, ValueCountLimit = 16 }));
        return next(context);
    }

    private static async Task<IResult> GetAsync(string user, string version, HttpContext context, RequestProof proofs, AccessTokens tokens, Profiles profiles)
    {
        // The cookie counts wherever the page comes from: other sites cannot read what they embed, and get no cookie sent along.
        var isKnown = tokens.Holds(context.User) is not null || (await proofs.OfAsync(context))().User is not null;
        // Strangers learn nothing, not even that there is a picture.
        if (!isKnown || user.Length > 64 || version.Length > 16 || profiles.PictureOf(new UserId(user), version) is not { } picture) return TypedResults.NotFound();
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        headers.CacheControl = "private, max-age=31536000, immutable";
        headers.ContentDisposition = $"inline; filename=\"avatar.{picture.ContentType[(picture.ContentType.IndexOf('/', StringComparison.Ordinal) + 1)..]}\"";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        return TypedResults.Bytes(picture.Bytes, picture.ContentType);
    }

    private static async Task<IResult> UploadAsync(HttpContext context, AccessTokens tokens, Profiles profiles, CancellationToken cancellation)
    {
        if (context.Features.Get<IAntiforgeryValidationFeature>() is not { IsValid: true }) return TypedResults.BadRequest();
        if (tokens.Holds(context.User) is not { } user) return ToSignIn();
        var form = await context.Request.ReadFormAsync(cancellation);
        if (form.Files.GetFile("picture") is not { Length: > 0 } file) return Back("picture", "None");
        if (file.Length > CleanImage.MaxBytes) return Back("picture", ImageProblem.TooLarge.ToString());
        var bytes = new byte[file.Length];
        await using (var content = file.OpenReadStream()) await content.ReadExactlyAsync(bytes, cancellation);
        return CleanImage.TryMake(bytes, out var problem) is { } image
            ? Answer(await profiles.ShowPictureAsync(user, image))
            : Back("picture", problem.ToString()!);
    }

    private static async Task<IResult> RemoveAsync(HttpContext context, AccessTokens tokens, Profiles profiles)
    {
        if (context.Features.Get<IAntiforgeryValidationFeature>() is not { IsValid: true }) return TypedResults.BadRequest();
        return tokens.Holds(context.User) is { } user ? Answer(await profiles.HidePictureAsync(user)) : ToSignIn();
    }

    private static RedirectHttpResult Answer(ProfileOutcome outcome) => outcome == ProfileOutcome.Done ? Back("saved", "1") : Back("problem", outcome.ToString());

    private static RedirectHttpResult Back(string name, string value) => TypedResults.LocalRedirect(string.Create(CultureInfo.InvariantCulture, $"{Page}?{name}={value}"));

    private static RedirectHttpResult ToSignIn() => TypedResults.LocalRedirect("/account/login?returnUrl=" + Uri.EscapeDataString(Page));
}
