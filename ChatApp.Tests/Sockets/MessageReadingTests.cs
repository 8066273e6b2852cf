using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Sockets;

/// <summary>What programs read of messages besides their history.</summary>
public sealed class MessageReadingTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Earlier_texts_are_for_the_author_and_for_moderators()
    {
        var (ann, bob, mod) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"), await server.AddPersonAsync("Mod", Rank.Moderator));
        var message = await server.PostAsync(ann, RoomId.General, "first");
        await server.Get<MessageEditor>().EditAsync(ann.Id, message.Id, "second");
        await server.Get<MessageEditor>().EditAsync(ann.Id, message.Id, "third");
        foreach (var person in (TestPerson[])[ann, mod])
        {
            await using var socket = await server.ConnectAsync(person);
            var texts = (await AskAsync(socket, "message.earlier", new { id = message.Id.ToString() })).GetProperty("rpc").GetProperty("data").GetProperty("texts");
            Assert.Equal(["first", "second"], texts.EnumerateArray().Select(text => text.GetProperty("text").GetString()));
            Assert.All(texts.EnumerateArray(), text => Assert.True(text.GetProperty("replaced_at").GetInt64() >= message.At.ToUnixTimeMilliseconds()));
        }

        await using var other = await server.ConnectAsync(bob);
        Assert.Equal(404, (await AskAsync(other, "message.earlier", new { id = message.Id.ToString() })).GetProperty("error").GetProperty("code").GetInt32());
        await server.Get<MessageEditor>().DeleteAsync(ann.Id, message.Id);
        await using var author = await server.ConnectAsync(ann);
        Assert.Empty((await AskAsync(author, "message.earlier", new { id = message.Id.ToString() })).GetProperty("rpc").GetProperty("data").GetProperty("texts").EnumerateArray());
    }

    [Fact]
    public async Task Pinned_messages_are_for_members()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann);
        var message = await server.PostAsync(ann, room.Id, "important");
        await server.PostAsync(ann, room.Id, "not so important");
        await server.Get<MessageMarks>().PinAsync(ann.Id, message.Id, isOn: true);
        await using var socket = await server.ConnectAsync(ann);
        var pinned = (await AskAsync(socket, "message.pinned", new { room = room.Id.Value })).GetProperty("rpc").GetProperty("data").GetProperty("messages");
        Assert.Equal(("important", message.Offset.Value), (pinned[0].GetProperty("text").GetString(), pinned[0].GetProperty("offset").GetInt64()));
        Assert.Equal(1, pinned.GetArrayLength());
        await using var stranger = await server.ConnectAsync(bob);
        Assert.Equal(102, (await AskAsync(stranger, "message.pinned", new { room = room.Id.Value })).GetProperty("error").GetProperty("code").GetInt32());
    }

    private static Task<System.Text.Json.JsonElement> AskAsync(TestSocket socket, string method, object data) => socket.AskAsync(new { rpc = new { method, data } });
}
