using ChatApp.Accounts;
using ChatApp.Components.Shared;
using ChatApp.Moderation;
using ChatApp.Rooms;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace ChatApp.Components.People;

/// <summary>What the card of a person shows and does. The page may ask for anybody: what it shows, everybody may know.</summary>
public sealed partial class PersonCard
{
    private PersonDetails? _shown;
    private RoomRole _role;
    private UserCard? _asked;
    private UserCard? _about;
    private Question _question;
    private string? _problem;
    private ElementReference _frame;
    private PageScript<PersonCard> _script = default!;

    private enum Question { Report, Moderate }

    /// <summary>The room beside which the card is opened; null where there is none.</summary>
    [Parameter]
    public RoomView? Room { get; set; }

    /// <summary>Who looks.</summary>
    [Parameter]
    public UserId Viewer { get; set; }

    [CascadingParameter]
    private ClientContext Client { get; set; } = default!;

    private bool MayModerate => _shown is { } shown && Room is { IsDirect: false } room
        && ModerationRights.May("sanction.mute", Sanctions.StandingOf(Viewer, room.Id), ModerationRights.Of(shown.User.Rank, _role));

    private bool IsBlocked => _shown is { } shown && Blocks.Has(Viewer, shown.User.Id);

    /// <summary>Called by the page before it opens the card. False where there is no such person.</summary>
    [JSInvokable]
    public bool Show(string? id)
    {
        _problem = null;
        _shown = id is { Length: > 0 and <= 64 } ? Users.Details(new UserId(id)) : null;
        _role = _shown is { } shown && Room is { IsDirect: false } room ? Rooms.Find(room.Id, shown.User.Id)?.Role ?? RoomRole.Member : RoomRole.Member;
        StateHasChanged();
        return _shown is not null;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _script.DisposeAsync();

    /// <inheritdoc/>
    protected override void OnInitialized() => _script = new PageScript<PersonCard>(Js, "./js/person-card.js");

    /// <inheritdoc/>
    protected override Task OnAfterRenderAsync(bool firstRender) => firstRender ? _script.AttachAsync(_frame, this) : Task.CompletedTask;

    private IEnumerable<string> Badges(PersonDetails person)
    {
        if (person.User.IsBot) yield return L["Bots.Badge"];
        if (person.User.IsModerator) yield return L[$"Rank.{person.User.Rank}"];
        if (_role > RoomRole.Member) yield return L["Person.RoleHere", L[$"Role.{_role}"].Value];
    }

    private async Task WriteAsync()
    {
        if (_shown is not { } shown) return;
        var result = await Direct.OpenAsync(Viewer, [shown.User.Id]);
        if (result.Room is not { } room)
        {
            _problem = L[$"RoomOutcome.{result.Outcome}"];
            return;
        }

        await _script.InvokeAsync("hide");
        Navigation.NavigateTo($"/rooms/{room.Id}");
    }

    // The question is a window above the page, below which no card stays open.
    private async Task AskAsync()
    {
        await _script.InvokeAsync("hide");
        _asked = _shown?.User;
    }

    private async Task AskAboutAsync(Question question)
    {
        await _script.InvokeAsync("hide");
        (_about, _question) = (_shown?.User, question);
    }

    private async Task BlockAsync(UserCard person)
    {
        _asked = null;
        var outcome = await Blocks.AddAsync(Viewer, person.Id);
        if (outcome == BlockOutcome.Done) return;
        _problem = L[$"BlockOutcome.{outcome}", Blocks.MaxBlocks];
        StateHasChanged();
        await _script.InvokeAsync("show");
    }

    private async Task UnblockAsync()
    {
        if (_shown is not { } shown) return;
        var outcome = await Blocks.RemoveAsync(Viewer, shown.User.Id);
        _problem = outcome == BlockOutcome.Done ? null : L[$"BlockOutcome.{outcome}", Blocks.MaxBlocks].Value;
    }
}
