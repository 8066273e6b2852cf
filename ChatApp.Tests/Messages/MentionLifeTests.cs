using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Messages;

/// <summary>Whom a message mentions through all that becomes of it, of names, of rooms and of rules; and how everybody is called.</summary>
public sealed class MentionLifeTests(TestServer server) : MentionTestBase(server)
{
    [Fact]
    public async Task Everybody_is_one_mark_and_those_who_are_here_are_rows()
    {
        var (ann, bob, room) = await RoomOfTwoAsync();
        var eve = await AddAsync(room, $"Eve{ann.Id.Value[..6]}");
        var all = await Server.PostAsync(ann, room.Id, "@all come");
        Assert.True(all.Mentions is { IsAll: true, People.Count: 0 });
        Assert.Contains("data-group=\"all\"", all.Html, StringComparison.Ordinal);
        Assert.Empty(RowsOf(all));
        Assert.True(Server.Get<MessageHistory>().Find(bob.Id, all.Id)!.Mentions.IsAll);

        await using var socket = await Server.ConnectAsync(bob);
        var here = await Server.PostAsync(ann, room.Id, "@Here now");
        Assert.Equal([bob.Id], here.Mentions.People);
        Assert.False(here.Mentions.Means(eve.Id));
        Assert.Equal([bob.Id], RowsOf(here));
        SafeHtmlList.Check(here.Html);
    }

    [Fact]
    public async Task Who_wants_not_to_be_seen_is_not_given_away_by_being_here()
    {
        var (ann, bob, room) = await RoomOfTwoAsync();
        await Server.Get<CommitQueue>().CommitAsync(commit => commit.Db.Users.Single(user => user.Id == bob.Id.Value).PresenceMode = PresenceMode.Invisible);
        await using var socket = await Server.ConnectAsync(bob);
        Assert.False((await Server.PostAsync(ann, room.Id, "@here")).Mentions.IsAny);
    }

    [Fact]
    public async Task Everybody_is_called_ten_times_a_minute_at_most()
    {
        var (ann, _, room) = await RoomOfTwoAsync();
        for (var i = 0; i < Mentions.EverybodyPerMinute; i++) await Server.PostAsync(ann, room.Id, $"@all {i}");
        var refused = Assert.IsType<PostResult.Rejected>(await Server.Get<MessageWriter>().PostAsync(ann.Id, room.Id, "@all again", null));
        Assert.Equal(PostRefusal.TooFast, refused.Reason);
        Assert.True(refused.RetryAfter > TimeSpan.Zero);
        await Server.PostAsync(ann, room.Id, "something else");
    }

    [Fact]
    public async Task A_room_of_more_than_a_thousand_cannot_be_called_at_once()
    {
        var (ann, room) = await RoomOfAnnAsync();
        await FillAsync(room, Mentions.MaxEverybody - 1);
        Assert.Equal(Mentions.MaxEverybody, Server.Get<Mentions>().CallsIn("@all", room.Id));
        await Server.PostAsync(ann, room.Id, "@all of us");
        await FillAsync(room, 1);
        Assert.Equal(PostRefusal.RoomTooLarge, Assert.IsType<PostResult.Rejected>(await Server.Get<MessageWriter>().PostAsync(ann.Id, room.Id, "@all", null)).Reason);
        Assert.Equal(PostRefusal.RoomTooLarge, Assert.IsType<PostResult.Rejected>(await Server.Get<MessageWriter>().PostAsync(ann.Id, room.Id, "@here", null)).Reason);
        await Server.PostAsync(ann, room.Id, "nobody in particular, not even `@all`");
    }

    [Fact]
    public async Task An_edit_tells_only_those_who_are_new_and_takes_back_from_those_who_went()
    {
        var (ann, bob, room) = await RoomOfTwoAsync();
        var eve = await AddAsync(room, $"Eve{ann.Id.Value[..6]}");
        await using var ofBob = await Server.ConnectAsync(bob);
        await using var ofEve = await Server.ConnectAsync(eve);
        var message = await Server.PostAsync(ann, room.Id, $"@{bob.Name} look");
        Assert.Equal(message.Id.ToString(), (await ofBob.EventAsync("mention")).GetProperty("data").GetProperty("message").GetProperty("id").GetString());

        await Editor.EditAsync(ann.Id, message.Id, $"@{bob.Name} and @{eve.Name} look");
        await ofEve.EventAsync("mention");
        await Editor.EditAsync(ann.Id, message.Id, $"@{eve.Name} look");
        // Nothing stood between: the edit in which he stayed told him nothing.
        Assert.Equal("mention.withdrawn", (await ofBob.PushAsync(push => push.GetProperty("channel").GetString() == $"#{bob.Id}")).GetProperty("pub").GetProperty("data").GetProperty("type").GetString());
        Assert.Equal([eve.Id], RowsOf(message));

        await Editor.DeleteAsync(ann.Id, message.Id);
        await ofEve.EventAsync("mention.withdrawn");
        Assert.Empty(RowsOf(message));
        await Editor.RestoreAsync(ann.Id, message.Id);
        await ofEve.EventAsync("mention");
        Assert.Equal([eve.Id], RowsOf(message));
    }

