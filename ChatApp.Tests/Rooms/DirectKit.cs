using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Rooms;

/// <summary>Conversations, as they stand in the database.</summary>
internal static class DirectKit
{
    /// <summary>A conversation of these people, whether they have one already or not.</summary>
    public static async Task<RoomId> MakeDirectAsync(this TestServer server, params TestPerson[] people) => await server.Get<CommitQueue>().CommitAsync(commit =>
    {
        var id = RoomId.New();
        var room = new Room { Id = id.Value, Name = "", Visibility = RoomVisibility.Direct, DirectKey = $"test {id}", Epoch = ChatDatabase.NewEpoch(), CreatedAt = commit.Now };
        commit.Db.Rooms.Add(room);
        RoomLog.Append(commit, room, LogEntryKind.RoomCreated, people[0].Id);
        foreach (var person in people) commit.Db.Memberships.Add(new Membership { RoomId = id.Value, UserId = person.Id.Value, JoinedAt = commit.Now });
        return id;
    });
}
