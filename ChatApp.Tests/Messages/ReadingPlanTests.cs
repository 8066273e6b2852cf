using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using ChatApp.Tests.Search;

namespace ChatApp.Tests.Messages;

/// <summary>Which way the database goes when a room is opened or caught up with: by an index, whatever the length of its history.</summary>
public sealed class ReadingPlanTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Opening_a_room_seeks_and_never_goes_through_messages()
    {
        var ann = await server.AddPersonAsync("Ann");
        var bob = await server.AddPersonAsync("Bob");
        var room = await server.MakeRoomAsync(ann, RoomVisibility.Private, "Room", bob);
        var first = await server.PostAsync(ann, room.Id, "first");
        await server.Get<MessageMarks>().ReactAsync(ann.Id, first.Id, "👍", isOn: true);
        await server.Get<MessageWriter>().PostAsync(ann.Id, room.Id, "an answer", key: null, first.Id);
        await server.Get<ReadMarkers>().MarkAsync(ann.Id, room.Id, first.Offset);

        var plans = QueryPlans.Of(server.Get<ChatDatabase>(), () =>
        {
            server.Get<RoomDirectory>().Find(room.Id, ann.Id);
            Assert.Equal(2, server.Get<MessageHistory>().Latest(ann.Id, room.Id, 50)!.Messages.Count);
            server.Get<ReadMarkers>().Of(ann.Id); // up to her marker
            server.Get<ReadMarkers>().Of(bob.Id); // who has none
        });
        var text = string.Join('\n', plans);
        // Lists of ids, the rooms of a person and what was found (m0) are gone through; messages and reactions are not.
        Assert.DoesNotMatch(@"SCAN m(\n| USING)", text);
        Assert.Contains("sqlite_autoindex_reactions_1 (MessageId=?)", text, StringComparison.Ordinal);
        Assert.Contains("SEARCH m USING INDEX IX_messages_of_the_room (RoomId=? AND Offset<?)", text, StringComparison.Ordinal);
        Assert.Contains("IX_messages_of_the_room (RoomId=? AND Offset>? AND Offset<?)", text, StringComparison.Ordinal);
        Assert.Contains("IX_messages_RoomId_At_Offset (RoomId=? AND At>?)", text, StringComparison.Ordinal);
        Assert.Contains("IX_messages_RoomId_MentionsAll_Offset (RoomId=? AND MentionsAll=? AND Offset>? AND Offset<?)", text, StringComparison.Ordinal);
        Assert.Contains("IX_mentions_UserId_RoomId_Offset (UserId=? AND RoomId=? AND Offset>? AND Offset<?)", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_page_of_a_room_passes_by_no_answer_in_a_thread()
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann);
        var root = await server.PostAsync(ann, room.Id, "root");
        for (var i = 0; i < 60; i++) await server.Get<MessageWriter>().PostAsync(ann.Id, room.Id, $"answer {i}", key: null, thread: root.Id);
        var history = server.Get<MessageHistory>();
        foreach (var read in new Func<MessagePage?>[]
        {
            () => history.Latest(ann.Id, room.Id, 50), () => history.Before(ann.Id, room.Id, new Offset(40), 50), () => history.After(ann.Id, room.Id, Offset.Zero, 50),
            () => history.Around(ann.Id, room.Id, root.Offset, 50),
        })
        {
            var plans = QueryPlans.WithSql(server.Get<ChatDatabase>(), () => Assert.Single(read()!.Messages)).Where(statement => statement.Sql.Contains("\"ThreadId\" IS NULL", StringComparison.Ordinal)).ToList();
            Assert.NotEmpty(plans);
            Assert.All(plans, statement => Assert.Matches(@"SEARCH m USING (COVERING )?INDEX IX_messages_of_the_room \(RoomId=\? AND Offset[<>]\?", statement.Plan));
            Assert.All(plans, statement => Assert.DoesNotContain("TEMP B-TREE", statement.Plan, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task What_mentions_somebody_is_found_without_going_through_messages()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, RoomVisibility.Private, "Room", bob);
        await server.PostAsync(ann, room.Id, $"@{bob.Name}");
        await server.PostAsync(ann, room.Id, "@all");
        var text = string.Join('\n', QueryPlans.Of(server.Get<ChatDatabase>(), () => Assert.Equal(2, server.Get<MentionList>().Of(bob.Id).Lines.Count)));
        Assert.DoesNotMatch(@"SCAN (m|called)(\n| USING)", text);
        Assert.Contains("IX_messages_RoomId_MentionsAll_Offset (RoomId=? AND MentionsAll=?)", text, StringComparison.Ordinal);
        Assert.Contains("IX_mentions_UserId_RoomId_Offset (UserId=? AND RoomId=?)", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stretch_of_a_log_is_found_by_its_place_and_each_message_by_its_id()
    {
        var plan = QueryPlans.Explain(
            server.Get<ChatDatabase>(), LogRows.Sql, [("@room", "general"), ("@after", 0), ("@count", 500)]);
        Assert.Contains("SEARCH e USING INDEX sqlite_autoindex_log_1 (RoomId=? AND Offset>?)", plan, StringComparison.Ordinal);
        Assert.Contains("SEARCH m USING INTEGER PRIMARY KEY (rowid=?)", plan, StringComparison.Ordinal);
        Assert.Contains("SEARCH t USING INTEGER PRIMARY KEY (rowid=?)", plan, StringComparison.Ordinal);
        Assert.Contains("SEARCH p USING INDEX sqlite_autoindex_memberships_1 (RoomId=? AND UserId=?)", plan, StringComparison.Ordinal);
        Assert.Contains("SEARCH r USING COVERING INDEX sqlite_autoindex_reactions_1 (MessageId=?)", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("TEMP B-TREE", plan, StringComparison.Ordinal);
    }
}
