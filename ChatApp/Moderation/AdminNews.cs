using ChatApp.Accounts;
using ChatApp.Push;

namespace ChatApp.Moderation;

/// <summary>Tells open pages of moderators what their lists show. No program hears of it, and nobody who is no moderator.</summary>
internal static class AdminNews
{
    /// <summary>Sends news to the pages of all who are moderators at this moment.</summary>
    public static void TellAdminPages(this RoomBroker broker, UserDirectory users, object news)
    {
        Envelope? envelope = null;
        foreach (var connection in broker.Connections.Where(connection => connection.Description.Kind == ConnectionKind.Circuit))
        {
            if (users.Get(connection.User).IsModerator) connection.Send(envelope ??= broker.Wrap(news));
        }
    }
}
