using System.Collections.Concurrent;
using ChatApp.Client;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Client;

/// <summary>The guarantee of the library on a network that breaks all the time, against the real server.</summary>
public sealed class ClientStormTests
{
    private const string LastWord = "the last word";
    private const int Workers = 8;
    private const int OperationsEach = 130;
    private static readonly string[] Emojis = ["👍", "🎉", "😀"];

    private readonly ConcurrentDictionary<string, string> _posted = new();

    [Fact]
    public async Task A_program_that_only_listens_ends_with_what_a_fresh_load_shows_whatever_is_cut_and_each_post_stands_once()
    {
        await using var server = await TestServer.StartAsync(["Push:ConnectionsPerUser=1000"]);
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, RoomVisibility.Public, "Storm", bob);
        await using var proxy = new CuttingProxy(server.Address);
        await using var author = await server.ClientAsync(ann, proxy);
        // A small buffer, so that a long way back makes it pause.
        await using var reader = await server.ClientAsync(bob, proxy, eventBuffer: 128);
        var replica = new RoomReplica((await reader.HistoryAsync(room.Id.Value)).Position);
        // Not disposed here: the subscription ends with its client, and a reading that failed must be heard of.
        var events = (await reader.SubscribeAsync(room.Channel(), replica.Position)).GetAsyncEnumerator();
        var (cuts, random) = (0, new Random(20260));

        var reading = ReadToEndAsync();
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => WorkAsync(author, room.Id.Value, worker, new Random(random.Next()), Cut)));
        var last = await author.PostAsync(room.Id.Value, LastWord);
        await reading.WaitAsync(TimeSpan.FromMinutes(5));

        Assert.True(cuts > 20, $"only {cuts} cuts");
        var fresh = await AllAsync(author, room.Id.Value);
        Assert.Equal(fresh.Select(RoomReplica.Line), replica.Lines);
        Assert.Equal(_posted.Count + 1, fresh.Count);
        Assert.Equal([.. _posted.Keys.Append(last.MessageId).Order(StringComparer.Ordinal)], fresh.Select(message => message.Id).Order(StringComparer.Ordinal));

        // The end is known by what is read: the last post may be read before its author hears that it is stored.
        async Task ReadToEndAsync()
        {
            ChatEvent happened;
            do
            {
                happened = await events.NextAsync();
                replica.Apply(happened);
            }
            while (happened is not MessagePosted { Message.Text: LastWord });
        }

        void Cut(Random dice)
        {
            if (dice.Next(25) != 0) return;
            Interlocked.Increment(ref cuts);
            proxy.Cut(afterBytes: dice.Next(2) == 0 ? 0 : dice.Next(1, 4000));
        }
    }

    // Each worker deals with its own messages, so what it does must succeed.
    private async Task WorkAsync(ChatClient client, string room, int worker, Random dice, Action<Random> disturb)
    {
        List<string> own = [];
        for (var number = 0; number < OperationsEach; number++)
        {
            disturb(dice);
            var any = own.Count == 0 ? null : own[dice.Next(own.Count)];
            switch (any is null ? 0 : dice.Next(8))
            {
                case 4:
                    await client.EditAsync(any!, $"edited {worker}-{number}");
                    break;
                case 5:
                    await client.ReactAsync(any!, Emojis[dice.Next(Emojis.Length)], on: dice.Next(3) > 0);
                    break;
                case 6:
                    await client.PinAsync(any!, on: dice.Next(2) == 0);
                    break;
                case 7:
                    await client.DeleteAsync(any!);
                    own.Remove(any!);
                    break;
                default:
                    var text = $"post {worker}-{number}";
                    var stored = await client.PostAsync(room, text);
                    Assert.True(_posted.TryAdd(stored.MessageId, text), "two posts with one id");
                    own.Add(stored.MessageId);
                    break;
            }
        }
    }

    private static async Task<List<ChatMessage>> AllAsync(ChatClient client, string room)
    {
        List<ChatMessage> all = [];
        var page = await client.HistoryAsync(room, limit: 200);
        all.AddRange(page.Messages);
        while (page.HasOlder)
        {
            page = await client.HistoryAsync(room, HistoryPlace.Before(all[0].Offset!.Value), limit: 200);
            all.InsertRange(0, page.Messages);
        }

        return all;
    }
}
