using System.Globalization;
using ChatApp.Accounts;
using ChatApp.Components.Shared;
using ChatApp.Messages;
using ChatApp.Moderation;
using ChatApp.Moderation.Held;
using ChatApp.Push;
using ChatApp.Rooms;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace ChatApp.Components.Messages;

/// <summary>Connects a <see cref="RoomFeed"/> with the page: subscribes after the first interactive render, renders once per batch.</summary>
public sealed partial class Timeline
{
    private RoomFeed _feed = default!;
    private UserCard _viewer = default!;
    private IDisposable? _listening;
    private ElementReference _frame;
    private PageScript<Timeline> _scroller = default!;
    private TimelineRows _rows = default!;
    private string? _announcement;
    private bool _isAway;
    private int _unseen;
    private int _names;

    /// <summary>The room.</summary>
    [Parameter, EditorRequired]
    public RoomView Room { get; set; } = default!;

    /// <summary>Who looks.</summary>
    [Parameter]
    public UserId Viewer { get; set; }

    /// <summary>The message whose thread is shown; null for what stands in the room itself.</summary>
    [Parameter]
    public MessageId? Thread { get; set; }

    // What stands at one message is no matter of the groups without it: they are not drawn anew when it comes or goes.
    private RowLook LookOf(IReadOnlyList<TimelineRow> rows) => new(
        _viewer, Room.IsArchived, Here(_divider, rows), Here(_target, rows) is { } target ? (target, _targetNumber) : default,
        _editing is { } edited && rows.Any(row => row.Stored?.Id == edited) ? edited : null, _names, _marks + _cards.Number, Thread is not null && _feed.HasOlder);

    // A row that no divider stands above.
    private string? PlainOf(TimelineRow row) => row.Day is null && (_divider is not { } divider || row.Stored?.Offset != divider) ? MarkupOf(row) : null;

    private static Offset? Here(Offset? place, IReadOnlyList<TimelineRow> rows) => place is { } offset && rows.Any(row => row.Stored?.Offset == offset) ? offset : null;

    [CascadingParameter]
    private ClientContext Client { get; set; } = default!;

    /// <summary>Shows a message at once and stores it.</summary>
    /// <returns>True where it is stored; false where the row says why not.</returns>
    public async Task<bool> SendAsync(OutgoingMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        // The sender wants to see what they said: back to the end of the room.
        if (_feed.HasNewer) LoadLatest();
        _unseen = 0;
        _feed.AddPending(message.Text, message.Key, message.ReplyTo);
        StateHasChanged();
        // Storing does not wait for the page, and goes on where the page is lost at this moment.
        var posting = _feed.PostAsync(message.Key);
        await _scroller.InvokeAsync("toBottom");
        var isStored = await posting;
        StateHasChanged();
        return isStored;
    }

    /// <summary>Called by the page when the upper edge comes into view.</summary>
    [JSInvokable]
    public void LoadOlder()
    {
        if (_feed.LoadOlder()) StateHasChanged();
    }

    /// <summary>Called by the page when it comes back to a place that is not in the window.</summary>
    [JSInvokable]
    public void ShowAround(long place)
    {
        if (_feed.LoadAround(new Offset(place))) StateHasChanged();
    }

