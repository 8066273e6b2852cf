using ChatApp.Storage;
using ChatApp.Tests.Harness;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Storage;

public sealed class StorageAuditTests
{
    [Fact]
    public async Task A_database_in_order_has_no_problem_also_after_edits_deletions_and_retention()
    {
        await using var server = await TestServer.StartAsync();
        await FillAsync(server);
        Assert.Empty(Audit(server));
    }

    [Theory]
    [InlineData("DELETE FROM log WHERE Offset = 3", "its log should hold the 7 changes 1 to 7, but holds 6, from 1 to 7")]
    [InlineData("DELETE FROM log WHERE Offset = 7", "its log should hold the 7 changes 1 to 7, but holds 6, from 1 to 6")]
    [InlineData("DELETE FROM log WHERE Offset = 1", "from 2 to 7")]
    [InlineData("DELETE FROM log", "but holds none")]
    [InlineData("UPDATE rooms SET Head = 8", "its log should hold the 8 changes 1 to 8")]
    [InlineData("UPDATE rooms SET Floor = 2", "its log should hold the 5 changes 3 to 7, but holds 7")]
    [InlineData("UPDATE rooms SET Floor = -1", "the floor -1 is not between 0 and the head 7")]
    [InlineData("UPDATE log SET MessageId = 99 WHERE Offset = 3", "that it was posted")]
    [InlineData("UPDATE log SET Kind = 30 WHERE Offset = 3", "that it was posted")]
    [InlineData("UPDATE messages SET Offset = 100 WHERE Offset = 3", "at 100 that it was posted")]
    [InlineData("DELETE FROM messages WHERE Offset = 3", "the message that was posted at 3 is not there")]
    [InlineData("DROP INDEX IX_messages_AuthorId_Key; UPDATE messages SET Key = 'same'", "4 messages have the key same")]
    public async Task Whatever_breaks_the_promises_of_the_log_is_found(string damage, string problem)
    {
        await using var server = await TestServer.StartAsync();
        await FillAsync(server);
        await server.Get<CommitQueue>().CommitAsync(commit => commit.Db.Database.ExecuteSqlRaw(damage));
        Assert.Contains(Audit(server), line => line.Contains(problem, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Many_problems_of_a_kind_are_not_all_named()
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.AddPersonAsync("Ann");
        for (var i = 0; i < 40; i++) await server.PostAsync(ann, RoomId.General, $"message {i}");
        await server.Get<CommitQueue>().CommitAsync(commit => commit.Db.Database.ExecuteSqlRaw("DELETE FROM messages"));
        var problems = Audit(server);
        Assert.Equal(StorageAudit.MaxNamed + 1, problems.Count);
        Assert.Equal("and more of this kind", problems[^1]);
    }

    [Theory]
    [InlineData("INSERT INTO message_search(message_search, rowid, Text) SELECT 'delete', Id, Text FROM message_search_source WHERE Id = (SELECT Id FROM messages WHERE Offset = 3)")]
    [InlineData("INSERT INTO message_search(rowid, Text) VALUES (99, 'words that nobody wrote')")]
    [InlineData("DROP TRIGGER message_search_update; UPDATE messages SET Text = 'something else entirely' WHERE Offset = 3")]
    [InlineData("DROP TRIGGER message_search_delete; DELETE FROM messages WHERE Offset = 3")]
    public async Task A_full_text_index_that_does_not_fit_the_messages_is_found(string damage)
    {
        await using var server = await TestServer.StartAsync();
        await FillAsync(server);
        Assert.Null(await SearchProblemAsync(server));
        await server.Get<CommitQueue>().CommitAsync(commit => commit.Db.Database.ExecuteSqlRaw(damage));
        Assert.NotNull(await SearchProblemAsync(server));
    }

    private static Task<string?> SearchProblemAsync(TestServer server) =>
        server.Get<CommitQueue>().CommitAsync(commit => StorageAudit.SearchIndexProblem(commit.Db));

    private static IReadOnlyList<string> Audit(TestServer server)
    {
        using var db = server.Get<ChatDatabase>().OpenRead();
        return StorageAudit.Problems(db);
    }

    // Offsets 1 (the room) to 7: four messages, one of them edited and one deleted.
    private static async Task FillAsync(TestServer server)
    {
        var ann = await server.AddPersonAsync("Ann");
        var first = await server.PostAsync(ann, RoomId.General, "the first");
        await server.PostAsync(ann, RoomId.General, "the second");
        var third = await server.PostAsync(ann, RoomId.General, "the third");
        await server.PostAsync(ann, RoomId.General, "the fourth");
        await server.Get<ChatApp.Messages.MessageEditor>().EditAsync(ann.Id, first.Id, "the very first");
        await server.Get<ChatApp.Messages.MessageEditor>().DeleteAsync(ann.Id, third.Id);
    }
}
