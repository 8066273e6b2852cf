using ChatApp.Accounts;
using ChatApp.Settings;
using ChatApp.Storage;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Accounts;

/// <summary>What tests of invitations say to a server.</summary>
internal static class InvitationKit
{
    /// <summary>Sets who may make an account.</summary>
    public static async Task SetModeAsync(this TestServer server, TestPerson administrator, RegistrationMode mode) =>
        Assert.Equal(SettingOutcome.Done, await server.Get<InstanceSettings>().ChangeAsync(administrator.Id, values => values with { Registration = mode }));

    /// <summary>The secret of a new invitation.</summary>
    public static async Task<string> InviteAsync(this TestServer server, TestPerson maker, RoomId? room = null, int uses = 5, Rank rank = Rank.Member, TimeSpan? life = null)
    {
        var made = await server.Get<Invitations>().CreateAsync(maker.Id, new InvitationWish(uses, life, rank, room));
        Assert.Equal(InvitationOutcome.Done, made.Outcome);
        return made.Secret!;
    }

    /// <summary>Changes an account behind the back of all services.</summary>
    public static Task ChangeAccountAsync(this TestServer server, TestPerson person, Action<ChatUser> change) => server.Get<CommitQueue>().CommitAsync(commit =>
    {
        var account = commit.Db.Users.Single(user => user.Id == person.Id.Value);
        change(account);
        var card = UserCard.Of(account);
        commit.AfterCommit(() => server.Get<UserDirectory>().Replace(card));
        return true;
    });
}
