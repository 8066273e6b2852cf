using ChatApp.Accounts;
using Microsoft.AspNetCore.Components;

namespace ChatApp.Components.Admin;

/// <summary>What the sections of the console have in common: who looks, and when to look again. Each brings its own dialogs.</summary>
public abstract class ConsoleSection : ComponentBase
{
    private int? _version;

    /// <summary>Who looks.</summary>
    [Parameter, EditorRequired]
    public UserCard Actor { get; set; } = default!;

    /// <summary>Another number means: something was done, look again now.</summary>
    [Parameter]
    public int Version { get; set; }

    /// <summary>The reader's clock.</summary>
    [CascadingParameter]
    protected ClientContext Client { get; set; } = default!;

    /// <summary>Where outcomes are told.</summary>
    [CascadingParameter]
    protected AdminBoard Board { get; set; } = AdminBoard.None;

    /// <inheritdoc/>
    protected override Task OnParametersSetAsync()
    {
        if (_version == Version) return Task.CompletedTask;
        _version = Version;
        return LookAsync();
    }

    /// <summary>Reads what is shown. A section that holds only grids has nothing to read: they look by themselves.</summary>
    protected virtual Task LookAsync() => Task.CompletedTask;
}
