using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Accounts;

/// <summary>Whoever is blocked cannot reach the other, is no news to them, and does not learn of it.</summary>
public sealed class BlockTests(TestServer server) : IClassFixture<TestServer>
{
    private Blocks Blocks => server.Get<Blocks>();

    private DirectRooms Direct => server.Get<DirectRooms>();

    private MessageWriter Writer => server.Get<MessageWriter>();

    [Fact]
    public async Task Whoever_is_blocked_writes_edits_and_reacts_no_more_in_a_conversation_of_two()
    {
        var (ann, bob) = await PeopleAsync();
        var room = await OpenAsync(ann, bob);
        var before = await server.PostAsync(bob, room, "before", "first key");
        var hers = await server.PostAsync(ann, room, "hers");
        await BlockAsync(ann, bob);
        Assert.Equal(PostRefusal.Unreachable, Assert.IsType<PostResult.Rejected>(await Writer.PostAsync(bob.Id, room, "after", "second key")).Reason);
        Assert.Equal(MessageOutcome.NotAllowed, (await server.Get<MessageEditor>().EditAsync(bob.Id, before.Id, "other words")).Outcome);
        Assert.Equal(MessageOutcome.NotAllowed, (await server.Get<MessageMarks>().ReactAsync(bob.Id, hers.Id, "👍", isOn: true)).Outcome);
        // What was stored is stored: a retry of it gets the same answer as ever. And one's own words can be taken back.
        Assert.True(Assert.IsType<PostResult.Accepted>(await Writer.PostAsync(bob.Id, room, "before", "first key")).IsDuplicate);
        Assert.Equal(MessageOutcome.Done, (await server.Get<MessageEditor>().DeleteAsync(bob.Id, before.Id)).Outcome);
        // He can still read what there is.
        Assert.Equal(room, (await Direct.OpenAsync(bob.Id, [ann.Id])).Room!.Id);

        Assert.Equal(BlockOutcome.Done, await Blocks.RemoveAsync(ann.Id, bob.Id));
        Assert.IsType<PostResult.Accepted>(await Writer.PostAsync(bob.Id, room, "after", "second key"));
    }

    [Fact]
    public async Task Whoever_is_blocked_begins_no_conversation_with_the_other_and_brings_them_into_no_room()
    {
        var (ann, bob) = await PeopleAsync();
        var eve = await server.AddPersonAsync("Eve");
        var tower = await server.MakeRoomAsync(bob, RoomVisibility.Private, "Tower");
        await BlockAsync(ann, bob);
        Assert.Equal(RoomOutcome.Unreachable, (await Direct.OpenAsync(bob.Id, [ann.Id])).Outcome);
        Assert.Equal(RoomOutcome.Unreachable, (await Direct.OpenAsync(bob.Id, [ann.Id, eve.Id])).Outcome);
        Assert.Equal(RoomOutcome.Unreachable, (await server.Get<RoomWriter>().InviteAsync(bob.Id, tower.Id, ann.Id)).Outcome);
        // A block binds the one who is blocked, and nobody else.
        Assert.True((await server.Get<RoomWriter>().InviteAsync(bob.Id, tower.Id, eve.Id)).IsDone);
        Assert.True((await server.Get<RoomWriter>().InviteAsync(eve.Id, tower.Id, ann.Id)).IsDone);
        Assert.True((await Direct.OpenAsync(ann.Id, [bob.Id])).IsDone);
    }

