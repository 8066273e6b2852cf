using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Moderation;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Search;
using ChatApp.Tests.Components;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Moderation;

/// <summary>What is swept is in no answer, list, page, number or replay; and all of it is again when it is brought back.</summary>
public sealed class SweptNowhereTests(TestServer server) : IClassFixture<TestServer>
{
    private const string Secret = "quicksilver";

    [Fact]
    public async Task A_swept_text_is_in_no_answer_until_it_is_brought_back()
    {
        var (owner, ann, bob) = (await server.AddPersonAsync("Owner"), await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(owner, RoomVisibility.Public, "Room", ann, bob);
        var root = await server.PostAsync(ann, room.Id, $"{Secret} root");
        var named = await server.PostAsync(ann, room.Id, $"{Secret} @{bob.Name}");
        await server.Get<MessageEditor>().EditAsync(ann.Id, named.Id, $"{Secret} again @{bob.Name}");
        await server.Get<MessageMarks>().PinAsync(bob.Id, named.Id, isOn: true);
        await server.Get<Bookmarks>().AddAsync(bob.Id, named.Id);
        await server.Get<MessageWriter>().PostAsync(bob.Id, room.Id, "an answer", key: null, replyTo: named.Id);
        await server.Get<MessageWriter>().PostAsync(bob.Id, room.Id, "in the thread", key: null, thread: root.Id);
        await server.Get<MessageWriter>().PostAsync(ann.Id, room.Id, $"{Secret} in the thread", key: null, thread: root.Id);
        await using var socket = await server.SubscribeAsync(bob, room.Id);
        using var page = new FeedPage(server, bob, room);
        page.Feed.Load();
        page.Connect();
        using var beside = new FeedPage(server, bob, room, root.Id);
        beside.Feed.Load();
        beside.Share(page);
        var position = server.Get<RoomDirectory>().Find(room.Id, bob.Id)!.Room;
        var before = await AnswersAsync(socket, bob, room.Id, root.Id, named);
        Assert.All(before, answer => Assert.Contains(Secret, answer.Value, StringComparison.Ordinal));
        var (unread, threads) = (server.Get<ReadMarkers>().Of(bob.Id, room.Id)!, server.Get<Threads>().Of(bob.Id, root.Id)!);
        Assert.Equal((2, 1, 1), (unread.Count, unread.Mentions, threads.Unread));
        var watched = server.Get<UnreadBoard>().Watch(bob.Id, () => { });

        var sweep = await server.SweepAsync(owner, ann, room.Id);
        await socket.EventAsync("messages.swept");
        var after = await AnswersAsync(socket, bob, room.Id, root.Id, named);
        Assert.All(after, answer => Assert.DoesNotContain(Secret, answer.Value, StringComparison.Ordinal));
        Assert.DoesNotContain(Secret, string.Join('\n', socket.Rest().Where(frame => frame.GetRawText().Contains("messages.swept", StringComparison.Ordinal)).Select(frame => frame.GetRawText())), StringComparison.Ordinal);
        Assert.Equal((0, 0, 0), (server.Get<ReadMarkers>().Of(bob.Id, room.Id)!.Count, server.Get<ReadMarkers>().Of(bob.Id, room.Id)!.Mentions, server.Get<Threads>().Of(bob.Id, root.Id)!.Unread));
        await Eventually.BecomesAsync(() => watched.Numbers[room.Id].Count == 0 && watched.UnreadThreads == 0);
        page.TakeAll(beside);
        Assert.DoesNotContain(Secret, page.Shown(50) + beside.Shown(50) + beside.Feed.Root!.Text, StringComparison.Ordinal);
        Assert.Equal(1, page.Feed.Find(root.Id)!.Answers!.Count);

        // Whoever comes back from before it is told the same, and finds nothing in what they missed.
        await using (var late = await server.ConnectAsync(bob))
        {
            var recovered = await late.AskAsync(new { subscribe = new { channel = $"room:{room.Id}", recover = true, epoch = position.Epoch, offset = 1 } });
            Assert.DoesNotContain(Secret, recovered.GetRawText(), StringComparison.Ordinal);
            Assert.Contains("messages.swept", recovered.GetRawText(), StringComparison.Ordinal);
        }

        Assert.True((await server.Get<Sweeps>().UndoAsync(owner.Id, sweep.Id)).IsDone);
        foreach (var (name, answer) in await AnswersAsync(socket, bob, room.Id, root.Id, named)) Assert.Equal((name, before[name]), (name, answer));
        Assert.Equal((unread.Count, unread.Mentions, threads.Unread), (server.Get<ReadMarkers>().Of(bob.Id, room.Id)!.Count, server.Get<ReadMarkers>().Of(bob.Id, room.Id)!.Mentions, server.Get<Threads>().Of(bob.Id, root.Id)!.Unread));
        await Eventually.BecomesAsync(() => watched.Numbers[room.Id].Count == 2 && watched.UnreadThreads == 1);
        watched.Dispose();
        page.TakeAll(beside);
        Assert.Contains($"{Secret} again", page.Shown(50), StringComparison.Ordinal);
        Assert.Contains($"{Secret} in the thread", beside.Shown(50), StringComparison.Ordinal);
        Assert.Equal(2, page.Feed.Find(root.Id)!.Answers!.Count);
    }

    [Fact]
    public async Task A_page_that_was_away_finds_what_was_swept_meanwhile_gone()
    {
        var (owner, ann) = (await server.AddPersonAsync("Owner"), await server.AddPersonAsync("Ann"));
        var room = await server.MakeRoomAsync(owner, RoomVisibility.Public, "Room", ann);
        await server.PostAsync(ann, room.Id, Secret);
        using var page = new FeedPage(server, owner, room);
        page.Feed.Load();
        page.Connect();
        page.Connection.End(EndReason.Closed);
        var sweep = await server.SweepAsync(owner, ann, room.Id);
        page.Connect();
        Assert.DoesNotContain(Secret, page.Shown(50), StringComparison.Ordinal);
        page.Connection.End(EndReason.Closed);
        await server.Get<Sweeps>().UndoAsync(owner.Id, sweep.Id);
        page.Connect();
        Assert.Contains(Secret, page.Shown(50), StringComparison.Ordinal);
    }

    // Everything that shows messages, as one text each.
    private async Task<Dictionary<string, string>> AnswersAsync(TestSocket socket, TestPerson bob, RoomId room, MessageId root, MessageView named)
    {
        var ann = named.Author.Id;
        var link = new Permalink(room, named.Offset);
        return new(StringComparer.Ordinal)
        {
            ["history"] = await CallAsync(socket, "message.history", new { room = room.Value }),
            ["thread"] = await CallAsync(socket, "thread.history", new { id = root.ToString() }),
            ["threads"] = await CallAsync(socket, "thread.list", new { }),
            ["pinned"] = await CallAsync(socket, "message.pinned", new { room = room.Value }),
            ["mentions"] = await CallAsync(socket, "mention.list", new { }),
            ["bookmarks"] = await CallAsync(socket, "bookmark.list", new { }),
            ["search"] = await CallAsync(socket, "search", new { text = Secret[..6] }) + string.Join(',', server.Get<MessageSearch>().Search(bob.Id, SearchQuery.Parse(Secret))!.Hits.Select(hit => hit.Message.Text)),
            ["log"] = string.Join('\n', server.Get<RoomLog>().Read(room, Offset.Zero, 500).Select(logged => logged.Event).OfType<MessagePosted>().Select(posted => $"{posted.Message.Text} {posted.Message.Html} {posted.Message.ReplyTo?.Extract}")),
            ["earlier"] = string.Join(',', server.Get<MessageEditor>().EarlierTexts(ann, named.Id)!.Select(text => text.Text)),
            ["cards"] = string.Join(',', server.Get<MessageCards>().Find(bob.Id, [link]).Values.Select(card => card.Extract)),
            ["export"] = await ExportAsync(ann),
        };
    }

    private static async Task<string> CallAsync(TestSocket socket, string method, object data)
    {
        var reply = await socket.AskAsync(new { rpc = new { method, data } });
        Assert.True(reply.TryGetProperty("rpc", out var rpc), reply.ToString());
        // Where the room's log stands by now is no part of the answer.
        return System.Text.RegularExpressions.Regex.Replace(rpc.GetRawText(), "\"head\":[0-9]+", "", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1));
    }

    private async Task<string> ExportAsync(UserId user)
    {
        using var bytes = new MemoryStream();
        await server.Get<DataExport>().WriteAsync(user, bytes, CancellationToken.None);
        bytes.Position = 0;
        await using var zip = new System.IO.Compression.ZipArchive(bytes);
        var text = "";
        foreach (var entry in zip.Entries.Where(entry => entry.FullName.StartsWith("messages/", StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(await entry.OpenAsync());
            text += await reader.ReadToEndAsync();
        }

        return text;
    }
}
