using ChatApp.Rooms;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Search;

/// <summary>Searching by <c>rpc</c>.</summary>
public sealed class SearchSocketTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task A_program_searches_page_by_page()
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann, RoomVisibility.Private, "Lab");
        for (var i = 0; i < 3; i++) await server.PostAsync(ann, room.Id, $"Crème number {i}");
        await using var socket = await server.ConnectAsync(ann);

        var page = (await socket.AskAsync(Search(new { text = "creme", room = room.Id.Value, limit = 2 }))).GetProperty("rpc").GetProperty("data");
        var hits = page.GetProperty("hits").EnumerateArray().ToList();
        Assert.Equal(["Crème number 2", "Crème number 1"], hits.Select(hit => hit.GetProperty("message").GetProperty("text").GetString()));
        Assert.Equal("Lab", hits[0].GetProperty("room_name").GetString());
        Assert.Equal("""[{"text":"Crème","hit":true},{"text":" number 2"}]""", hits[0].GetProperty("extract").GetRawText().Replace("\\u00E8", "è", StringComparison.Ordinal));

        page = (await socket.AskAsync(Search(new { text = "creme", room = room.Id.Value, before = page.GetProperty("next").GetString() }))).GetProperty("rpc").GetProperty("data");
        Assert.Equal("Crème number 0", Assert.Single(page.GetProperty("hits").EnumerateArray().ToList()).GetProperty("message").GetProperty("text").GetString());
        Assert.False(page.TryGetProperty("next", out _));
    }

    [Fact]
    public async Task A_foreign_room_looks_like_none_and_wrong_arguments_are_said()
    {
        var ann = await server.AddPersonAsync("Ann");
        var eve = await server.AddPersonAsync("Eve");
        var room = await server.MakeRoomAsync(ann, RoomVisibility.Private);
        await using var socket = await server.ConnectAsync(eve);
        Assert.Equal(102, TestSocket.ErrorOf(await socket.AskAsync(Search(new { text = "x", room = room.Id.Value }))));
        Assert.Equal(102, TestSocket.ErrorOf(await socket.AskAsync(Search(new { text = "x", room = "nosuchroom" }))));
        Assert.Equal(107, TestSocket.ErrorOf(await socket.AskAsync(Search(new { room = room.Id.Value }))));
        Assert.Equal(107, TestSocket.ErrorOf(await socket.AskAsync(Search(new { text = "x", before = "x" }))));
        Assert.Equal(107, TestSocket.ErrorOf(await socket.AskAsync(Search(new { text = 5 }))));
    }

    [Fact]
    public async Task Whoever_searches_too_often_is_told_when_to_try_again()
    {
        await using var strict = await TestServer.StartAsync(["Search:SearchBurst=2", "Search:SearchesPerSecond=1"]);
        var ann = await strict.AddPersonAsync("Ann");
        await using var socket = await strict.ConnectAsync(ann);
        System.Text.Json.JsonElement reply = default;
        await Eventually.BecomesAsync(
            async () => (reply = await socket.AskAsync(Search(new { text = "x" }))).TryGetProperty("error", out _), "nothing was refused");
        Assert.Equal(111, TestSocket.ErrorOf(reply));
        Assert.True(reply.GetProperty("error").GetProperty("retry_ms").GetInt64() is > 0 and <= 60_000);
    }

    private static object Search(object data) => new { rpc = new { method = "search", data } };
}
