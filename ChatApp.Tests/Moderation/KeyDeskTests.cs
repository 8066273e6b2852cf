using ChatApp.Accounts;
using ChatApp.Moderation;
using ChatApp.Storage;
using ChatApp.Tests.Api.Server;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Moderation;

public sealed class KeyDeskTests
{
    private readonly SetTime _clock = SanctionKit.Clock();

    [Fact]
    public async Task Keys_are_listed_for_administrators_by_name_account_and_age_and_never_the_key_itself()
    {
        await using var server = await SanctionKit.StartAsync(_clock);
        var (boss, mod, ann) = (await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync("Mod", Rank.Moderator), await server.AddPersonAsync("Ann"));
        var (first, second) = (await AddAsync(server, ann, "Weather", ApiScopes.Publish), await AddAsync(server, boss, "builds", ApiScopes.Read | ApiScopes.Manage, "room:"));
        var desk = server.Get<KeyDesk>();
        Assert.Equal([first, second], List(new KeyQuery()).Select(key => key.Id));
        Assert.Equal([second, first], List(new KeyQuery(), new PageAsk(IsDescending: true)).Select(key => key.Id));
        Assert.Equal(first, Assert.Single(List(new KeyQuery("weath"))).Id);
        Assert.Equal(second, Assert.Single(List(new KeyQuery(boss.Name))).Id);
        var line = List(new KeyQuery("BUILDS"))[0];
        Assert.Equal(("builds", boss.Id, ApiScopes.Read | ApiScopes.Manage, "room:", null, null), (line.Name, line.Account.Id, line.Scopes, line.Channels, line.LastUsedAt, line.RevokedAt));
        Assert.Null(desk.List(mod.Id, new KeyQuery(), default));
        Assert.Null(desk.List(new Actor(boss.Id, Rank.Moderator), new KeyQuery(), default));

        IReadOnlyList<KeyHolding> List(KeyQuery query, PageAsk ask = default) => desk.List(boss.Id, query, ask)!.Lines;
    }

    [Fact]
    public async Task Who_stepped_down_first_revokes_nothing_though_both_waited_together()
    {
        await using var server = await SanctionKit.StartAsync(_clock);
        var (boss, other) = (await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync("Other", Rank.Administrator));
        var id = await AddAsync(server, boss, "builds", ApiScopes.Read);
        using var holding = new ManualResetEventSlim();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var busy = server.Get<CommitQueue>().CommitAsync(_ =>
        {
            begun.SetResult();
            holding.Wait();
            return true;
        });
        await begun.Task.Soon();
        var demoting = server.Get<ModerationDesk>().SetRankAsync(other.Id, other.Id, Rank.Member);
        var revoking = server.Get<KeyDesk>().RevokeAsync(other.Id, id, "while I can");
        holding.Set();
        await busy.Soon();
        Assert.Equal((ModerationOutcome.Done, ModerationOutcome.NotAllowed), (await demoting.Soon(), await revoking.Soon()));
    }

    [Fact]
    public async Task A_key_that_is_revoked_is_refused_at_once_and_holds_again_when_it_is_brought_back_within_a_day()
    {
        await using var server = await SanctionKit.StartAsync(_clock);
        var (boss, ann) = (await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync("Ann"));
        var key = await server.KeyOfAsync(ann);
        var desk = server.Get<KeyDesk>();
        var id = Assert.Single(desk.List(boss.Id, new KeyQuery(), default)!.Lines).Id;
        Assert.NotNull(server.Get<ApiKeys>().Read(key));
        Assert.Equal(ModerationOutcome.ReasonMissing, await desk.RevokeAsync(boss.Id, id, " "));
        Assert.Equal(ModerationOutcome.NotAllowed, await desk.RevokeAsync(ann.Id, id, "why"));
        Assert.Equal(ModerationOutcome.Done, await desk.RevokeAsync(boss.Id, id, "leaked"));
        Assert.Null(server.Get<ApiKeys>().Read(key));
        Assert.Equal(ModerationOutcome.NotFound, await desk.RevokeAsync(boss.Id, id, "again"));
        Assert.Empty(desk.List(boss.Id, new KeyQuery(), default)!.Lines);
        var revoked = Assert.Single(desk.List(boss.Id, new KeyQuery(WithRevoked: true), default)!.Lines);

        _clock.Now += KeyDesk.Returnable - SanctionKit.Tick;
        Assert.True(desk.IsReturnable(revoked));
        Assert.Equal(ModerationOutcome.ReasonMissing, await desk.RestoreAsync(boss.Id, id, ""));
        Assert.Equal(ModerationOutcome.NotAllowed, await desk.RestoreAsync(ann.Id, id, "why"));
        Assert.Equal(ModerationOutcome.Done, await desk.RestoreAsync(boss.Id, id, "it was another one"));
        Assert.NotNull(server.Get<ApiKeys>().Read(key));
        Assert.Equal(ModerationOutcome.NotFound, await desk.RestoreAsync(boss.Id, id, "again"));
        Assert.Equal(
            [("key.restore", id, "it was another one"), ("key.revoke", id, "leaked")],
            server.Get<ModerationDesk>().Audit(boss.Id)!.Where(entry => entry.Action.StartsWith("key.", StringComparison.Ordinal)).Select(entry => (entry.Action, entry.Target, entry.Reason)));

        Assert.Equal(ModerationOutcome.Done, await desk.RevokeAsync(boss.Id, id, "for good"));
        _clock.Now += KeyDesk.Returnable;
        Assert.False(desk.IsReturnable(Assert.Single(desk.List(boss.Id, new KeyQuery(WithRevoked: true), default)!.Lines)));
        Assert.Equal(ModerationOutcome.NotFound, await desk.RestoreAsync(boss.Id, id, "too late"));
        Assert.Null(server.Get<ApiKeys>().Read(key));
    }

    [Fact]
    public async Task A_key_does_not_come_back_beside_another_one_of_its_name_or_without_its_account()
    {
        await using var server = await SanctionKit.StartAsync(_clock);
        var (boss, ann) = (await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync("Ann"));
        var (first, other) = (await AddAsync(server, boss, "ci", ApiScopes.Read), await AddAsync(server, ann, "other", ApiScopes.Read));
        var desk = server.Get<KeyDesk>();
        Assert.Equal(ModerationOutcome.Done, await desk.RevokeAsync(boss.Id, first, "rotated"));
        await AddAsync(server, boss, "ci", ApiScopes.Read);
        Assert.Equal(ModerationOutcome.NameTaken, await desk.RestoreAsync(boss.Id, first, "why"));
        Assert.Equal(ModerationOutcome.Done, await desk.RevokeAsync(boss.Id, other, "why"));
        await server.Get<CommitQueue>().CommitAsync(commit => commit.Db.Users.Single(user => user.Id == ann.Id.Value).DeletedAt = commit.Now);
        Assert.Equal(ModerationOutcome.NotFound, await desk.RestoreAsync(boss.Id, other, "why"));
    }

    private static async Task<string> AddAsync(TestServer server, TestPerson person, string name, ApiScopes scopes, string channels = "")
    {
        var (_, row) = ApiKeys.Make(name, scopes, channels, person.Id, server.Get<TimeProvider>().GetUtcNow());
        await server.Get<CommitQueue>().CommitAsync(commit => commit.Db.ApiKeys.Add(row));
        ((SetTime)server.Get<TimeProvider>()).Now += SanctionKit.Tick;
        return row.Id;
    }
}
