using System.ComponentModel.DataAnnotations;

namespace ChatApp.Api;

/// <summary>Who gets the product's figures. Section <c>Metrics</c> of the settings.</summary>
public sealed class MetricsOptions
{
    /// <summary>
    /// What a reader of <c>/metrics</c> must show as <c>Authorization: Bearer ...</c>, 16 to 256 characters; empty by default: then only
    /// programs on the same machine read it.
    /// </summary>
    [StringLength(256, MinimumLength = 16)]
    public string Token { get; init; } = "";

    /// <summary>
    /// Where figures are sent by OTLP over HTTP, such as <c>http://localhost:4318/v1/metrics</c>; empty by default: nowhere.
    /// </summary>
    [StringLength(1024, MinimumLength = 1)]
    public string OtlpEndpoint { get; init; } = "";

    /// <summary>Seconds between two of these; 60 by default, 1 to 3,600.</summary>
    [Range(1, 3600)]
    public int OtlpSeconds { get; init; } = 60;
}
