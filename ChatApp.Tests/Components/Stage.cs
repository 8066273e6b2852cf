using ChatApp.Rooms;

namespace ChatApp.Tests.Components;

/// <summary>Somebody's page and the room it shows.</summary>
/// <param name="Page">The page.</param>
/// <param name="Room">The room.</param>
internal sealed record Stage(PersonContext Page, RoomView Room) : IAsyncDisposable
{
    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Page.DisposeAsync();
}
