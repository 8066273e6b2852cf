using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Moderation;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Search;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using ChatApp.Tests.Tokens;

namespace ChatApp.Tests.Rooms;

/// <summary>Conversations: the same people have one room, and nothing about it ever changes.</summary>
public sealed class DirectRoomTests(TestServer server) : IClassFixture<TestServer>
{
    private DirectRooms Direct => server.Get<DirectRooms>();

    private RoomDirectory Directory => server.Get<RoomDirectory>();

    [Fact]
    public async Task The_same_people_always_have_the_same_room_whoever_opens_it_and_others_have_another()
    {
        var (ann, bob, eve) = await PeopleAsync();
        var room = await OpenAsync(ann, bob);
        Assert.Equal((true, ""), (room.IsDirect, room.Name));
        foreach (var again in new[] { await OpenAsync(ann, bob), await OpenAsync(bob, ann), await OpenAsync(bob, ann, bob, ann) }) Assert.Equal(room.Id, again.Id);
        var group = await OpenAsync(eve, bob, ann);
        Assert.NotEqual(room.Id, group.Id);
        Assert.NotEqual(group.Id, (await OpenAsync(eve, bob)).Id);
        Assert.Equal(group.Id, Direct.Find(ann.Id, [bob.Id, eve.Id]));
        Assert.Null(Direct.Find(ann.Id, [eve.Id]));
    }

