using ChatApp.Accounts;
using Microsoft.AspNetCore.Components;

namespace ChatApp.Components.Messages;

/// <summary>What people whom the reader blocks have said: folded away, until the reader wants to see it.</summary>
public sealed partial class Timeline
{
    private readonly HashSet<MessageId> _unfolded = [];

    [Inject]
    private Blocks Blocks { get; set; } = default!;

    private bool IsUnheard(UserId author) => Blocks.Has(Viewer, author);

    private bool IsFolded(TimelineRow row) => row.Stored is { IsDeleted: false } message && IsUnheard(message.Author.Id) && !_unfolded.Contains(message.Id);

    private void Unfold(TimelineRow row)
    {
        // Its group has to be rendered, and knows nothing of this.
        if (row.Stored is { } message && _unfolded.Add(message.Id)) _names++;
    }
}
