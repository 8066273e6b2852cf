using ChatApp.Messages;
using ChatApp.Search;
using ChatApp.Storage;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Search;

/// <summary>Which way the database goes: by an index, from the newest on, and never through all messages.</summary>
public sealed class SearchPlanTests(TestServer server) : IClassFixture<TestServer>
{
    private ChatDatabase Database => server.Get<ChatDatabase>();

    [Theory]
    [InlineData("elephant", "SCAN message_search VIRTUAL TABLE INDEX")]
    [InlineData("elephant -grey from:me", "SCAN message_search VIRTUAL TABLE INDEX")]
    [InlineData("has:link", "SCAN message_search VIRTUAL TABLE INDEX")]
    [InlineData("聊天", "SCAN message_search VIRTUAL TABLE INDEX")]
    [InlineData("ab from:me", "USING COVERING INDEX messages_by_author (AuthorId=? AND rowid>? AND rowid<?)")]
    [InlineData("ab in:general", "USING COVERING INDEX IX_messages_RoomId_Offset (RoomId=?)")]
    [InlineData("ab", "USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)")]
    [InlineData("is:pinned", "IX_messages_RoomId_PinnedAt (RoomId=? AND PinnedAt>?)")]
    public void Candidates_come_from_an_index_in_their_order(string text, string step)
    {
        var query = SearchQuery.Parse(text);
        var rooms = new Dictionary<string, string>(StringComparer.Ordinal) { ["general"] = "General" };
        if (query.In.Count == 0) rooms["other"] = "Other";
        var scope = new SearchScope(new UserId("ann"), rooms, query.From.Count == 0 ? null : ["ann"], 1, 1000);
        using var db = Database.OpenRead();
        var plan = Assert.Single(QueryPlans.Of(Database, () => new SearchCandidates(db, query, scope).Next(1000, 256)));
        Assert.Contains(step, plan, StringComparison.Ordinal);
        // Pins are few; of all else a page takes the newest and leaves the rest alone.
        if (!query.IsPinned) Assert.DoesNotContain("TEMP B-TREE", plan, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("elephant")]
    [InlineData("elephant from:me is:pinned has:link on:2026")]
    [InlineData("elephant -grey from:me")]
    [InlineData("ab in:general")]
    public async Task No_statement_of_a_search_goes_through_all_messages(string text)
    {
        var ann = await server.AddPersonAsync("Ann");
        var message = await server.PostAsync(ann, RoomId.General, "elephant ab https://example.org");
        await server.Get<MessageMarks>().PinAsync(ann.Id, message.Id, isOn: true);
        var plans = QueryPlans.Of(Database, () => server.Get<MessageSearch>().Search(ann.Id, SearchQuery.Parse(text.Replace("2026", message.At.Year.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal))));
        Assert.True(plans.Count >= 3, string.Join('\n', plans));
        var scans = plans.SelectMany(plan => plan.Split('\n')).Where(step => step is "SCAN m" or "SCAN messages" || step.StartsWith("SCAN m USING", StringComparison.Ordinal)).ToList();
        Assert.True(scans.Count == 0, string.Join('\n', plans));
        Assert.Contains(plans, plan => plan.Contains("SEARCH m USING INTEGER PRIMARY KEY (rowid=?)", StringComparison.Ordinal));
    }
}
