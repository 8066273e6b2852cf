using System.Globalization;
using ChatApp.Accounts;
using ChatApp.Components.Shared;
using ChatApp.Messages;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Settings;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace ChatApp.Components.Messages;

/// <summary>What the page asks of the server while somebody writes. It may ask anything, as often as it likes: the services decide.</summary>
public sealed partial class Composer
{
    // With as few as these one knows whom one calls.
    private const int AskAbove = 5;

    private ElementReference _form;
    private PageScript<Composer> _script = default!;
    private SlashCommands _commands = default!;
    private TaskCompletionSource<bool>? _question;
    private IDisposable? _listening;
    private int _calls;
    private bool _isHelping;

    /// <summary>The room written to.</summary>
    [Parameter, EditorRequired]
    public RoomView Room { get; set; } = default!;

    /// <summary>The message in whose thread it is written; null for the room itself.</summary>
    [Parameter]
    public MessageId? Thread { get; set; }

    /// <summary>Who writes: their drafts are theirs alone, also where others use the same browser.</summary>
    [Parameter]
    public UserId Writer { get; set; }

    /// <summary>Called with each message; tells whether it is stored.</summary>
    [Parameter]
    public Func<OutgoingMessage, Task<bool>>? OnSend { get; set; }

    [Inject]
    private InstanceSettings Instance { get; set; } = default!;

    [Inject]
    private CircuitSession Session { get; set; } = default!;

    [Inject]
    private Mentions Mentions { get; set; } = default!;

    [Inject]
    private TypingNotices Typing { get; set; } = default!;

    [Inject]
    private UserDirectory Users { get; set; } = default!;

    [Inject]
    private RoomDirectory Rooms { get; set; } = default!;

    [Inject]
    private RoomWriter Writing { get; set; } = default!;

    [Inject]
    private RoomSettings Settings { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    [Inject]
    private IJSRuntime Js { get; set; } = default!;

    [Inject]
    private DrawnOnce Parts { get; set; } = default!;

    // Two composers stand in one page: what is named in a thread's has names of its own.
    private string Suffix => Thread is null ? "" : "-thread";

    private string Label => Thread is null ? L["Composer.Label", Room.Name] : L["Thread.Write"];

    /// <summary>Called by the page for each message.</summary>
    /// <returns>True where the page need not keep it any longer: it is on disk. How a refusal reads is shown at the message.</returns>
    [JSInvokable]
    public async Task<bool> Send(string? text, string? key, string? replyTo)
    {
        if (string.IsNullOrWhiteSpace(text) || string.IsNullOrEmpty(key)) return true;
        // What is not a number names no message: the service refuses the answer, and the text stays with its writer.
        MessageId? target = string.IsNullOrEmpty(replyTo) ? null : new MessageId(long.TryParse(replyTo, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0);
        return OnSend is not null && await OnSend(new OutgoingMessage(text, key, target));
    }

    /// <summary>Called by the page while somebody writes, at most every three seconds.</summary>
    [JSInvokable]
    public void Type() => Typing.Tell(Writer, Room.Id);

    /// <summary>A text as its readers would see it: safe HTML by the rules that the message itself will be rendered with.</summary>
    /// <returns>Null where it is longer than a message.</returns>
    [JSInvokable]
    public string? Preview(string? text) =>
        text is null || text.EnumerateRunes().Take(Instance.Current.Limits.Text + 1).Count() > Instance.Current.Limits.Text ? null : Mentions.Preview(text);

    /// <summary>Proposals for what is typed behind a sign: people behind @, those of the room first; rooms behind #, one's own first.</summary>
    [JSInvokable]
    public IReadOnlyList<Suggestion> Suggest(string? sign, string? part)
    {
        if (part is null || part.Length > RoomWriter.MaxNameLength) return [];
        return sign switch
        {
            "@" => [.. Groups(part), .. Rooms.PeopleNear(Room.Id, Writer, part, Suggestion.Most).Select(found => Suggestion.Of(found.User, found.IsMember ? null : L["Composer.NotHere"].Value))],
            "#" => [.. Rooms.RoomsNear(Writer, part, Suggestion.Most).Select(Suggestion.Of)],
            _ => [],
        };
    }

    /// <summary>Called by the page before it sends a text that may call everybody: asks the writer where that is more than a handful.</summary>
    /// <returns>True where it may be sent; what may not be at all the service refuses, and the message's row says why.</returns>
    [JSInvokable]
    public async Task<bool> MeansEverybody(string? text)
    {
        var calls = text is null || text.Length > 2 * Instance.Current.Limits.Text ? 0 : Mentions.CallsIn(text, Room.Id);
        if (calls is <= AskAbove or > Mentions.MaxEverybody) return true;
        _question?.TrySetResult(false);
        _question = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _calls = calls;
        StateHasChanged();
        return await _question.Task;
    }

    /// <summary>All commands, as the page proposes them.</summary>
    [JSInvokable]
    public IReadOnlyList<Suggestion> Commands() =>
        [.. SlashCommands.All.Select(command => new Suggestion($"/{command.Name}", $"/{command.Name} {command.Argument(L)}".TrimEnd(), L[$"Commands.{command.Name}"].Value, Mark: "", Hue: null))];

    /// <summary>Carries out a command.</summary>
    /// <param name="command">Its name, without the slash.</param>
    /// <param name="argument">What stood behind it.</param>
    [JSInvokable("Run")]
    public async Task<CommandAnswer> RunAsync(string? command, string? argument)
    {
        var answer = await _commands.RunAsync(command ?? "", argument ?? "", Room.Id, Writer);
        if (answer.Help)
        {
            _isHelping = true;
            StateHasChanged();
        }

        if (answer.HasLeft) Navigation.NavigateTo($"/rooms/{RoomId.General}");
        return answer;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _listening?.Dispose();
        _question?.TrySetResult(false);
        return _script.DisposeAsync();
    }

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        _commands = new SlashCommands(L, Users, Rooms, Writing, Settings);
        _script = new PageScript<Composer>(Js, "./js/composer.js");
    }

    /// <inheritdoc/>
    protected override Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender) return Task.CompletedTask;
        // The script reads the limit where it stands at that moment.
        _listening = Session.Listen(batch => batch.Any(envelope => envelope.Body is TextLimitChanged or EventsLost) ? InvokeAsync(StateHasChanged) : Task.CompletedTask);
        return _script.AttachAsync(_form, this);
    }

    private void Answer(bool isMeant)
    {
        _calls = 0;
        _question?.TrySetResult(isMeant);
    }

    private IEnumerable<Suggestion> Groups(string part)
    {
        foreach (var group in (string[])["all", "here"])
        {
            if (part.Length > 0 && group.StartsWith(part, StringComparison.OrdinalIgnoreCase))
                yield return new Suggestion($"@{group}", $"@{group}", L[$"Composer.Group.{group}"], "@", Hue: null);
        }
    }
}
