namespace ChatApp.Components.Account;

/// <summary>
/// Addresses of this site that come from outside: a link can name any page to return to, so only what a browser is
/// certain to read as a path of this very host is followed.
/// </summary>
public static class LocalPath
{
    /// <summary>Where people go when nothing better is known.</summary>
    public const string Default = "/rooms/general";

    private const int MaxLength = 2048;

    /// <summary>
    /// <paramref name="address"/> where it is a path of this host with an optional query, else <paramref name="otherwise"/>.
    /// Refused: other schemes and hosts, <c>//host</c>, backslashes (browsers read them as slashes), control characters
    /// (browsers drop them), anything not ASCII (does not fit a header), more than 2,048 characters.
    /// </summary>
    public static string Safe(string? address, string otherwise = Default) => IsSafe(address) ? address! : otherwise;

    /// <summary>The page from which a request was sent, where the browser names it and it is <see cref="Safe"/>.</summary>
    public static string OfReferer(HttpRequest request, string otherwise = Default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Uri.TryCreate(request.Headers.Referer.ToString(), UriKind.Absolute, out var page)
            && string.Equals(page.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase)
            ? Safe(page.PathAndQuery, otherwise)
            : otherwise;
    }

    private static bool IsSafe(string? address) =>
        address is ['/', ..] and not ['/', '/', ..] && address.Length <= MaxLength && address.All(c => c is > ' ' and <= '~' and not '\\');
}
