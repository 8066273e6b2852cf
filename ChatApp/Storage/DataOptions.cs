using System.ComponentModel.DataAnnotations;

namespace ChatApp.Storage;

/// <summary>Where data lives. Section <c>Data</c> of the settings.</summary>
public sealed class DataOptions
{
    /// <summary>
    /// Data folder, absolute or relative to the checkout (run from source) or to the current folder (published);
    /// <c>data</c> by default, 1 to 1,024 characters.
    /// </summary>
    [StringLength(1024, MinimumLength = 1)]
    public string Folder { get; init; } = "data";
}
