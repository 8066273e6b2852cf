using System.ComponentModel.DataAnnotations;

namespace ChatApp.Api.Server;

/// <summary>Limits of the server API. Section <c>Api</c> of the settings.</summary>
public sealed class ApiOptions
{
    /// <summary>Commands per second that one key may send in the long run, those in a batch counted one by one; 100 by default, 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int CommandsPerSecond { get; init; } = 100;

    /// <summary>Commands that one key may send at once after a quiet time; 200 by default, 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int CommandBurst { get; init; } = 200;

    /// <summary>Longest body of a request, in bytes; 1 MiB by default, 1 KiB to 64 MiB.</summary>
    [Range(1024, 1 << 26)]
    public int BodyBytes { get; init; } = 1 << 20;
}
