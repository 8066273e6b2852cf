using ChatApp.Messages;

namespace ChatApp.Components.Messages;

/// <summary>The window at other places than the end of the room.</summary>
public sealed partial class RoomFeed
{
    /// <summary>Moves the window to the first message of a moment, or to the end where nothing was said since.</summary>
    /// <returns>True where the window has changed.</returns>
    public bool LoadAround(DateTimeOffset moment)
    {
        if (_history.Around(_viewer, _room, moment, 2 * Length, _scope) is not { Messages.Count: > 0 } page) return false;
        Show(page);
        return true;
    }

    /// <summary>The first message of the window that <paramref name="isIt"/> accepts, or else its last one; null where it is empty.</summary>
    public Offset? PlaceOf(Predicate<MessageView> isIt) => _messages.Count == 0 ? null : (_messages.Find(isIt) ?? _messages[^1]).Offset;

    /// <summary>Reads the page after the window.</summary>
    /// <returns>True where the window has changed.</returns>
    public bool LoadNewer()
    {
        if (!HasNewer || _messages.Count == 0) return false;
        if (_history.After(_viewer, _room, _messages[^1].Offset, PageSize, _scope) is not { } page) return false;
        _messages.AddRange(page.Messages);
        HasNewer = page.HasNewer;
        var surplus = _messages.Count - WindowSize;
        if (surplus > 0)
        {
            _messages.RemoveRange(0, surplus);
            HasOlder = true;
        }

        return true;
    }
}
