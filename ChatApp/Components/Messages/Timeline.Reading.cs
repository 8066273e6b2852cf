using System.Globalization;
using ChatApp.Messages;
using ChatApp.Push;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace ChatApp.Components.Messages;

/// <summary>Where a room is opened, how far it is read, and the ways to other places of it.</summary>
public sealed partial class Timeline
{
    private Offset _readUpTo;
    private Offset? _divider;
    private Offset? _target;
    private Offset? _shownAt;
    private int _targetNumber;
    private bool _isReading;
    private bool _isHeld;

    /// <summary>Place of a message that the room is opened around; null for the first unread one, or the end.</summary>
    [Parameter]
    public Offset? At { get; set; }

    [Inject]
    private ReadMarkers Markers { get; set; } = default!;

    [Inject]
    private UnreadNumbers Numbers { get; set; } = default!;

    /// <summary>Called where the reader has left the place that the timeline was opened around.</summary>
    [Parameter]
    public EventCallback OnLatest { get; set; }

    // The last message of others that the window shows, where it shows the end of the room. Own ones make nothing unread, so
    // nobody need be told that they were seen.
    private string? ShownPlace => _feed.HasNewer ? null
        : _feed.Messages.LastOrDefault(message => message.Author.Id != Viewer)?.Offset.Value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Shows the messages around a place, that one marked.</summary>
    public void ShowAt(Offset place)
    {
        if (_feed.LoadAround(place)) Mark(_feed.PlaceOf(message => message.Offset >= place));
    }

    /// <summary>Shows the first messages since a moment.</summary>
    public void ShowAt(DateTimeOffset moment)
    {
        if (_feed.LoadAround(moment)) Mark(_feed.PlaceOf(message => message.At >= moment));
    }

    /// <summary>Called by the page: shows the first messages of a day of the reader's calendar.</summary>
    /// <param name="day">As <c>2026-11-20</c>; <c>first</c> for the beginning of the room, <c>last</c> for its end.</param>
    [JSInvokable("ShowDay")]
    public Task ShowDayAsync(string? day)
    {
        if (day == "last") return ToLatestAsync();
        if (day == "first") ShowAt(new Offset(1));
        // A day at either end of the calendar has no beginning in every zone.
        else if (DateTime.TryParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) && date.Year is >= 1970 and < 9990) ShowAt(Client.MomentOf(date));
        return Task.CompletedTask;
    }

    /// <summary>Called by the page when the lower edge of a window that does not reach the end comes into view.</summary>
    [JSInvokable]
    public void LoadNewer()
    {
        if (!_feed.LoadNewer()) return;
        if (!_feed.HasNewer && !_isAway) _unseen = 0;
        StateHasChanged();
    }

    /// <summary>Called by the page when somebody begins or ends to read at the end of the room, in a window that has their attention.</summary>
    [JSInvokable]
    public void SetReading(bool isReading)
    {
        _isReading = isReading;
        if (Thread is null) Numbers.SetReading(Room.Id, isReading && !_isHeld);
    }

    /// <summary>Called by the page when a message at the end was really shown to somebody.</summary>
    /// <param name="place">Its place, as the page was told it.</param>
    [JSInvokable]
    public async Task Seen(long place)
    {
        // Whoever marks as unread what they see means it: until the room is opened anew.
        if (_isHeld || _feed.HasNewer || place <= _readUpTo.Value || _feed.Messages is not [.., var last]) return;
        var before = _readUpTo;
        _readUpTo = new Offset(Math.Min(place, last.Offset.Value));
        if (await MarkAsync(_readUpTo) is null) _readUpTo = before;
    }

    /// <summary>Called by the page: everything in this room is read.</summary>
    [JSInvokable]
    public async Task MarkRead()
    {
        _isHeld = false;
        _divider = null;
        SetReading(_isReading);
        StateHasChanged();
        if (await MarkAsync(new Offset(long.MaxValue)) is { } upTo)
        {
            _readUpTo = upTo;
            _announcement = L["Timeline.AllRead"];
        }
        else
        {
            _problem = L["MessageOutcome.Busy"];
        }

        StateHasChanged();
    }

    /// <summary>Called by the page: unread from this message on.</summary>
    [JSInvokable]
    public async Task MarkUnread(string id)
    {
        if (_feed.Messages.FirstOrDefault(message => message.Id.ToString() == id) is not { } from) return;
        _isHeld = true;
        _divider = from.Offset;
        _readUpTo = new Offset(from.Offset.Value - 1);
        SetReading(_isReading);
        StateHasChanged();
        if (await MarkAsync(_readUpTo, isBack: true) is not null) return;
        _problem = L["MessageOutcome.Busy"];
        StateHasChanged();
    }

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        if (At == _shownAt) return;
        _shownAt = At;
        if (At is { } place) ShowAt(place);
        else LoadLatest();
    }

    private void OpenAtPlace()
    {
        _shownAt = At;
        if (Thread is { } thread) OpenThreadAtPlace(thread);
        else if (Markers.Of(Viewer, Room.Id) is { } unread) (_readUpTo, _divider) = (unread.UpTo, unread.First);
        if (At is { } place) ShowAt(place);
        if (_target is not null) return;
        _feed.Load();
        if (_divider is { } first && _feed.Messages is [var oldest, ..] && first < oldest.Offset) _feed.LoadAround(first);
    }

    private void LoadLatest()
    {
        _feed.Load();
        _target = null;
    }

    private void Mark(Offset? target)
    {
        _target = target;
        _targetNumber++;
        StateHasChanged();
    }

    private string? HighlightOf(TimelineRow row) => IsTarget(row) ? "message-highlight" : row.Stored?.Mentions.Means(Viewer) == true && row.Author.Id != Viewer ? "message-mention" : null;

    // Another number each time: the page scrolls to a target once, and again where the same one is asked for again.
    private string? TargetOf(TimelineRow row) => IsTarget(row) ? _targetNumber.ToString(CultureInfo.InvariantCulture) : null;

    private bool IsTarget(TimelineRow row) => _target is { } target && row.Stored?.Offset == target;

    private void TakeMark(Offset upTo, Offset? first)
    {
        if (upTo < _readUpTo) (_isHeld, _divider) = (true, first); // marked unread on another device
        else if (upTo > _readUpTo)
        {
            // What was held as unread has been read after all, here or elsewhere.
            if (_isHeld) _divider = first;
            _isHeld = false;
        }

        _readUpTo = upTo;
        SetReading(_isReading);
    }

    // True where the divider has moved.
    private bool FollowReading(IReadOnlyList<Envelope> batch)
    {
        var before = _divider;
        foreach (var envelope in batch)
        {
            switch (envelope.Body)
            {
                case ReadMoved { Unread: var unread } when unread.Room == Room.Id && Thread is null:
                    TakeMark(unread.UpTo, unread.First);
                    break;
                case ThreadMoved { Standing: { IsFollowing: true } standing } when standing.Thread == Thread:
                    TakeMark(standing.UpTo, standing.First);
                    break;
                case MessagePosted posted when posted.Room == Room.Id && posted.Message.Thread == Thread && posted.Message.Author.Id != Viewer && !IsUnheard(posted.Message.Author.Id) && posted.Message.Offset > _readUpTo:
                    // What comes while nobody looks begins a new stretch, unless an earlier one is still unread.
                    if (!_isReading && (_divider is not { } divider || divider <= _readUpTo)) _divider = posted.Message.Offset;
                    break;
            }
        }

        return _divider != before;
    }
}
