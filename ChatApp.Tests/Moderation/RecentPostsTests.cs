using ChatApp.Moderation.Rules;
using ChatApp.Storage;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Moderation;

/// <summary>What rules that look back know of what was said.</summary>
public sealed class RecentPostsTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public void A_storage_that_cannot_be_read_fails_no_post_before_its_change()
    {
        var folder = Directory.CreateTempSubdirectory("chatapp-recent-");
        try
        {
            using var empty = new ChatDatabase(DataFolder.At(new DataOptions { Folder = folder.FullName }));
            var recent = new RecentPosts();
            recent.ReadAhead(empty, server.Get<RuleBook>().Current, DateTimeOffset.UnixEpoch);
            // And the next one tries again.
            recent.ReadAhead(empty, server.Get<RuleBook>().Current, DateTimeOffset.UnixEpoch);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_was_read_ahead_and_what_came_since_is_known_to_the_writer_once(bool isReadAhead)
    {
        var (owner, ann) = (await server.AddPersonAsync("Owner"), await server.AddPersonAsync("Ann"));
        var room = await server.MakeRoomAsync(owner, members: ann);
        foreach (var count in (int[])[2, 3]) await server.AddRuleAsync(owner, room.Id, RuleKit.Draft(RuleKind.Rate, count: count, seconds: 3600));
        Assert.Equal("posted", await server.SayAsync(ann, room.Id, "one"));
        var rules = server.Get<RuleBook>().Current;
        var recent = new RecentPosts();
        if (isReadAhead) recent.ReadAhead(server.Get<ChatDatabase>(), rules, server.Get<TimeProvider>().GetUtcNow());
        Assert.Equal("posted", await server.SayAsync(ann, room.Id, "two"));

        var hits = await server.Get<CommitQueue>().CommitAsync(commit =>
        {
            recent.Prepare(commit, rules);
            return rules.For(room.Id)!.Rules.Select(rule => (rule.Row.Count, recent.Hits(rule, ann.Id, default, commit.Now))).ToList();
        });
        // Two were said: a third one is too much for the first rule, and not for the other.
        Assert.Equal([(2, true), (3, false)], hits.Order());
    }
}
