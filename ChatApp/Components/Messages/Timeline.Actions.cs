using System.Globalization;
using System.Runtime.CompilerServices;
using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Moderation;
using ChatApp.Rooms;
using Microsoft.JSInterop;

namespace ChatApp.Components.Messages;

/// <summary>What people do with messages. The page may call all of it, as often and with whatever it likes: the services check every right.</summary>
public sealed partial class Timeline
{
    private const int NamesShown = 20;
    private static readonly TimeSpan NoticeTime = TimeSpan.FromSeconds(4);
    private static readonly string[] Mays = [.. Enumerable.Range(0, 128).Select(rights => string.Join(' ', WordsOf(rights)))];

    private readonly ConditionalWeakTable<ReactionView, Chip> _chips = [];
    private readonly CancellationTokenSource _gone = new();
    private MessageView? _asked;
    private UserCard? _moderated;
    private IReadOnlyDictionary<UserId, RoomRole> _staff = new Dictionary<UserId, RoomRole>();
    private MessageView? _history;
    private MessageId? _editing;
    private Notice? _notice;
    private string? _problem;

    /// <summary>Turns the row of one's own message into an editor.</summary>
    [JSInvokable]
    public void StartEdit(string? id)
    {
        if (Find(id) is not { } message || !MayEdit(message)) return;
        _editing = message.Id;
        StateHasChanged();
    }

    /// <summary>Adds a reaction, or takes it back.</summary>
    [JSInvokable("React")]
    public async Task ReactAsync(string? id, string? emoji, bool isOn)
    {
        if (Find(id) is not { } message) return;
        var result = await Marks.ReactAsync(Viewer, message.Id, emoji ?? "", isOn);
        // The page offers nothing but emoji, so what is wrong with one can only be the number of kinds.
        if (result.Outcome == MessageOutcome.BadReaction) Complain(L["Reaction.TooMany", Settings.Current.Limits.ReactionKinds]);
        else Show(result);
    }

    /// <summary>Pins a message, or takes the pin off.</summary>
    [JSInvokable("Pin")]
    public async Task PinAsync(string? id, bool isOn)
    {
        if (Find(id) is { } message) Show(await Marks.PinAsync(Viewer, message.Id, isOn));
    }

    /// <summary>Shows what a message said before.</summary>
    [JSInvokable]
    public void ShowHistory(string? id)
    {
        _history = Find(id) is { } message && MaySeeHistory(message) ? message : null;
        StateHasChanged();
    }

    /// <summary>Asks whether a message shall be deleted.</summary>
    [JSInvokable]
    public void AskDelete(string? id)
    {
        _asked = Find(id);
        StateHasChanged();
    }

    /// <summary>Asks what shall be done about the author of a message.</summary>
    [JSInvokable]
    public void AskModerate(string? id)
    {
        _moderated = Find(id) is { } message && MayModerate(message) ? Users.Get(message.Author.Id) : null;
        StateHasChanged();
    }

    /// <summary>Brings a message into view that is not in the window.</summary>
    [JSInvokable("Jump")]
    public Task JumpAsync(string? id) => TryParse(id, out var message) ? JumpToAsync(message) : Task.CompletedTask;

    /// <summary>Says how copying an address or a block of code went, which only the page can do.</summary>
    [JSInvokable]
    public void SayCopied(bool isDone, bool isCode)
    {
        if (isDone) _ = NotifyAsync(new Notice(L[isCode ? "Composer.CodeCopied" : "Link.Copied"].Value, Undo: null), NoticeTime);
        else Complain(L[isCode ? "Composer.CodeNotCopied" : "Link.NotCopied"]);
    }

    /// <summary>Brings a message of this room into view, with what was said around it.</summary>
    public async Task JumpToAsync(MessageId id)
    {
        if (_feed.Find(id) is null)
        {
            if (History.Find(Viewer, id) is not { } message || message.Room != Room.Id || message.Thread != Thread || !_feed.LoadAround(message.Offset))
            {
                Complain(L["MessageOutcome.NotFound"]);
                return;
            }

            StateHasChanged();
            // The rows must be on their way before the script looks for one of them, also where a click is being handled.
            await Task.Yield();
        }

        await _scroller.InvokeAsync("show", id.ToString());
    }

    private static IEnumerable<string> WordsOf(int rights)
    {
        if ((rights & 1) == 0) yield return "react reply pin";
        if ((rights & 8) != 0) yield return "thread";
        yield return "link unread bookmark forward";
        if ((rights & 2) != 0) yield return "edit";
        if ((rights & 4) != 0) yield return "delete";
        if ((rights & 16) != 0) yield return "moderate sweep";
        if ((rights & 32) != 0) yield return "report";
        if ((rights & 64) != 0) yield return "why";
    }

