using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Moderation;
using ChatApp.Moderation.Held;
using ChatApp.Moderation.Policies;
using ChatApp.Moderation.Rules;
using ChatApp.Presence;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;
using ChatApp.Topics;
using ChatApp.Wire;

namespace ChatApp.Tests.Wire;

public sealed class GoldenFrameTests
{
    private static readonly DateTimeOffset At = DateTimeOffset.FromUnixTimeMilliseconds(1_750_000_000_000);
    private static readonly RoomId Room = RoomId.General;
    private static readonly UserCard Ann = new(new UserId("u1"), "Änn <b>", Rank.Member);
    private static readonly UserCard Bob = new(new UserId("u2"), "Bob", Rank.Member);
    private static readonly FrameEncoder Encoder = new();

    [Fact]
    public void The_encoder_writes_every_golden_frame_byte_for_byte_and_nothing_else_is_golden()
    {
        var written = Written();
        Assert.Equal(GoldenFrames.OfServer.Keys.Order(StringComparer.Ordinal), written.Keys.Order(StringComparer.Ordinal));
        Assert.All(GoldenFrames.OfServer, golden => Assert.Equal(golden.Value, written[golden.Key]));
    }

    [Fact]
    public void The_decoder_reads_every_golden_frame()
    {
        foreach (var golden in GoldenFrames.Read("client-frames.json").EnumerateArray())
        {
            var commands = new List<ClientCommand>();
            var isWhole = FrameDecoder.TryRead(Encoding.UTF8.GetBytes(golden.GetProperty("frame").GetString()!), commands);
            Assert.Equal(golden.GetProperty("commands").EnumerateArray().Select(command => command.GetString()), commands.Select(command => command.ToString()));
            Assert.Equal(!golden.TryGetProperty("broken", out _), isWhole);
        }
    }

