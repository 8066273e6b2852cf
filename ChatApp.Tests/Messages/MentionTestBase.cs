using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Messages;

/// <summary>People and rooms for tests of mentions.</summary>
public abstract class MentionTestBase(TestServer server) : IClassFixture<TestServer>
{
    /// <summary>The server of the class.</summary>
    protected TestServer Server { get; } = server;

    /// <summary>What is tested besides posting.</summary>
    protected MessageEditor Editor => Server.Get<MessageEditor>();

    /// <summary>Who has a row for the message.</summary>
    protected IReadOnlyList<UserId> RowsOf(MessageView message)
    {
        using var db = Server.Get<ChatDatabase>().OpenRead();
        return [.. db.Mentions.Where(row => row.MessageId == message.Id.Value).Select(row => row.UserId).AsEnumerable().Select(id => new UserId(id))];
    }

    /// <summary>Calls somebody otherwise, whatever rules there are.</summary>
    protected Task<int> RenameAsync(UserId user, string name) => Server.Get<CommitQueue>().CommitAsync(commit =>
    {
        var account = commit.Db.Users.Single(row => row.Id == user.Value);
        (account.DisplayName, account.NormalizedDisplayName) = (name, DisplayName.Fold(name));
        return 0;
    });

    /// <summary>Adds so many members.</summary>
    protected Task<int> FillAsync(RoomView room, int count) => Server.Get<CommitQueue>().CommitAsync(commit =>
    {
        for (var i = 0; i < count; i++)
        {
            var id = Guid.NewGuid().ToString();
            commit.Db.Users.Add(new ChatUser { Id = id, DisplayName = id[..20], NormalizedDisplayName = id, UserName = id, NormalizedUserName = id.ToUpperInvariant() });
            commit.Db.Memberships.Add(new Membership { RoomId = room.Id.Value, UserId = id, JoinedAt = commit.Now });
        }

        return 0;
    });

    /// <summary>A member of that name.</summary>
    protected async Task<TestPerson> AddAsync(RoomView room, string name)
    {
        var person = await Server.AddPersonAsync();
        await RenameAsync(person.Id, name);
        await Server.Get<CommitQueue>().CommitAsync(commit => commit.Db.Memberships.Add(new Membership { RoomId = room.Id.Value, UserId = person.Id.Value, JoinedAt = commit.Now }));
        return person with { Name = name };
    }

    /// <summary>Somebody and their private room.</summary>
    protected async Task<(TestPerson Ann, RoomView Room)> RoomOfAnnAsync()
    {
        var ann = await Server.AddPersonAsync("Ann");
        return (ann, await Server.MakeRoomAsync(ann, RoomVisibility.Private));
    }

    /// <summary>Two people and their private room.</summary>
    protected async Task<(TestPerson Ann, TestPerson Bob, RoomView Room)> RoomOfTwoAsync()
    {
        var (ann, bob) = (await Server.AddPersonAsync("Ann"), await Server.AddPersonAsync("Bob"));
        return (ann, bob, await Server.MakeRoomAsync(ann, RoomVisibility.Private, "Two", bob));
    }
}
