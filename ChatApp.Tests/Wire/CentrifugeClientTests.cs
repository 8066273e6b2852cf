using System.Text.Json;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Wire;

/// <summary>A stranger's program, the unmodified client of another server that speaks this protocol, works with ours.</summary>
public sealed class CentrifugeClientTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task The_unmodified_client_connects_subscribes_publishes_receives_and_is_turned_away_where_it_must()
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann);
        var secret = await server.MakeRoomAsync(await server.AddPersonAsync("Bob"), RoomVisibility.Private);
        var url = server.Address.Replace("http", "ws", StringComparison.Ordinal) + "/connection/websocket";

        var result = await CentrifugeScript.RunAsync("conformance.mjs",
            ["--url", url, "--token", await server.TokenOfAsync(ann), "--channel", $"room:{room.Id}", "--count", "5", "--denied", $"room:{secret.Id}"]);

        Assert.True(result.ExitCode == 0, result.ToString());
        var seen = JsonDocument.Parse(result.LastLine).RootElement;
        Assert.Equal(32, seen.GetProperty("client").GetString()!.Length);
        var first = room.Head.Value + 1;
        Assert.Equal(Enumerable.Range((int)first, 5), seen.GetProperty("published").EnumerateArray().Select(reply => reply.GetProperty("offset").GetInt32()));
        Assert.All(seen.GetProperty("published").EnumerateArray(), reply =>
        {
            Assert.Equal(room.Epoch, reply.GetProperty("epoch").GetString());
            Assert.False(reply.GetProperty("duplicate").GetBoolean());
        });
        Assert.All(seen.GetProperty("received").EnumerateArray(), publication =>
        {
            Assert.Equal("message.posted", publication.GetProperty("type").GetString());
            Assert.Equal(ann.Name, publication.GetProperty("author").GetString());
        });
        Assert.Equal(room.Epoch, seen.GetProperty("subscribed").GetProperty("streamPosition").GetProperty("epoch").GetString());
        Assert.Equal(room.Head.Value, seen.GetProperty("subscribed").GetProperty("streamPosition").GetProperty("offset").GetInt64());
        Assert.Equal(102, seen.GetProperty("denied").GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task The_unmodified_client_uses_topics_presence_history_and_recovery()
    {
        await using var topics = await TestServer.StartAsync(
        [
            "Topics:Prefixes:0:Prefix=builds:", "Topics:Prefixes:0:HistorySize=100", "Topics:Prefixes:0:ClientPublish=Members",
            "Topics:Prefixes:0:Presence=true", "Topics:Prefixes:0:JoinLeave=true",
        ]);
        var ann = await topics.AddPersonAsync("Ann");
        var url = topics.Address.Replace("http", "ws", StringComparison.Ordinal) + "/connection/websocket";
        var result = await CentrifugeScript.RunAsync("topics.mjs", ["--url", url, "--token", await topics.TokenOfAsync(ann), "--channel", "topic:builds:1"]);
        Assert.True(result.ExitCode == 0, result.ToString());
    }

    [Fact]
    public async Task The_unmodified_client_gives_up_where_the_token_is_none()
    {
        var url = server.Address.Replace("http", "ws", StringComparison.Ordinal) + "/connection/websocket";
        var result = await CentrifugeScript.RunAsync("conformance.mjs", ["--url", url, "--token", "none", "--channel", "room:general"]);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("not connected: 3500 invalid token", result.LastLine, StringComparison.Ordinal);
    }
}
