using ChatApp.Rooms;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Entrances;

/// <summary>
/// One script by every entrance: page, WebSocket, TCP, server-sent events, server API. Wherever two of them can do the same they
/// answer the same, are refused the same, and hear the same.
/// </summary>
public sealed class EntranceTests(EntranceTests.Server server) : IClassFixture<EntranceTests.Server>
{
    private static readonly string[] Kinds = ["page", "socket", "lines", "events", "http"];

    [Theory]
    [InlineData(RoomVisibility.Public, "member", "done")]
    [InlineData(RoomVisibility.Private, "member", "done")]
    [InlineData(RoomVisibility.Public, "outsider", "103")]
    [InlineData(RoomVisibility.Private, "outsider", "102")]
    public async Task Every_entrance_tells_the_same_story(RoomVisibility visibility, string who, string listening)
    {
        var stories = new Dictionary<string, Dictionary<string, string?>>(StringComparer.Ordinal);
        foreach (var kind in Kinds) stories[kind] = await PlayAsync(kind, visibility, isMember: who == "member");
        var page = stories["page"];
        Assert.Equal(listening, page["listen"]);
        Assert.All(page.Values, Assert.NotNull);
        foreach (var (kind, story) in stories)
        {
            foreach (var (step, outcome) in story.Where(step => step.Value is not null)) Assert.Equal($"{step}: {page[step]}", $"{step}: {outcome}");
            // Each has a part in it worth comparing.
            Assert.True(story.Values.Count(outcome => outcome is not null) >= (who == "member" ? 2 : 1), kind);
        }
    }

    // The scene: an owner who talks, and a guest who comes by the entrance, acts, is thrown out, and tries on.
    private async Task<Dictionary<string, string?>> PlayAsync(string kind, RoomVisibility visibility, bool isMember)
    {
        var (owner, guest) = (await server.AddPersonAsync("Owner"), await server.AddPersonAsync("Guest"));
        var room = (await server.MakeRoomAsync(owner, visibility, "Room", isMember ? [guest] : [])).Id;
        var owners = await server.PostAsync(owner, room, "of the owner");
        await using Entrance door = kind switch
        {
            "page" => new PageEntrance(server, guest),
            "socket" => new SocketEntrance(server, guest),
            "lines" => new LineEntrance(server, guest),
            "events" => new EventEntrance(server, guest),
            _ => new HttpEntrance(server, guest),
        };
        // What an entrance cannot do itself is done for it, so that all hear the same.
        await using var page = new PageEntrance(server, guest);
        var story = new Dictionary<string, string?>(StringComparer.Ordinal) { ["listen"] = await door.ListenAsync(room) };

        async Task<MessageId?> PostAsync(string step, string text, string key)
        {
            var posted = await door.PostAsync(room, text, key);
            story[step] = posted?.Outcome;
            return (posted ?? await page.PostAsync(room, text, key))!.Value.Message;
        }

        async Task TryAsync(string step, Func<Entrance, Task<string?>> act)
        {
            story[step] = await act(door);
            if (story[step] is null) await act(page);
        }

        var first = await PostAsync("post", "first", "k1") ?? owners.Id;
        // Ten refusals end a program, so an outsider tries less.
        if (isMember)
        {
            await PostAsync("post again", "first", "k1");
            await PostAsync("post other with the key", "other", "k1");
            await PostAsync("post nothing", " ", "k2");
            await PostAsync("post too much", new string('x', 8001), "k3");
            var second = (await PostAsync("post second", "second", "k4"))!.Value;
            await TryAsync("edit", entrance => entrance.EditAsync(first, "first, mended"));
            await TryAsync("edit nothing there", entrance => entrance.EditAsync(new MessageId(99_999_999), "?"));
            await TryAsync("delete", entrance => entrance.DeleteAsync(second));
        }

        await TryAsync("edit another's", entrance => entrance.EditAsync(owners.Id, "not mine"));
        await TryAsync("delete another's", entrance => entrance.DeleteAsync(owners.Id));
        story["history"] = await door.HistoryAsync(room);
        if (isMember) story["heard"] = await door.HeardAsync("message.deleted");

        // Out.
        if (isMember) Assert.True((await server.Get<RoomWriter>().LeaveAsync(guest.Id, room)).IsDone);
        await server.PostAsync(owner, room, "not for the guest");
        await PostAsync("post after leaving", "still here?", "k5");
        await PostAsync("post again after leaving", "first", "k1");
        await TryAsync("edit after leaving", entrance => entrance.EditAsync(first, "too late"));
        story["history after leaving"] = await door.HistoryAsync(room);
        if (isMember) story["heard at the end"] = await door.HeardAsync("2000");
        return story;
    }

    /// <summary>A server with the TCP port on, and with topics.</summary>
    public sealed class Server() : TestServer(
    [
        $"Push:TcpPort={TestLines.FreePort()}", "Topics:DataBytes=2048",
        "Topics:Prefixes:0:Prefix=kept:", "Topics:Prefixes:0:HistorySize=10", "Topics:Prefixes:0:ClientPublish=Members", "Topics:Prefixes:0:Presence=true", "Topics:Prefixes:1:Prefix=plain:",
    ]);
}
