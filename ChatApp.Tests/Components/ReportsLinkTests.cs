using Bunit;
using ChatApp.Components.Moderating;
using ChatApp.Moderation;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Components;

/// <summary>The way from a room to its reports.</summary>
[English]
public sealed class ReportsLinkTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Drawn_anew_it_asks_the_database_nothing()
    {
        var (owner, ann) = (await server.AddPersonAsync("Owner"), await server.AddPersonAsync("Ann"));
        var room = await server.MakeRoomAsync(owner, members: ann);
        var reported = await server.PostAsync(owner, room.Id, "said");
        var report = await server.Get<Reports>().AddAsync(ann.Id, new ReportOrder(reported.Id, owner.Id, Room: null, ReportCategory.Spam, ""));
        Assert.True(report.IsDone);
        await using var page = new PersonContext(server, owner);
        using var reads = new DatabaseReads(server);
        var link = page.Render<ReportsLink>(parameters => parameters.Add(one => one.Room, room).Add(one => one.Viewer, owner.Id));
        Assert.NotNull(link.Find("[data-reports]"));
        var asked = Asked(reads);
        Assert.True(asked > 0);
        for (var time = 0; time < 3; time++) link.Render(parameters => parameters.Add(one => one.Room, room with { Topic = $"topic {time}" }));
        Assert.Equal(asked, Asked(reads));
    }

    private static int Asked(DatabaseReads reads) => reads.Statements.Count(statement => statement.Contains("\"reports\"", StringComparison.Ordinal));
}