    [Fact]
    public async Task In_rooms_of_more_whoever_is_blocked_writes_on_and_it_is_no_news_live_or_loaded()
    {
        var (ann, bob) = await PeopleAsync();
        var eve = await server.AddPersonAsync("Eve");
        var room = (await Direct.OpenAsync(ann.Id, [bob.Id, eve.Id])).Room!.Id;
        await server.PostAsync(bob, room, "one");
        using var watch = server.Get<UnreadBoard>().Watch(ann.Id, () => { });
        await Eventually.EqualsAsync(1, () => watch.Numbers[room].Count);
        await BlockAsync(ann, bob);
        await Eventually.EqualsAsync(0, () => watch.Numbers[room].Count);
        await server.PostAsync(bob, room, "two");
        var hers = await server.PostAsync(eve, room, "three");
        await Eventually.EqualsAsync(1, () => watch.Numbers[room].Count);
        Assert.Equal((1, hers.Offset), (server.Get<ReadMarkers>().Of(ann.Id, room)!.Count, server.Get<ReadMarkers>().Of(ann.Id, room)!.First!.Value));
        Assert.Equal(2, server.Get<ReadMarkers>().Of(eve.Id, room)!.Count);
        await Blocks.RemoveAsync(ann.Id, bob.Id);
        await Eventually.EqualsAsync(3, () => watch.Numbers[room].Count);
    }

    [Fact]
    public async Task Only_the_one_who_blocks_hears_of_it_on_all_devices()
    {
        var (ann, bob) = await PeopleAsync();
        await using var first = await server.ConnectAsync(ann);
        await using var second = await server.ConnectAsync(ann);
        await using var his = await server.ConnectAsync(bob);
        await BlockAsync(ann, bob);
        foreach (var device in new[] { first, second })
            Assert.Equal(bob.Id.Value, Assert.Single((await device.EventAsync("blocks.changed")).GetProperty("data").GetProperty("blocked").EnumerateArray()).GetString());
        await BlockAsync(bob, ann);
        // The first thing that he hears is his own.
        Assert.Equal(ann.Id.Value, Assert.Single((await his.EventAsync("blocks.changed")).GetProperty("data").GetProperty("blocked").EnumerateArray()).GetString());
        Assert.Empty(his.Rest());
        Assert.Equal(bob.Id, Assert.Single(Blocks.List(ann.Id)).Id);
    }

    [Fact]
    public async Task Nobody_blocks_themselves_somebody_who_is_not_there_or_more_than_500()
    {
        var (ann, bob) = await PeopleAsync();
        Assert.Equal(BlockOutcome.NoSuchUser, await Blocks.AddAsync(ann.Id, ann.Id));
        Assert.Equal(BlockOutcome.NoSuchUser, await Blocks.AddAsync(ann.Id, new UserId("nobody")));
        Assert.Equal(BlockOutcome.Done, await Blocks.RemoveAsync(ann.Id, bob.Id));
        await server.Get<CommitQueue>().CommitAsync(commit =>
        {
            for (var i = 0; i < Blocks.MaxBlocks; i++)
            {
                var user = new ChatUser { DisplayName = $"crowd {ann.Name} {i}", NormalizedDisplayName = $"crowd {ann.Name} {i}", UserName = $"crowd {ann.Name} {i}" };
                commit.Db.Users.Add(user);
                commit.Db.Blocks.Add(new Block { UserId = ann.Id.Value, BlockedId = user.Id, At = commit.Now });
            }

            return true;
        });
        Assert.Equal(BlockOutcome.TooMany, await Blocks.AddAsync(ann.Id, bob.Id));
    }

    [Fact]
    public async Task With_an_account_its_blocks_go_and_those_of_others()
    {
        var (ann, bob) = await PeopleAsync();
        await BlockAsync(ann, bob);
        await BlockAsync(bob, ann);
        await server.Get<AccountDeletion>().DeleteAsync(bob.Id);
        Assert.Empty(Blocks.Of(ann.Id));
        Assert.Empty(Blocks.Of(bob.Id));
        using var db = server.Get<ChatDatabase>().OpenRead();
        Assert.False(db.Blocks.Any(block => block.UserId == bob.Id.Value || block.BlockedId == bob.Id.Value));
    }

    private async Task<(TestPerson Ann, TestPerson Bob)> PeopleAsync() => (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));

    private async Task BlockAsync(TestPerson who, TestPerson whom) => Assert.Equal(BlockOutcome.Done, await Blocks.AddAsync(who.Id, whom.Id));

    private async Task<RoomId> OpenAsync(TestPerson actor, TestPerson other) => (await Direct.OpenAsync(actor.Id, [other.Id])).Room!.Id;
}
