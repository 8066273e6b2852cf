using System.Text.Json;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;
using ChatApp.Tests.Tokens;

namespace ChatApp.Tests.Sockets;

/// <summary>How a program comes back.</summary>
internal static class ResumeKit
{
    /// <summary>Connects, and subscribes to a room from that place on; the reply.</summary>
    public static async Task<JsonElement> ResumeAsync(this TestServer server, string token, RoomView room, long offset)
    {
        await using var socket = await server.ConnectByAsync(token);
        return await socket.AskAsync(new { subscribe = new { channel = $"room:{room.Id}", recover = true, epoch = room.Epoch, offset } });
    }
}
