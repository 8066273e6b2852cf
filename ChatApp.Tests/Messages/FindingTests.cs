using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Messages;

/// <summary>What one finds again: mentions, bookmarks, and what links to messages show to whom.</summary>
public sealed class FindingTests(TestServer server) : IClassFixture<TestServer>
{
    private Bookmarks Bookmarks => server.Get<Bookmarks>();

    [Fact]
    public async Task Mentions_come_newest_first_page_by_page_from_the_rooms_that_one_is_in()
    {
        var (ann, bob, room) = await RoomOfTwoAsync();
        var second = await server.MakeRoomAsync(ann, RoomVisibility.Private, "Second", bob);
        List<MessageId> expected = [];
        for (var i = 0; i < 5; i++)
        {
            expected.Insert(0, (await server.PostAsync(ann, i % 2 == 0 ? room.Id : second.Id, i == 3 ? "@all" : $"@{bob.Name} {i}")).Id);
            await server.PostAsync(ann, room.Id, "nobody");
        }

        List<MessageId> found = [];
        MessageId? before = null;
        do
        {
            var page = server.Get<MentionList>().Of(bob.Id, before, 2);
            found.AddRange(page.Lines.Select(line => line.Message.Id));
            before = page.Next;
        }
        while (before is not null);
        Assert.Equal(expected, found);
        Assert.All(server.Get<MentionList>().Of(bob.Id).Lines, line => Assert.True(line.IsUnread));

        await server.Get<ReadMarkers>().MarkAsync(bob.Id, room.Id, new Offset(long.MaxValue));
        Assert.All(server.Get<MentionList>().Of(bob.Id).Lines, line => Assert.Equal(line.Room.Id == second.Id, line.IsUnread));
        await server.Get<MessageEditor>().DeleteAsync(ann.Id, expected[0]);
        await server.Get<RoomWriter>().LeaveAsync(bob.Id, second.Id);
        Assert.Equal([expected[2], expected[4]], server.Get<MentionList>().Of(bob.Id).Lines.Select(line => line.Message.Id));
        Assert.Empty(server.Get<MentionList>().Of(ann.Id).Lines);
        Assert.Empty(server.Get<MentionList>().Of(bob.Id, within: new HashSet<RoomId> { second.Id }).Lines);
    }

    [Fact]
    public async Task Bookmarks_are_ones_own_newest_first_and_show_what_may_be_read_now()
    {
        var (ann, bob, room) = await RoomOfTwoAsync();
        await using var socket = await server.ConnectAsync(bob);
        List<MessageView> posted = [];
        for (var i = 0; i < 4; i++) posted.Add(await server.PostAsync(ann, room.Id, $"text {i}"));
        foreach (var message in posted) Assert.Equal(BookmarkOutcome.Done, await Bookmarks.AddAsync(bob.Id, message.Id));
        Assert.Equal(BookmarkOutcome.Done, await Bookmarks.AddAsync(bob.Id, posted[0].Id));
        Assert.True((await socket.EventAsync("bookmark.changed")).GetProperty("data").GetProperty("on").GetBoolean());
        Assert.Empty(Bookmarks.Page(ann.Id).Lines);

        var first = Bookmarks.Page(bob.Id, count: 3);
        Assert.Equal(posted.AsEnumerable().Reverse().Take(3).Select(message => message.Id), first.Lines.Select(line => line.Id));
        Assert.Equal(first.Next, BookmarkPlace.Parse(first.Next.ToString()));
        Assert.Equal([posted[0].Id], Bookmarks.Page(bob.Id, first.Next).Lines.Select(line => line.Id));

        await server.Get<MessageEditor>().DeleteAsync(ann.Id, posted[3].Id);
        Assert.Null(Bookmarks.Page(bob.Id).Lines[0].Message);
        await Bookmarks.RemoveAsync(bob.Id, posted[3].Id);
        await server.Get<RoomWriter>().LeaveAsync(bob.Id, room.Id);
        Assert.All(Bookmarks.Page(bob.Id).Lines, line => Assert.Null(line.Message));
        Assert.Equal(3, Bookmarks.Page(bob.Id).Lines.Count);
    }

    [Fact]
    public async Task What_one_may_not_read_cannot_be_bookmarked_and_there_is_an_end()
    {
        var (ann, bob, room) = await RoomOfTwoAsync();
        var eve = await server.AddPersonAsync("Eve");
        var message = await server.PostAsync(ann, room.Id, "text");
        Assert.Equal(BookmarkOutcome.NotFound, await Bookmarks.AddAsync(eve.Id, message.Id));
        await server.Get<MessageEditor>().DeleteAsync(ann.Id, message.Id);
        Assert.Equal(BookmarkOutcome.NotFound, await Bookmarks.AddAsync(bob.Id, message.Id));

        List<MessageView> many = [];
        for (var i = 0; i <= ChatApp.Messages.Bookmarks.MaxCount; i++) many.Add(await server.PostAsync(ann, room.Id, "many"));
        await server.Get<CommitQueue>().CommitAsync(commit =>
        {
            foreach (var one in many.Skip(1)) commit.Db.Bookmarks.Add(new Bookmark { UserId = bob.Id.Value, MessageId = one.Id.Value, At = commit.Now });
            return 0;
        });
        Assert.Equal(BookmarkOutcome.TooMany, await Bookmarks.AddAsync(bob.Id, many[0].Id));
        Assert.Equal(BookmarkOutcome.Done, await Bookmarks.AddAsync(bob.Id, many[1].Id));
        await Bookmarks.RemoveAsync(bob.Id, many[1].Id);
        Assert.Equal(BookmarkOutcome.Done, await Bookmarks.AddAsync(bob.Id, many[0].Id));
    }

