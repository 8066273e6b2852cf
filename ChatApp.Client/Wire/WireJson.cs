using System.Text.Json;
using System.Text.Json.Serialization;

namespace ChatApp.Client.Wire;

/// <summary>
/// The JSON of the wire. Unknown members are skipped, because the protocol grows by adding them. Twice-named members
/// are let through: the server relays other people's data, and refusing a frame for it would let them cut connections.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
    AllowDuplicateProperties = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    MaxDepth = 32,
    Converters = [typeof(WireTime)])]
[JsonSerializable(typeof(Command))]
[JsonSerializable(typeof(Incoming))]
[JsonSerializable(typeof(PostData))]
[JsonSerializable(typeof(ChatMessage))]
[JsonSerializable(typeof(MessageResult))]
[JsonSerializable(typeof(RoomsResult))]
[JsonSerializable(typeof(UnreadResult))]
[JsonSerializable(typeof(HistoryPage))]
[JsonSerializable(typeof(SearchPage))]
[JsonSerializable(typeof(ThreadStanding))]
[JsonSerializable(typeof(ThreadHistory))]
[JsonSerializable(typeof(ThreadPage))]
internal sealed partial class WireJson : JsonSerializerContext;

/// <summary>The one way in which this library reads and writes the wire.</summary>
internal static class WireFormat
{
    public static readonly WireJson Json = new(new JsonSerializerOptions(WireJson.Default.Options) { Encoder = new PlainEncoder() });
}

internal sealed record MessageResult(ChatMessage Message);

internal sealed record RoomsResult(IReadOnlyList<ChatRoom> Rooms);

internal sealed record UnreadResult(IReadOnlyList<UnreadRoom> Rooms);

/// <summary>The JSON of the HTTP login.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, MaxDepth = 8)]
[JsonSerializable(typeof(LoginRequest))]
[JsonSerializable(typeof(RefreshRequest))]
[JsonSerializable(typeof(LoginReply))]
internal sealed partial class LoginJson : JsonSerializerContext;

internal sealed record LoginRequest(string Email, string Password, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Name);

internal sealed record RefreshRequest(string RefreshToken);

/// <summary>The access token is good for <c>ExpiresIn</c> seconds.</summary>
internal sealed record LoginReply(string? AccessToken, long ExpiresIn, string? RefreshToken);
