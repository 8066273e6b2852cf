using System.Text;
using ChatApp.Accounts;
using ChatApp.Moderation;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using ChatApp.Tests.Tokens;

namespace ChatApp.Tests.Moderation;

/// <summary>What the audit log says, how it is looked through, and how it is taken along.</summary>
public sealed class AuditLogTests(TestServer server) : IClassFixture<TestServer>
{
    private ModerationDesk Desk => server.Get<ModerationDesk>();

    [Fact]
    public async Task An_entry_says_what_was_before_what_is_after_and_by_which_kind_of_connection()
    {
        var (boss, bob) = (await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync("Bob"));
        await using var socket = await server.ConnectAsync(boss);
        Assert.True((await socket.AskAsync(new { rpc = new { method = "moderation.rank", data = new { user = bob.Id.Value, rank = "moderator", reason = "trusted" } } })).TryGetProperty("rpc", out _));
        await Desk.SetRankAsync(boss.Id, bob.Id, Rank.Member, "not trusted");
        var lines = Desk.Audit(boss.Id, new AuditQuery { Actor = boss.Id.Value })!;
        Assert.Equal(
            [("Moderator", "Member", Entrance.Page), ("Member", "Moderator", Entrance.Program)],
            lines.Select(line => (line.Before, line.After, line.Via!.Value)));
    }

    [Fact]
    public async Task Filters_are_for_who_what_to_what_and_when_and_all_that_are_set_must_fit()
    {
        var clock = SanctionKit.Clock();
        await using var own = await SanctionKit.StartAsync(clock);
        var desk = own.Get<ModerationDesk>();
        var (boss, mod, bob) = (await own.AddPersonAsync("Boss", Rank.Administrator), await own.AddPersonAsync("Mod", Rank.Moderator), await own.AddPersonAsync("Bob"));
        await desk.LockAsync(boss.Id, bob.Id, "one");
        clock.Now += TimeSpan.FromHours(1);
        var later = clock.Now;
        await desk.UnlockAsync(boss.Id, bob.Id, "two");
        await own.ImposeAsync(mod, bob, SanctionKind.Warning, RoomId.General, reason: "three");
        Assert.Equal(["three", "two", "one"], Reasons(new AuditQuery()));
        Assert.Equal(["two", "one"], Reasons(new AuditQuery { Actor = boss.Id.Value }));
        Assert.Equal(["three"], Reasons(new AuditQuery { ActorName = "mod" }));
        Assert.Equal(["one"], Reasons(new AuditQuery { Action = "user.lock" }));
        Assert.Equal(["three", "two", "one"], Reasons(new AuditQuery { Target = bob.Id.Value }));
        // Words of the description, whatever they hold.
        Assert.Equal(["three"], Reasons(new AuditQuery { Target = "in general" }));
        Assert.Empty(Reasons(new AuditQuery { Target = "%" }));
        Assert.Equal(["three", "two"], Reasons(new AuditQuery { From = later }));
        Assert.Equal(["one"], Reasons(new AuditQuery { Until = later }));
        Assert.Equal(["two"], Reasons(new AuditQuery { From = later, Actor = boss.Id.Value, Target = bob.Id.Value }));
        Assert.Equal(["two", "one"], Reasons(new AuditQuery { Before = desk.Audit(boss.Id)![0].Id }));
        Assert.Empty(Reasons(new AuditQuery { ActorName = "nobody at all" }));

        IEnumerable<string> Reasons(AuditQuery query) => desk.Audit(boss.Id, query)!.Select(line => line.Reason);
    }

    [Fact]
    public async Task Programs_get_the_filters_too()
    {
        var (boss, bob) = (await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync("Bob"));
        await Desk.LockAsync(boss.Id, bob.Id, "for a while");
        await Desk.UnlockAsync(boss.Id, bob.Id, "over");
        await using var socket = await server.ConnectAsync(boss);
        var reply = await socket.AskAsync(new { rpc = new { method = "moderation.audit", data = new { target = bob.Id.Value, action = "user.lock", actor = boss.Id.Value } } });
        var entry = Assert.Single(reply.GetProperty("rpc").GetProperty("data").GetProperty("entries").EnumerateArray());
        Assert.Equal(
            ("for a while", "open", "locked", "page"),
            (entry.GetProperty("reason").GetString(), entry.GetProperty("before").GetString(), entry.GetProperty("after").GetString(), entry.GetProperty("via").GetString()));
    }

    [Fact]
    public async Task The_export_holds_every_entry_once_however_many_there_are()
    {
        await using var own = await TestServer.StartAsync();
        var boss = await own.AddPersonAsync("Boss", Rank.Administrator);
        await own.Get<CommitQueue>().CommitAsync(commit =>
        {
            for (var i = 0; i < 1203; i++) AuditLog.Add(commit, boss.Id, "test.many", $"t{i}", "", "why");
            return true;
        });
        using var output = new MemoryStream();
        Assert.True(await own.Get<AuditExport>().WriteAsync(boss.Id, new AuditQuery { Action = "test.many" }, output));
        var rows = Encoding.UTF8.GetString(output.ToArray()).TrimStart('\uFEFF').Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith("time,actor,", rows[0], StringComparison.Ordinal);
        Assert.Equal(Enumerable.Range(0, 1203).Reverse().Select(i => $"t{i}"), rows.Skip(1).Select(row => row.Split(',')[4]));
        Assert.Equal(1203, own.Get<ModerationDesk>().AuditCount(boss.Id, new AuditQuery { Action = "test.many" }));
    }

    [Theory]
    [InlineData("words", "words")]
    [InlineData("=1+1", "\"'=1+1\"")]
    [InlineData("+49", "\"'+49\"")]
    [InlineData("-1", "\"'-1\"")]
    [InlineData("@SUM(A1)", "\"'@SUM(A1)\"")]
    [InlineData("\t=1", "\"'\t=1\"")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("say \"hi\"", "\"say \"\"hi\"\"\"")]
    [InlineData("two\nlines", "\"two\nlines\"")]
    public void A_cell_is_never_a_formula_and_never_breaks_its_row(string value, string cell) => Assert.Equal(cell, AuditExport.Cell(value));

    [Fact]
    public async Task The_download_is_for_moderators_and_for_others_it_is_not_there()
    {
        var (mod, bob) = (await server.AddPersonAsync("Mod", Rank.Moderator), await server.AddPersonAsync("Bob"));
        using var nobody = await server.Http.GetAsync(AuditExport.Path);
        Assert.Equal(404, (int)nobody.StatusCode);
        foreach (var (person, status) in new[] { (mod, 200), (bob, 404) })
        {
            using var visitor = await Visitor.SignInAsync(server, person);
            using var answer = await visitor.Http.GetAsync(AuditExport.Path);
            Assert.Equal(status, (int)answer.StatusCode);
        }

        using var output = new MemoryStream();
        Assert.False(await server.Get<AuditExport>().WriteAsync(bob.Id, new AuditQuery(), output));
        Assert.Equal(0, output.Length);
    }

    [Fact]
    public async Task A_token_that_is_not_for_moderating_reads_no_log()
    {
        var boss = await server.AddPersonAsync("Boss", Rank.Administrator);
        await using var socket = await server.ConnectByAsync((await server.AddTokenAsync(boss, TokenScopes.Read | TokenScopes.Post)).Secret);
        Assert.Equal(103, TestSocket.ErrorOf(await socket.AskAsync(new { rpc = new { method = "moderation.audit", data = new { } } })));
    }
}
