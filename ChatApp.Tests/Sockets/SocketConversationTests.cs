using System.Net.WebSockets;
using System.Text.Json;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Sockets;

public sealed class SocketConversationTests(TestServer server) : SocketConversationTests<TestServer>(server);

/// <summary>The same through the web server.</summary>
public sealed class SocketConversationByStreamTests(StreamServer server) : SocketConversationTests<StreamServer>(server);

public abstract class SocketConversationTests<TServer>(TServer server) : IClassFixture<TServer>
    where TServer : TestServer
{
    [Fact]
    public async Task A_message_published_on_one_socket_arrives_at_another_with_the_offset_that_the_sender_was_told()
    {
        var ann = await server.AddPersonAsync("Ann");
        var bob = await server.AddPersonAsync("Bob");
        var room = await server.MakeRoomAsync(ann, RoomVisibility.Private, "Talk", bob);
        await using var sender = await server.ConnectAsync(ann);
        await using var receiver = await server.SubscribeAsync(bob, room.Id);

        var reply = await sender.AskAsync(new { publish = new { channel = $"room:{room.Id}", data = new { text = "**hello**", key = "k1" } } });
        var published = reply.GetProperty("publish");
        var arrived = await receiver.EventAsync("message.posted");

        Assert.Equal(published.GetProperty("offset").GetInt64(), arrived.GetProperty("offset").GetInt64());
        Assert.False(published.GetProperty("duplicate").GetBoolean());
        var message = arrived.GetProperty("data").GetProperty("message");
        Assert.Equal(published.GetProperty("id").GetString(), message.GetProperty("id").GetString());
        Assert.Equal("**hello**", message.GetProperty("text").GetString());
        Assert.Equal("<p><strong>hello</strong></p>", message.GetProperty("html").GetString());
        Assert.Equal("k1", message.GetProperty("key").GetString());
        Assert.Equal(ann.Id.Value, message.GetProperty("author").GetProperty("id").GetString());
        Assert.Equal(ann.Name, message.GetProperty("author").GetProperty("name").GetString());
    }
}
