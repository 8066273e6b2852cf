using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Moderation;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Moderation;

/// <summary>Why somebody did not get something: each thing that decides is named, nothing else is told, and to nobody else.</summary>
public sealed class WhyDeskTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Of_a_connection_it_says_how_far_it_was_sent_and_of_a_person_how_far_they_have_read()
    {
        var (mod, ann, bob) = await PeopleAsync();
        var room = await server.MakeRoomAsync(ann, members: [mod, bob]);
        await using var socket = await server.SubscribeAsync(bob, room.Id);
        var message = await server.PostAsync(ann, room.Id, "words");
        await server.Get<ReadMarkers>().MarkAsync(bob.Id, room.Id, message.Offset);
        await server.PostAsync(ann, room.Id, "more words");
        await Eventually.BecomesAsync(async () => await AskAsync(mod, bob, room.Id) is { Devices: [var only], Room.Head: var head } && only.Sent == head, "everything has gone out");
        var answer = await AskAsync(mod, bob, room.Id);
        var device = Assert.Single(answer.Devices);
        Assert.Equal((ConnectionKind.Socket, answer.Room.Head), (device.Description.Kind, device.Sent!.Value));
        Assert.Equal(message.Offset, answer.ReadUpTo);
        Assert.Equal(RoomRole.Member, answer.Role);
        Assert.Empty(answer.Facts);

        var about = (await server.Get<WhyDesk>().AskAsync(mod.Id, bob.Id, message.Id)).Answer!;
        Assert.Equal((message.Offset, ann.Id), (about.Message!.Offset, about.Message.Author.Id));
        Assert.Equal([WhyFact.Read], about.Facts);
    }

    [Fact]
    public async Task Each_thing_that_stands_in_the_way_is_named()
    {
        var (mod, ann, bob) = await PeopleAsync();
        var room = await server.MakeRoomAsync(ann, members: [mod]);
        var message = await server.PostAsync(ann, room.Id, "words");
        Assert.Equal([WhyFact.NotAMember, WhyFact.NotConnected], (await AskAsync(mod, bob, room.Id)).Facts);

        await server.Get<RoomWriter>().JoinAsync(bob.Id, room.Id);
        await server.Get<Blocks>().AddAsync(bob.Id, ann.Id);
        await server.Get<RoomPreferences>().ChooseAsync(bob.Id, room.Id, level: NoticeLevel.Nothing);
        var mute = await server.ImposeAsync(mod, bob, SanctionKind.Mute, room.Id, TimeSpan.FromHours(1));
        await server.Get<RoomSettings>().SetLockAsync(mod.Id, room.Id, isLocked: true, "order");
        await using (await server.ConnectAsync(bob))
        {
            var answer = (await server.Get<WhyDesk>().AskAsync(mod.Id, bob.Id, message.Id)).Answer!;
            Assert.Equal(
                [WhyFact.Muted, WhyFact.RoomLocked, WhyFact.LevelNothing, WhyFact.NotListening, WhyFact.JoinedLater, WhyFact.BlocksAuthor, WhyFact.NotRead],
                answer.Facts);
            Assert.Equal(mute.Id, Assert.Single(answer.Sanctions).Id);
        }

        await server.Get<MessageEditor>().DeleteAsync(ann.Id, message.Id);
        Assert.Contains(WhyFact.MessageDeleted, (await server.Get<WhyDesk>().AskAsync(mod.Id, bob.Id, message.Id)).Answer!.Facts);
        await server.ImposeAsync(mod, bob, SanctionKind.Ban, room.Id);
        Assert.Equal([WhyFact.BannedHere, WhyFact.NotAMember], (await AskAsync(mod, bob, room.Id)).Facts.Take(2));
    }

    [Fact]
    public async Task An_answer_in_a_thread_that_somebody_does_not_follow_says_so_and_a_mention_is_named()
    {
        var (mod, ann, bob) = await PeopleAsync();
        var room = await server.MakeRoomAsync(ann, members: [mod, bob]);
        var first = await server.PostAsync(ann, room.Id, "beginning");
        var answer = Assert.IsType<PostResult.Accepted>(await server.Get<MessageWriter>().PostAsync(mod.Id, room.Id, "aside", key: null, thread: first.Id)).Message;
        Assert.Contains(WhyFact.ThreadNotFollowed, (await server.Get<WhyDesk>().AskAsync(mod.Id, bob.Id, answer.Id)).Answer!.Facts);
        var named = await server.PostAsync(ann, room.Id, $"@{bob.Name} look");
        Assert.Contains(WhyFact.Mentioned, (await server.Get<WhyDesk>().AskAsync(mod.Id, bob.Id, named.Id)).Answer!.Facts);
        Assert.Equal([WhyFact.OwnMessage], (await server.Get<WhyDesk>().AskAsync(mod.Id, mod.Id, answer.Id)).Answer!.Facts.Except([WhyFact.NotConnected]));
    }

    [Fact]
    public async Task A_room_that_the_moderator_may_not_know_of_is_answered_as_one_that_is_not_there()
    {
        var (mod, ann, bob) = await PeopleAsync();
        var secret = await server.MakeRoomAsync(ann, RoomVisibility.Private, "Vault", bob);
        var message = await server.PostAsync(ann, secret.Id, "words");
        var desk = server.Get<WhyDesk>();
        Assert.Equal(new WhyResult(ModerationOutcome.NotFound), await desk.AskAsync(mod.Id, bob.Id, secret.Id));
        Assert.Equal(new WhyResult(ModerationOutcome.NotFound), await desk.AskAsync(mod.Id, bob.Id, new RoomId("nowhere")));
        Assert.Equal(new WhyResult(ModerationOutcome.NotFound), await desk.AskAsync(mod.Id, bob.Id, message.Id));
        Assert.Null(desk.Find(mod.Id, message.Id));
        Assert.DoesNotContain(desk.Rooms(mod.Id)!, room => room.Id == secret.Id);
        await using var socket = await server.ConnectAsync(mod);
        Assert.Equal(107, TestSocket.ErrorOf(await socket.AskAsync(new { rpc = new { method = "moderation.why", data = new { user = bob.Id.Value, room = secret.Id.Value } } })));
    }

    [Fact]
    public async Task Looking_into_a_room_that_the_moderator_is_not_in_stands_in_the_audit_log_and_into_their_own_does_not()
    {
        var (mod, ann, bob) = await PeopleAsync();
        var (own, other) = (await server.MakeRoomAsync(ann, name: "Own", members: [mod]), await server.MakeRoomAsync(ann, name: "Other"));
        await AskAsync(mod, bob, own.Id);
        await AskAsync(mod, bob, other.Id);
        var entry = Assert.Single(server.Get<ModerationDesk>().Audit(mod.Id, new AuditQuery { Actor = mod.Id.Value })!);
        Assert.Equal(("moderation.why", bob.Id.Value, $"{bob.Name} in Other"), (entry.Action, entry.Target, entry.Details));
    }

    [Fact]
    public async Task A_program_gets_the_same_answer_and_no_text()
    {
        var (mod, ann, bob) = await PeopleAsync();
        var room = await server.MakeRoomAsync(ann, members: [mod, bob]);
        var message = await server.PostAsync(ann, room.Id, "words that nobody repeats");
        await using var listening = await server.SubscribeAsync(bob, room.Id);
        await using var socket = await server.ConnectAsync(mod);
        var reply = await socket.AskAsync(new { rpc = new { method = "moderation.why", data = new { user = bob.Id.Value, message = message.Id.ToString() } } });
        var data = reply.GetProperty("rpc").GetProperty("data");
        Assert.Equal(["not_read"], data.GetProperty("facts").EnumerateArray().Select(fact => fact.GetString()));
        Assert.Equal(data.GetProperty("head").GetInt64(), Assert.Single(data.GetProperty("connections").EnumerateArray()).GetProperty("sent").GetInt64());
        Assert.DoesNotContain("nobody repeats", reply.ToString(), StringComparison.Ordinal);
    }

    private async Task<(TestPerson Mod, TestPerson Ann, TestPerson Bob)> PeopleAsync() =>
        (await server.AddPersonAsync("Mod", Rank.Moderator), await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));

    private async Task<WhyAnswer> AskAsync(TestPerson by, TestPerson about, RoomId room)
    {
        var result = await server.Get<WhyDesk>().AskAsync(by.Id, about.Id, room);
        Assert.Equal(ModerationOutcome.Done, result.Outcome);
        return result.Answer!;
    }
}
