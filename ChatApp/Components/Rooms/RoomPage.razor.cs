using System.Globalization;
using ChatApp.Accounts;
using ChatApp.Components.Layout;
using ChatApp.Components.Messages;
using ChatApp.Messages;
using ChatApp.Push;
using ChatApp.Rooms;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace ChatApp.Components.Rooms;

/// <summary>A room: what is said there, who is in it, and the panels beside it.</summary>
public sealed partial class RoomPage : IDisposable
{
    private UserId _viewer;
    private RoomStanding? _standing;
    private RoomRights _rights;
    private bool _keepsOrder;
    private Timeline? _timeline;
    private IDisposable? _listening;
    private Question _asking;
    private Panel _panel;
    private MessageId? _thread;
    private Offset? _answer;
    private Offset? _place;
    private string? _shown;
    private bool _staysInPlace;
    private bool _isGone;
    private string? _problem;

    private enum Question { None, Invite, Settings, Leave }

    private enum Panel { None, Pins, Search }

    /// <summary>The room's id, from the address.</summary>
    [Parameter]
    public string Id { get; set; } = "";

    /// <summary>Place of a message, from the address (<c>?at=</c>): the room is opened around it. What is no number is ignored.</summary>
    [SupplyParameterFromQuery(Name = "at")]
    public string? Place { get; set; }

    /// <summary>A message whose thread is shown beside the room, from the address (<c>?thread=</c>); the place is then one in the thread.</summary>
    [SupplyParameterFromQuery(Name = "thread")]
    public string? ThreadId { get; set; }

    [Inject]
    private MessageHistory History { get; set; } = default!;

    [CascadingParameter]
    private Task<AuthenticationState>? Authentication { get; set; }

    [CascadingParameter]
    private MainLayout Layout { get; set; } = default!;

    [CascadingParameter]
    private HttpContext? Context { get; set; }

    private Offset? At => long.TryParse(Place, NumberStyles.None, CultureInfo.InvariantCulture, out var place) ? new Offset(place) : null;

    // Rooms into which people come and out of which they go.
    private bool HasDoors => _standing is { Room: { IsDefault: false, IsDirect: false } };

    // The one with whom one talks; null in rooms of more.
    private UserCard? Other => _standing?.Room.People.Count == 2 ? Others[0] : null;

    private IReadOnlyList<UserCard> Others => [.. (_standing?.Room.People ?? []).Where(person => person != _viewer).Select(Users.Get)];

    private bool IsPrivate => _standing?.Room.Visibility == RoomVisibility.Private;

    /// <inheritdoc/>
    // Once: when the sign-in ends, parameters change a last time before the page is taken away, and nobody is there then.
    protected override async Task OnInitializedAsync() => _viewer = await CurrentUser.IdAsync(Authentication);

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        var isOther = _standing?.Room.Id.Value != Id;
        if (isOther)
        {
            Find();
            _asking = Question.None;
            _problem = null;
            // What is pinned is the room's own; what was found may be anywhere.
            if (_panel == Panel.Pins) _panel = Panel.None;
        }

        ReadPlace(isOther);
        if (_standing is null && Context is not null) Context.Response.StatusCode = StatusCodes.Status404NotFound;
    }

    /// <inheritdoc/>
    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender) _listening = Session.Listen(OnEventsAsync);
    }

    /// <inheritdoc/>
    public void Dispose() => _listening?.Dispose();

    private async Task OnEventsAsync(IReadOnlyList<Envelope> batch)
    {
        if (!batch.Any(envelope => Concerns(envelope.Body))) return;
        await InvokeAsync(() =>
        {
            Find();
            StateHasChanged();
        });
    }

    private void Toggle(Panel panel) => _panel = _panel == panel ? Panel.None : panel;

    // Where the room and the thread are opened. A thread that is opened or closed from the room leaves the room where it is; an address from
    // elsewhere opens the room at the message that the thread hangs on.
    private void ReadPlace(bool isOtherRoom)
    {
        var shown = $"{Id} {ThreadId} {Place}";
        if (shown == _shown) return;
        _shown = shown;
        var before = _thread;
        _thread = long.TryParse(ThreadId, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? new MessageId(id) : null;
        _answer = _thread is null ? null : At;
        var stays = !isOtherRoom && (_staysInPlace || (_thread is not null && _thread == before));
        _staysInPlace = false;
        if (!stays) _place = _thread is { } thread ? History.Find(_viewer, thread) is { } root && root.Room.Value == Id ? root.Offset : null : At;
    }

    private void LeavePlace()
    {
        _place = null;
        if (_thread is null) Navigation.NavigateTo($"/rooms/{Id}", replace: true);
    }

    private void OpenThread(MessageId thread)
    {
        if (_thread == thread) return;
        _staysInPlace = true;
        Navigation.NavigateTo(Places.OfThread(new RoomId(Id), thread), replace: true);
    }

    private void CloseThread()
    {
        _staysInPlace = true;
        Navigation.NavigateTo($"/rooms/{Id}", replace: true);
    }

    private bool Concerns(object happened) => happened switch
    {
        OwnRoomsChanged changed => changed.Room.Id.Value == Id,
        RoomChanged changed => changed.Room.Value == Id,
        RoleChanged changed => changed.Room.Value == Id && changed.Member.Id == _viewer,
        UserChanged or BlocksChanged => _standing is { Room.IsDirect: true },
        _ => happened is Moderation.OwnRankChanged or EventsLost,
    };

    private void Find()
    {
        _standing = Rooms.Find(new RoomId(Id), _viewer) is { } found ? found with { Room = RoomNames.For(found.Room, _viewer, Users) } : null;
        _isGone = Other is { } other && Users.Details(other.Id) is { IsDeleted: true };
        var rank = Users.Get(_viewer).Rank;
        _rights = RoomRights.Of(_standing, rank);
        _keepsOrder = _standing is not null && Moderation.ModerationRights.May("room.slow", Moderation.ModerationRights.Of(rank, _standing.Role));
    }

    private async Task RestoreAsync() => Show(await Settings.ArchiveAsync(_viewer, new RoomId(Id), isArchived: false));

    // The link itself leads there, except where the address is that one already: the reader may have left the place.
    private void Open(MessageView message)
    {
        if (message.Room.Value == Id && message.Thread is null && _thread is null && message.Offset == At) _timeline?.ShowAt(message.Offset);
    }

    private async Task JoinAsync() => Show(await Writer.JoinAsync(_viewer, new RoomId(Id)));

    private async Task LeaveAsync()
    {
        _asking = Question.None;
        var result = await Writer.LeaveAsync(_viewer, new RoomId(Id));
        if (result.IsDone) Navigation.NavigateTo($"/rooms/{RoomId.General}");
        else Show(result);
    }

    private async Task HideAsync()
    {
        var result = await Direct.HideAsync(_viewer, new RoomId(Id));
        if (result.IsDone) Navigation.NavigateTo($"/rooms/{RoomId.General}");
        else Show(result);
    }

    private void Show(RoomResult result)
    {
        _problem = result.IsDone ? null : L[$"RoomOutcome.{result.Outcome}"].Value;
        Find();
    }
}
