using System.Globalization;
using ChatApp.Accounts;
using ChatApp.Components.Shared;
using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Search;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace ChatApp.Components.Search;

/// <summary>Asks <see cref="MessageSearch"/> for what the person types, page by page.</summary>
public sealed partial class SearchPanel
{
    private static readonly (string Example, string Meaning)[] Tips =
    [
        ("\"green light\"", "Search.TipPhrase"), ("-draft", "Search.TipWithout"), ("from:me", "Search.TipFrom"), ("in:general", "Search.TipIn"),
        ("after:2026-11 before:2026-12-24", "Search.TipTime"), ("has:link is:pinned", "Search.TipHas"),
    ];

    private readonly List<SearchHit> _hits = [];
    private PageScript<SearchPanel> _keys = default!;
    private IDisposable? _listening;
    private ElementReference _dialog;
    private SearchQuery _query = SearchQuery.Parse("");
    private string _text = "";
    private MessageId? _next;
    private RoomId _searched;
    private string? _problem;
    private bool _everywhere;
    private bool _isSearching;
    private int _number;

    /// <summary>The room beside the panel; "this room" means that one.</summary>
    [Parameter, EditorRequired]
    public RoomView Room { get; set; } = default!;

    /// <summary>Who searches.</summary>
    [Parameter]
    public UserId Viewer { get; set; }

    /// <summary>Called where the person has seen enough.</summary>
    [Parameter]
    public EventCallback OnClose { get; set; }

    /// <summary>Called with the message that the person wants to see in its place.</summary>
    [Parameter]
    public EventCallback<SearchHit> OnOpen { get; set; }

    /// <summary>Called with the beginning of a day whose messages the person wants to see.</summary>
    [Parameter]
    public EventCallback<DateTimeOffset> OnDay { get; set; }

    [CascadingParameter]
    private ClientContext Client { get; set; } = default!;

    private string Placeholder => _everywhere ? L["Search.InAll"] : L["Search.In", Room.Name];

    private string Today => Client.Local(Time.GetUtcNow()).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _listening?.Dispose();
        return _keys is null ? ValueTask.CompletedTask : _keys.DisposeAsync();
    }

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        _keys = new PageScript<SearchPanel>(Js, "./js/search.js");
        _searched = Room.Id;
    }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        if (_searched == Room.Id) return;
        _searched = Room.Id;
        // The results stay while the person goes through them, also into other rooms; those of one room belong to it.
        if (!_everywhere) await SearchAsync();
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender) return;
        _listening = Session.Listen(batch => batch.Any(envelope => envelope.Body is BlocksChanged) ? InvokeAsync(StateHasChanged) : Task.CompletedTask);
        await _keys.AttachAsync(_dialog, this);
    }

    private static string ProblemOf(SearchFilter filter) => filter.Name is "before" or "after" or "on" ? "Search.BadDate" : "Search.BadFilter";

    private void OnText(ChangeEventArgs change) => _text = change.Value as string ?? "";

    private Task SetScopeAsync(bool everywhere)
    {
        _everywhere = everywhere;
        return SearchAsync();
    }

    private Task RemoveAsync(SearchFilter filter)
    {
        var (start, length) = filter.Place.GetOffsetAndLength(_query.Text.Length);
        _text = _query.Text.Remove(start, length).Replace("  ", " ", StringComparison.Ordinal).Trim();
        return SearchAsync();
    }

    private Task SearchAsync()
    {
        _query = SearchQuery.Parse(_text, Client.Zone);
        _hits.Clear();
        _next = null;
        return MoreAsync();
    }

    private async Task MoreAsync()
    {
        _problem = null;
        var number = ++_number;
        _isSearching = !_query.IsEmpty;
        if (!_isSearching) return;
        StateHasChanged();
        var result = await Index.SearchAsync(Viewer, _query, _everywhere ? null : Room.Id, _next);
        // Somebody who searches for something else meanwhile does not want this any more.
        if (number != _number) return;
        _isSearching = false;
        if (result.Page is { } page)
        {
            _hits.AddRange(page.Hits);
            _next = page.Next;
        }
        else
        {
            _problem = L[$"SearchOutcome.{result.Outcome}"];
        }
    }

    private async Task OpenAsync(SearchHit hit)
    {
        await OnOpen.InvokeAsync(hit);
        await _keys.InvokeAsync("leave");
    }

    private async Task ToDayAsync(ChangeEventArgs change)
    {
        if (!DateOnly.TryParseExact(change.Value as string, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)) return;
        if (SearchDates.Read(day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), Client.Zone) is not { } span) return;
        await OnDay.InvokeAsync(span.Start);
        await _keys.InvokeAsync("leave");
    }

    private string TimeOf(DateTimeOffset at)
    {
        var time = Client.Local(at);
        return time.Date == Client.Local(Time.GetUtcNow()).Date ? time.ToString("t", CultureInfo.CurrentCulture) : time.ToString("g", CultureInfo.CurrentCulture);
    }
}
