using ChatApp.Messages;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Messages;

/// <summary>HTML that older rules have made is shown to nobody, and made anew.</summary>
public sealed class HtmlRenewalTests
{
    [Fact]
    public async Task A_new_row_says_by_which_rules_its_HTML_was_made_also_after_an_edit()
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.AddPersonAsync("Ann");
        var message = await server.PostAsync(ann, RoomId.General, "*new*");
        Assert.Equal(MarkdownRenderer.Version, Stored(server, message.Id).HtmlVersion);
        await MakeOldAsync(server);
        await server.Get<MessageEditor>().EditAsync(ann.Id, message.Id, "**newer**");
        Assert.Equal((MarkdownRenderer.Version, "<p><strong>newer</strong></p>"), (Stored(server, message.Id).HtmlVersion, Stored(server, message.Id).Html));
    }

    [Fact]
    public async Task Old_HTML_is_shown_nowhere_even_before_it_is_made_anew()
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.AddPersonAsync("Ann");
        var message = await server.PostAsync(ann, RoomId.General, "*text*");
        await MakeOldAsync(server);
        Assert.Equal("<p><em>text</em></p>", server.Get<MessageHistory>().Find(ann.Id, message.Id)!.Html);
        Assert.Equal("<p><em>text</em></p>", server.Get<MessageHistory>().Latest(ann.Id, RoomId.General, 10)!.Messages[^1].Html);
        var logged = Assert.IsType<MessagePosted>(server.Get<RoomLog>().Read(RoomId.General, new Offset(message.Offset.Value - 1), 1).Single().Event);
        Assert.Equal("<p><em>text</em></p>", logged.Message.Html);
        var again = Assert.IsType<PostResult.Accepted>(await server.Get<MessageWriter>().PostAsync(ann.Id, RoomId.General, "*text*", message.Key));
        Assert.Equal("<p><em>text</em></p>", again.Message.Html);
    }

    [Fact]
    public async Task All_rows_of_older_rules_are_stored_anew_once_and_nothing_else_of_them_changes()
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.AddPersonAsync("Ann");
        for (var i = 0; i < HtmlRenewal.BatchSize + 50; i++) await server.PostAsync(ann, RoomId.General, $"*text {i}*");
        var deleted = await server.PostAsync(ann, RoomId.General, "deleted");
        await server.Get<MessageEditor>().DeleteAsync(ann.Id, deleted.Id);
        var before = server.Get<MessageHistory>().Latest(ann.Id, RoomId.General, 200)!;
        await MakeOldAsync(server);
        Assert.Equal(HtmlRenewal.BatchSize + 50, await server.Get<HtmlRenewal>().RunAsync());
        using (var db = server.Get<ChatDatabase>().OpenRead())
        {
            Assert.False(db.Messages.Any(m => m.DeletedAt == null && (m.HtmlVersion != MarkdownRenderer.Version || !m.Html.StartsWith("<p><em>text "))));
            Assert.Equal("", db.Messages.Single(m => m.Id == deleted.Id.Value).Html);
            Assert.Empty(StorageAudit.Problems(db));
        }

        var after = server.Get<MessageHistory>().Latest(ann.Id, RoomId.General, 200)!;
        Assert.Equal(before.Head, after.Head);
        Assert.Equal(before.Messages.Select(m => (m.Id, m.Html)), after.Messages.Select(m => (m.Id, m.Html)));
        Assert.Equal(0, await server.Get<HtmlRenewal>().RunAsync());
    }

    [Fact]
    public async Task It_runs_by_itself_after_a_start_with_newer_rules()
    {
        var folder = Directory.CreateTempSubdirectory("chatapp-").FullName;
        try
        {
            MessageId id;
            await using (var server = await TestServer.StartAsync(folder: folder))
            {
                id = (await server.PostAsync(await server.AddPersonAsync("Ann"), RoomId.General, "*text*")).Id;
                await MakeOldAsync(server);
            }

            await using var next = await TestServer.StartAsync(folder: folder);
            await Eventually.BecomesAsync(() => Stored(next, id).HtmlVersion == MarkdownRenderer.Version);
            Assert.Equal("<p><em>text</em></p>", Stored(next, id).Html);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // As a version of the product with other rules has left it.
    private static Task<int> MakeOldAsync(TestServer server) => server.Get<CommitQueue>().CommitAsync(commit => commit.Db.Database.ExecuteSql(
        $"UPDATE messages SET Html = '<p>old</p>', HtmlVersion = 0 WHERE DeletedAt IS NULL; UPDATE upkeep SET Value = 0 WHERE Name = {UpkeepMark.HtmlVersion};"));

    private static Message Stored(TestServer server, MessageId id)
    {
        using var db = server.Get<ChatDatabase>().OpenRead();
        return db.Messages.Single(m => m.Id == id.Value);
    }
}
