using System.ComponentModel.DataAnnotations;

namespace ChatApp.Storage;

/// <summary>Limits of the log's writer. Section <c>Storage</c> of the settings.</summary>
public sealed class StorageOptions
{
    /// <summary>Changes that may wait for the writer before senders are told "busy"; 4,096 by default, 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int QueueLength { get; init; } = 4096;

    /// <summary>Changes committed in one transaction at most; 256 by default, 1 to 10,000.</summary>
    [Range(1, 10_000)]
    public int BatchSize { get; init; } = 256;
}
