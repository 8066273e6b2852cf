using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Search;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Search;

/// <summary>What a search finds, and what it must never find.</summary>
public sealed class MessageSearchTests(TestServer server) : IClassFixture<TestServer>
{
    private MessageSearch Search => server.Get<MessageSearch>();

    [Theory]
    [InlineData("elephant", true)]
    [InlineData("ELEPH", true)]
    [InlineData("phan", true)]
    [InlineData("elephant grey", true)]
    [InlineData("\"grey elephant\"", true)]
    [InlineData("\"elephant grey\"", false)]
    [InlineData("elephant -pink", true)]
    [InlineData("elephant -grey", false)]
    [InlineData("elephant -gr", false)]
    [InlineData("cafe", true)]
    [InlineData("Café", true)]
    [InlineData("at", true)]
    [InlineData("é", true)]
    [InlineData("zq", false)]
    [InlineData("elephant at", true)]
    [InlineData("elephant zq", false)]
    [InlineData("中文搜索", true)]
    [InlineData("搜索", true)]
    [InlineData("搜", true)]
    [InlineData("索中", false)]
    [InlineData("もじ", true)]
    [InlineData("검색", true)]
    [InlineData("ПРИВЕТ", true)]
    public async Task Words_parts_of_words_and_phrases(string text, bool isFound)
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann);
        var message = await server.PostAsync(ann, room.Id, "A grey Elephant at the café; 支持中文搜索, もじれつ, 검색, привет");
        await server.PostAsync(ann, room.Id, "42");
        Assert.Equal(isFound ? [message.Id] : [], Find(ann, text, room.Id));
    }

    [Fact]
    public async Task Only_rooms_that_the_viewer_is_in_and_default_rooms()
    {
        var ann = await server.AddPersonAsync("Ann");
        var eve = await server.AddPersonAsync("Eve");
        var secret = await server.MakeRoomAsync(ann, RoomVisibility.Private, "Secret");
        var open = await server.MakeRoomAsync(ann, RoomVisibility.Public, "Open");
        var word = Unique();
        var inSecret = await server.PostAsync(ann, secret.Id, word);
        var inOpen = await server.PostAsync(ann, open.Id, word);
        var inGeneral = await server.PostAsync(ann, RoomId.General, word);

        Assert.Equal([inGeneral.Id, inOpen.Id, inSecret.Id], Find(ann, word));
        Assert.Equal([inGeneral.Id], Find(eve, word));
        Assert.Equal([inOpen.Id], Find(ann, word, open.Id));
        Assert.Null(Search.Search(eve.Id, SearchQuery.Parse(word), secret.Id));
        Assert.Null(Search.Search(eve.Id, SearchQuery.Parse(word), open.Id));
        Assert.Null(Search.Search(ann.Id, SearchQuery.Parse(word), new RoomId("nosuchroom")));
        Assert.Empty(Find(eve, $"{word} in:Secret"));
        Assert.Empty(Find(eve, $"{word} in:{secret.Id}"));
        Assert.Empty(Find(eve, $"in:{secret.Id}"));
    }

    [Fact]
    public async Task Who_has_left_finds_nothing_there_any_more()
    {
        var ann = await server.AddPersonAsync("Ann");
        var bob = await server.AddPersonAsync("Bob");
        var room = await server.MakeRoomAsync(ann, RoomVisibility.Private, "Room", bob);
        var word = Unique();
        var message = await server.PostAsync(bob, room.Id, word);
        Assert.Equal([message.Id], Find(bob, word));
        await server.Get<RoomWriter>().LeaveAsync(bob.Id, room.Id);
        Assert.Empty(Find(bob, word));
        Assert.Empty(Find(bob, "from:me"));
        Assert.Null(Search.Search(bob.Id, SearchQuery.Parse(word), room.Id));
    }

    [Fact]
    public async Task An_edit_moves_the_hit_and_a_deletion_removes_it_at_once()
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann);
        var (first, second) = (Unique(), Unique());
        var message = await server.PostAsync(ann, room.Id, $"{first} é聊");
        await server.Get<MessageEditor>().EditAsync(ann.Id, message.Id, $"{second} é聊");
        Assert.Empty(Find(ann, first));
        Assert.Equal([message.Id], Find(ann, second));

        await server.Get<MessageEditor>().DeleteAsync(ann.Id, message.Id);
        Assert.Empty(Find(ann, second));
        Assert.Empty(Find(ann, "from:me", room.Id));
        Assert.Equal(0, IndexedRows(second));

        await server.Get<MessageEditor>().RestoreAsync(ann.Id, message.Id);
        Assert.Equal([message.Id], Find(ann, second));
        AssertIndexIsWhole();
    }

    [Fact]
    public async Task The_index_changes_in_the_commit_of_the_message()
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann);
        var word = Unique();
        var message = await server.PostAsync(ann, room.Id, word);
        await Assert.ThrowsAnyAsync<Exception>(() => server.Get<CommitQueue>().CommitAsync<int>(commit =>
        {
            commit.Db.Messages.Single(m => m.Id == message.Id.Value).Text = "";
            commit.Db.SaveChanges();
            throw new InvalidOperationException("undone");
        }));
        Assert.Equal(1, IndexedRows(word));
        await server.Get<CommitQueue>().CommitAsync(commit => commit.Db.Messages.Where(m => m.Id == message.Id.Value).ExecuteDelete());
        Assert.Equal(0, IndexedRows(word));
        Assert.Empty(Find(ann, word));
    }

    [Fact]
    public async Task Filters_alone_and_together()
    {
        var ann = await server.AddPersonAsync("Ann");
        var bob = await server.AddPersonAsync("Bob");
        var tea = await server.MakeRoomAsync(ann, RoomVisibility.Public, "Tea room", bob);
        var pub = await server.MakeRoomAsync(ann, RoomVisibility.Public, "Pub", bob);
        var hello = await server.PostAsync(ann, tea.Id, "hello");
        var link = await server.PostAsync(bob, tea.Id, "hello https://example.org/x");
        var code = await server.PostAsync(bob, pub.Id, "no link: `https://example.org`");
        var pinned = await server.PostAsync(ann, pub.Id, "hello again");
        await server.Get<MessageMarks>().PinAsync(ann.Id, pinned.Id, isOn: true);

        Assert.Equal([pinned.Id, hello.Id], Find(ann, "from:me"));
        Assert.Equal([code.Id, link.Id], Find(ann, $"from:\"{bob.Name}\""));
        Assert.Equal([pinned.Id, code.Id, link.Id, hello.Id], Find(ann, $"from:me from:\"{bob.Name}\""));
        Assert.Equal([link.Id, hello.Id], Find(ann, "in:\"tea room\""));
        Assert.Equal([link.Id, hello.Id], Find(ann, "in:tea"));
        Assert.Equal([code.Id, pinned.Id], Find(ann, $"in:{pub.Id}").Order(Comparer<MessageId>.Create((a, b) => a.Value.CompareTo(b.Value))));
        Assert.Equal([link.Id], Find(ann, "has:link"));
        Assert.Equal([pinned.Id], Find(ann, "is:pinned"));
        Assert.Equal([pinned.Id], Find(ann, "is:pinned hello from:me in:pub"));
        Assert.Empty(Find(ann, "is:pinned in:tea"));
        Assert.Equal([pinned.Id, hello.Id], Find(ann, "hello -https"));
        Assert.Equal([link.Id], Find(ann, $"hello has:link from:\"{bob.Name}\""));
        Assert.Empty(Find(ann, "hello from:nobody-of-that-name"));
        Assert.Empty(Find(ann, "hello in:nowhere"));
        Assert.Empty(Find(ann, ""));
        Assert.Empty(Find(ann, "-hello"));
    }

    [Fact]
    public async Task Filters_of_time()
    {
        var start = new DateTimeOffset(2001, 1, 1, 0, 0, 0, TimeSpan.Zero);
        await using var old = await TestServer.StartAsync();
        var eve = await old.AddPersonAsync("Eve");
        var hall = await old.MakeRoomAsync(eve);
        await SearchKit.FillAsync(old, eve.Id, hall.Id, 100, (n, message) => message with { At = start.AddHours(n * 12), Text = $"tick number {n}" });
        Assert.Equal(["tick number 5", "tick number 4"], Texts(old, eve, "on:2001-01-03"));
        Assert.Equal(["tick number 1", "tick number 0"], Texts(old, eve, "tick before:2001-01-02"));
        Assert.Equal(["tick number 99", "tick number 98"], Texts(old, eve, "tick after:2001-02-18"));
        Assert.Equal(["tick number 3"], Texts(old, eve, "\"number 3\" on:2001-01-02 from:me"));
        Assert.Empty(Texts(old, eve, "tick after:2001-01-05 before:2001-01-03"));
        Assert.Empty(Texts(old, eve, "on:1999"));
        Assert.Empty(Texts(old, eve, "after:2100"));
    }

    [Fact]
    public async Task Pages_have_no_double_and_no_hole_while_messages_arrive()
    {
        var ann = await server.AddPersonAsync("Ann");
        var word = Unique();
        foreach (var query in (string[])[word, word[..2], "from:me"])
        {
            var room = await server.MakeRoomAsync(ann);
            var expected = new List<MessageId>();
            for (var i = 0; i < 25; i++) expected.Insert(0, (await server.PostAsync(ann, room.Id, $"{word} {i}")).Id);
            var found = new List<MessageId>();
            MessageId? before = null;
            do
            {
                var page = Search.Search(ann.Id, SearchQuery.Parse(query), room.Id, before, 7)!;
                Assert.True(page.Hits.Count <= 7);
                found.AddRange(page.Hits.Select(hit => hit.Message.Id));
                before = page.Next;
                await server.PostAsync(ann, room.Id, $"{word} late");
            }
            while (before is not null);
            Assert.Equal(expected, found);
        }
    }

    [Fact]
    public async Task A_page_holds_fifty_at_most()
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann);
        for (var i = 0; i < 60; i++) await server.PostAsync(ann, room.Id, "again and again");
        var page = Search.Search(ann.Id, SearchQuery.Parse("again"), room.Id, count: int.MaxValue)!;
        Assert.Equal(MessageSearch.MaxCount, page.Hits.Count);
        Assert.Equal(page.Hits[^1].Message.Id, page.Next);
        Assert.Single(Search.Search(ann.Id, SearchQuery.Parse("again"), room.Id, count: -5)!.Hits);
    }

    [Fact]
    public async Task A_search_that_looks_at_much_stops_and_says_where_to_go_on()
    {
        await using var crowded = await TestServer.StartAsync();
        var ann = await crowded.AddPersonAsync("Ann");
        var eve = await crowded.AddPersonAsync("Eve");
        var hers = await crowded.MakeRoomAsync(eve, RoomVisibility.Private);
        var foreign = await crowded.MakeRoomAsync(ann, RoomVisibility.Private);
        var oldest = await crowded.PostAsync(eve, hers.Id, "zq rare word");
        await SearchKit.FillPlainAsync(crowded, ann.Id, foreign.Id, MessageSearch.MaxExamined + 10, "another rare word");
        foreach (var text in (string[])["zq", "rare"])
        {
            var first = crowded.Get<MessageSearch>().Search(eve.Id, SearchQuery.Parse(text))!;
            Assert.Empty(first.Hits);
            Assert.NotNull(first.Next);
            var second = crowded.Get<MessageSearch>().Search(eve.Id, SearchQuery.Parse(text), before: first.Next)!;
            Assert.Equal(oldest.Id, Assert.Single(second.Hits).Message.Id);
            Assert.Null(second.Next);
        }
    }

    [Fact]
    public async Task A_hit_names_its_room_and_shows_where()
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann, name: "Kitchen");
        await server.PostAsync(ann, room.Id, "<b>Crème</b> brûlée");
        var hit = Assert.Single(Search.Search(ann.Id, SearchQuery.Parse("creme BRULEE"), room.Id)!.Hits);
        Assert.Equal("Kitchen", hit.RoomName);
        Assert.Equal([new("<b>", false), new("Crème", true), new("</b> ", false), new("brûlée", true)], hit.Extract);
    }

    private static List<string> Texts(TestServer where, TestPerson viewer, string text) =>
        [.. where.Get<MessageSearch>().Search(viewer.Id, SearchQuery.Parse(text))!.Hits.Select(hit => hit.Message.Text)];

    private static string Unique() => "w" + Guid.NewGuid().ToString("N");

    private List<MessageId> Find(TestPerson viewer, string text, RoomId? room = null)
    {
        var page = Search.Search(viewer.Id, SearchQuery.Parse(text), room, count: MessageSearch.MaxCount)!;
        Assert.Null(page.Next);
        return [.. page.Hits.Select(hit => hit.Message.Id)];
    }

    private int IndexedRows(string word)
    {
        using var db = server.Get<ChatDatabase>().OpenRead();
        var phrase = $"\"{word}\"";
        return db.Database.SqlQuery<int>($"SELECT count(*) AS \"Value\" FROM message_search WHERE message_search MATCH {phrase}").Single();
    }

    private void AssertIndexIsWhole()
    {
        var database = server.Get<ChatDatabase>();
        using var gate = database.Gate.Enter();
        using var db = database.OpenWrite();
        Assert.Null(StorageAudit.SearchIndexProblem(db));
    }
}
