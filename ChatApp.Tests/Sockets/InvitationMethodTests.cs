using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Rooms;
using ChatApp.Tests.Accounts;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Sockets;

/// <summary>Invitations by <c>rpc</c>, with the same rights as on the pages.</summary>
public sealed class InvitationMethodTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task An_invitation_is_made_listed_and_revoked()
    {
        var moderator = await server.AddPersonAsync("Mod", Rank.Moderator);
        var room = await server.MakeRoomAsync(moderator, RoomVisibility.Private);
        await using var socket = await server.ConnectAsync(moderator);
        var made = await DataAsync(socket, "invitation.create", new { uses = 2, seconds = 3600, room = room.Id.Value, note = "  new people " });
        Assert.StartsWith("/account/register?invite=invite_", made.GetProperty("path").GetString(), StringComparison.Ordinal);
        var id = made.GetProperty("id").GetString()!;
        var line = await LineAsync(socket, id);
        Assert.Equal(("live", "new people", "member", room.Id.Value), (line.GetProperty("state").GetString(), line.GetProperty("note").GetString(), line.GetProperty("rank").GetString(), line.GetProperty("room").GetString()));
        Assert.Equal((0, 2, made.GetProperty("expires_at").GetInt64()), (line.GetProperty("uses").GetInt32(), line.GetProperty("max_uses").GetInt32(), line.GetProperty("expires_at").GetInt64()));

        var ann = await server.AddPersonAsync("Ann");
        Assert.True((await server.Get<Invitations>().JoinAsync(ann.Id, made.GetProperty("path").GetString()!.Split('=')[1])).IsDone);
        Assert.Equal(ann.Id.Value, (await LineAsync(socket, id)).GetProperty("came").EnumerateArray().Single().GetProperty("id").GetString());
        await DataAsync(socket, "invitation.revoke", new { id, reason = "enough" });
        Assert.Equal("revoked", (await LineAsync(socket, id)).GetProperty("state").GetString());
    }

    [Fact]
    public async Task A_room_that_one_may_not_know_of_is_not_named()
    {
        var (boss, moderator) = (await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync("Mod", Rank.Moderator));
        var room = await server.MakeRoomAsync(boss, RoomVisibility.Private);
        await server.InviteAsync(boss, room.Id);
        await using var socket = await server.ConnectAsync(moderator);
        var line = (await DataAsync(socket, "invitation.list", new { })).GetProperty("invitations").EnumerateArray().Single(line => line.GetProperty("by").GetProperty("id").GetString() == boss.Id.Value);
        Assert.Equal(JsonValueKind.Null, line.GetProperty("room").ValueKind);
    }

    [Theory]
    [InlineData("invitation.create", """{}""", 103)]
    [InlineData("invitation.create", """{"rank":"moderator"}""", 103)]
    [InlineData("invitation.create", """{"rank":"king"}""", 107)]
    [InlineData("invitation.create", """{"uses":0}""", 107)]
    [InlineData("invitation.create", """{"uses":1001}""", 107)]
    [InlineData("invitation.create", """{"uses":9223372036854775807}""", 107)]
    [InlineData("invitation.create", """{"seconds":3599}""", 107)]
    [InlineData("invitation.create", """{"seconds":9223372036854775807}""", 107)]
    [InlineData("invitation.create", """{"room":"nowhere"}""", 102)]
    [InlineData("invitation.create", """{"note":7}""", 107)]
    [InlineData("invitation.revoke", """{}""", 107)]
    [InlineData("invitation.revoke", """{"id":"nothing"}""", 107)]
    [InlineData("invitation.else", """{}""", 104)]
    public async Task What_a_member_cannot_do_is_refused(string method, string data, int code)
    {
        await using var socket = await server.ConnectAsync(await server.AddPersonAsync());
        Assert.Equal(code, TestSocket.ErrorOf(await CallAsync(socket, method, JsonDocument.Parse(data).RootElement)));
    }

    [Fact]
    public async Task A_member_sees_their_own_only()
    {
        var (boss, ann) = (await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync("Ann"));
        await server.InviteAsync(boss);
        var room = await server.MakeRoomAsync(ann);
        await using var socket = await server.ConnectAsync(ann);
        var made = await DataAsync(socket, "invitation.create", new { room = room.Id.Value });
        var lines = (await DataAsync(socket, "invitation.list", new { })).GetProperty("invitations").EnumerateArray().ToList();
        Assert.Equal(made.GetProperty("id").GetString(), Assert.Single(lines).GetProperty("id").GetString());
    }

    private static async Task<JsonElement> LineAsync(TestSocket socket, string id) =>
        (await DataAsync(socket, "invitation.list", new { })).GetProperty("invitations").EnumerateArray().Single(line => line.GetProperty("id").GetString() == id);

    private static async Task<JsonElement> DataAsync(TestSocket socket, string method, object data)
    {
        var reply = await CallAsync(socket, method, data);
        Assert.True(reply.TryGetProperty("rpc", out var answer), reply.ToString());
        return answer.GetProperty("data");
    }

    private static Task<JsonElement> CallAsync(TestSocket socket, string method, object data) => socket.AskAsync(new { rpc = new { method, data } });
}
