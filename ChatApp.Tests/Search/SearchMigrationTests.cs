using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Search;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ChatApp.Tests.Search;

/// <summary>What was written before the index had its present form is found too.</summary>
public sealed class SearchMigrationTests
{
    private const string Before = "20261120112250_Log";

    [Fact]
    public async Task Old_messages_are_in_the_index_after_an_upgrade()
    {
        var folder = Path.Combine(Path.GetTempPath(), "chatapp-" + Guid.NewGuid().ToString("N"));
        try
        {
            TestPerson ann;
            MessageId message;
            await using (var server = await TestServer.StartAsync(folder: folder))
            {
                ann = await server.AddPersonAsync("Ann");
                message = (await server.PostAsync(ann, RoomId.General, "Crème brûlée, 聊天")).Id;
                // Back to the schema before, which knows nothing of accents: the message is there as an old server wrote it.
                using var gate = server.Get<ChatDatabase>().Gate.Enter();
                using var db = server.Get<ChatDatabase>().OpenWrite();
                await db.GetService<IMigrator>().MigrateAsync(Before);
            }

            await using (var server = await TestServer.StartAsync(folder: folder))
            {
                foreach (var text in (string[])["creme brulee", "聊天", "from:me"])
                    Assert.Equal(message, Assert.Single(server.Get<MessageSearch>().Search(ann.Id, SearchQuery.Parse(text))!.Hits).Message.Id);
                Assert.Equal(MessageOutcome.Done, (await server.Get<MessageEditor>().EditAsync(ann.Id, message, "tea")).Outcome);
                Assert.Empty(server.Get<MessageSearch>().Search(ann.Id, SearchQuery.Parse("creme"))!.Hits);
                using var gate = server.Get<ChatDatabase>().Gate.Enter();
                using var db = server.Get<ChatDatabase>().OpenWrite();
                Assert.Null(StorageAudit.SearchIndexProblem(db));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