    [Fact]
    public async Task The_real_server_answers_the_golden_exchange_word_for_word()
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann);
        var token = await server.TokenOfAsync(ann);
        await using var socket = await server.OpenSocketAsync();
        foreach (var step in GoldenFrames.Read("exchange.json").EnumerateArray())
        {
            var text = GoldenFrames.Compact(step.EnumerateObject().Single().Value)
                .Replace("$token", token, StringComparison.Ordinal).Replace("$room", room.Id.Value, StringComparison.Ordinal)
                .Replace("$user", ann.Id.Value, StringComparison.Ordinal).Replace("$name", ann.Name, StringComparison.Ordinal)
                .Replace("$epoch", room.Epoch, StringComparison.Ordinal);
            if (step.TryGetProperty("send", out _)) await socket.SendTextAsync(text);
            else Assert.Matches(PatternOf(text), GoldenFrames.Compact(await NextAsync(socket, text)));
        }

        Assert.Equal(3501, await socket.ClosedAsync());
        Assert.Empty(socket.Rest());
    }

    private static Task<JsonElement> NextAsync(TestSocket socket, string expected) =>
        JsonDocument.Parse(expected).RootElement.TryGetProperty("id", out var id) ? socket.ReplyAsync(id.GetInt64()) : PushAsync(socket);

    private static async Task<JsonElement> PushAsync(TestSocket socket) =>
        JsonSerializer.SerializeToElement(new { push = await socket.PushAsync() });

    private static string PatternOf(string text) => "^" + Regex.Escape(text)
        .Replace("\"\\$text\"", "\"[^\"]+\"", StringComparison.Ordinal)
        .Replace("\"\\$number\"", "[0-9]+", StringComparison.Ordinal) + "$";

    private static Dictionary<string, string> Written()
    {
        var options = new PushOptions();
        var connection = new RoomBroker(Encoder, options, TimeProvider.System).Connect(new ConnectionDescription(Ann.Id, ConnectionKind.Socket, "127.0.0.1"))!;
        var limited = new RoomBroker(Encoder, options, TimeProvider.System).Connect(new ConnectionDescription(Ann.Id, ConnectionKind.Socket, "127.0.0.1") { Reach = new Reach(Listens: true, new HashSet<RoomId> { Room }) })!;
        var message = new MessageView(new MessageId(42), Room, new Offset(7), Ann, "my-key-1", "**hello** \"you\"\n\\ 😀",
            "<p><strong>hello</strong> &quot;you&quot;<br>\\ 😀</p>", At, IsDeleted: false);
        var general = new RoomView(Room, "General", "", RoomVisibility.Public, IsDefault: true, new Offset(6), "k3v9");
        var direct = new RoomView(new RoomId("k3v9q2m8"), "", "", RoomVisibility.Direct, IsDefault: false, new Offset(1), "k3v9") { People = [Ann.Id, Bob.Id] };
        var frames = new Dictionary<string, byte[]>(StringComparer.Ordinal)
        {
            ["connected"] = FrameEncoder.Connected(1, connection, "1.0.0", "1a2b3c4d", options, 3600, At),
            ["connected by cookie"] = FrameEncoder.Connected(1, connection, "1.0.0", "1a2b3c4d", options, null, At),
            ["connected by address"] = FrameEncoder.Connected(0, connection, "1.0.0", "1a2b3c4d", options, 3600, At, new ConnectSubs(
                [("room:general", new SubscribeAnswer(general.State, IsRecovering: false, [], Gap: null))], [])),
            ["connected with subscriptions"] = FrameEncoder.Connected(1, connection, "1.0.0", "1a2b3c4d", options, 3600, At, new ConnectSubs(
                [("room:general", new SubscribeAnswer(general.State, IsRecovering: true, [EnvelopeOf(new MemberChanged(Room, Bob, IsMember: true, At), 6)], Gap: null))],
                [("room:nowhere", WireError.UnknownChannel)])),
            ["subscribed"] = FrameEncoder.Subscribed(2, new SubscribeAnswer(general.State, IsRecovering: false, [], Gap: null)),
            ["subscribed and recovered"] = FrameEncoder.Subscribed(2, new SubscribeAnswer(general.State, IsRecovering: true, [EnvelopeOf(new MemberChanged(Room, Bob, IsMember: true, At), 6)], Gap: null)),
            ["subscribed with a gap"] = FrameEncoder.Subscribed(2, new SubscribeAnswer(general.State, IsRecovering: true, [], new Gap(GapReason.Trimmed, new Offset(5), new Offset(6), 3))),
            ["history of a room"] = FrameEncoder.History(4, general.State, [EnvelopeOf(new MemberChanged(Room, Bob, IsMember: true, At), 6)]),
            ["method carried out"] = FrameEncoder.Called(7, json => EventJson.Unread(json, new Unread(Room, new Offset(7), 2) { Mentions = 1 })),
            ["unsubscribed"] = FrameEncoder.Empty(4, "unsubscribe"),
            ["pinged by a client"] = FrameEncoder.Empty(5, "ping"),
            ["refreshed"] = FrameEncoder.Refreshed(8, connection, "1.0.0", 3600),
            ["subscription refreshed"] = FrameEncoder.SubscriptionRefreshed(9, 300),
            ["subscribed by a token"] = FrameEncoder.Subscribed(2, new SubscribeAnswer(general.State, IsRecovering: false, [], Gap: null) { Ttl = 300 }),
            ["token at its end"] = FrameEncoder.Expiring(25),
            ["published"] = FrameEncoder.Published(3, new PostResult.Accepted(message, "k3v9", IsDuplicate: false)),
            ["refused"] = FrameEncoder.Refused(5, WireError.UnknownChannel),
            ["refused for a while"] = FrameEncoder.Refused(6, WireError.TooManyRequests with { RetryMs = 1000 }),
            ["message posted"] = OfRoom(new MessagePosted(message), 7),
            ["message posted in a thread"] = OfRoom(new MessagePosted(message with { Thread = new MessageId(41) }), 15),
            ["message restored with answers"] = OfRoom(new MessageRestored(message with { Answers = new ThreadSummary(2, At, [Bob.Id, Ann.Id], new Offset(15)) }, At), 16),
            ["message deleted in a thread"] = OfRoom(new MessageDeleted(Room, new MessageId(42), Bob, At) { Thread = new MessageId(41), Answers = ThreadSummary.None }, 17),
            ["thread moved"] = OfUser(new ThreadMoved(new ThreadStanding(new MessageId(41), Room, IsFollowing: true, new Offset(7), 1))),
            ["message posted by a bot"] = OfRoom(new MessagePosted(message with { Author = Bob with { IsBot = true } }), 7),
            ["connected by a token for rooms"] = FrameEncoder.Connected(1, limited, "1.0.0", "1a2b3c4d", options, null, At),
            ["message that mentions"] = OfRoom(new MessagePosted(message with { Mentions = new Mentioning(new HashSet<UserId> { Bob.Id }, IsAll: false) }), 7),
            ["mention"] = OfUser(new Mentioned(message with { Mentions = new Mentioning(new HashSet<UserId> { Bob.Id }, IsAll: true) })),
            ["mention withdrawn"] = OfUser(new MentionWithdrawn(Room, new MessageId(42))),
            ["bookmark changed"] = OfUser(new BookmarkChanged(new MessageId(42), IsOn: true)),
            ["message deleted"] = OfRoom(new MessageDeleted(Room, new MessageId(42), Bob, At), 8),
            ["message edited"] = OfRoom(new MessageEdited(message with { EditedAt = At, IsPinned = true }, At), 9),
            ["message restored"] = OfRoom(new MessageRestored(message with { ReplyTo = new ReplyPreview(new MessageId(41), Bob, "what?", IsDeleted: false) }, At), 10),
            ["messages swept"] = OfRoom(new MessagesSwept(Room, new SweptRange(Bob, new MessageId(42), new MessageId(5041), new Offset(5), new Offset(5004)), Ann, At), 16),
            ["messages returned"] = OfRoom(new MessagesReturned(Room, new SweptRange(Bob, new MessageId(42), new MessageId(5041), new Offset(5), new Offset(5004)), Ann, At), 17),
            ["reaction changed"] = OfRoom(new ReactionChanged(Room, new MessageId(42), [new ReactionView("👍", [Ann.Id, Bob.Id])], Bob, At), 11),
            ["message pinned"] = OfRoom(new PinChanged(Room, new MessageId(42), IsPinned: true, Bob, At), 12),
            ["room changed"] = OfRoom(new RoomChanged(general, Ann, At), 13),
            ["room changed elsewhere"] = OfUser(new RoomChanged(general with { Topic = "All of us", Description = "Everything\nand more", IsArchived = true }, Ann, At)),
            ["role changed"] = OfRoom(new RoleChanged(Room, Bob, RoomRole.Moderator, Ann, At), 14),
            ["member typing"] = Json(new Envelope(new MemberTyping(Room, Bob, At), Encoder) { Channel = Room }),
            ["members seen"] = Json(new Envelope(
                new MembersSeen(Room, [new(new UserId("u2"), PresenceState.Away), new(new UserId("u3"), PresenceState.Offline), new(new UserId("u4"), PresenceState.Online), new(new UserId("u5"), PresenceState.DoNotDisturb)], At), Encoder) { Channel = Room }),
            ["presence chosen"] = OfUser(new OwnPresenceChosen(new PresenceChoice(PresenceMode.DoNotDisturb, At))),
            ["presence chosen without end"] = OfUser(new OwnPresenceChosen(PresenceChoice.None)),
            ["history trimmed"] = Json(new Envelope(new HistoryTrimmed(Room, new Offset(5), new HashSet<MessageId>(), At), Encoder) { Channel = Room }),
            ["preference changed"] = OfUser(new RoomPreferenceChanged(new RoomChoice(Room) { IsFavourite = true, Level = NoticeLevel.Mentions })),
            ["preference of a hidden room changed"] = OfUser(new RoomPreferenceChanged(new RoomChoice(Room) { Level = NoticeLevel.Nothing, HiddenUpTo = new Offset(7) })),
            ["read moved"] = OfUser(new ReadMoved(new Unread(Room, new Offset(7), 0))),
            ["member changed"] = OfRoom(new MemberChanged(Room, Bob, IsMember: true, At), 9),
            ["room joined"] = OfUser(new OwnRoomsChanged(general, IsMember: true)),
            ["room left"] = OfUser(new OwnRoomsChanged(general, IsMember: false)),
            ["direct room joined"] = OfUser(new OwnRoomsChanged(direct, IsMember: true)),
            ["direct room hidden"] = OfUser(new RoomHidden(direct.Id)),
            ["blocks changed"] = OfUser(new BlocksChanged(new HashSet<UserId> { Bob.Id })),
            ["user changed"] = Json(new Envelope(new UserChanged(Bob with { Avatar = "k3v9", Status = "On holiday" }, At), Encoder) { Channel = Room }),
            ["own profile changed"] = OfUser(new UserChanged(Ann, At)),
            ["sanction imposed"] = OfUser(new SanctionChanged(new SanctionTerm(5, SanctionKind.Mute, Room, "Please calm down", At.AddHours(1), Bob.Id), Bob, Holds: true, At)),
            ["sanction lifted"] = OfUser(new SanctionChanged(new SanctionTerm(6, SanctionKind.Ban, Room: null, "Spam", Until: null, Bob.Id), Bob, Holds: false, At)),
            ["report decided"] = OfUser(new ReportResolved(new ReportNotice(3, Bob, new MessageId(42), ReportCategory.Spam, "Again", At, ReportDecision.Delete, "Advertising", IsSeen: false, IsOwn: true), At)),
            ["decision about oneself"] = OfUser(new ReportResolved(new ReportNotice(3, Ann, Message: null, Category: null, "", At, ReportDecision.Mute, "Please calm down", IsSeen: false, IsOwn: false), At)),
            ["report seen"] = OfUser(new ReportSeen(3)),
            ["refused for a sanction"] = FrameEncoder.Refused(7, WireError.Muted with { Until = At.AddHours(1) }),
            ["refused for slow mode"] = FrameEncoder.Refused(8, WireError.SlowMode with { RetryMs = 30_000, Until = At.AddSeconds(30) }),
            ["held message approved"] = OfUser(new HeldDecided(4, Room, "my-key-1", IsApproved: true, "", At)),
            ["held message turned down"] = OfUser(new HeldDecided(5, Room, "my-key-1", IsApproved: false, "Not here", At)),
            ["held message withdrawn"] = OfUser(new HeldDecided(6, Room, "my-key-1", IsApproved: false, "", At) { IsWithdrawn = true }),
            ["held messages wait"] = OfUser(new HeldChanged(Room, 3, At)),
            ["rule alert"] = OfUser(new RuleAlert("Bad words", message)),
            ["policy check"] = Json(new Envelope(new PolicyCheck("general-7", Room, Ann, "hello", 50), Encoder)),
            ["policy check of an edit"] = Json(new Envelope(new PolicyCheck("general-8", Room, Ann, "hello", 50) { Edited = new MessageId(42) }, Encoder)),
            ["held for review"] = FrameEncoder.Refused(9, WireError.Of(new PostResult.Held(4, At, At.AddDays(7)))),
            ["why something did not get through"] = FrameEncoder.Called(12, json => WhyJson.Answer(json, Why(general))),
            ["refused by a rule"] = FrameEncoder.Refused(10, WireError.Of(new PostResult.Rejected(PostRefusal.Blocked) { Words = "No advertising here" })),
            ["refused unchecked"] = FrameEncoder.Refused(11, WireError.Of(new PostResult.Rejected(PostRefusal.NotChecked, TimeSpan.FromSeconds(1)))),
            ["room kept in order"] = OfRoom(new RoomChanged(general with { IsLocked = true, SlowSeconds = 30, IsBraked = true }, Ann, At), 15),
            ["rank changed"] = OfUser(new OwnRankChanged(Ann with { Rank = Rank.Moderator })),
            ["subscribed by server"] = FrameEncoder.SubscribedByServer(general.Id, new SubscribeAnswer(general.State, IsRecovering: false, [], Gap: null)),
            ["subscription ended"] = Json(new Envelope(new SubscriptionEnded(Room, EndReason.RemovedByServer), Encoder)),
            ["events dropped"] = Json(new Envelope(new EventsDropped(Room, 12, new Offset(52)), Encoder)),
            ["lagging"] = Json(new Envelope(new Lagging(524_288, 1_048_576), Encoder)),
            ["subscribed where nothing is kept"] = FrameEncoder.Subscribed(2, new SubscribeAnswer(State: null, IsRecovering: false, [], Gap: null)),
            ["published to a topic"] = FrameEncoder.PublishedToTopic(3, new TopicPublished(Refusal: null, "9f31c0aa", new Offset(8))),
            ["published where nothing is kept"] = FrameEncoder.PublishedToTopic(3, new TopicPublished(Refusal: null)),
            ["topic publication"] = Json(Tick),
            ["topic publication of a client"] = Json(OfTopic("""[1,"two"]""", offset: null, new TopicClient(Ann.Id, connection.Id))),
            ["history"] = FrameEncoder.History(4, new ChannelState("9f31c0aa", new Offset(7), new Offset(8)), [Tick]),
            ["presence"] = FrameEncoder.Presence(4, new ChannelPresence([connection], 1, 1), _ => Ann.Name),
            ["presence of a part"] = FrameEncoder.Presence(4, new ChannelPresence([], 1, 1), _ => Ann.Name),
            ["presence stats"] = FrameEncoder.PresenceStats(4, new ChannelPresence([connection], 1, 1)),
            ["joined"] = Json(new Envelope(new PresenceChanged(Ann.Id, connection.Id, IsHere: true, 12), Encoder) { Channel = Room }),
            ["left"] = Json(new Envelope(new PresenceChanged(Ann.Id, connection.Id, IsHere: false, 11), Encoder) { Channel = Room }),
            ["disconnect"] = FrameEncoder.Disconnect(EndReason.ForceDisconnect),
            ["disconnect for a while"] = FrameEncoder.Disconnect(EndReason.Shutdown with { RetryAfter = TimeSpan.FromMilliseconds(1500) }),
            ["ping"] = FrameEncoder.Ping,
        };
        return frames.ToDictionary(
            frame => frame.Key,
            frame => Encoding.UTF8.GetString(frame.Value).Replace(connection.Id.ToString(), "$client", StringComparison.Ordinal).Replace(limited.Id.ToString(), "$client", StringComparison.Ordinal),
            StringComparer.Ordinal);
    }

    private static WhyAnswer Why(RoomView room) => new(Ann, room, room.Name, [WhyFact.RoomSlow, WhyFact.Read])
    {
        Message = new WhyMessage(new MessageId(42), new Offset(7), At, Ann),
        Role = RoomRole.Member,
        ReadUpTo = new Offset(7),
        Rules = [new WhyRule("Bad words", RuleKind.Words, RuleAction.Hold, IsEverywhere: true)],
        Policy = new WhyPolicy(FailsClosed: true, Bob),
        Held = [new WhyHeld("Bad words", 2, At)],
        Refused = [new RefusedAttempts(PostRefusal.Blocked, "No links", IsEdit: true, 3, At, At.AddMinutes(1)), new RefusedAttempts(PostRefusal.SlowMode, By: null, IsEdit: false, 1, At, At)],
        Review = new WhyReview("Bad words", Bob, At),
        Alerts = ["No links"],
    };

    private static Envelope Tick => OfTopic("""{"bid":2345.10,"venue":"lme"}""", new Offset(8));

    private static Envelope OfTopic(string data, Offset? offset, TopicClient? by = null) =>
        new(new TopicPublication(TopicData.TryMake(JsonDocument.Parse(data).RootElement)!, At, by), Encoder) { Channel = ChannelName.OfTopic("prices:gold"), Offset = offset };

    private static Envelope EnvelopeOf(object body, long offset) => new(body, Encoder) { Channel = Room, Offset = new Offset(offset) };

    private static byte[] Json(Envelope envelope) => envelope.Encoded.ToArray();

    private static byte[] OfRoom(object body, long offset) => Json(EnvelopeOf(body, offset));

    private static byte[] OfUser(object body) => Json(new Envelope(body, Encoder) { User = Ann.Id });
}