    [Fact]
    public async Task A_card_is_for_those_who_may_read_the_message_as_long_as_it_is_there()
    {
        var (ann, bob, room) = await RoomOfTwoAsync();
        var eve = await server.AddPersonAsync("Eve");
        var message = await server.PostAsync(ann, room.Id, "the *plan*");
        var link = new Permalink(room.Id, message.Offset);
        var posted = await server.PostAsync(ann, RoomId.General, $"see {link}");
        Assert.Equal([link], Permalink.In(posted.Html));
        Assert.DoesNotContain("plan", posted.Html, StringComparison.Ordinal);
        Assert.DoesNotContain(room.Name, posted.Html, StringComparison.Ordinal);

        var cards = server.Get<MessageCards>();
        var card = cards.Find(bob.Id, [link, new Permalink(room.Id, new Offset(9_999))]).Values.Single();
        Assert.Equal((message.Id, ann.Id, room.Name), (card.Message, card.Author.Id, card.Room.Name));
        Assert.Contains("plan", card.Extract, StringComparison.Ordinal);
        Assert.Empty(cards.Find(eve.Id, [link]));

        var changes = 0;
        using var listening = cards.Listen(id => id == message.Id, () => changes++);
        await server.Get<MessageEditor>().EditAsync(ann.Id, message.Id, "another");
        Assert.Equal("another", cards.Find(bob.Id, [link]).Values.Single().Extract);
        await server.Get<MessageEditor>().DeleteAsync(ann.Id, message.Id);
        Assert.Empty(cards.Find(bob.Id, [link]));
        Assert.Equal(2, changes);
    }

    [Fact]
    public async Task Programs_list_mentions_and_keep_bookmarks_within_the_rooms_of_their_token()
    {
        var (ann, bob, room) = await RoomOfTwoAsync();
        await using var socket = await server.ConnectAsync(bob);
        var message = await server.PostAsync(ann, room.Id, $"@{bob.Name} look");
        var listed = (await socket.AskAsync(new { rpc = new { method = "mention.list", data = new { limit = 5 } } })).GetProperty("rpc").GetProperty("data").GetProperty("mentions")[0];
        Assert.Equal((message.Id.ToString(), bob.Id.Value, true), (
            listed.GetProperty("message").GetProperty("id").GetString(), listed.GetProperty("message").GetProperty("mentions")[0].GetString(), listed.GetProperty("unread").GetBoolean()));
        var id = message.Id.ToString();
        Assert.True((await socket.AskAsync(new { rpc = new { method = "bookmark.add", data = new { id } } })).TryGetProperty("rpc", out _));
        var kept = (await socket.AskAsync(new { rpc = new { method = "bookmark.list", data = new { } } })).GetProperty("rpc").GetProperty("data").GetProperty("bookmarks");
        Assert.Equal(id, Assert.Single(kept.EnumerateArray()).GetProperty("id").GetString());
        await socket.AskAsync(new { rpc = new { method = "bookmark.remove", data = new { id } } });
        kept = (await socket.AskAsync(new { rpc = new { method = "bookmark.list", data = new { } } })).GetProperty("rpc").GetProperty("data").GetProperty("bookmarks");
        Assert.Empty(kept.EnumerateArray());
        Assert.Equal(107, TestSocket.ErrorOf(await socket.AskAsync(new { rpc = new { method = "bookmark.list", data = new { after = "x" } } })));
        Assert.Equal(404, TestSocket.ErrorOf(await socket.AskAsync(new { rpc = new { method = "bookmark.add", data = new { id = "999999999" } } })));
        var marked = (await socket.AskAsync(new { rpc = new { method = "read.list", data = new { } } })).GetProperty("rpc").GetProperty("data").GetProperty("rooms");
        Assert.Equal(1, marked.EnumerateArray().Single(each => each.GetProperty("room").GetString() == room.Id.Value).GetProperty("mentions").GetInt32());
    }

    [Fact]
    public async Task A_deleted_account_leaves_no_bookmarks_and_is_mentioned_nowhere()
    {
        var (ann, bob, room) = await RoomOfTwoAsync();
        var message = await server.PostAsync(ann, room.Id, $"@{bob.Name}");
        await Bookmarks.AddAsync(bob.Id, message.Id);
        Assert.Equal(DeletionOutcome.Done, await server.Get<AccountDeletion>().DeleteAsync(bob.Id));
        using var db = server.Get<ChatDatabase>().OpenRead();
        Assert.Empty(db.Bookmarks.Where(row => row.UserId == bob.Id.Value));
        Assert.Empty(db.Mentions.Where(row => row.UserId == bob.Id.Value));
        Assert.False((await server.PostAsync(ann, room.Id, $"@{bob.Name}")).Mentions.IsAny);
    }

    private async Task<(TestPerson Ann, TestPerson Bob, RoomView Room)> RoomOfTwoAsync()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        return (ann, bob, await server.MakeRoomAsync(ann, RoomVisibility.Private, $"Two {ann.Id.Value[..6]}", bob));
    }
}
