using ChatApp.Messages;
using ChatApp.Push;
using ChatApp.Rooms;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace ChatApp.Components.Messages;

/// <summary>What one finds again and passes on: bookmarks, cards of linked messages, forwarding.</summary>
public sealed partial class Timeline
{
    private CardShelf _cards = default!;
    private HashSet<MessageId> _bookmarked = [];
    private MessageView? _forwarded;
    private int _marks;

    [Inject]
    private Bookmarks Bookmarks { get; set; } = default!;

    [Inject]
    private MessageCards Cards { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    /// <summary>Goes to where moderators see whom a message reached.</summary>
    [JSInvokable("AskWhy")]
    public void AskWhy(string? id)
    {
        if (TryParse(id, out var message)) Navigation.NavigateTo($"/admin/why?message={message}");
    }

    /// <summary>Keeps a message among the reader's bookmarks, or takes it away.</summary>
    [JSInvokable("Bookmark")]
    public async Task BookmarkAsync(string? id, bool isOn)
    {
        if (!TryParse(id, out var message)) return;
        var outcome = isOn ? await Bookmarks.AddAsync(Viewer, message) : await Bookmarks.RemoveAsync(Viewer, message);
        if (outcome != BookmarkOutcome.Done)
        {
            Complain(L[$"BookmarkOutcome.{outcome}", Bookmarks.MaxCount]);
            return;
        }

        _ = NotifyAsync(new Notice(L[isOn ? "Bookmarks.Added" : "Bookmarks.Removed"].Value, Undo: null), NoticeTime);
    }

    /// <summary>Asks where to a message shall be forwarded.</summary>
    [JSInvokable]
    public void AskForward(string? id)
    {
        _forwarded = Find(id);
        StateHasChanged();
    }

    private void SayForwarded(RoomView room)
    {
        _forwarded = null;
        _ = NotifyAsync(new Notice(L["Forward.Done", RoomNames.Of(room, Viewer, Users)].Value, Undo: null), NoticeTime);
    }

    // The cards of all rows at once.
    private IReadOnlyList<TimelineGroup> Groups()
    {
        var groups = _rows.GroupsOf(_feed, _viewer);
        _cards.Load(groups);
        return groups;
    }

    private bool IsBookmarked(TimelineRow row) => _bookmarked.Count > 0 && row.Stored is { IsDeleted: false } message && _bookmarked.Contains(message.Id);

    private bool IsMarked(TimelineRow row) => row.IsPinned || IsBookmarked(row);

    private string? MarkOf(TimelineRow row) => IsBookmarked(row) ? "message-bookmarked" : null;

    // True where something is marked otherwise.
    private bool FollowFinding(IReadOnlyList<Envelope> batch)
    {
        var hasMoved = false;
        foreach (var envelope in batch)
        {
            switch (envelope.Body)
            {
                case BookmarkChanged changed:
                    hasMoved |= changed.IsOn ? _bookmarked.Add(changed.Message) : _bookmarked.Remove(changed.Message);
                    break;
                case EventsLost:
                    _bookmarked = [.. Bookmarks.Of(Viewer)];
                    _cards.Clear();
                    hasMoved = true;
                    break;
                // Other rooms, other things that may be seen.
                case OwnRoomsChanged or RoomChanged:
                    hasMoved |= _cards.Clear();
                    break;
            }
        }

        if (hasMoved) _marks++;
        return hasMoved;
    }
}
