using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace ChatApp.Components.Messages;

/// <summary>
/// Some rows of a timeline that follow each other. Rendered only where one of them is another one, or they look otherwise: what is
/// said at the end of a room costs nothing for what stands above.
/// </summary>
public sealed class RowGroup : ComponentBase
{
    private (IReadOnlyList<TimelineRow> Rows, RowLook Look)? _shown;

    /// <summary>The rows; the same object as long as they are the same ones.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<TimelineRow> Rows { get; set; } = [];

    /// <summary>On what their markup depends besides.</summary>
    [Parameter, EditorRequired]
    public RowLook Look { get; set; }

    /// <summary>Their markup.</summary>
    [Parameter, EditorRequired]
    public RenderFragment<IReadOnlyList<TimelineRow>> ChildContent { get; set; } = default!;

    /// <inheritdoc/>
    protected override bool ShouldRender() => _shown is not { } shown || !ReferenceEquals(shown.Rows, Rows) || shown.Look != Look;

    /// <inheritdoc/>
    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        _shown = (Rows, Look);
        ChildContent(Rows)(builder);
    }
}
