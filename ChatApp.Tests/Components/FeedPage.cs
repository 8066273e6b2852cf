using ChatApp.Components.Messages;
using ChatApp.Messages;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Components;

/// <summary>A page that shows a room, without a renderer: it can lose its connection and get another one.</summary>
internal sealed class FeedPage : IDisposable
{
    private readonly TestServer _server;
    private readonly TestPerson _viewer;
    private readonly List<Envelope> _batch = [];

    public FeedPage(TestServer server, TestPerson viewer, RoomView room, MessageId? thread = null, int length = RoomFeed.PageSize)
    {
        (_server, _viewer) = (server, viewer);
        Feed = new RoomFeed(
            server.Get<RoomBroker>(), server.Get<MessageHistory>(), server.Get<RoomCatchUp>(), server.Get<MessageWriter>(), server.Get<MarkdownRenderer>(),
            server.Get<TimeProvider>(), viewer.Id, room.Id, thread) { Length = length };
    }

    /// <summary>What is shown.</summary>
    public RoomFeed Feed { get; }

    /// <summary>The connection, which may have ended; set by <see cref="Connect"/>.</summary>
    public Connection Connection { get; private set; } = null!;

    /// <summary>Connects, and follows the room by the new connection.</summary>
    /// <returns>What was missed.</returns>
    public FeedChange Connect()
    {
        Connection = _server.Get<RoomBroker>().Connect(new ConnectionDescription(_viewer.Id, ConnectionKind.Circuit, "192.0.2.1"))!;
        return Feed.Join(Connection);
    }

    /// <summary>Follows by the connection of a page that shows the room, as a panel beside it does.</summary>
    public FeedChange Share(FeedPage beside)
    {
        Connection = beside.Connection;
        return Feed.Join(Connection);
    }

    /// <summary>Takes in what waits now, here and in the panel beside.</summary>
    public void TakeAll(FeedPage beside)
    {
        Connection.Outbox.Take(_batch);
        Feed.Apply(_batch);
        beside.Feed.Join(Connection);
        beside.Feed.Apply(_batch);
    }

    /// <summary>Takes in what waits now.</summary>
    public void TakeAll()
    {
        Connection.Outbox.Take(_batch);
        Feed.Apply(_batch);
    }

    /// <summary>Takes in the first events of those that wait; the others are gone.</summary>
    public FeedChange Take(int count)
    {
        Connection.Outbox.Take(_batch);
        return Feed.Apply([.. _batch.Take(count)]);
    }

    /// <summary>The last messages as text.</summary>
    public string Shown(int count) => string.Join('\n', Feed.Messages.TakeLast(count).Select(message =>
        $"{message.Id} {message.IsDeleted} {message.Text} {message.EditedAt} {message.IsPinned} {string.Join(',', message.Reactions.Select(kind => $"{kind.Emoji}{kind.Users.Count}"))} {message.ReplyTo}"));

    public void Dispose()
    {
        Feed.Dispose();
        Connection?.End(EndReason.Closed);
    }
}
