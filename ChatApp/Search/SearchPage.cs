using System.ComponentModel.DataAnnotations;
using ChatApp.Messages;

namespace ChatApp.Search;

/// <summary>A message that was found.</summary>
/// <param name="Message">The message as it is now.</param>
/// <param name="RoomName">Name of its room.</param>
/// <param name="Extract">The part of its text around what was looked for, as pieces of plain text.</param>
public sealed record SearchHit(MessageView Message, string RoomName, IReadOnlyList<ExtractPart> Extract);

/// <summary>A stretch of what was found, newest first.</summary>
/// <param name="Hits">The messages; may be fewer than asked for, even none, where <paramref name="Next"/> is given.</param>
/// <param name="Next">Search on before this message; null where everything has been searched.</param>
public sealed record SearchPage(IReadOnlyList<SearchHit> Hits, MessageId? Next)
{
    /// <summary>Nothing found, and nothing more to search.</summary>
    public static readonly SearchPage Empty = new([], null);
}

/// <summary>How a search went.</summary>
public enum SearchOutcome
{
    /// <summary>Searched.</summary>
    Done,

    /// <summary>The searcher is not in the room that was named, or there is none.</summary>
    RoomNotFound,

    /// <summary>This person searches too often, or too many people search now.</summary>
    TooFast,
}

/// <summary>Outcome of a search.</summary>
/// <param name="Outcome">How it went.</param>
/// <param name="Page">What was found, where it was searched.</param>
/// <param name="RetryAfter">How long to wait before trying again; zero where that makes no sense.</param>
public readonly record struct SearchResult(SearchOutcome Outcome, SearchPage? Page = null, TimeSpan RetryAfter = default);

/// <summary>Limits of searching. Section <c>Search</c> of the settings.</summary>
public sealed class SearchOptions
{
    /// <summary>Searches per second that one person may make in the long run; 5 by default, 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int SearchesPerSecond { get; init; } = 5;

    /// <summary>Searches that one person may make at once after a quiet time; 20 by default, 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int SearchBurst { get; init; } = 20;

    /// <summary>Searches that run at the same time, of all people; 2 by default, 1 to 64. Others wait their turn.</summary>
    [Range(1, 64)]
    public int AtOnce { get; init; } = 2;

    /// <summary>Searches that may wait for their turn; 200 by default, 1 to 100,000.</summary>
    [Range(1, 100_000)]
    public int QueueLength { get; init; } = 200;
}
