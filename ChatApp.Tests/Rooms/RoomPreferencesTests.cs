using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Rooms;

/// <summary>What people choose for their rooms: theirs alone, on all devices, and kept.</summary>
public sealed class RoomPreferencesTests(TestServer server) : IClassFixture<TestServer>
{
    private RoomPreferences Preferences => server.Get<RoomPreferences>();

    [Fact]
    public async Task A_choice_is_ones_own_and_what_is_not_named_stays()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, members: bob);
        Assert.True(Preferences.Of(ann.Id, room.Id)!.IsDefault);
        Assert.Equal(RoomOutcome.Done, (await Preferences.ChooseAsync(ann.Id, room.Id, isFavourite: true)).Outcome);
        var chosen = (await Preferences.ChooseAsync(ann.Id, room.Id, level: NoticeLevel.Mentions)).Choice!;
        Assert.Equal((true, NoticeLevel.Mentions), (chosen.IsFavourite, chosen.Level));
        Assert.Equal(chosen, Preferences.Of(ann.Id, room.Id));
        Assert.Equal(chosen, Assert.Single(Preferences.Of(ann.Id)).Value);
        Assert.True(Preferences.Of(bob.Id, room.Id)!.IsDefault);
        Assert.Empty(Preferences.Of(bob.Id));
    }

    [Fact]
    public async Task Nothing_is_stored_for_what_everybody_begins_with()
    {
        var ann = await server.AddPersonAsync("Ann");
        await Preferences.ChooseAsync(ann.Id, RoomId.General, isFavourite: false, level: NoticeLevel.All);
        Assert.Equal(0, Rows(ann));
        await Preferences.ChooseAsync(ann.Id, RoomId.General, level: NoticeLevel.Nothing);
        Assert.Equal(1, Rows(ann));
        await Preferences.ChooseAsync(ann.Id, RoomId.General, level: NoticeLevel.All);
        Assert.Equal(0, Rows(ann));
    }

    [Fact]
    public async Task Only_members_choose_and_others_do_not_learn_of_a_private_room()
    {
        var (ann, stranger) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Stranger"));
        var (open, secret) = (await server.MakeRoomAsync(ann), await server.MakeRoomAsync(ann, RoomVisibility.Private));
        Assert.Equal(RoomOutcome.NotAllowed, (await Preferences.ChooseAsync(stranger.Id, open.Id, isFavourite: true)).Outcome);
        Assert.Equal(RoomOutcome.NotFound, (await Preferences.ChooseAsync(stranger.Id, secret.Id, isFavourite: true)).Outcome);
        Assert.Equal(RoomOutcome.NotFound, (await Preferences.ChooseAsync(stranger.Id, new RoomId("nowhere"), isFavourite: true)).Outcome);
        Assert.Equal(RoomOutcome.NotPossible, (await Preferences.ChooseAsync(ann.Id, open.Id, level: (NoticeLevel)7)).Outcome);
        Assert.Null(Preferences.Of(stranger.Id, open.Id));
        Assert.Equal(0, Rows(stranger));
    }

    [Fact]
    public async Task Whoever_leaves_does_not_see_the_choice_and_finds_it_when_they_come_back()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, members: bob);
        await Preferences.ChooseAsync(bob.Id, room.Id, level: NoticeLevel.Nothing);
        await server.Get<RoomWriter>().LeaveAsync(bob.Id, room.Id);
        Assert.Empty(Preferences.Of(bob.Id));
        await server.Get<RoomWriter>().JoinAsync(bob.Id, room.Id);
        Assert.Equal(NoticeLevel.Nothing, Preferences.Of(bob.Id, room.Id)!.Level);
    }

    [Fact]
    public async Task A_conversation_that_is_a_favourite_is_at_hand()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var direct = (await server.Get<DirectRooms>().OpenAsync(ann.Id, [bob.Id])).Room!.Id;
        await server.Get<DirectRooms>().HideAsync(ann.Id, direct);
        Assert.DoesNotContain(server.Get<RoomList>().Of(ann.Id), room => room.Room.Id == direct);
        await Preferences.ChooseAsync(ann.Id, direct, isFavourite: true);
        Assert.Contains(server.Get<RoomList>().Of(ann.Id), room => room.Room.Id == direct);
    }

    [Fact]
    public async Task Whoever_was_only_looked_for_learns_of_it_from_no_list_before_something_was_said()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var direct = (await server.Get<DirectRooms>().OpenAsync(ann.Id, [bob.Id])).Room!.Id.Value;
        await using var his = await server.ConnectAsync(bob);
        foreach (var list in new[] { "room.list", "room.preferences", "read.list" }) Assert.DoesNotContain(direct, (await DataAsync(his, list, new { })).ToString(), StringComparison.Ordinal);
        Assert.Empty(Preferences.Of(bob.Id));

        // From the first message on it is a room like any other; and what came back to the list by itself is no choice.
        await server.PostAsync(ann, new RoomId(direct), "hello");
        foreach (var list in new[] { "room.list", "read.list" }) Assert.Contains(direct, (await DataAsync(his, list, new { })).ToString(), StringComparison.Ordinal);
        Assert.Empty((await DataAsync(his, "room.preferences", new { })).GetProperty("rooms").EnumerateArray());
        Assert.Equal(1, server.Get<ReadMarkers>().Of(bob.Id).Single(unread => unread.Room.Value == direct).Count);
    }

    [Fact]
    public async Task A_program_sees_which_conversations_are_off_the_list_and_what_is_chosen_for_them()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var direct = (await server.Get<DirectRooms>().OpenAsync(ann.Id, [bob.Id])).Room!.Id;
        var said = await server.PostAsync(bob, direct, "hello");
        await using var socket = await server.ConnectAsync(ann);
        await DataAsync(socket, "direct.hide", new { room = direct.Value });
        var hidden = Assert.Single((await DataAsync(socket, "room.preferences", new { })).GetProperty("rooms").EnumerateArray());
        Assert.Equal((direct.Value, "all", said.Offset.Value), (hidden.GetProperty("room").GetString(), hidden.GetProperty("notices").GetString(), hidden.GetProperty("hidden_up_to").GetInt64()));
        await socket.EventAsync("room.hidden");
        var chosen = await DataAsync(socket, "room.prefer", new { room = direct.Value, notices = "nothing" });
        Assert.Equal(said.Offset.Value, chosen.GetProperty("hidden_up_to").GetInt64());
        Assert.Equal(said.Offset.Value, (await socket.EventAsync("preference.changed")).GetProperty("data").GetProperty("hidden_up_to").GetInt64());
        Assert.False((await DataAsync(socket, "room.prefer", new { room = direct.Value, favourite = true })).TryGetProperty("hidden_up_to", out _));
    }

    [Fact]
    public async Task Programs_choose_too_and_all_devices_of_the_person_hear_of_it()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, members: bob);
        await using var laptop = await server.ConnectAsync(ann);
        await using var phone = await server.ConnectAsync(ann);
        await using var other = await server.ConnectAsync(bob);
        var chosen = await DataAsync(laptop, "room.prefer", new { room = room.Id.Value, favourite = true, notices = "nothing" });
        Assert.Equal("nothing", chosen.GetProperty("notices").GetString());
        var told = (await phone.EventAsync("preference.changed")).GetProperty("data");
        Assert.Equal((room.Id.Value, true, "nothing"), (told.GetProperty("room").GetString(), told.GetProperty("favourite").GetBoolean(), told.GetProperty("notices").GetString()));
        var listed = Assert.Single((await DataAsync(phone, "room.preferences", new { })).GetProperty("rooms").EnumerateArray());
        Assert.Equal(room.Id.Value, listed.GetProperty("room").GetString());

        // The same again is no news.
        await DataAsync(laptop, "room.prefer", new { room = room.Id.Value, favourite = true });
        Assert.Equal(107, await ErrorAsync(laptop, "room.prefer", new { room = room.Id.Value, notices = "loud" }));
        Assert.Equal(102, await ErrorAsync(laptop, "room.prefer", new { room = "nowhere", favourite = true }));
        Assert.DoesNotContain(other.Rest(), frame => frame.ToString().Contains("preference.changed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Choices_survive_a_restart()
    {
        var folder = Directory.CreateTempSubdirectory("chatapp-").FullName;
        try
        {
            UserId id;
            await using (var before = await TestServer.StartAsync(folder: folder))
            {
                var ann = await before.AddPersonAsync("Ann");
                id = ann.Id;
                await before.Get<RoomPreferences>().ChooseAsync(id, RoomId.General, isFavourite: true, level: NoticeLevel.Nothing);
            }

            await using var after = await TestServer.StartAsync(folder: folder);
            var choice = after.Get<RoomPreferences>().Of(id, RoomId.General)!;
            Assert.Equal((true, NoticeLevel.Nothing), (choice.IsFavourite, choice.Level));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_deleted_account_leaves_no_choice_behind()
    {
        var ann = await server.AddPersonAsync("Ann");
        await Preferences.ChooseAsync(ann.Id, RoomId.General, isFavourite: true);
        Assert.Equal(DeletionOutcome.Done, await server.Get<AccountDeletion>().DeleteAsync(ann.Id));
        Assert.Equal(0, Rows(ann));
    }

    private int Rows(TestPerson person)
    {
        using var db = server.Get<ChatDatabase>().OpenRead();
        return db.RoomPreferences.Count(row => row.UserId == person.Id.Value);
    }

    private static async Task<JsonElement> DataAsync(TestSocket socket, string method, object data) =>
        (await socket.AskAsync(new { rpc = new { method, data } })).GetProperty("rpc").GetProperty("data");

    private static async Task<int> ErrorAsync(TestSocket socket, string method, object data) =>
        (await socket.AskAsync(new { rpc = new { method, data } })).GetProperty("error").GetProperty("code").GetInt32();
}
