using System.ComponentModel.DataAnnotations;

namespace ChatApp.Components;

/// <summary>Limits of the pages that browsers have open. Section <c>Pages</c> of the settings.</summary>
public sealed class PageOptions
{
    /// <summary>
    /// Minutes for which the page of a browser that is out of reach (a laptop asleep) is kept, so that it goes on without
    /// loading anew; 120 by default, 0 to 10,080.
    /// </summary>
    [Range(0, 10_080)]
    public int KeepMinutes { get; init; } = 120;

    /// <summary>Most such pages that are kept at the same time, at some hundred KiB each; 200 by default, 0 to 100,000.</summary>
    [Range(0, 100_000)]
    public int KeepCount { get; init; } = 200;
}
