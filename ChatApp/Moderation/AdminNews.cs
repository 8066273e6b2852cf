using ChatApp.Accounts;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Storage;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Moderation;

/// <summary>Tells open pages, of moderators mostly, what they show. No program hears of it.</summary>
internal static class AdminNews
{
    /// <summary>Sends news to the pages of all who are moderators at this moment.</summary>
    public static void TellAdminPages(this RoomBroker broker, UserDirectory users, object news) => Tell(broker, user => users.Get(user).IsModerator, news);

    /// <summary>Sends news to the pages of everybody.</summary>
    public static void TellAllPages(this RoomBroker broker, object news) => Tell(broker, static _ => true, news);

    /// <summary>The same for what concerns rooms: the pages of their moderators and owners are told too, once it is committed.</summary>
    public static void TellModeratorPages(this RoomBroker broker, Commit commit, UserDirectory users, IReadOnlyList<string> rooms, object news)
    {
        var staff = commit.Db.Memberships.Where(row => EF.Parameter(rooms).Contains(row.RoomId) && row.Role > RoomRole.Member).Select(row => row.UserId).AsEnumerable().Select(id => new UserId(id)).ToHashSet();
        commit.AfterCommit(() => Tell(broker, user => staff.Contains(user) || users.Get(user).IsModerator, news));
    }

    private static void Tell(RoomBroker broker, Predicate<UserId> isTold, object news)
    {
        Envelope? envelope = null;
        foreach (var connection in broker.Connections.Where(connection => connection.Description.Kind == ConnectionKind.Circuit))
        {
            if (isTold(connection.User)) connection.Send(envelope ??= broker.Wrap(news));
        }
    }
}
