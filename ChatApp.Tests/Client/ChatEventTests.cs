using System.Text.Json;
using System.Text.RegularExpressions;
using ChatApp.Client;
using ChatApp.Tests.Harness;
using ChatApp.Tests.Wire;

namespace ChatApp.Tests.Client;

/// <summary>What the server sends, as the program sees it. The frames are the golden ones, byte for byte what the server writes.</summary>
public sealed class ChatEventTests : ClientTestBase
{
    private static readonly DateTimeOffset At = DateTimeOffset.FromUnixTimeMilliseconds(1_750_000_000_000);
    private static readonly ChatPerson Bob = new("u2", "Bob");

    private static readonly ChatMessage Message = new(
        "42", "general", new("u1", "Änn <b>"), "**hello** \"you\"\n\\ 😀", "<p><strong>hello</strong> &quot;you&quot;<br>\\ 😀</p>", "my-key-1", At);

    [Fact]
    public async Task Every_golden_event_of_a_room_is_a_typed_one()
    {
        var (client, session) = await GoldenConnectionAsync();
        var subscribing = client.SubscribeAsync("room:general");
        await ReplyAsync(session, "subscribe", "subscribed");
        await using var events = (await subscribing.Soon()).GetAsyncEnumerator();
        var offset = 6;
        foreach (var (name, golden) in Pushes("room:general"))
        {
            // The frames are samples and not one log: here each gets the next place.
            var frame = Regex.Replace(golden, @"""offset"":\d+}}}$", _ => $"\"offset\":{++offset}}}}}}}", RegexOptions.None, TimeSpan.FromSeconds(1));
            await session.SendAsync(frame);
            var seen = await NextAsync(events);
            Assert.Equal(JsonDocument.Parse(frame).RootElement.GetProperty("push").GetProperty("pub").GetProperty("data").ToString(), seen.Data.ToString());
            Check(name, seen with { Data = default, Position = null });
        }

        await session.SendAsync(GoldenFrames.OfServer["subscription ended"]);
        Assert.False(await events.MoveNextAsync().AsTask().Soon());
    }

    [Fact]
    public async Task Every_golden_event_of_the_own_channel_is_a_typed_one()
    {
        var (client, session) = await GoldenConnectionAsync();
        await using var events = (await client.SubscribeOwnAsync().Soon()).GetAsyncEnumerator();
        foreach (var (name, frame) in Pushes("#u1"))
        {
            await session.SendAsync(frame);
            Check(name, await NextAsync(events) with { Data = default });
        }

        await session.SendAsync(GoldenFrames.OfServer["disconnect"]);
        Assert.Equal(new(EndKind.Expelled, 3503, "force disconnect"), await client.Completion.Soon());
    }

    [Fact]
    public async Task The_golden_replies_are_understood()
    {
        var (client, session) = await GoldenConnectionAsync();

        var posting = client.PostAsync("general", "hello");
        await ReplyAsync(session, "publish", "published");
        Assert.Equal(new PostReceipt(7, "k3v9", "42", Duplicate: false), await posting.Soon());

        var marking = client.MarkReadAsync("general", 7);
        await ReplyAsync(session, "rpc", "method carried out");
        Assert.Equal(new UnreadRoom("general", 7, 2, 1), await marking.Soon());

        var refused = client.SubscribeAsync("room:nowhere");
        await ReplyAsync(session, "subscribe", "refused");
        Assert.Equal(new(102, "unknown channel", Temporary: false), (await Assert.ThrowsAsync<ChatException>(() => refused).Soon()).Error);

        var recovering = client.SubscribeAsync("room:general", new("k3v9", 5));
        await ReplyAsync(session, "subscribe", "subscribed and recovered");
        var recovered = await recovering.Soon();
        await using (var events = recovered.GetAsyncEnumerator())
            Assert.Equal(new("k3v9", 6), Assert.IsType<MemberChanged>(await NextAsync(events)).Position);
        await recovered.DisposeAsync();
        await ReplyAsync(session, "unsubscribe", "unsubscribed");

        var late = client.SubscribeAsync("room:general", new("k3v9", 1));
        await ReplyAsync(session, "subscribe", "subscribed with a gap");
        await using (var events = (await late.Soon()).GetAsyncEnumerator())
            Assert.Equal(new Gap(GapReason.Trimmed, 3) { Position = new("k3v9", 6) }, await NextAsync(events));

        await session.SendAsync(GoldenFrames.OfServer["ping"]);
        Assert.Equal("{}", await session.LineAsync());
        Assert.Empty(Losses);
    }

    [Theory]
    [InlineData("""{"price":12.5}""", null)]
    [InlineData("42", null)]
    [InlineData("""{"type":"something.new"}""", "something.new")]
    [InlineData("""{"type":"message.posted"}""", "message.posted")]
    [InlineData("""{"type":"message.posted","message":{"id":"5","room":"7","at":"noon"}}""", "message.posted")]
    [InlineData("""{"type":"message.posted","message":{"id":"5","room":"7","author":null,"text":"","html":"","key":"","at":1}}""", "message.posted")]
    [InlineData("""{"type":"message.posted","message":{"id":"5","room":"7","at":-9223372036854775808}}""", "message.posted")]
    [InlineData("""{"type":"message.posted","message":{"id":5}}""", "message.posted")]
    [InlineData("""{"type":"message.posted","message":"hello"}""", "message.posted")]
    [InlineData("""{"type":"message.posted","message":null}""", "message.posted")]
    [InlineData("""{"type":"reaction.changed","message":{"id":"5","room":"7","reactions":[{"emoji":"x"}]},"by":{"id":"u","name":"n"},"at":1}""", "reaction.changed")]
    [InlineData("""{"type":"member.changed","member":[],"joined":true,"at":1}""", "member.changed")]
    [InlineData("""{"type":"room.joined","room":"7"}""", "room.joined")]
    [InlineData("""{"type":"history.trimmed","floor":1.5}""", "history.trimmed")]
    [InlineData("""{"type":"\ud800","message":{}}""", null)]
    [InlineData("""{"type":"a","type":"b"}""", "b")]
    public async Task Data_that_is_no_chat_event_is_handed_over_raw(string data, string? type)
    {
        var (_, session, subscription) = await SubscribedAsync();
        await session.SendAsync("""{"push":{"channel":"room:7","pub":{"data":""" + data + "}}}");
        await using var events = subscription.GetAsyncEnumerator();
        var raw = Assert.IsType<RawEvent>(await NextAsync(events));
        Assert.Equal((type, null), (raw.Type, raw.Position));
        Assert.Equal(data, raw.Data.GetRawText());
        Assert.Empty(Losses);
    }

    private static void Check(string name, ChatEvent seen)
    {
        switch (name)
        {
            case "message posted":
                Assert.Equal(new MessagePosted(Message with { Offset = 7 }), seen);
                break;
            case "message posted in a thread":
                Assert.Equal("41", Assert.IsType<MessagePosted>(seen).Message.Thread);
                break;
            case "message restored with answers":
                var answers = Assert.IsType<MessageRestored>(seen).Message.Answers!;
                Assert.Equal((2, At), (answers.Count, answers.LastAt));
                Assert.Equal(["u2", "u1"], answers.Users);
                break;
            case "message deleted in a thread":
                Assert.Equal(new MessageDeleted("general", "42", Bob, At, "41"), seen);
                break;
            case "thread moved":
                Assert.Equal(new ThreadMoved(new("41", "general", Following: true, 7, 1)), seen);
                break;
            case "message posted by a bot":
                Assert.Equal(new MessagePosted(Message with { Author = Bob with { Bot = true }, Offset = 9 }), seen);
                break;
            case "message that mentions":
                Assert.Equal(["u2"], Assert.IsType<MessagePosted>(seen).Message.Mentions!);
                break;
            case "mention":
                var mentioned = Assert.IsType<Mentioned>(seen).Message;
                Assert.Equal(Message with { Offset = 7, MentionsAll = true }, mentioned with { Mentions = null });
                Assert.Equal(["u2"], mentioned.Mentions!);
                break;
            case "mention withdrawn":
                Assert.Equal(new MentionWithdrawn("general", "42"), seen);
                break;
            case "bookmark changed":
                Assert.Equal(new BookmarkChanged("42", On: true), seen);
                break;
            case "message edited":
                Assert.Equal(new MessageEdited(Message with { EditedAt = At, Pinned = true }), seen);
                break;
            case "message restored":
                Assert.Equal(new MessageRestored(Message with { ReplyTo = new("41", Bob, "what?") }), seen);
                break;
            case "message deleted":
                Assert.Equal(new MessageDeleted("general", "42", Bob, At), seen);
                break;
            case "reaction changed":
                var reacted = Assert.IsType<ReactionsChanged>(seen);
                var reaction = Assert.Single(reacted.Reactions);
                Assert.Equal(("👍", 2), (reaction.Emoji, reaction.Count));
                Assert.Equal(["u1", "u2"], reaction.Users);
                Assert.Equal(("general", "42", Bob, At), (reacted.Room, reacted.MessageId, reacted.By, reacted.At));
                break;
            case "message pinned":
                Assert.Equal(new PinChanged("general", "42", Pinned: true, Bob, At), seen);
                break;
            case "room changed":
                Assert.Equal(new RoomChanged("general", "General", "", "", Archived: false, At), seen);
                break;
            case "room changed elsewhere":
                Assert.Equal(new RoomChanged("general", "General", "All of us", "Everything\nand more", Archived: true, At), seen);
                break;
            case "role changed":
                Assert.Equal(new RoleChanged(Bob, "moderator", new("u1", "Änn <b>"), At), seen);
                break;
            case "member typing":
                Assert.Equal(new MemberTyping(Bob, At), seen);
                break;
            case "members seen":
                var members = Assert.IsType<MembersSeen>(seen);
                Assert.Equal([new SeenMember("u2", "away"), new SeenMember("u3", "offline"), new SeenMember("u4", "online"), new SeenMember("u5", "do_not_disturb")], members.Changes);
                Assert.Equal(At, members.At);
                break;
            case "presence chosen":
                Assert.Equal(new PresenceChosen("do_not_disturb", At), seen);
                break;
            case "presence chosen without end":
                Assert.Equal(new PresenceChosen("automatic", Until: null), seen);
                break;
            case "history trimmed":
                Assert.Equal(new HistoryTrimmed(5), seen);
                break;
            case "member changed":
                Assert.Equal(new MemberChanged(Bob, Joined: true, At), seen);
                break;
            case "room joined" or "room left":
                Assert.Equal(new OwnRoomChanged("general", "General", Joined: name is "room joined"), seen);
                break;
            case "direct room joined":
                Assert.Equal(new OwnRoomChanged("k3v9q2m8", "", Joined: true) { Direct = true }, seen);
                break;
            case "direct room hidden":
                Assert.Equal(new RoomHidden("k3v9q2m8"), seen);
                break;
            case "blocks changed":
                Assert.Equal(["u2"], Assert.IsType<BlocksChanged>(seen).Blocked);
                break;
            case "read moved":
                Assert.Equal(new ReadMoved(new("general", 7, 0)), seen);
                break;
            case "preference changed":
                Assert.Equal(new RoomPreferenceChanged("general", IsFavourite: true, "mentions", HiddenUpTo: null), seen);
                break;
            case "preference of a hidden room changed":
                Assert.Equal(new RoomPreferenceChanged("general", IsFavourite: false, "nothing", HiddenUpTo: 7), seen);
                break;
            case "user changed":
                Assert.Equal(new PersonChanged(Bob with { Avatar = "/avatars/u2/k3v9" }, "On holiday", At), seen);
                break;
            case "own profile changed":
                Assert.Equal(new PersonChanged(new("u1", "Änn <b>"), "", At), seen);
                break;
            case "sanction imposed":
                Assert.Equal(new SanctionChanged(new(5, "mute", "general", "Please calm down", At.AddHours(1)), Holds: true, Bob, At), seen);
                break;
            case "sanction lifted":
                Assert.Equal(new SanctionChanged(new(6, "ban", Room: null, "Spam", Until: null), Holds: false, Bob, At), seen);
                break;
            case "messages swept":
                Assert.Equal(new MessagesSwept(Bob, 5, 5004, new("u1", "Änn <b>"), At), seen);
                break;
            case "messages returned":
                Assert.Equal(new MessagesReturned(Bob, 5, 5004, new("u1", "Änn <b>"), At), seen);
                break;
            case "report decided":
                Assert.Equal(new ReportResolved(new(3, Own: true, Bob, "42", "spam", "Again", At, "delete", "Advertising", Seen: false)), seen);
                break;
            case "decision about oneself":
                Assert.Equal(new ReportResolved(new(3, Own: false, new("u1", "Änn <b>"), MessageId: null, Category: null, Comment: null, At, "mute", "Please calm down", Seen: false)), seen);
                break;
            case "report seen":
                Assert.Equal(new ReportSeen(3), seen);
                break;
            case "held message approved":
                Assert.Equal(new HeldDecided("general", "my-key-1", Approved: true, Reason: null, At), seen);
                break;
            case "held message turned down" or "held message withdrawn":
                Assert.Equal(new HeldDecided("general", "my-key-1", Approved: false, name == "held message turned down" ? "Not here" : null, At) { Withdrawn = name == "held message withdrawn" }, seen);
                break;
            case "held messages wait":
                Assert.Equal(new HeldChanged("general", 3, At), seen);
                break;
            case "rule alert":
                Assert.Equal(new RuleAlert("Bad words", Message with { Offset = 7 }), seen);
                break;
            case "room kept in order":
                Assert.Equal(new RoomChanged("general", "General", "", "", Archived: false, At) { Locked = true, SlowSeconds = 30, InviteOnly = true }, seen);
                break;
            case "rank changed":
                Assert.Equal(new RankChanged("moderator"), seen);
                break;
            default:
                Assert.Fail($"A golden event that this library does not know: {name}. Add a type for it and its row here.");
                break;
        }
    }

    private async Task<(ChatClient Client, FakeSession Session)> GoldenConnectionAsync()
    {
        var client = Client();
        var connecting = client.ConnectAsync();
        var session = await Server.AcceptAsync();
        await ReplyAsync(session, "connect", "connected by cookie");
        await connecting.Soon();
        return (client, session);
    }

    // The golden frame with the number that this client gave its command.
    private static async Task ReplyAsync(FakeSession session, string method, string golden)
    {
        var ((id, _), frame) = (await session.ExpectAsync(method), GoldenFrames.OfServer[golden]);
        await session.SendAsync($"{{\"id\":{id}{frame[frame.IndexOf(',', StringComparison.Ordinal)..]}");
    }

    // The posted message first: its own place is the first one after the reply.
    private static IEnumerable<(string Name, string Frame)> Pushes(string channel) =>
        from golden in GoldenFrames.OfServer
        let frame = JsonDocument.Parse(golden.Value).RootElement
        where frame.TryGetProperty("push", out var push) && push.TryGetProperty("pub", out _) && push.GetProperty("channel").GetString() == channel
        orderby golden.Key != "message posted"
        select (golden.Key, golden.Value);
}
