using ChatApp.Accounts;
using ChatApp.Messages;
using Microsoft.JSInterop;

namespace ChatApp.Components.Messages;

/// <summary>Telling moderators of a message, and their asking to hide more of the same.</summary>
public sealed partial class Timeline
{
    private MessageView? _reported;
    private UserCard? _swept;

    /// <summary>Asks what is wrong with a message.</summary>
    [JSInvokable]
    public void AskReport(string? id)
    {
        _reported = Find(id) is { } message && message.Author.Id != Viewer ? message : null;
        StateHasChanged();
    }

    /// <summary>Asks how much of what the author of a message said shall be hidden.</summary>
    [JSInvokable]
    public void AskSweep(string? id)
    {
        _swept = Find(id) is { } message && MayModerate(message) ? Users.Get(message.Author.Id) : null;
        StateHasChanged();
    }
}
