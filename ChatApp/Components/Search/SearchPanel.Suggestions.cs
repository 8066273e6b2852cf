using System.Globalization;
using ChatApp.Components.Messages;
using ChatApp.Rooms;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace ChatApp.Components.Search;

/// <summary>What the panel proposes while somebody types a filter.</summary>
public sealed partial class SearchPanel
{
    private const string DateForm = "yyyy-MM-dd";

    private static readonly (string Insert, string Meaning, bool HasMore)[] Filters =
    [
        ("from:", "Search.TipFrom", true), ("in:", "Search.TipIn", true), ("before:", "Search.FilterBefore", true), ("after:", "Search.FilterAfter", true),
        ("on:", "Search.FilterOn", true), ("has:link", "Search.FilterLink", false), ("is:pinned", "Search.FilterPinned", false),
    ];

    [Inject]
    private RoomDirectory Rooms { get; set; } = default!;

    /// <summary>Called by the page: the person presses Escape, or the browser has closed the panel.</summary>
    [JSInvokable]
    public Task Close() => OnClose.InvokeAsync();

    /// <summary>Proposals for what is typed.</summary>
    /// <param name="filter">Name of the filter whose value is typed; empty while its name is.</param>
    /// <param name="part">What is typed of it.</param>
    [JSInvokable]
    public IReadOnlyList<FilterSuggestion> Suggest(string? filter, string? part)
    {
        if (part is null || part.Length > RoomWriter.MaxNameLength) return [];
        return filter switch
        {
            "" => [.. Filters.Where(one => one.Insert.StartsWith(part, StringComparison.OrdinalIgnoreCase)).Select(one => new FilterSuggestion(one.Insert, one.Insert, L[one.Meaning]) { HasMore = one.HasMore })],
            "from" => [.. People(part).Take(Suggestion.Most)],
            "in" => [.. Rooms.RoomsOf(Viewer)
                .Where(room => room.Name.Contains(part, StringComparison.CurrentCultureIgnoreCase)).Take(Suggestion.Most)
                .Select(room => new FilterSuggestion($"in:{Quoted(room.Name)}", room.Name, room.Topic, "#"))],
            "before" or "after" or "on" => [.. Days().Where(day => day.Date.StartsWith(part, StringComparison.Ordinal))
                .Select(day => new FilterSuggestion($"{filter}:{day.Date}", day.Name, day.Date))],
            "has" or "is" => [.. Filters.Where(one => !one.HasMore && one.Insert.StartsWith($"{filter}:{part}", StringComparison.OrdinalIgnoreCase))
                .Select(one => new FilterSuggestion(one.Insert, one.Insert, L[one.Meaning]))],
            _ => [],
        };
    }

    // A name with a space needs quotes; one with a quote in it cannot have them.
    private static string Quoted(string name) => name.Contains(' ', StringComparison.Ordinal) ? $"\"{name.Replace("\"", "", StringComparison.Ordinal)}\"" : name;

    private IEnumerable<FilterSuggestion> People(string part)
    {
        if ("me".StartsWith(part, StringComparison.OrdinalIgnoreCase)) yield return new FilterSuggestion("from:me", "me", L["Reaction.You"]);
        foreach (var (user, _) in Rooms.PeopleNear(Room.Id, Viewer, part, Suggestion.Most))
        {
            var known = Suggestion.Of(user, detail: null);
            yield return new FilterSuggestion($"from:{Quoted(user.Name)}", user.Name, "", known.Mark, known.Hue);
        }
    }

    private IEnumerable<(string Date, string Name)> Days()
    {
        var today = DateOnly.FromDateTime(Client.Local(Time.GetUtcNow()));
        yield return (Of(today), L["Timeline.Today"]);
        yield return (Of(today.AddDays(-1)), L["Timeline.Yesterday"]);
        foreach (var days in (int[])[7, 30]) yield return (Of(today.AddDays(-days)), L["Search.DaysAgo", days]);

        static string Of(DateOnly day) => day.ToString(DateForm, CultureInfo.InvariantCulture);
    }
}

/// <summary>One line of what the search proposes.</summary>
/// <param name="Insert">What is written where it is chosen.</param>
/// <param name="Label">What the line says.</param>
/// <param name="Detail">What it says besides.</param>
/// <param name="Mark">Initials of a person, or a sign; empty for none.</param>
/// <param name="Hue">CSS class of a person's colour; null for others.</param>
public sealed record FilterSuggestion(string Insert, string Label, string Detail, string Mark = "", string? Hue = null)
{
    /// <summary>True where a value comes behind it.</summary>
    public bool HasMore { get; init; }
}
