using System.Buffers;
using System.Text;
using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Wire;
using Microsoft.AspNetCore.Http.Metadata;

namespace ChatApp.Api.Server;

/// <summary>
/// The server API: <c>POST /api/NAME</c> with a key, for the programs of whoever runs the instance. A refused command is an
/// answer like any other and has status 200; only what is no request at all gets another one.
/// </summary>
/// <param name="keys">Who is there.</param>
/// <param name="commands">Carries the commands out.</param>
/// <param name="options">Limits.</param>
public sealed class ServerApi(ApiKeys keys, ServerCommands commands, ApiOptions options)
{
    /// <summary>Most commands of one batch.</summary>
    public const int MaxBatch = 100;

    private const string Batch = "batch";
    // The data of a topic has 32 levels, and a batch has four around it.
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 36, AllowDuplicateProperties = false };

    /// <summary>Adds the addresses.</summary>
    internal static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api").DisableAntiforgery().WithTags("Server API");
        foreach (var command in ServerCommand.All) Add(command.Name, command.Summary, command.Request, command.Answer);
        Add(Batch, "Several commands in one request", typeof(BatchRequest), typeof(BatchAnswer));

        void Add(string name, string summary, Type request, Type answer) => group
            .MapPost("/" + name, (HttpContext context, ServerApi api) => api.AnswerAsync(context, name))
            .WithName(name).WithSummary(summary)
            .WithMetadata(
                new AcceptsMetadata(["application/json"], request),
                new ProducesResponseTypeMetadata(StatusCodes.Status200OK, answer, ["application/json"]),
                new ProducesResponseTypeMetadata(StatusCodes.Status400BadRequest, typeof(ServerAnswer<EmptyResult>), ["application/json"]),
                new ProducesResponseTypeMetadata(StatusCodes.Status401Unauthorized, typeof(void), []),
                new ProducesResponseTypeMetadata(StatusCodes.Status413PayloadTooLarge, typeof(void), []),
                new ProducesResponseTypeMetadata(StatusCodes.Status415UnsupportedMediaType, typeof(void), []));
    }

    private async Task AnswerAsync(HttpContext context, string name)
    {
        if (keys.Read(KeyOf(context.Request)) is not { } caller)
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            context.Response.Headers.WWWAuthenticate = "apikey";
            return;
        }

        if (await ReadAsync(context.Request, context.RequestAborted) is not { } bytes)
        {
            context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
            return;
        }

        Moderation.CurrentEntrance.Value = Moderation.Entrance.ServerApi;
        using var document = Parse(bytes);
        if (document is null)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await WriteAsync(context, Json(WireError.BadRequest with { Message = "the body must be one JSON object" }));
            return;
        }

        var answer = name == Batch ? await RunBatchAsync(caller, document.RootElement) : Json(await commands.RunAsync(caller, name, document.RootElement));
        await WriteAsync(context, answer);
    }

    private async Task<object> RunBatchAsync(ApiCaller caller, JsonElement body)
    {
        BatchRequest batch;
        try
        {
            batch = ServerCommand.Read<BatchRequest>(body);
        }
        catch (JsonException problem)
        {
            return Json(ServerCommands.Bad(problem.Message));
        }

        if (batch.Commands.Count is 0 or > MaxBatch) return Json(ServerCommands.Bad($"commands must be 1 to {MaxBatch}"));
        if (batch.Parallel) return new BatchAnswer(await Task.WhenAll(batch.Commands.Select(command => RunOneAsync(caller, command))));
        var replies = new List<IReadOnlyDictionary<string, object>>();
        foreach (var command in batch.Commands) replies.Add(await RunOneAsync(caller, command));
        return new BatchAnswer(replies);
    }

    private async Task<IReadOnlyDictionary<string, object>> RunOneAsync(ApiCaller caller, JsonElement command)
    {
        var isOne = command.ValueKind == JsonValueKind.Object && command.EnumerateObject().Count() == 1;
        var (name, body) = isOne ? command.EnumerateObject().Select(member => (member.Name, member.Value)).First() : ("", default);
        var reply = isOne ? await commands.RunAsync(caller, name, body) : ServerCommands.Bad("a command is an object with one member");
        return reply.Error is { } error
            ? new Dictionary<string, object>(StringComparer.Ordinal) { ["error"] = ApiError.Of(error) }
            : new Dictionary<string, object>(StringComparer.Ordinal) { [name] = reply.Result! };
    }

    private static string? KeyOf(HttpRequest request)
    {
        const string scheme = "apikey ";
        if (request.Headers["X-API-Key"] is [{ } key]) return key;
        return request.Headers.Authorization is [{ } header] && header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) ? header[scheme.Length..].Trim() : null;
    }

    // Null where it is longer than allowed; nothing is kept of what comes after the limit.
    private async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        if (request.ContentLength > options.BodyBytes) return null;
        var body = new ArrayBufferWriter<byte>();
        while (true)
        {
            var read = await request.Body.ReadAsync(body.GetMemory(4096), cancellation);
            if (read == 0) return body.WrittenMemory;
            body.Advance(read);
            if (body.WrittenCount > options.BodyBytes) return null;
        }
    }

    private static JsonDocument? Parse(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            var document = JsonDocument.Parse(bytes, Strict);
            if (document.RootElement.ValueKind == JsonValueKind.Object) return document;
            document.Dispose();
            return null;
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException or DecoderFallbackException)
        {
            // The second and the third: a name with half of a surrogate pair.
            return null;
        }
    }

    private static ServerAnswer<object> Json(ServerReply reply) => new ServerAnswer<object>(reply.Result, reply.Error is { } error ? ApiError.Of(error) : null);

    private static Task WriteAsync(HttpContext context, object answer)
    {
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsJsonAsync(answer, ServerCommand.Json, context.RequestAborted);
    }
}
