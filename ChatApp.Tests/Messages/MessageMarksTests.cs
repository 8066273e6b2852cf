using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Messages;

public sealed class MessageMarksTests(TestServer server) : IClassFixture<TestServer>
{
    private MessageMarks Marks => server.Get<MessageMarks>();

    [Fact]
    public async Task Reactions_are_counted_per_kind_in_the_order_in_which_they_came()
    {
        var (ann, bob, room) = await RoomOfTwoAsync();
        await using var socket = await server.SubscribeAsync(bob, room.Id);
        var message = await server.PostAsync(ann, room.Id, "words");
        Assert.Equal(MessageOutcome.Done, (await Marks.ReactAsync(ann.Id, message.Id, "👍", isOn: true)).Outcome);
        Assert.Equal(MessageOutcome.Done, (await Marks.ReactAsync(bob.Id, message.Id, "👍", isOn: true)).Outcome);
        Assert.Equal(MessageOutcome.Done, (await Marks.ReactAsync(bob.Id, message.Id, "1️⃣", isOn: true)).Outcome);

        var seen = server.Get<MessageHistory>().Find(bob.Id, message.Id)!;
        Assert.Equal(["👍:2", "1️⃣:1"], seen.Reactions.OrderByDescending(kind => kind.Users.Count).Select(kind => $"{kind.Emoji}:{kind.Users.Count}"));
        await socket.EventAsync("reaction.changed");
        await socket.EventAsync("reaction.changed");
        var announced = (await socket.EventAsync("reaction.changed")).GetProperty("data").GetProperty("message").GetProperty("reactions");
        Assert.Equal(2, announced.GetArrayLength());
    }

    [Fact]
    public async Task Twice_the_same_is_once_and_taking_back_what_is_not_there_is_nothing()
    {
        var (ann, _, room) = await RoomOfTwoAsync();
        var message = await server.PostAsync(ann, room.Id, "words");
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Marks.ReactAsync(ann.Id, message.Id, "🎉", isOn: true)));
        Assert.Equal(message.Offset.Value + 1, server.Get<RoomDirectory>().Find(room.Id, ann.Id)!.Room.Head.Value);
        await Marks.ReactAsync(ann.Id, message.Id, "🎉", isOn: false);
        await Marks.ReactAsync(ann.Id, message.Id, "🎉", isOn: false);
        Assert.Equal(message.Offset.Value + 2, server.Get<RoomDirectory>().Find(room.Id, ann.Id)!.Room.Head.Value);
        Assert.Empty(server.Get<MessageHistory>().Find(ann.Id, message.Id)!.Reactions);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("<b>")]
    [InlineData("👍👍")]
    [InlineData(" ")]
    [InlineData("\u202e")]
    [InlineData("1")]
    public async Task Only_one_emoji_is_a_reaction(string text)
    {
        var (ann, _, room) = await RoomOfTwoAsync();
        var message = await server.PostAsync(ann, room.Id, "words");
        Assert.Equal(MessageOutcome.BadReaction, (await Marks.ReactAsync(ann.Id, message.Id, text, isOn: true)).Outcome);
    }

    [Fact]
    public async Task A_message_has_at_most_fifty_kinds()
    {
        var (ann, bob, room) = await RoomOfTwoAsync();
        var message = await server.PostAsync(ann, room.Id, "words");
        for (var i = 0; i < 50; i++) Assert.Equal(MessageOutcome.Done, (await Marks.ReactAsync(ann.Id, message.Id, char.ConvertFromUtf32(0x1F600 + i), isOn: true)).Outcome);
        Assert.Equal(MessageOutcome.BadReaction, (await Marks.ReactAsync(ann.Id, message.Id, "🚀", isOn: true)).Outcome);
        Assert.Equal(MessageOutcome.Done, (await Marks.ReactAsync(bob.Id, message.Id, char.ConvertFromUtf32(0x1F600), isOn: true)).Outcome);
    }

    [Fact]
    public async Task Pins_are_listed_and_go_with_the_message()
    {
        var (ann, bob, room) = await RoomOfTwoAsync();
        var message = await server.PostAsync(ann, room.Id, "words");
        await Marks.PinAsync(bob.Id, message.Id, isOn: true);
        Assert.Equal([message.Id], server.Get<MessageHistory>().Pinned(ann.Id, room.Id)!.Select(pinned => pinned.Id));
        await server.Get<MessageEditor>().DeleteAsync(ann.Id, message.Id);
        Assert.Empty(server.Get<MessageHistory>().Pinned(ann.Id, room.Id)!);
    }

    [Fact]
    public async Task Outsiders_find_no_message_to_mark()
    {
        var (ann, _, room) = await RoomOfTwoAsync();
        var outsider = await server.AddPersonAsync("Out");
        var message = await server.PostAsync(ann, room.Id, "words");
        Assert.Equal(MessageOutcome.NotFound, (await Marks.ReactAsync(outsider.Id, message.Id, "👍", isOn: true)).Outcome);
        Assert.Equal(MessageOutcome.NotFound, (await Marks.PinAsync(outsider.Id, message.Id, isOn: true)).Outcome);
        Assert.Null(server.Get<MessageHistory>().Pinned(outsider.Id, room.Id));
    }

    private async Task<(TestPerson Ann, TestPerson Bob, RoomView Room)> RoomOfTwoAsync()
    {
        var ann = await server.AddPersonAsync("Ann");
        var bob = await server.AddPersonAsync("Bob");
        return (ann, bob, await server.MakeRoomAsync(ann, RoomVisibility.Private, "Two", bob));
    }
}
