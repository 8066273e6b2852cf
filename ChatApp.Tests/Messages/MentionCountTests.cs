using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Messages;

/// <summary>How many unread messages mention somebody: live and counted anew it is the same number, whatever happens.</summary>
public sealed class MentionCountTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Reading_edits_and_deletions_move_the_number_on_all_devices()
    {
        var (ann, bob, room) = await RoomOfTwoAsync();
        using var first = server.Get<UnreadBoard>().Watch(bob.Id, () => { });
        using var second = server.Get<UnreadBoard>().Watch(bob.Id, () => { });
        var named = await server.PostAsync(ann, room.Id, $"@{bob.Name}");
        await server.PostAsync(ann, room.Id, "nobody");
        await server.PostAsync(ann, room.Id, "@all");
        await server.PostAsync(bob, room.Id, "@all, by myself");
        await Eventually.EqualsAsync((3, 2, 2), () => (CountIn(first, room).Count, CountIn(first, room).Mentions, CountIn(second, room).Mentions));
        await server.Get<MessageEditor>().EditAsync(ann.Id, named.Id, "nobody any more");
        await Eventually.EqualsAsync((3, 1), () => (CountIn(first, room).Count, CountIn(first, room).Mentions));
        await server.Get<MessageEditor>().EditAsync(ann.Id, named.Id, $"@{bob.Name} again");
        await Eventually.EqualsAsync((3, 2), () => (CountIn(first, room).Count, CountIn(first, room).Mentions));
        await server.Get<MessageEditor>().DeleteAsync(ann.Id, named.Id);
        await Eventually.EqualsAsync((2, 1), () => (CountIn(second, room).Count, CountIn(second, room).Mentions));
        await server.Get<MessageEditor>().RestoreAsync(ann.Id, named.Id);
        await Eventually.EqualsAsync((3, 2), () => (CountIn(second, room).Count, CountIn(second, room).Mentions));
        Assert.Equal(1, (await server.Get<ReadMarkers>().MarkAsync(bob.Id, room.Id, named.Offset))!.Mentions);
        await Eventually.EqualsAsync((2, 1, 1), () => (CountIn(first, room).Count, CountIn(first, room).Mentions, CountIn(second, room).Mentions));
    }

    [Theory]
    [InlineData(20261129)]
    [InlineData(7)]
    public async Task Whatever_happens_in_whatever_order_the_numbers_end_as_the_service_counts_them_and_as_anybody_can_count(int seed)
    {
        var random = new Random(seed);
        var (ann, bob, room) = await RoomOfTwoAsync();
        var second = await server.MakeRoomAsync(ann, RoomVisibility.Private, "Second", bob);
        List<MessageView> posted = [];
        using var watch = server.Get<UnreadBoard>().Watch(bob.Id, () => { });
        string Text(int round) => random.Next(4) switch { 0 => $"@{bob.Name} {round}", 1 => $"@{ann.Name} @{bob.Name} {round}", 2 when random.Next(20) == 0 => $"@all {round}", _ => $"plain {round}" };
        for (var round = 0; round < 300; round++)
        {
            var where = random.Next(2) == 0 ? room.Id : second.Id;
            var some = posted.Count == 0 ? null : posted[random.Next(posted.Count)];
            switch (random.Next(10))
            {
                case < 4:
                    // Calling everybody too often is refused, which is no matter here.
                    var author = random.Next(4) == 0 ? bob : ann;
                    if (await server.Get<MessageWriter>().PostAsync(author.Id, where, Text(round), null) is PostResult.Accepted accepted) posted.Add(accepted.Message);
                    break;
                case 4 when some is not null: await server.Get<MessageEditor>().DeleteAsync(some.Author.Id, some.Id); break;
                case 5 when some is not null: await server.Get<MessageEditor>().RestoreAsync(some.Author.Id, some.Id); break;
                case 6 or 7 when some is not null: await server.Get<MessageEditor>().EditAsync(some.Author.Id, some.Id, Text(round)); break;
                case 8: await server.Get<ReadMarkers>().MarkAsync(bob.Id, where, new Offset(random.Next(200)), isBack: random.Next(2) == 0); break;
            }
        }

        foreach (var each in new[] { room.Id, second.Id })
        {
            var expected = server.Get<ReadMarkers>().Of(bob.Id, each)!;
            Assert.Equal(Recount(bob, each, expected.UpTo), expected.Mentions);
            await Eventually.EqualsAsync((expected.Count, expected.Mentions), () => (watch.Numbers[each].Count, watch.Numbers[each].Mentions));
        }

        using var db = server.Get<ChatDatabase>().OpenRead();
        Assert.Empty(db.Mentions.Where(row => db.Messages.Any(message => message.Id == row.MessageId && message.DeletedAt != null)));
    }

    [Fact]
    public async Task Of_everybody_counts_from_when_one_came()
    {
        var (ann, bob, room) = await RoomOfTwoAsync();
        await server.PostAsync(ann, room.Id, "@all, before");
        var eve = await server.AddPersonAsync("Eve");
        await server.Get<RoomWriter>().InviteAsync(ann.Id, room.Id, eve.Id);
        Assert.Equal(0, server.Get<ReadMarkers>().Of(eve.Id, room.Id)!.Mentions);
        await server.PostAsync(ann, room.Id, "@all, after");
        Assert.Equal(1, server.Get<ReadMarkers>().Of(eve.Id, room.Id)!.Mentions);
        Assert.Equal(2, server.Get<ReadMarkers>().Of(bob.Id, room.Id)!.Mentions);
    }

    // By the texts themselves.
    private int Recount(TestPerson bob, RoomId room, Offset upTo)
    {
        using var db = server.Get<ChatDatabase>().OpenRead();
        return db.Messages.Where(message => message.RoomId == room.Value && message.DeletedAt == null && message.AuthorId != bob.Id.Value && message.Offset > upTo.Value)
            .Select(message => message.Text).AsEnumerable().Count(text => text.Contains($"@{bob.Name} ", StringComparison.Ordinal) || text.Contains("@all", StringComparison.Ordinal));
    }

    private static Unread CountIn(UnreadWatch watch, RoomView room) => watch.Numbers[room.Id];

    private async Task<(TestPerson Ann, TestPerson Bob, RoomView Room)> RoomOfTwoAsync()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        return (ann, bob, await server.MakeRoomAsync(ann, RoomVisibility.Private, "Two", bob));
    }
}
