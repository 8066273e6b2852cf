using System.Text.Json;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Sockets;

/// <summary>A program loads a page of a room and subscribes from there while others post: the moment between what is read and what is live.</summary>
public sealed class BoundaryTests
{
    private const int Interleavings = 10_000;
    private const int Programs = 4;

    [Fact]
    public async Task Ten_thousand_times_a_program_pages_and_subscribes_while_others_post_and_there_is_no_hole_and_no_double()
    {
        await using var server = await TestServer.StartAsync(["Push:PingSeconds=3600"]);
        var ann = await server.AddPersonAsync("Ann");
        var room = (await server.MakeRoomAsync(ann)).Id;
        using var over = new CancellationTokenSource();
        var posting = Enumerable.Range(0, 2).Select(number => Task.Run(async () =>
        {
            for (var i = 0; !over.IsCancellationRequested; i++)
            {
                await server.PostAsync(ann, room, $"{number} {i}");
                // Pauses, so that visits end behind all that was posted as well as in the middle of it.
                if (i % 8 == 0) await Task.Delay(1, CancellationToken.None);
            }
        })).ToList();
        var visits = await Task.WhenAll(Enumerable.Range(0, Programs).Select(_ => Task.Run(() => VisitAsync(server, ann, room))));
        await over.CancelAsync();
        await Task.WhenAll(posting);
        // Without these nothing has been shown.
        Assert.True(visits.Sum(visit => visit.Replayed) > Interleavings / 100, "hardly ever was something posted between the page and the subscription");
        Assert.True(visits.Sum(visit => visit.Live) > Interleavings / 100, "hardly ever was something posted while somebody listened");
    }

    // How often the reply held something that the page did not, and how often something live followed.
    private static async Task<(int Replayed, int Live)> VisitAsync(TestServer server, TestPerson person, RoomId room)
    {
        await using var socket = await server.ConnectAsync(person);
        var channel = $"room:{room}";
        var (replayed, live, last) = (0, 0, 0L);
        for (var i = 0; i < Interleavings / Programs; i++)
        {
            var page = (await socket.AskAsync(new { rpc = new { method = "message.history", data = new { room = room.Value, limit = 3 } } })).GetProperty("rpc").GetProperty("data");
            var (head, epoch) = (page.GetProperty("head").GetInt64(), page.GetProperty("epoch").GetString());
            Assert.True(head >= last, "a page is behind what was heard before");
            if (page.GetProperty("messages").EnumerateArray().LastOrDefault() is { ValueKind: JsonValueKind.Object } newest) Assert.Equal(head, newest.GetProperty("offset").GetInt64());
            var reply = (await socket.AskAsync(new { subscribe = new { channel, recover = true, epoch, offset = head } })).GetProperty("subscribe");
            Assert.True(reply.GetProperty("recovered").GetBoolean());
            await socket.AskAsync(new { unsubscribe = new { channel } });
            // All that was heard of the room came before the last answer.
            var missed = OffsetsOf(reply.GetProperty("publications").EnumerateArray());
            var heard = OffsetsOf(socket.TakeRest().Where(frame => frame.TryGetProperty("push", out var push) && push.TryGetProperty("pub", out _)).Select(frame => frame.GetProperty("push").GetProperty("pub")));
            last = head + missed.Count + heard.Count;
            Assert.Equal(Enumerable.Range(1, (int)(last - head)).Select(step => head + step), [.. missed, .. heard]);
            if (missed.Count > 0) replayed++;
            if (last > reply.GetProperty("offset").GetInt64()) live++;
        }

        return (replayed, live);
    }

    private static List<long> OffsetsOf(IEnumerable<JsonElement> publications) =>
        [.. publications.Where(publication => publication.TryGetProperty("offset", out _)).Select(publication => publication.GetProperty("offset").GetInt64())];
}
