using ChatApp.Moderation;
using ChatApp.Moderation.Rules;
using Microsoft.AspNetCore.Components;

namespace ChatApp.Components.Moderating;

/// <summary>What stands in the fields of a rule.</summary>
public sealed partial class RuleDialog
{
    // "Member" stands for nobody: a rule that exempts members is none.
    private static readonly Standing[] Exempt = [Standing.Member, Standing.RoomModerator, Standing.RoomOwner, Standing.Moderator, Standing.Administrator];

    private string _name = "";
    private RuleKind _kind = RuleKind.Words;
    private RuleAction _action = RuleAction.Block;
    private string _patterns = "";
    private bool _allowsListed;
    private int _count = 5;
    private int _seconds = 60;
    private string _message = "";
    private int _muteMinutes = 10;
    private Standing _exempt = Standing.RoomModerator;
    private string _rooms = "";
    private int _position;
    private bool _isEnabled;
    private RuleOutcome? _problem;
    private string _detail = "";
    private TrialResult? _trial;
    private CancellationTokenSource? _testing;

    /// <summary>Who makes it.</summary>
    [Parameter]
    public UserId Actor { get; set; }

    /// <summary>The room; null for all rooms.</summary>
    [Parameter]
    public RoomId? Room { get; set; }

    /// <summary>The rule that is changed; null for a new one.</summary>
    [Parameter]
    public RuleLine? Rule { get; set; }

    /// <summary>Called when it is over.</summary>
    [Parameter]
    public EventCallback OnClose { get; set; }

    [Inject]
    private RuleDesk Desk { get; set; } = default!;

    [Inject]
    private RuleTrial Trial { get; set; } = default!;

    private (int Least, int Most) Bounds => RuleLimits.CountOf(_kind);

    private RuleDraft Draft => new(_name, _kind, _action)
    {
        Patterns = RuleDraft.Lines(_patterns), AllowsListed = _allowsListed, Count = _count, Seconds = _seconds, Message = _action == RuleAction.Alert ? "" : _message,
        MuteSeconds = _action == RuleAction.Mute ? (int)Math.Min(_muteMinutes * 60L, int.MaxValue) : 0, ExemptFrom = _exempt == Standing.Member ? null : _exempt,
        ExemptRooms = [.. RuleDraft.Lines(_rooms).Select(id => new RoomId(id))], Position = _position, IsEnabled = _isEnabled,
    };

    /// <inheritdoc/>
    public void Dispose() => _testing?.Cancel();

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        if (Rule?.Draft is not { } draft) return;
        (_name, _kind, _action, _patterns, _allowsListed, _message) = (draft.Name, draft.Kind, draft.Action, string.Join('\n', draft.Patterns), draft.AllowsListed, draft.Message);
        (_exempt, _rooms, _position, _isEnabled) = (draft.ExemptFrom ?? Standing.Member, string.Join('\n', draft.ExemptRooms.Select(room => room.Value)), draft.Position, draft.IsEnabled);
        if (draft.Count > 0) _count = draft.Count;
        if (draft.Seconds > 0) _seconds = draft.Seconds;
        if (draft.MuteSeconds > 0) _muteMinutes = Math.Max(1, draft.MuteSeconds / 60);
    }

    private async Task SaveAsync()
    {
        var result = Rule is null ? await Desk.AddAsync(Actor, Room, Draft) : await Desk.ChangeAsync(Actor, Rule.Id, Draft);
        (_problem, _detail) = (result.IsDone ? null : result.Outcome, result.Detail);
        if (result.IsDone) await OnClose.InvokeAsync();
    }

    private async Task TestAsync()
    {
        if (_testing is { } running)
        {
            await running.CancelAsync();
            return;
        }

        (_trial, _problem, _testing) = (null, null, new CancellationTokenSource());
        try
        {
            var trial = await Trial.TestAsync(Actor, Room, Draft, _testing.Token);
            if (trial.Outcome == RuleOutcome.Done) _trial = trial;
            else (_problem, _detail) = (trial.Outcome, trial.Detail);
        }
        catch (OperationCanceledException)
        {
            // Somebody did not want to wait for it.
        }
        finally
        {
            _testing.Dispose();
            _testing = null;
        }
    }
}