    [Fact]
    public async Task Whoever_opens_it_at_the_same_moment_gets_the_one_room()
    {
        var (ann, bob, _) = await PeopleAsync();
        var opened = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => number % 2 == 0 ? OpenAsync(ann, bob) : OpenAsync(bob, ann)));
        Assert.Single(opened.Select(room => room.Id).Distinct());
    }

    [Fact]
    public async Task A_conversation_has_2_to_8_people_who_are_there()
    {
        var ann = await server.AddPersonAsync("Ann");
        var others = new List<TestPerson>();
        for (var i = 0; i < DirectRooms.MaxPeople; i++) others.Add(await server.AddPersonAsync());
        Assert.Equal(RoomOutcome.BadPeople, (await Direct.OpenAsync(ann.Id, [])).Outcome);
        Assert.Equal(RoomOutcome.BadPeople, (await Direct.OpenAsync(ann.Id, [ann.Id])).Outcome);
        Assert.Equal(RoomOutcome.BadPeople, (await Direct.OpenAsync(ann.Id, [.. others.Select(one => one.Id)])).Outcome);
        Assert.Equal(RoomOutcome.NoSuchUser, (await Direct.OpenAsync(ann.Id, [new UserId("nobody")])).Outcome);
        Assert.Equal(DirectRooms.MaxPeople, (await OpenAsync(ann, [.. others.Skip(1)])).People.Count);
        await server.Get<AccountDeletion>().DeleteAsync(others[0].Id);
        Assert.Equal(RoomOutcome.NoSuchUser, (await Direct.OpenAsync(ann.Id, [others[0].Id])).Outcome);
    }

    [Theory]
    [InlineData("join")]
    [InlineData("invite")]
    [InlineData("leave")]
    [InlineData("rename")]
    [InlineData("describe")]
    [InlineData("archive")]
    [InlineData("retention")]
    [InlineData("role")]
    [InlineData("invitation")]
    [InlineData("use of an invitation")]
    public async Task Nobody_changes_it_whatever_their_rank(string operation)
    {
        var (ann, bob, eve) = await PeopleAsync();
        var (boss, member) = (await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync("Root", Rank.Administrator));
        var room = await OpenAsync(ann, bob, member);
        foreach (var (who, isMember) in new[] { (ann, true), (member, true), (eve, false), (boss, false) })
        {
            var outcome = await TryAsync(operation, who, room.Id, eve, bob);
            // Joining what one is in already is no change; and to others there is no such room.
            var expected = !isMember || operation == "use of an invitation" ? "NotFound" : operation == "join" ? "Done" : "NotAllowed";
            Assert.Equal((who.Name, expected), (who.Name, outcome));
        }

        var now = Directory.Find(room.Id, ann.Id)!.Room;
        Assert.Equal((room.Head, "", "", false, null, 3), (now.Head, now.Name, now.Topic, now.IsArchived, now.RetentionDays, now.People.Count));
        Assert.All(Directory.MembersOf(room.Id, ann.Id)!.Value.Members, one => Assert.Equal(RoomRole.Member, one.Role));
    }

    [Fact]
    public async Task To_everybody_else_it_does_not_exist_and_no_list_names_it()
    {
        var (ann, bob, eve) = await PeopleAsync();
        var boss = await server.AddPersonAsync("Boss", Rank.Administrator);
        var room = await OpenAsync(ann, bob);
        var message = await server.PostAsync(ann, room.Id, "between us: heliotrope");
        await using var socket = await server.SubscribeAsync(ann, room.Id);
        foreach (var stranger in new[] { eve, boss })
        {
            Assert.Null(Directory.Find(room.Id, stranger.Id));
            Assert.Null(server.Get<MessageHistory>().Latest(stranger.Id, room.Id, 10));
            Assert.Empty(server.Get<MessageSearch>().Search(stranger.Id, SearchQuery.Parse("heliotrope"))!.Hits);
            Assert.DoesNotContain(Directory.RoomsOf(stranger.Id), one => one.Id == room.Id);
            Assert.DoesNotContain(Directory.Browse(stranger.Id, ""), one => one.Room.Id == room.Id);
            Assert.IsType<PostResult.Rejected>(await server.Get<MessageWriter>().PostAsync(stranger.Id, room.Id, "hello", key: null));
            Assert.Equal(MessageOutcome.NotFound, (await server.Get<MessageEditor>().DeleteAsync(stranger.Id, message.Id, "because")).Outcome);
        }

        Assert.DoesNotContain(Directory.RoomsNear(ann.Id, "", 200), one => one.IsDirect);
        var line = server.Get<ModerationDesk>().Connections(boss.Id)!.Value.Lines.Single(line => line.User.Id == ann.Id);
        Assert.Equal((0, 1), (line.Rooms.Count, line.OtherRooms));
        Assert.DoesNotContain(server.Get<ModerationDesk>().Audit(boss.Id)!, entry => entry.Details.Contains(room.Id.Value, StringComparison.Ordinal));
    }

    [Fact]
    public async Task It_is_called_by_the_others_in_it_wherever_it_is_named()
    {
        var (ann, bob, eve) = await PeopleAsync();
        var room = await OpenAsync(ann, bob, eve);
        await server.PostAsync(bob, room.Id, "a word: periwinkle");
        var users = server.Get<UserDirectory>();
        Assert.Equal($"{bob.Name}, {eve.Name}", RoomNames.Of(Directory.Find(room.Id, ann.Id)!.Room, ann.Id, users));
        Assert.Equal($"{ann.Name}, {eve.Name}", RoomNames.Of(Directory.RoomsOf(bob.Id).Single(one => one.Id == room.Id), bob.Id, users));
        Assert.Equal($"{ann.Name}, {bob.Name}", Assert.Single(server.Get<MessageSearch>().Search(eve.Id, SearchQuery.Parse("periwinkle"))!.Hits).RoomName);
        // Also from memory, where somebody listens.
        await using var socket = await server.SubscribeAsync(ann, room.Id);
        for (var i = 0; i < 2; i++) Assert.Equal(3, Directory.Find(room.Id, ann.Id)!.Room.People.Count);
    }

    [Fact]
    public async Task The_others_have_it_on_their_lists_from_the_first_message_on_and_hear_of_it_before_that()
    {
        var (ann, bob, _) = await PeopleAsync();
        await using var told = await server.ConnectAsync(bob);
        using var watch = server.Get<UnreadBoard>().Watch(bob.Id, () => { });
        var room = await OpenAsync(ann, bob);
        Assert.Contains(Directory.RoomsOf(ann.Id), one => one.Id == room.Id);
        Assert.DoesNotContain(Directory.RoomsOf(bob.Id), one => one.Id == room.Id);
        Assert.Empty(told.Rest());

        var first = await server.PostAsync(ann, room.Id, "hello Bob");
        var joined = (await told.EventAsync("room.joined")).GetProperty("data").GetProperty("room");
        Assert.Equal((room.Id.Value, "direct"), (joined.GetProperty("id").GetString(), joined.GetProperty("kind").GetString()));
        Assert.Equal(new[] { ann.Id.Value, bob.Id.Value }.Order(StringComparer.Ordinal), joined.GetProperty("people").EnumerateArray().Select(id => id.GetString()!));
        Assert.Contains(Directory.RoomsOf(bob.Id), one => one.Id == room.Id);
        await Eventually.EqualsAsync(1, () => watch.Numbers.GetValueOrDefault(room.Id)?.Count ?? 0);
        // Whoever subscribes now has missed nothing.
        Assert.Equal(first.Id, Assert.Single(server.Get<MessageHistory>().Latest(bob.Id, room.Id, 10)!.Messages).Id);
        await server.PostAsync(ann, room.Id, "and more");
        await Eventually.EqualsAsync(2, () => watch.Numbers[room.Id].Count);
        Assert.DoesNotContain(told.Rest(), push => push.ToString().Contains("room.joined", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Whoever_takes_it_off_their_list_gets_it_back_with_the_next_message_or_by_opening_it()
    {
        var (ann, bob, _) = await PeopleAsync();
        var room = await OpenAsync(ann, bob);
        await server.PostAsync(ann, room.Id, "one");
        await using var device = await server.ConnectAsync(bob);
        Assert.True((await Direct.HideAsync(bob.Id, room.Id)).IsDone);
        Assert.Equal(room.Id.Value, (await device.EventAsync("room.hidden")).GetProperty("data").GetProperty("room").GetString());
        Assert.Equal(0, server.Get<ReadMarkers>().Of(bob.Id, room.Id)!.Count);
        Assert.DoesNotContain(Directory.RoomsOf(bob.Id), one => one.Id == room.Id);
        Assert.Contains(Directory.RoomsOf(ann.Id), one => one.Id == room.Id);

        await server.PostAsync(ann, room.Id, "two");
        await device.EventAsync("room.joined");
        Assert.Contains(Directory.RoomsOf(bob.Id), one => one.Id == room.Id);
        Assert.Equal(1, server.Get<ReadMarkers>().Of(bob.Id, room.Id)!.Count);
        await Direct.HideAsync(bob.Id, room.Id);
        await OpenAsync(bob, ann);
        await device.EventAsync("room.joined");
        Assert.Contains(Directory.RoomsOf(bob.Id), one => one.Id == room.Id);
    }

    [Fact]
    public async Task Only_ones_own_conversations_can_be_taken_off_the_list()
    {
        var (ann, bob, eve) = await PeopleAsync();
        var room = await OpenAsync(ann, bob);
        Assert.Equal(RoomOutcome.NotFound, (await Direct.HideAsync(eve.Id, room.Id)).Outcome);
        Assert.Equal(RoomOutcome.NotPossible, (await Direct.HideAsync(ann.Id, RoomId.General)).Outcome);
    }

    [Fact]
    public async Task A_bot_is_only_in_conversations_in_which_its_owner_is()
    {
        var (ann, bob, _) = await PeopleAsync();
        var bot = await server.AddBotAsync(ann);
        Assert.Equal(RoomOutcome.Unreachable, (await Direct.OpenAsync(bob.Id, [bot])).Outcome);
        Assert.Equal(RoomOutcome.Unreachable, (await Direct.OpenAsync(bot, [bob.Id])).Outcome);
        Assert.Equal((await OpenAsync(ann, bot)).Id, (await Direct.OpenAsync(bot, [ann.Id])).Room!.Id);
        var three = (await Direct.OpenAsync(bob.Id, [bot, ann.Id])).Room!;
        Assert.IsType<PostResult.Accepted>(await server.Get<MessageWriter>().PostAsync(bot, three.Id, "at your service", key: null));
    }

    [Fact]
    public async Task After_the_end_of_an_account_the_others_go_on_reading_and_the_room_stays_theirs()
    {
        var (ann, bob, _) = await PeopleAsync();
        var room = await OpenAsync(ann, bob);
        await server.PostAsync(ann, room.Id, "remember me");
        Assert.Equal(DeletionOutcome.Done, await server.Get<AccountDeletion>().DeleteAsync(ann.Id));
        Assert.Equal("remember me", Assert.Single(server.Get<MessageHistory>().Latest(bob.Id, room.Id, 10)!.Messages).Text);
        Assert.StartsWith(AccountDeletion.Name, RoomNames.Of(Directory.RoomsOf(bob.Id).Single(one => one.Id == room.Id), bob.Id, server.Get<UserDirectory>()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_happens_in_one_is_an_entry_of_its_log_and_its_people_are_none()
    {
        var (ann, bob, _) = await PeopleAsync();
        var room = await OpenAsync(ann, bob);
        await server.PostAsync(ann, room.Id, "hello");
        var log = server.Get<RoomLog>().Read(room.Id, Offset.Zero, 10);
        Assert.Equal(2, Assert.IsType<RoomChanged>(log[0].Event).View.People.Count);
        Assert.IsType<MessagePosted>(log[1].Event);
        Assert.Equal(2, log.Count);
    }

    private async Task<string> TryAsync(string operation, TestPerson actor, RoomId room, TestPerson guest, TestPerson member)
    {
        var (writer, settings) = (server.Get<RoomWriter>(), server.Get<RoomSettings>());
        switch (operation)
        {
            case "invitation":
                return (await server.Get<Invitations>().CreateAsync(actor.Id, new InvitationWish(1, null, Room: room))).Outcome switch
                {
                    InvitationOutcome.NoSuchRoom => nameof(RoomOutcome.NotFound),
                    var outcome => outcome.ToString(),
                };
            case "use of an invitation":
                // As if one had come into being nevertheless.
                var secret = Secret.Make("invite_");
                await server.Get<CommitQueue>().CommitAsync(commit => commit.Db.Invitations.Add(new Invitation
                {
                    Id = Secret.NewId(), Hash = Secret.Hash(secret), CreatedById = actor.Id.Value, CreatedAt = commit.Now, MaxUses = 5, RoomId = room.Value,
                }).Entity.Id);
                return (await server.Get<Invitations>().JoinAsync(guest.Id, secret)).Outcome.ToString();
            default:
                return (await (operation switch
                {
                    "join" => writer.JoinAsync(actor.Id, room),
                    "invite" => writer.InviteAsync(actor.Id, room, guest.Id),
                    "leave" => writer.LeaveAsync(actor.Id, room),
                    "rename" => settings.EditAsync(actor.Id, room, new RoomEdit(Name: "Ours")),
                    "describe" => settings.EditAsync(actor.Id, room, new RoomEdit(Topic: "Ours")),
                    "archive" => settings.ArchiveAsync(actor.Id, room, isArchived: true),
                    "retention" => settings.SetRetentionAsync(actor.Id, room, 7),
                    _ => server.Get<RoomRoles>().SetAsync(actor.Id, room, member.Id, RoomRole.Owner),
                })).Outcome.ToString();
        }
    }

    private async Task<(TestPerson Ann, TestPerson Bob, TestPerson Eve)> PeopleAsync() =>
        (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"), await server.AddPersonAsync("Eve"));

    private Task<RoomView> OpenAsync(TestPerson actor, params TestPerson[] others) => OpenAsync(actor, [.. others.Select(other => other.Id)]);

    private async Task<RoomView> OpenAsync(TestPerson actor, params UserId[] others)
    {
        var result = await Direct.OpenAsync(actor.Id, others);
        Assert.Equal(RoomOutcome.Done, result.Outcome);
        return result.Room!;
    }
}
