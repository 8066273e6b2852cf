namespace ChatApp.Api;

/// <summary>Serves the description of the socket protocol that other programs' tools read.</summary>
public static class AsyncApi
{
    private const string File = "asyncapi.yaml";

    /// <summary>Adds <c>GET /asyncapi.yaml</c>: docs/asyncapi.yaml as it was when the server was built.</summary>
    public static void MapAsyncApi(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/" + File, static () => TypedResults.Stream(typeof(AsyncApi).Assembly.GetManifestResourceStream(File)!, "application/yaml; charset=utf-8"));
}
