using ChatApp.Tests.Harness;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Api;

/// <summary>Every address that takes a POST, as the running product knows it: what is added later is in the list by itself.</summary>
internal static class PostEntrances
{
    /// <summary>Those that take no form of a browser, by how they begin, and why a foreign page gains nothing there.</summary>
    private static readonly Dictionary<string, string> Programs = new(StringComparer.Ordinal)
    {
        ["/api/account/"] = "takes JSON, which no form sends, and proofs in its body or header; the ticket, which takes the cookie, checks the Origin (AddressTests)",
        ["/api/"] = "the server API takes a key in a header, and no cookie",
        ["/connection/"] = "takes JSON, and a cookie only from the site itself (OriginTests, EventStreamTests)",
        ["/_blazor"] = "checks the Origin (OriginTests), and its state is encrypted",
        ["/_framework"] = "files of the framework",
        ["/ws"] = "a socket, which checks the Origin (OriginTests)",
    };

    /// <summary>Addresses that take the POST of a browser's form, with something in place of their parameters.</summary>
    public static IReadOnlyList<string> OfForms(TestServer server) => [.. All(server).Where(path => !Programs.Keys.Any(start => path.StartsWith(start, StringComparison.Ordinal)))];

    /// <summary>All addresses that take a POST.</summary>
    public static IReadOnlyList<string> All(TestServer server) => [.. server.Services.GetRequiredService<EndpointDataSource>().Endpoints
        .OfType<RouteEndpoint>()
        .Where(endpoint => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>() is not { HttpMethods: { Count: > 0 } methods } || methods.Contains("POST"))
        .Select(PathOf)
        .Distinct(StringComparer.Ordinal)
        .Order(StringComparer.Ordinal)];

    private static string PathOf(RouteEndpoint endpoint) => "/" + string.Join('/', endpoint.RoutePattern.PathSegments
        .Select(segment => string.Concat(segment.Parts.Select(part => part is Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart literal ? literal.Content : "general"))));
}
