using System.Text.Json;
using System.Text.Json.Serialization;
using ChatApp.Wire;

namespace ChatApp.Api.Server;

/// <summary>The answer to a command: one of the two.</summary>
/// <param name="Result">What came of it.</param>
/// <param name="Error">Why it was refused.</param>
public sealed record ServerAnswer<T>(T? Result, ApiError? Error);

/// <summary>Why a command was refused; the codes are those of docs/PROTOCOL.md.</summary>
/// <param name="Code">The code.</param>
/// <param name="Message">In words.</param>
/// <param name="Temporary">True where the same may succeed later.</param>
/// <param name="RetryMs">After how many milliseconds; absent where nobody knows.</param>
/// <param name="Until">When what is in the way ends by itself, in milliseconds since 1970; absent where it does not.</param>
/// <param name="Id">Number of the message that is held for review; absent for other errors.</param>
public sealed record ApiError(int Code, string Message, bool Temporary, [property: JsonPropertyName("retry_ms")] long? RetryMs, long? Until = null, long? Id = null)
{
    /// <summary>The same error as on a socket.</summary>
    public static ApiError Of(WireError error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return new ApiError(error.Code, error.Message, error.Temporary, error.RetryMs, error.Until?.ToUnixTimeMilliseconds(), error.Id);
    }
}

/// <summary>Nothing to say but that it was done.</summary>
public sealed record EmptyResult;

/// <summary>Where a publication stands.</summary>
/// <param name="Offset">Its place; absent in topics that keep no history.</param>
/// <param name="Epoch">The history that the place belongs to; absent as well.</param>
/// <param name="Id">Id of the message, in rooms.</param>
/// <param name="Duplicate">True where the same key had brought it there before.</param>
public sealed record PublishResult(long? Offset, string? Epoch, string? Id, bool Duplicate);

/// <summary>An answer for each channel, in their order.</summary>
/// <param name="Responses">The answers.</param>
public sealed record BroadcastResult(IReadOnlyList<ServerAnswer<PublishResult>> Responses);

/// <summary>A stretch of a channel's history.</summary>
/// <param name="Publications">What was published, as subscribers get it.</param>
/// <param name="Epoch">Name of the history.</param>
/// <param name="Offset">The newest place in it.</param>
public sealed record HistoryResult(IReadOnlyList<JsonElement> Publications, string Epoch, long Offset);

/// <summary>Who listens to a channel.</summary>
/// <param name="Presence">Connections by their ids, at most 1,000.</param>
/// <param name="Total">How many there are; absent where all are named.</param>
public sealed record PresenceResult(IReadOnlyDictionary<string, PresentClient> Presence, int? Total);

/// <summary>One connection that listens.</summary>
/// <param name="User">Id of the account.</param>
/// <param name="Client">Id of the connection.</param>
/// <param name="Info">Whose it is.</param>
public sealed record PresentClient(string User, string Client, [property: JsonPropertyName("conn_info")] PresentPerson Info);

/// <summary>Somebody who is there.</summary>
/// <param name="Name">What the person is called.</param>
public sealed record PresentPerson(string Name);

/// <summary>How many listen to a channel.</summary>
/// <param name="Clients">Connections.</param>
/// <param name="Users">Accounts.</param>
public sealed record PresenceStatsResult([property: JsonPropertyName("num_clients")] int Clients, [property: JsonPropertyName("num_users")] int Users);

/// <summary>The channels that somebody listens to.</summary>
/// <param name="Channels">By name, at most 1,000.</param>
/// <param name="Total">How many there are; absent where all are named.</param>
public sealed record ChannelsResult(IReadOnlyDictionary<string, ListedChannel> Channels, int? Total);

/// <summary>One channel.</summary>
/// <param name="Clients">Connections that listen to it.</param>
public sealed record ListedChannel([property: JsonPropertyName("num_clients")] int Clients);

/// <summary>The processes that serve.</summary>
/// <param name="Nodes">One for each.</param>
public sealed record InfoResult(IReadOnlyList<NodeInfo> Nodes);

/// <summary>One process.</summary>
/// <param name="Uid">Names it; as <c>node</c> in the connect reply.</param>
/// <param name="Name">The product.</param>
/// <param name="Version">Its version.</param>
/// <param name="Clients">Live connections.</param>
/// <param name="Users">Accounts that have one.</param>
/// <param name="Channels">Channels that somebody listens to.</param>
/// <param name="Uptime">Seconds since the start.</param>
public sealed record NodeInfo(
    string Uid, string Name, string Version,
    [property: JsonPropertyName("num_clients")] int Clients,
    [property: JsonPropertyName("num_users")] int Users,
    [property: JsonPropertyName("num_channels")] int Channels,
    long Uptime);

/// <summary>The answers to a batch, in the order of its commands: the command's name with its result, or <c>error</c>.</summary>
/// <param name="Replies">The answers.</param>
public sealed record BatchAnswer(IReadOnlyList<IReadOnlyDictionary<string, object>> Replies);
