using System.Net;
using ChatApp.Settings;
using Microsoft.AspNetCore.HttpOverrides;
using IPNetwork = System.Net.IPNetwork;

namespace ChatApp.Api;

/// <summary>The reverse proxies in front of the server. Section <c>Proxy</c> of the settings.</summary>
public sealed class ProxyOptions
{
    /// <summary>
    /// Addresses (<c>10.0.0.5</c>) and networks (<c>10.0.0.0/8</c>) whose <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> are believed;
    /// none by default: then everybody's address is that of the connection.
    /// </summary>
    public string[] Addresses { get; init; } = [];

    /// <summary>Lets a request have the address of the client instead of that of a proxy that is named; first of all.</summary>
    /// <exception cref="StartException">An address is none.</exception>
    public void Use(WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        if (Addresses.Length == 0) return;
        // Of several proxies in a row each that is named is believed, and nobody before the first one that is not.
        var forwarded = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto, ForwardLimit = null };
        forwarded.KnownIPNetworks.Clear();
        forwarded.KnownProxies.Clear();
        foreach (var entry in Addresses)
        {
            if (IPAddress.TryParse(entry, out var address)) forwarded.KnownProxies.Add(address);
            else if (IPNetwork.TryParse(entry, out var network)) forwarded.KnownIPNetworks.Add(network);
            else throw new StartException($"setting Proxy:Addresses has the value '{entry}', but must be addresses such as 10.0.0.5 and networks such as 10.0.0.0/8");
        }

        app.UseForwardedHeaders(forwarded);
    }
}
