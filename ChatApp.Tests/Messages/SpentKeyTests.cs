using ChatApp.Components.Messages;
using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Messages;

/// <summary>A sender's key is unique for ever, also when its message is no longer there.</summary>
public sealed class SpentKeyTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly SetTime _clock = new(Start);

    [Fact]
    public async Task A_retry_after_retention_gets_the_first_result_and_makes_no_second_message()
    {
        var folder = Directory.CreateTempSubdirectory("chatapp-").FullName;
        try
        {
            TestPerson ann;
            MessageView first;
            await using (var server = await StartAsync(folder))
            {
                ann = await server.AddPersonAsync("Ann");
                first = await server.PostAsync(ann, RoomId.General, "hello", "my key");
                _clock.Now = Start.AddDays(2);
                Assert.Equal(1, await server.Get<Retention>().TrimAsync());
                await AssertFirstResultAsync(server, ann, first);
            }

            // And after a restart too.
            await using var next = await StartAsync(folder);
            await AssertFirstResultAsync(next, ann, first);
            await using var socket = await next.ConnectAsync(ann);
            var reply = (await socket.AskAsync(new { publish = new { channel = "room:general", data = new { text = "hello", key = "my key" } } })).GetProperty("publish");
            Assert.Equal((first.Offset.Value, first.Id.ToString(), true), (reply.GetProperty("offset").GetInt64(), reply.GetProperty("id").GetString(), reply.GetProperty("duplicate").GetBoolean()));
            var refused = (await socket.AskAsync(new { publish = new { channel = "room:general", data = new { text = "something else", key = "my key" } } })).GetProperty("error");
            Assert.Equal(408, refused.GetProperty("code").GetInt32());
            using var db = next.Get<ChatDatabase>().OpenRead();
            Assert.Empty(db.Messages);
            Assert.Empty(StorageAudit.Problems(db));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Somebody_else_may_use_the_same_key()
    {
        await using var server = await StartAsync();
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        await server.PostAsync(ann, RoomId.General, "hello", "key");
        _clock.Now = Start.AddDays(2);
        await server.Get<Retention>().TrimAsync();
        Assert.False(Assert.IsType<PostResult.Accepted>(await server.Get<MessageWriter>().PostAsync(bob.Id, RoomId.General, "other", "key")).IsDuplicate);
    }

    [Fact]
    public async Task A_page_that_sends_again_what_has_gone_shows_what_a_fresh_load_shows()
    {
        await using var server = await StartAsync();
        var ann = await server.AddPersonAsync("Ann");
        await server.PostAsync(ann, RoomId.General, "hello", "key");
        _clock.Now = Start.AddDays(2);
        await server.Get<Retention>().TrimAsync();
        using var feed = ActivatorUtilities.CreateInstance<RoomFeed>(server.Services, ann.Id, RoomId.General);
        feed.Load();
        feed.AddPending("hello", "key");
        await feed.PostAsync("key");
        Assert.Empty(feed.Pending);
        Assert.Empty(feed.Messages);
    }

    [Theory]
    [InlineData("INSERT INTO spent_keys SELECT AuthorId, Key, Fingerprint, Id, RoomId, Offset, At FROM messages", "is spent, and a message has it")]
    [InlineData("UPDATE spent_keys SET Offset = 99", "is not below the floor")]
    public async Task A_key_that_is_spent_and_used_is_found_by_the_audit(string damage, string problem)
    {
        await using var server = await StartAsync();
        var ann = await server.AddPersonAsync("Ann");
        await server.PostAsync(ann, RoomId.General, "goes");
        _clock.Now = Start.AddDays(2);
        await server.Get<Retention>().TrimAsync();
        await server.PostAsync(ann, RoomId.General, "stays");
        await server.Get<CommitQueue>().CommitAsync(commit => commit.Db.Database.ExecuteSqlRaw(damage));
        using var db = server.Get<ChatDatabase>().OpenRead();
        Assert.Contains(StorageAudit.Problems(db), line => line.Contains(problem, StringComparison.Ordinal));
    }

    private static async Task AssertFirstResultAsync(TestServer server, TestPerson ann, MessageView first)
    {
        var again = Assert.IsType<PostResult.Accepted>(await server.Get<MessageWriter>().PostAsync(ann.Id, RoomId.General, "hello", "my key"));
        Assert.True(again.IsDuplicate);
        Assert.Equal((first.Id, first.Offset, first.At, true, ""), (again.Message.Id, again.Message.Offset, again.Message.At, again.Message.IsDeleted, again.Message.Text));
        Assert.Equal(new PostResult.Rejected(PostRefusal.KeyUsedForOther), await server.Get<MessageWriter>().PostAsync(ann.Id, RoomId.General, "something else", "my key"));
    }

    private Task<TestServer> StartAsync(string? folder = null) =>
        TestServer.StartAsync(["Messages:RetentionDays=1"], services => services.AddSingleton<TimeProvider>(_clock), folder);
}
