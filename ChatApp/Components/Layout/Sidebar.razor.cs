using ChatApp.Accounts;
using ChatApp.Components.Shared;
using ChatApp.Messages;
using ChatApp.Push;
using ChatApp.Rooms;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.JSInterop;

namespace ChatApp.Components.Layout;

/// <summary>Keeps the person's rooms in their groups and up to date: a batch of events is read once, and drawn once where it shows.</summary>
public sealed partial class Sidebar
{
    private const int ShownDirect = 20;

    private IReadOnlyList<ListedRoom> _rooms = [];
    private SidebarGroups _groups = SidebarGroups.Empty;
    private UserCard _user = default!;
    private ElementReference _nav;
    private PageScript<Sidebar> _script = default!;
    private IDisposable? _listening;
    private IDisposable? _counting;
    private int _direct = ShownDirect;
    private bool _hasUnread;
    private int _threads;
    private string _path = "";
    private bool _isHelping;

    /// <summary>Whose rooms are shown.</summary>
    [Parameter, EditorRequired]
    public UserCard User { get; set; } = default!;

    [Inject]
    private CircuitSession Session { get; set; } = default!;

    [Inject]
    private RoomList Rooms { get; set; } = default!;

    [Inject]
    private UserDirectory Users { get; set; } = default!;

    [Inject]
    private ReadMarkers Markers { get; set; } = default!;

    [Inject]
    private UnreadNumbers Numbers { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    [Inject]
    private IJSRuntime Js { get; set; } = default!;

    [Inject]
    private DrawnOnce Parts { get; set; } = default!;

    // Nobody has come further than where everybody begins.
    private bool IsAlone => _rooms.All(room => room.Room.IsDefault || room.Room.IsDirect);

    private bool HasDirect => _groups.Direct.Count > 0 || _groups.Favourites.Any(row => row.IsDirect);

    private RoomId? Current => new Uri(Navigation.Uri).Segments is ["/", "rooms/", var id] ? new RoomId(id.TrimEnd('/')) : null;

    private string Path => new Uri(Navigation.Uri).AbsolutePath;

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        _user = User;
        _script = new PageScript<Sidebar>(Js, "./js/sidebar.js");
        // Listening first: a number that moves before the first render is not overlooked.
        _counting = Numbers.Listen(() => _ = InvokeAsync(OnNumbers));
        Numbers.Open(_user.Id, RendererInfo.IsInteractive);
        _rooms = Rooms.Of(_user.Id);
        Arrange();
        Navigation.LocationChanged += OnLocationChanged;
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender) return;
        _listening = Session.Listen(OnEventsAsync);
        await _script.AttachAsync(_nav, this);
        // The page is connected by now; what happened after the first reading and before that came to nobody.
        LoadAnew();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Navigation.LocationChanged -= OnLocationChanged;
        _listening?.Dispose();
        _counting?.Dispose();
        return _script.DisposeAsync();
    }

    private void OnLocationChanged(object? sender, LocationChangedEventArgs e) => _ = InvokeAsync(() => Show());

    private async Task OnEventsAsync(IReadOnlyList<Envelope> batch)
    {
        var changes = batch.Any(static envelope => envelope.Body is OwnRoomsChanged or RoomHidden or RoomChanged or Moderation.OwnRankChanged or UserChanged or RoomPreferenceChanged or EventsLost);
        if (changes || batch.Any(IsNewest)) await InvokeAsync(LoadAnew);
    }

    private void LoadAnew()
    {
        var before = _user;
        _user = Users.Get(_user.Id);
        _rooms = Rooms.Of(_user.Id);
        // Tells everybody who shows numbers, this list included: it is drawn with both.
        Numbers.Choose(_rooms.Where(room => !room.Choice.IsDefault).ToDictionary(room => room.Room.Id, room => room.Choice));
        Show(isOther: _user != before);
    }

    // What one says oneself, here or elsewhere, is no unread number: the conversation rises all the same.
    private bool IsNewest(Envelope envelope) => envelope.Body switch
    {
        MessagePosted posted => IsOutOfPlace(posted.Room, posted.Message.Offset),
        ReadMoved moved => IsOutOfPlace(moved.Unread.Room, moved.Unread.Head),
        _ => false,
    };

    private void OnNumbers()
    {
        if (_rooms.Any(room => room.Room.IsDirect && IsOutOfPlace(room, Numbers.Of(room.Room.Id)?.Head))) LoadAnew();
        else Show();
    }

    private bool IsOutOfPlace(RoomId id, Offset head) => _rooms.FirstOrDefault(room => room.Room.Id == id) is { Room.IsDirect: true } listed && IsOutOfPlace(listed, head);

    // Something came in a conversation that does not stand first already.
    private bool IsOutOfPlace(ListedRoom listed, Offset? head) => head > listed.Room.Head && listed != _rooms.First(room => room.Room.IsDirect);

    private void Show(bool isOther = false)
    {
        if (Arrange() || isOther) StateHasChanged();
    }

    // True where it looks otherwise than before.
    private bool Arrange()
    {
        var (before, hadUnread, threads, path) = (_groups, _hasUnread, _threads, _path);
        (_hasUnread, _threads, _path) = (Numbers.HasUnread, Numbers.Threads, Path);
        _groups = SidebarGroups.Of(_rooms, _user.Id, Numbers, Users, Current, _direct);
        return hadUnread != _hasUnread || threads != _threads || path != _path || !_groups.Shows(before);
    }

    private string? CurrentAt(string page) => _path == page ? "page" : null;

    private void ShowMore()
    {
        _direct += ShownDirect;
        Arrange();
    }
}
