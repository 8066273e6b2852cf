using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using ChatApp.Accounts;
using ChatApp.Wire;

namespace ChatApp.Api.Server;

/// <summary>What came of a command: a result, or why there is none.</summary>
/// <param name="Result">One of the result records.</param>
/// <param name="Error">Set where it was refused.</param>
public readonly record struct ServerReply(object? Result, WireError? Error)
{
    /// <summary>It was done.</summary>
    public static readonly ServerReply Done = new(new EmptyResult(), Error: null);

    /// <summary>A result is one.</summary>
    public static ServerReply Of(object result) => new(result, Error: null);

    /// <summary>A refusal too.</summary>
    public static implicit operator ServerReply(WireError error) => new(Result: null, error);
}

/// <summary>One command of the server API: its name, who may use it, what it takes and gives, and who carries it out.</summary>
/// <param name="Name">As in its address <c>/api/NAME</c> and in a batch.</param>
/// <param name="Scope">What the key needs.</param>
/// <param name="Summary">For the OpenAPI document.</param>
/// <param name="Request">Type of the body.</param>
/// <param name="Answer">Type of the answer.</param>
/// <param name="RunAsync">Carries it out.</param>
public sealed record ServerCommand(
    string Name, ApiScopes Scope, string Summary, Type Request, Type Answer, Func<ServerCommands, ApiCaller, JsonElement, Task<ServerReply>> RunAsync)
{
    /// <summary>How bodies are read and answers written.</summary>
    internal static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        PropertyNameCaseInsensitive = false,
        NumberHandling = JsonNumberHandling.Strict,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // the answer is never part of a page
    };

    /// <summary>All commands.</summary>
    public static readonly IReadOnlyList<ServerCommand> All =
    [
        Of<PublishRequest, PublishResult>("publish", ApiScopes.Publish, "Publish into a channel; into a room: post a message", static (commands, caller, request) => commands.PublishAsync(caller, request)),
        Of<BroadcastRequest, BroadcastResult>("broadcast", ApiScopes.Publish, "Publish the same into several channels", static (commands, caller, request) => commands.BroadcastAsync(caller, request)),
        Of<HistoryRequest, HistoryResult>("history", ApiScopes.Read, "What was published in a channel, and its position", static (commands, caller, request) => Now(commands.Channels.History(caller, request))),
        Of<ChannelRequest, EmptyResult>("history_remove", ApiScopes.Manage, "Forget what was published in a channel", static (commands, caller, request) => Now(commands.Channels.RemoveHistory(caller, request))),
        Of<ChannelRequest, PresenceResult>("presence", ApiScopes.Read, "Who listens to a channel", static (commands, caller, request) => Now(commands.Channels.Presence(caller, request))),
        Of<ChannelRequest, PresenceStatsResult>("presence_stats", ApiScopes.Read, "How many listen to a channel", static (commands, caller, request) => Now(commands.Channels.PresenceStats(caller, request))),
        Of<ChannelsRequest, ChannelsResult>("channels", ApiScopes.Read, "The channels that somebody listens to", static (commands, caller, request) => Now(commands.Channels.List(caller, request))),
        Of<SubscriptionRequest, EmptyResult>("subscribe", ApiScopes.Manage, "Subscribe a user's live connections to a channel that the user may read", static (commands, caller, request) => commands.Connections.SubscribeAsync(caller, request)),
        Of<SubscriptionRequest, EmptyResult>("unsubscribe", ApiScopes.Manage, "End the subscriptions of a user's live connections to a channel", static (commands, caller, request) => commands.Connections.UnsubscribeAsync(caller, request)),
        Of<DisconnectRequest, EmptyResult>("disconnect", ApiScopes.Manage, "End a user's live connections", static (commands, caller, request) => commands.Connections.DisconnectAsync(caller, request)),
        Of<RefreshRequest, EmptyResult>("refresh", ApiScopes.Manage, "Make a user's live connections prove anew who they are", static (commands, caller, request) => commands.Connections.RefreshAsync(caller, request)),
        Of<InfoRequest, InfoResult>("info", ApiScopes.Read, "How the server is", static (commands, caller, _) => Now(commands.Info(caller))),
    ];

    /// <summary>The command of that name; null where there is none.</summary>
    public static ServerCommand? Find(string name) => All.FirstOrDefault(command => command.Name == name);

    /// <summary>Reads what a command takes.</summary>
    /// <exception cref="JsonException">It is not that; the message is for the caller.</exception>
    public static T Read<T>(JsonElement body)
    {
        try
        {
            return body.Deserialize<T>(Json) ?? throw new JsonException("an object is needed");
        }
        catch (JsonException problem)
        {
            throw new JsonException(problem.Path is { Length: > 2 } path ? $"{path[2..]} is missing or of the wrong kind" : "a field is missing or of the wrong kind", problem);
        }
    }

    private static Task<ServerReply> Now(ServerReply reply) => Task.FromResult(reply);

    private static ServerCommand Of<TRequest, TResult>(string name, ApiScopes scope, string summary, Func<ServerCommands, ApiCaller, TRequest, Task<ServerReply>> run) =>
        new(name, scope, summary, typeof(TRequest), typeof(ServerAnswer<TResult>), (commands, caller, body) => run(commands, caller, Read<TRequest>(body)));
}
