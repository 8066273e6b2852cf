using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace ChatApp.Accounts.Mail;

/// <summary>
/// Where links in mails lead. Never what a request says of the host: whoever asks for a link to somebody else's password would have it
/// lead to a site of their own.
/// </summary>
/// <param name="options">The operator's word.</param>
/// <param name="server">Where it listens, for those who said nothing.</param>
public sealed class PublicAddress(MailOptions options, IServer server)
{
    /// <summary>The address of a page.</summary>
    /// <param name="path">With a slash at the beginning.</param>
    /// <param name="query">Names and values; escaped here.</param>
    public Uri Of(string path, params ReadOnlySpan<(string Name, string Value)> query)
    {
        var pairs = new List<string>();
        foreach (var (name, value) in query) pairs.Add($"{name}={Uri.EscapeDataString(value)}");
        return new Uri(Root() + path + (pairs.Count > 0 ? "?" + string.Join('&', pairs) : ""));
    }

    private string Root()
    {
        if (options.PublicUrl.TrimEnd('/') is { Length: > 0 } named) return named;
        var listening = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault(address => address.StartsWith("http", StringComparison.OrdinalIgnoreCase));
        // What stands for all addresses of the machine is none that a browser can open.
        return listening is not null && Uri.TryCreate(listening.Replace("//*", "//localhost", StringComparison.Ordinal).Replace("//+", "//localhost", StringComparison.Ordinal), UriKind.Absolute, out var address)
            ? address.Host is "0.0.0.0" or "[::]" ? $"{address.Scheme}://localhost:{address.Port}" : address.GetLeftPart(UriPartial.Authority)
            : "http://localhost";
    }
}