    /// <summary>Called by the page when the reader leaves the end of the room or comes back to it.</summary>
    [JSInvokable]
    public void SetAway(bool isAway)
    {
        _isAway = _feed.IsReadingBack = isAway;
        if (isAway || _unseen == 0 || _feed.HasNewer) return;
        _unseen = 0;
        StateHasChanged();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _gone.CancelAsync();
        _gone.Dispose();
        _listening?.Dispose();
        _cards?.Dispose();
        if (Thread is null) Numbers.SetReading(Room.Id, isReading: false);
        _feed?.Dispose();
        if (_scroller is not null) await _scroller.DisposeAsync();
    }

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        _viewer = Users.Get(Viewer);
        _staff = Rooms.StaffOf(Room.Id);
        _rows = new TimelineRows(Client.Local, Users.Get);
        _cards = new CardShelf(Cards, Viewer);
        _bookmarked = [.. Bookmarks.Of(Viewer)];
        _scroller = new PageScript<Timeline>(Js, "./js/timeline.js");
        _feed = new RoomFeed(Broker, History, CatchUp, Writer, Markdown, Time, Viewer, Room.Id, Thread) { IsUnheard = IsUnheard, Length = RendererInfo.IsInteractive ? RoomFeed.PageSize : RoomFeed.FirstView };
        OpenAtPlace();
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender) return;
        Session.Open(Viewer, Client.Address);
        if (Session.Connection is { } connection)
        {
            // Listening before joining: events wait for their turn on this dispatcher.
            _listening = Session.Listen(OnEventsAsync);
            _cards.Listen(() => _ = InvokeAsync(StateHasChanged));
            if (_feed.Join(connection).HasChanged) StateHasChanged();
        }

        await _scroller.AttachAsync(_frame, this);
    }

    private async Task OnEventsAsync(IReadOnlyList<Envelope> batch) => await InvokeAsync(() =>
    {
        // After a break the page has another connection, and follows the room by that one.
        var missed = Session.Connection is { } connection ? _feed.Join(connection) : FeedChange.None;
        var change = missed.Then(_feed.Apply(batch));
        var hasMoved = FollowReading(batch) | FollowFinding(batch);
        if (_isAway || _feed.HasNewer) _unseen += change.FromOthers;
        if (change.Arrived is [.., var last]) _announcement = L["Timeline.Announcement", last.Author.Name, last.Text.Length > 200 ? last.Text[..200] : last.Text];
        // Rows ask who people are now when they are rendered, and what names reactions is made anew.
        var hasNews = batch.Any(envelope => envelope.Body is UserChanged or EventsLost or BlocksChanged || (envelope.Body is RoleChanged && envelope.Room == Room.Id));
        if (hasNews)
        {
            _chips.Clear();
            _names++;
            _rows.PeopleChanged();
            _staff = Rooms.StaffOf(Room.Id);
        }

        // Another rank sees other buttons.
        var (before, now) = (_viewer, Users.Get(Viewer));
        _viewer = now;
        if (change.HasChanged || hasMoved || change.FromOthers > 0 || hasNews || now != before) StateHasChanged();
    });

    private async Task SendAgainAsync(PendingMessage unsent)
    {
        if (unsent.Refusal == PostRefusal.NoSuchReply) _feed.DropReply(unsent.Key);
        var posting = _feed.PostAsync(unsent.Key);
        StateHasChanged();
        await posting;
    }

    // The text goes back to where it can be changed, unless something else stands there: then its row keeps it.
    private async Task WithdrawAsync(PendingMessage unsent)
    {
        if (unsent.Held is not { } id) return;
        var result = await Held.WithdrawAsync(Viewer, id);
        if (result.Outcome != HeldOutcome.Done)
        {
            // Decided at the same moment: what came of it is told by itself.
            Complain(L[$"HeldOutcome.{result.Outcome}"]);
            return;
        }

        _feed.Withdraw(unsent.Key);
        var answered = unsent.ReplyTo is { } quote ? new { id = quote.Id.ToString(), author = quote.Author.Name, extract = quote.Extract } : null;
        if (!await _scroller.AskAsync("takeBack", new { key = unsent.Key, text = unsent.Text, reply = answered })) return;
        _feed.Discard(unsent.Key);
        _announcement = L["Held.Withdrawn"];
    }

    private async Task ToLatestAsync()
    {
        if (_feed.HasNewer) LoadLatest();
        _unseen = 0;
        StateHasChanged();
        await _scroller.InvokeAsync("toBottom");
        if (At is not null) await OnLatest.InvokeAsync();
    }

    private string NameOf(DateOnly day)
    {
        var today = DateOnly.FromDateTime(Client.Local(Time.GetUtcNow()));
        return day == today ? L["Timeline.Today"]
            : day == today.AddDays(-1) ? L["Timeline.Yesterday"]
            : day.ToString("D", CultureInfo.CurrentCulture);
    }
}

/// <summary>What the composer hands over.</summary>
/// <param name="Text">As written.</param>
/// <param name="Key">The sender's key.</param>
/// <param name="ReplyTo">The message that it answers; null for none.</param>
public sealed record OutgoingMessage(string Text, string Key, MessageId? ReplyTo = null);