    private static bool TryParse(string? id, out MessageId message)
    {
        var isNumber = long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var value);
        message = new MessageId(value);
        return isNumber;
    }

    private MessageView? Find(string? id) => TryParse(id, out var message) ? Find(message) : null;

    private MessageView? Find(MessageId id) => _feed.Find(id) is { IsDeleted: false } message ? message : null;

    private string? MayOf(TimelineRow row)
    {
        if (row is not { State: RowState.Stored, Stored: { } message } || message.Id == _editing) return null;
        return Mays[(Room.IsArchived ? 1 : 0) | (MayEdit(message) ? 2 : 0) | (MayDelete(message) ? 4 : 0) | (Thread is null && !Room.IsArchived ? 8 : 0) | (MayModerate(message) ? 16 : 0) | (message.Author.Id != Viewer ? 32 : 0) | (_viewer.IsModerator && !Room.IsDirect ? 64 : 0)];
    }

    // Null where the row has more to show than what its message says.
    private string? MarkupOf(TimelineRow row) =>
        RowMarkup.IsPlain(row) && row.Stored!.Id != _editing && !IsBookmarked(row) && !IsFolded(row) && HighlightOf(row) is null ? RowMarkup.Of(row, MayOf(row), L) : null;

    private bool MayEdit(MessageView message) =>
        message.Author.Id == Viewer && !Room.IsArchived && Time.GetUtcNow() - message.At < TimeSpan.FromHours(Settings.Current.EditHours);

    private bool MayDelete(MessageView message) => message.Author.Id == Viewer || ModerationRights.May("message.delete", StandingOf(_viewer), StandingOf(Users.Get(message.Author.Id)));

    private bool MayModerate(MessageView message) => !Room.IsDirect && ModerationRights.May("sanction.mute", StandingOf(_viewer), StandingOf(Users.Get(message.Author.Id)));

    private Standing StandingOf(UserCard person) => ModerationRights.Of(person.Rank, _staff.GetValueOrDefault(person.Id));

    private bool MaySeeHistory(MessageView message) => message.Author.Id == Viewer || _viewer.IsModerator;

    private Chip ChipOf(ReactionView reaction) => _chips.GetValue(reaction, ChipMade);

    private Chip ChipMade(ReactionView reaction)
    {
        var isOwn = reaction.Users.Contains(Viewer);
        string[] names = [.. reaction.Users.Where(user => user != Viewer).Take(NamesShown).Select(user => Users.Get(user).Name)];
        if (isOwn) names = [L["Reaction.You"].Value, .. names];
        var others = reaction.Users.Count - names.Length;
        var joined = string.Join(L["Reaction.Comma"].Value, names);
        return new Chip(isOwn, others > 0 ? L["Reaction.AndOthers", joined, others].Value : joined);
    }

    private void EndEdit() => _editing = null;

    private async Task DeleteAsync(MessageView message, string reason)
    {
        _asked = null;
        var isOwn = message.Author.Id == Viewer;
        var result = await Editor.DeleteAsync(Viewer, message.Id, isOwn ? "" : reason);
        Show(result);
        if (!isOwn || result.Outcome != MessageOutcome.Done) return;
        _announcement = L["Undo.Announcement", MessageEditor.UndoTime.TotalSeconds];
        _ = NotifyAsync(new Notice(L["Undo.Deleted"].Value, message.Id), MessageEditor.UndoTime);
        await Task.Yield();
        await _scroller.InvokeAsync("offerUndo");
    }

    private async Task UndoAsync(MessageId id)
    {
        _notice = null;
        var result = await Editor.RestoreAsync(Viewer, id);
        Show(result);
        if (result.Outcome != MessageOutcome.Done) return;
        _announcement = L["Undo.Restored"];
        await Task.Yield();
        await _scroller.InvokeAsync("show", id.ToString());
    }

    // A notice goes by itself, unless another one has taken its place.
    private async Task NotifyAsync(Notice notice, TimeSpan time)
    {
        _notice = notice;
        if (notice.Undo is null) _announcement = notice.Text;
        StateHasChanged();
        await Task.Delay(time, Time, _gone.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        if (_gone.IsCancellationRequested || !ReferenceEquals(_notice, notice)) return;
        _notice = null;
        StateHasChanged();
    }

    private void Show(MessageResult result)
    {
        if (result.Outcome != MessageOutcome.Done) Complain(L[$"MessageOutcome.{result.Outcome}"]);
        else if (_problem is not null) Complain(null);
    }

    private void Complain(string? problem)
    {
        _problem = problem;
        StateHasChanged();
    }

    // Who reacted is put into words once for each change, not at each render.
    private sealed record Chip(bool IsOwn, string Who);

    private sealed record Notice(string Text, MessageId? Undo);
}
