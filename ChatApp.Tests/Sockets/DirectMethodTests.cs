using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Sockets;

/// <summary>Conversations and blocks by <c>rpc</c>, with the same rights as on the pages.</summary>
public sealed class DirectMethodTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task A_program_says_something_to_a_person_who_hears_it_on_all_connections()
    {
        var (ann, bob) = await PeopleAsync();
        await using var her = await server.ConnectAsync(ann);
        await using var first = await server.ConnectAsync(bob);
        await using var second = await server.ConnectAsync(bob);
        var said = await DataAsync(her, "direct.post", new { user = bob.Id.Value, text = "hello Bob", key = "key-1" });
        var room = said.GetProperty("room").GetString()!;
        foreach (var device in new[] { first, second })
        {
            Assert.Equal(room, (await device.EventAsync("room.joined")).GetProperty("data").GetProperty("room").GetProperty("id").GetString());
            var subscribed = await device.AskAsync(new { subscribe = new { channel = $"room:{room}" } });
            var page = await DataAsync(device, "message.history", new { room });
            Assert.Equal("hello Bob", Assert.Single(page.GetProperty("messages").EnumerateArray()).GetProperty("text").GetString());
            Assert.Equal(said.GetProperty("offset").GetInt64(), subscribed.GetProperty("subscribe").GetProperty("offset").GetInt64());
        }

        var answer = await DataAsync(first, "direct.post", new { user = ann.Id.Value, text = "hello Ann" });
        Assert.Equal(room, answer.GetProperty("room").GetString());
        Assert.Equal("hello Ann", (await second.EventAsync("message.posted")).GetProperty("data").GetProperty("message").GetProperty("text").GetString());
    }

    [Fact]
    public async Task A_retry_with_the_same_key_is_the_same_message_in_the_same_room()
    {
        var (ann, bob) = await PeopleAsync();
        await using var socket = await server.ConnectAsync(ann);
        var once = await DataAsync(socket, "direct.post", new { user = bob.Id.Value, text = "once", key = "k" });
        var again = await DataAsync(socket, "direct.post", new { user = bob.Id.Value, text = "once", key = "k" });
        Assert.Equal((false, true), (once.GetProperty("duplicate").GetBoolean(), again.GetProperty("duplicate").GetBoolean()));
        foreach (var same in new[] { "room", "id", "epoch" }) Assert.Equal(once.GetProperty(same).GetString(), again.GetProperty(same).GetString());
        Assert.Equal(408, await CodeAsync(socket, "direct.post", new { user = bob.Id.Value, text = "other", key = "k" }));
    }

    [Fact]
    public async Task A_group_is_opened_listed_with_its_people_and_taken_off_the_list()
    {
        var (ann, bob) = await PeopleAsync();
        var eve = await server.AddPersonAsync("Eve");
        await using var socket = await server.ConnectAsync(ann);
        var room = (await DataAsync(socket, "direct.open", new { users = new[] { bob.Id.Value, eve.Id.Value } })).GetProperty("room");
        var id = room.GetProperty("id").GetString()!;
        Assert.Equal(($"{bob.Name}, {eve.Name}", "direct", 3), (room.GetProperty("name").GetString(), room.GetProperty("kind").GetString(), room.GetProperty("people").GetArrayLength()));
        var line = (await LinesAsync(socket)).Single(line => line.GetProperty("id").GetString() == id);
        Assert.Equal(($"{bob.Name}, {eve.Name}", "direct", true, 3), (line.GetProperty("name").GetString(), line.GetProperty("kind").GetString(), line.GetProperty("private").GetBoolean(), line.GetProperty("people").GetArrayLength()));
        Assert.Equal("public", (await LinesAsync(socket)).Single(line => line.GetProperty("id").GetString() == "general").GetProperty("kind").GetString());
        await DataAsync(socket, "direct.hide", new { room = id });
        Assert.DoesNotContain(await LinesAsync(socket), line => line.GetProperty("id").GetString() == id);
    }

    [Fact]
    public async Task What_a_card_says_a_program_reads_too()
    {
        var (ann, bob) = await PeopleAsync();
        await server.Get<Profiles>().DescribeAsync(bob.Id, bob.Name, "On the roof");
        await server.Get<Profiles>().ChooseAsync(bob.Id, new Choices(null, null, "Asia/Tokyo"));
        await using var socket = await server.ConnectAsync(ann);
        var info = await DataAsync(socket, "user.info", new { user = bob.Id.Value });
        Assert.Equal((bob.Name, "member", "On the roof", "Asia/Tokyo"), (info.GetProperty("user").GetProperty("name").GetString(), info.GetProperty("rank").GetString(), info.GetProperty("status").GetString(), info.GetProperty("zone").GetString()));
        Assert.Equal(107, await CodeAsync(socket, "user.info", new { user = "nobody" }));
    }

    [Fact]
    public async Task Whoever_is_blocked_gets_405_and_no_reason()
    {
        var (ann, bob) = await PeopleAsync();
        await using var hers = await server.ConnectAsync(ann);
        await using var his = await server.ConnectAsync(bob);
        var room = (await DataAsync(his, "direct.open", new { users = new[] { ann.Id.Value } })).GetProperty("room").GetProperty("id").GetString();
        await DataAsync(hers, "block.add", new { user = bob.Id.Value });
        Assert.Equal(bob.Id.Value, Assert.Single((await DataAsync(hers, "block.list", new { })).GetProperty("users").EnumerateArray()).GetProperty("id").GetString());
        Assert.Equal(405, await CodeAsync(his, "direct.post", new { user = ann.Id.Value, text = "hello?" }));
        Assert.Equal(405, TestSocket.ErrorOf(await his.AskAsync(new { publish = new { channel = $"room:{room}", data = new { text = "hello?" } } })));
        var eve = await server.AddPersonAsync("Eve");
        Assert.Equal(405, await CodeAsync(his, "direct.open", new { users = new[] { ann.Id.Value, eve.Id.Value } }));
        var tower = await server.MakeRoomAsync(bob);
        Assert.Equal(405, await CodeAsync(his, "room.invite", new { room = tower.Id.Value, user = ann.Id.Value }));
        Assert.Equal(103, await CodeAsync(his, "room.invite", new { room, user = eve.Id.Value }));
        await DataAsync(hers, "block.remove", new { user = bob.Id.Value });
        await DataAsync(his, "direct.post", new { user = ann.Id.Value, text = "hello again" });
    }

    [Theory]
    [InlineData("direct.open", """{}""", 107)]
    [InlineData("direct.open", """{"users":[]}""", 107)]
    [InlineData("direct.open", """{"users":"ann"}""", 107)]
    [InlineData("direct.open", """{"users":[7]}""", 107)]
    [InlineData("direct.open", """{"users":["nobody"]}""", 107)]
    [InlineData("direct.open", """{"users":["1","2","3","4","5","6","7","8"]}""", 107)]
    [InlineData("direct.post", """{"user":"nobody","text":"hello"}""", 107)]
    [InlineData("direct.post", """{"text":"hello"}""", 107)]
    [InlineData("direct.hide", """{"room":"general"}""", 107)]
    [InlineData("direct.hide", """{"room":"nowhere"}""", 102)]
    [InlineData("direct.else", """{}""", 104)]
    [InlineData("block.add", """{"user":"nobody"}""", 107)]
    [InlineData("block.remove", """{}""", 107)]
    [InlineData("block.else", """{}""", 104)]
    public async Task What_makes_no_sense_is_refused(string method, string data, int code)
    {
        await using var socket = await server.ConnectAsync(await server.AddPersonAsync());
        Assert.Equal(code, await CodeAsync(socket, method, JsonDocument.Parse(data).RootElement));
    }

    private async Task<(TestPerson Ann, TestPerson Bob)> PeopleAsync() => (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));

    private static async Task<IEnumerable<JsonElement>> LinesAsync(TestSocket socket) => (await DataAsync(socket, "room.list", new { })).GetProperty("rooms").EnumerateArray();

    private static async Task<int> CodeAsync(TestSocket socket, string method, object data) => TestSocket.ErrorOf(await socket.AskAsync(new { rpc = new { method, data } }));

    private static async Task<JsonElement> DataAsync(TestSocket socket, string method, object data)
    {
        var reply = await socket.AskAsync(new { rpc = new { method, data } });
        return reply.TryGetProperty("rpc", out var rpc) ? rpc.GetProperty("data") : throw new Xunit.Sdk.XunitException(reply.ToString());
    }
}
