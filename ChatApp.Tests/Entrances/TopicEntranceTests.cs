using System.Text.RegularExpressions;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Entrances;

/// <summary>One script about topics by every entrance that has commands: WebSocket, TCP, server API. The answers are the same, byte for byte.</summary>
public sealed partial class TopicEntranceTests(EntranceTests.Server server) : IClassFixture<EntranceTests.Server>
{
    [Fact]
    public async Task Every_entrance_answers_the_same_about_topics()
    {
        var person = await server.AddPersonAsync("Guest");
        var stories = new List<string>();
        foreach (var entrance in new Func<Entrance>[] { () => new SocketEntrance(server, person), () => new LineEntrance(server, person), () => new HttpEntrance(server, person) })
        {
            await using var door = entrance();
            Assert.NotEqual("refused", await door.ListenAsync(new RoomId("general")));
            stories.Add(await PlayAsync(door, "topic:kept:" + stories.Count));
        }

        Assert.Contains("""publish: {"offset":2,"epoch":"?","duplicate":false}""", stories[0], StringComparison.Ordinal);
        Assert.Contains("""{"data":{"bid":2345.10},"offset":1,"time":?}""", stories[0], StringComparison.Ordinal);
        Assert.All(stories, story => Assert.Equal(stories[0], story));
    }

    private static async Task<string> PlayAsync(Entrance door, string channel)
    {
        var story = new List<string>();
        foreach (var (command, body) in new (string, object)[]
        {
            ("publish", new { channel, data = new { bid = 2345.10m }, idempotency_key = "k" }), ("publish", new { channel, data = 0, idempotency_key = "k" }), ("publish", new { channel, data = "text" }),
            ("publish", new { channel, data = new string('x', 3000) }), ("publish", new { channel, data = 1, idempotency_key = "" }),
            ("history", new { channel, limit = 10 }), ("history", new { channel, limit = 10, reverse = true, since = new { offset = 2 } }), ("history", new { channel, limit = 1, since = new { offset = 1, epoch = "other" } }),
            ("history", new { channel = "topic:plain:x" }), ("history", new { channel = "topic:nothing" }),
            ("presence", new { channel }), ("presence_stats", new { channel }), ("presence", new { channel = "topic:plain:x" }), ("presence_stats", new { channel = "topic:nothing" }),
        })
            story.Add($"{command}: {Varying().Replace(Publisher().Replace(await door.CommandAsync(command, body), ""), "\"${name}\":${quote}?${quote}")}");
        return string.Join('\n', story);
    }

    [GeneratedRegex("\"(?<name>epoch|time)\":(?<quote>\"?)[0-9a-f]+\"?", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Varying();

    // What the server API publishes comes without.
    [GeneratedRegex(",\"info\":{[^}]*}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Publisher();
}