    [Fact]
    public async Task Mending_a_word_keeps_the_mention_of_somebody_who_left_or_is_called_otherwise_since()
    {
        var (ann, bob, room) = await RoomOfTwoAsync();
        var message = await Server.PostAsync(ann, room.Id, $"@{bob.Name} lokk");
        await RenameAsync(bob.Id, $"Bobby {bob.Id.Value[..6]}");
        await Server.Get<RoomWriter>().LeaveAsync(bob.Id, room.Id);
        var edited = (await Editor.EditAsync(ann.Id, message.Id, $"@{bob.Name} look")).Message!;
        Assert.Equal([bob.Id], edited.Mentions.People);
        Assert.Contains($"data-user=\"{bob.Id}\"", edited.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Newer_rules_mean_the_same_people_and_rooms()
    {
        await using var own = await TestServer.StartAsync();
        var (ann, bob) = (await own.AddPersonAsync("Ann"), await own.AddPersonAsync("Bob"));
        var message = await own.PostAsync(ann, RoomId.General, $"@{bob.Name} in #General, @all: see /rooms/general?at=1 & *more*");
        Assert.Contains("<a class=\"room-name\" href=\"/rooms/general\">#General</a>", message.Html, StringComparison.Ordinal);
        Assert.Contains("<a class=\"permalink\" href=\"/rooms/general?at=1\">#General · 1</a>", message.Html, StringComparison.Ordinal);
        SafeHtmlList.Check(message.Html);
        await own.Get<CommitQueue>().CommitAsync(commit =>
        {
            commit.Db.Users.Single(user => user.Id == bob.Id.Value).NormalizedDisplayName = "SOMEBODY ELSE";
            commit.Db.Database.ExecuteSql($"UPDATE messages SET HtmlVersion = 0; UPDATE upkeep SET Value = 0 WHERE Name = {UpkeepMark.HtmlVersion};");
            return 0;
        });
        var read = own.Get<MessageHistory>().Find(ann.Id, message.Id)!;
        Assert.Equal((message.Html, true, 1), (read.Html, read.Mentions.IsAll, read.Mentions.People.Count));
        await own.Get<HtmlRenewal>().RunAsync();
        using var db = own.Get<ChatDatabase>().OpenRead();
        Assert.Equal(message.Html, db.Messages.Single(row => row.Id == message.Id.Value).Html);
    }

    [Fact]
    public async Task Who_blocks_the_author_hears_and_counts_nothing_and_the_author_cannot_tell()
    {
        var (ann, bob, room) = await RoomOfTwoAsync();
        await Server.Get<CommitQueue>().CommitAsync(commit => commit.Db.Blocks.Add(new Block { UserId = bob.Id.Value, BlockedId = ann.Id.Value, At = commit.Now }));
        using var watch = Server.Get<UnreadBoard>().Watch(bob.Id, () => { });
        await using var socket = await Server.ConnectAsync(bob);
        var message = await Server.PostAsync(ann, room.Id, $"@{bob.Name} and @all");
        Assert.Equal([bob.Id], message.Mentions.People);
        Assert.Equal(0, Server.Get<ReadMarkers>().Of(bob.Id, room.Id)!.Mentions);
        Assert.Empty(Server.Get<MentionList>().Of(bob.Id).Lines);
        // Told after that one, had that been told.
        var eve = await AddAsync(room, $"Eve{ann.Id.Value[..6]}");
        var heard = await Server.PostAsync(eve, room.Id, $"@{bob.Name}");
        Assert.Equal(heard.Id.ToString(), (await socket.EventAsync("mention")).GetProperty("data").GetProperty("message").GetProperty("id").GetString());
        await Eventually.EqualsAsync((1, 1), () => (watch.Numbers[room.Id].Count, watch.Numbers[room.Id].Mentions));
    }
}
