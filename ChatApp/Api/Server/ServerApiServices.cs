using ChatApp.Accounts;
using ChatApp.Sockets;

namespace ChatApp.Api.Server;

/// <summary>Registers the server API and the document that describes all of <c>/api</c>.</summary>
public static class ServerApiServices
{
    /// <summary>Adds what it is made of.</summary>
    public static void AddServerApi(this IServiceCollection services, ApiOptions options)
    {
        services.AddSingleton(options).AddSingleton<ApiKeys>().AddSingleton<ServerSubscriptions>();
        services.AddSingleton<ServerConnections>().AddSingleton<ServerChannels>().AddSingleton<ServerCommands>().AddSingleton<ServerApi>();
        services.AddOpenApi(document =>
        {
            document.ShouldInclude = static description => description.RelativePath?.StartsWith("api/", StringComparison.Ordinal) == true;
            document.AddDocumentTransformer(static (description, _, _) =>
            {
                description.Info.Title = "ChatApp";
                description.Info.Description = "What programs of the instance can ask for over HTTP. In words: docs/PROTOCOL.md.";
                description.Info.Version = "1";
                return Task.CompletedTask;
            });
        });
    }

    /// <summary>Adds <c>POST /api/...</c> and <c>GET /openapi.json</c>.</summary>
    public static void MapServerApi(this IEndpointRouteBuilder routes)
    {
        ServerApi.Map(routes);
        routes.MapOpenApi("/openapi.json");
    }
}
