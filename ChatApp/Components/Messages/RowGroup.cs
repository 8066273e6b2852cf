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

    /// <summary>The whole of a row in one piece, where nothing else stands with it; null where its elements are needed.</summary>
    [Parameter, EditorRequired]
    public Func<TimelineRow, string?> Plain { get; set; } = default!;

    /// <summary>The elements of one of them.</summary>
    [Parameter, EditorRequired]
    public RenderFragment<TimelineRow> ChildContent { get; set; } = default!;

    /// <inheritdoc/>
    protected override bool ShouldRender() => _shown is not { } shown || !ReferenceEquals(shown.Rows, Rows) || shown.Look != Look;

    /// <inheritdoc/>
    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        _shown = (Rows, Look);
        foreach (var row in Rows)
        {
            // A piece or a region for each, numbered by its place, which grows from row to row and stays a row's own: so what is gone or new is
            // found without a key, which only elements can have. The analyzers know sequence numbers that stand for places in the source.
            var place = TimelineRows.PlaceOf(row);
#pragma warning disable ASP0006, MA0123
            if (Plain(row) is { } markup)
            {
                builder.AddMarkupContent(place, markup);
                continue;
            }

            builder.OpenRegion(place);
#pragma warning restore ASP0006, MA0123
            ChildContent(row)(builder);
            builder.CloseRegion();
        }
    }
}
