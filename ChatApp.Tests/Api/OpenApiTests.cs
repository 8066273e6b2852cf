using System.Net.Http.Json;
using System.Text.Json;
using ChatApp.Tests.Harness;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Api;

/// <summary>The document at <c>/openapi.json</c> describes all of <c>/api</c>, and nothing that does not exist.</summary>
public sealed class OpenApiTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Every_route_under_api_is_in_the_document_and_no_other()
    {
        var document = await server.Http.GetFromJsonAsync<JsonElement>("/openapi.json");
        var described = document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(operation => $"{operation.Name.ToUpperInvariant()} {path.Name}"));
        var routes = server.Get<IEnumerable<EndpointDataSource>>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Where(route => route.RoutePattern.RawText?.TrimStart('/').StartsWith("api/", StringComparison.Ordinal) == true)
            .SelectMany(route => route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(method => $"{method} /{route.RoutePattern.RawText!.TrimStart('/')}"));
        Assert.Equal(routes.Distinct().Order(), described.Order());
        Assert.Contains("POST /api/publish", described);
    }

    [Fact]
    public async Task Every_command_has_a_body_an_answer_and_words()
    {
        var document = await server.Http.GetFromJsonAsync<JsonElement>("/openapi.json");
        var publish = document.GetProperty("paths").GetProperty("/api/publish").GetProperty("post");
        Assert.NotEmpty(publish.GetProperty("summary").GetString()!);
        Assert.True(publish.GetProperty("responses").TryGetProperty("401", out _));
        var body = SchemaOf(document, publish.GetProperty("requestBody").GetProperty("content").GetProperty("application/json").GetProperty("schema"));
        Assert.Equal(["channel", "data"], body.GetProperty("required").EnumerateArray().Select(name => name.GetString()).Order());
        Assert.True(body.GetProperty("properties").TryGetProperty("idempotency_key", out _));
        var answer = SchemaOf(document, publish.GetProperty("responses").GetProperty("200").GetProperty("content").GetProperty("application/json").GetProperty("schema"));
        Assert.Equal(["error", "result"], answer.GetProperty("properties").EnumerateObject().Select(property => property.Name).Order());
    }

    private static JsonElement SchemaOf(JsonElement document, JsonElement schema) => schema.TryGetProperty("$ref", out var reference)
        ? document.GetProperty("components").GetProperty("schemas").GetProperty(reference.GetString()!.Split('/')[^1])
        : schema;
}
