using System.Text.Json;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Sockets;

/// <summary>How a program comes back.</summary>
internal static class ResumeKit
{
    /// <summary>A socket that is connected with that token.</summary>
    public static async Task<TestSocket> ConnectAsync(this TestServer server, string token)
    {
        var socket = await server.OpenSocketAsync();
        await socket.SendAsync(new { id = 1, connect = new { token } });
        Assert.True((await socket.ReplyAsync(1)).TryGetProperty("connect", out _));
        return socket;
    }

    /// <summary>Connects, and subscribes to a room from that place on; the reply.</summary>
    public static async Task<JsonElement> ResumeAsync(this TestServer server, string token, RoomView room, long offset)
    {
        await using var socket = await server.ConnectAsync(token);
        return await socket.AskAsync(new { subscribe = new { channel = $"room:{room.Id}", recover = true, epoch = room.Epoch, offset } });
    }
}
