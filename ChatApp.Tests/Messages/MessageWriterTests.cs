using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Messages;

public sealed class MessageWriterTests(TestServer server) : IClassFixture<TestServer>
{
    private const string Hostile = "'); DROP TABLE messages;-- <script>alert(1)</script> \" & %_ \\ {0}";

    private MessageWriter Writer => server.Get<MessageWriter>();

    [Fact]
    public async Task Whoever_is_not_a_member_cannot_post_and_a_private_room_looks_like_none()
    {
        var (owner, stranger) = (await server.AddPersonAsync(), await server.AddPersonAsync());
        var open = await server.MakeRoomAsync(owner);
        var closed = await server.MakeRoomAsync(owner, RoomVisibility.Private);
        Assert.Equal(PostRefusal.NotAMember, await RefusedAsync(stranger, open.Id, "hello"));
        Assert.Equal(PostRefusal.RoomNotFound, await RefusedAsync(stranger, closed.Id, "hello"));
        Assert.Equal(PostRefusal.RoomNotFound, await RefusedAsync(stranger, RoomId.New(), "hello"));
        Assert.Empty(server.Get<MessageHistory>().Latest(owner.Id, open.Id, 50)!.Messages);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("\r\n\t \n")]
    [InlineData("\u200B\u200D\uFEFF\u2060")]
    [InlineData("\u00A0\u3000\u2003")]
    [InlineData("\0\u0001")]
    [InlineData("\u202E\u2066")]
    [InlineData("\u3164\u2800\uFE0F\u034F")]
    public async Task Nothing_visible_is_no_message(string text) =>
        Assert.Equal(PostRefusal.Empty, await RefusedAsync(await server.AddPersonAsync(), RoomId.General, text));

    [Theory]
    [InlineData("x")]
    [InlineData("€")]
    [InlineData("😀")]
    public async Task A_message_has_at_most_8000_characters_and_an_emoji_counts_one(string character)
    {
        var author = await server.AddPersonAsync();
        var longest = string.Concat(Enumerable.Repeat(character, 8000));
        Assert.Equal(longest, (await server.PostAsync(author, RoomId.General, longest)).Text);
        Assert.Equal(PostRefusal.TooLong, await RefusedAsync(author, RoomId.General, longest + character));
    }

    [Fact]
    public async Task A_key_has_1_to_128_characters_and_no_control_characters()
    {
        var author = await server.AddPersonAsync();
        await server.PostAsync(author, RoomId.General, "hello", new string('k', 128));
        foreach (var key in (string[])["", new string('k', 129), "a\nb", "a\0b"])
            Assert.Equal(PostRefusal.BadKey, await RefusedAsync(author, RoomId.General, "hello", key));
    }

    [Fact]
    public async Task The_same_key_and_text_again_gives_the_first_message_again()
    {
        var author = await server.AddPersonAsync();
        var room = await server.MakeRoomAsync(author);
        var first = Assert.IsType<PostResult.Accepted>(await Writer.PostAsync(author.Id, room.Id, "hello", "key"));
        var again = Assert.IsType<PostResult.Accepted>(await Writer.PostAsync(author.Id, room.Id, "hello", "key"));
        Assert.Equal((false, true), (first.IsDuplicate, again.IsDuplicate));
        Assert.Equal(first.Message, again.Message);
        Assert.Equal(first.Epoch, again.Epoch);
        Assert.Single(server.Get<MessageHistory>().Latest(author.Id, room.Id, 50)!.Messages);
    }

    [Fact]
    public async Task Twenty_retries_at_once_make_one_message()
    {
        var author = await server.AddPersonAsync();
        var room = await server.MakeRoomAsync(author);
        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => Writer.PostAsync(author.Id, room.Id, "hello", "key"))));
        var accepted = results.Cast<PostResult.Accepted>().ToList();
        Assert.Single(accepted, one => !one.IsDuplicate);
        Assert.Single(accepted.Select(one => one.Message.Id).Distinct());
        Assert.Single(server.Get<MessageHistory>().Latest(author.Id, room.Id, 50)!.Messages);
    }

    [Fact]
    public async Task The_same_key_for_another_text_or_room_is_refused_and_other_people_have_keys_of_their_own()
    {
        var (ann, bob) = (await server.AddPersonAsync(), await server.AddPersonAsync());
        var room = await server.MakeRoomAsync(ann);
        await server.PostAsync(ann, room.Id, "hello", "key");
        Assert.Equal(PostRefusal.KeyUsedForOther, await RefusedAsync(ann, room.Id, "goodbye", "key"));
        Assert.Equal(PostRefusal.KeyUsedForOther, await RefusedAsync(ann, RoomId.General, "hello", "key"));
        await server.PostAsync(bob, RoomId.General, "hello", "key");
    }

    [Fact]
    public async Task A_retry_after_a_restart_still_makes_no_second_message()
    {
        var folder = Directory.CreateTempSubdirectory("chatapp-").FullName;
        TestPerson author;
        MessageView first;
        await using (var before = await TestServer.StartAsync(folder: folder))
        {
            author = await before.AddPersonAsync();
            first = await before.PostAsync(author, RoomId.General, "hello", "key");
        }

        await using (var after = await TestServer.StartAsync(folder: folder))
        {
            var again = Assert.IsType<PostResult.Accepted>(await after.Get<MessageWriter>().PostAsync(author.Id, RoomId.General, "hello", "key"));
            Assert.True(again.IsDuplicate);
            Assert.Equal(first.Id, again.Message.Id);
            Assert.Equal(first.Offset, after.Get<MessageHistory>().Latest(author.Id, RoomId.General, 50)!.Messages.Single().Offset);
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Sql_and_html_are_only_text_wherever_people_write()
    {
        const string name = "<b>Ann</b>'; DROP TABLE users";
        await using var scope = server.Services.CreateAsyncScope();
        var registered = await scope.ServiceProvider.GetRequiredService<Registration>().RegisterAsync("hostile@example.org", name, Hostile);
        var owner = new TestPerson(registered.User!.Value, name, "hostile@example.org", Hostile);
        var made = await server.Get<RoomWriter>().CreateAsync(owner.Id, Hostile[..60], Hostile, RoomVisibility.Public);
        var id = made.Room!.Id;
        var message = await server.PostAsync(owner, id, Hostile, Hostile);
        var read = server.Get<MessageHistory>().Latest(owner.Id, id, 50)!.Messages.Single();
        Assert.Equal((Hostile, Hostile), (read.Text, read.Key));
        Assert.DoesNotContain("<script", read.Html, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(owner.Name, read.Author.Name);
        var room = server.Get<RoomDirectory>().Find(id, owner.Id)!.Room;
        Assert.Equal((Hostile[..60].Trim(), Hostile), (room.Name, room.Topic));
        Assert.Contains(server.Get<RoomDirectory>().Browse(owner.Id, "drop table"), entry => entry.Room.Id == id);
        Assert.Empty(server.Get<RoomDirectory>().Browse(owner.Id, "' OR 1=1 --"));

        var moderator = await server.AddPersonAsync("Mod", Rank.Moderator);
        Assert.Equal(MessageOutcome.Done, (await server.Get<MessageEditor>().DeleteAsync(moderator.Id, message.Id, Hostile)).Outcome);
        var entry = server.Get<ChatApp.Moderation.ModerationDesk>().Audit(moderator.Id)!.First(line => line.Target == message.Id.ToString());
        Assert.Equal(Hostile, entry.Reason);
        Assert.Contains(owner.Name, entry.Details, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("one\r\ntwo\rthree", "one\ntwo\nthree")]
    [InlineData("\n\n  indented\n\n", "  indented")]
    [InlineData("nul\0gone", "nulgone")]
    public async Task Text_is_stored_so_that_it_can_be_shown_and_sent_anywhere(string written, string stored) =>
        Assert.Equal(stored, (await server.PostAsync(await server.AddPersonAsync(), RoomId.General, written)).Text);

    [Fact]
    public async Task Half_of_a_surrogate_pair_is_stored_as_the_sign_for_what_cannot_be_shown() =>
        Assert.Equal("half \uFFFD", (await server.PostAsync(await server.AddPersonAsync(), RoomId.General, "half " + (char)0xD83D)).Text);

    [Fact]
    public async Task An_author_deletes_their_own_message_and_its_text_is_gone_from_the_database()
    {
        var author = await server.AddPersonAsync();
        var message = await server.PostAsync(author, RoomId.General, "a secret of mine");
        Assert.Equal(MessageOutcome.Done, (await server.Get<MessageEditor>().DeleteAsync(author.Id, message.Id)).Outcome);
        Assert.Equal(MessageOutcome.Done, (await server.Get<MessageEditor>().DeleteAsync(author.Id, message.Id)).Outcome);
        AssertGone(message, author);
        using var db = server.Get<ChatDatabase>().OpenRead();
        Assert.Empty(db.Audit.Where(entry => entry.Target == message.Id.ToString()));
        Assert.Equal(2, db.Log.Count(entry => entry.MessageId == message.Id.Value));
    }

    [Fact]
    public async Task A_higher_rank_deletes_and_leaves_an_audit_entry_and_an_equal_or_lower_one_cannot()
    {
        var author = await server.AddPersonAsync("Mod", Rank.Moderator);
        var message = await server.PostAsync(author, RoomId.General, "hello");
        var equal = await server.AddPersonAsync("Mod", Rank.Moderator);
        var lower = await server.AddPersonAsync();
        var higher = await server.AddPersonAsync("Admin", Rank.Administrator);
        Assert.Equal(MessageOutcome.NotAllowed, (await server.Get<MessageEditor>().DeleteAsync(equal.Id, message.Id)).Outcome);
        Assert.Equal(MessageOutcome.NotAllowed, (await server.Get<MessageEditor>().DeleteAsync(lower.Id, message.Id)).Outcome);
        Assert.Equal(MessageOutcome.NotFound, (await server.Get<MessageEditor>().DeleteAsync(higher.Id, new MessageId(long.MaxValue))).Outcome);
        Assert.Equal(MessageOutcome.Done, (await server.Get<MessageEditor>().DeleteAsync(higher.Id, message.Id, "spam")).Outcome);
        AssertGone(message, higher);
        using var db = server.Get<ChatDatabase>().OpenRead();
        var entry = db.Audit.Single(entry => entry.Target == message.Id.ToString());
        Assert.Equal((higher.Id.Value, "message.delete", "spam"), (entry.ActorId, entry.Action, entry.Reason));
    }

    [Fact]
    public async Task Whoever_is_not_in_the_room_does_not_learn_that_a_message_exists()
    {
        var (owner, stranger) = (await server.AddPersonAsync(), await server.AddPersonAsync());
        var room = await server.MakeRoomAsync(owner, RoomVisibility.Private);
        var message = await server.PostAsync(owner, room.Id, "hello");
        Assert.Equal(MessageOutcome.NotFound, (await server.Get<MessageEditor>().DeleteAsync(stranger.Id, message.Id)).Outcome);
    }

    [Fact]
    public async Task Whoever_posts_too_fast_is_told_to_wait()
    {
        await using var strict = await TestServer.StartAsync(["Messages:PostBurst=2", "Messages:PostsPerSecond=1"]);
        var (hasty, other) = (await strict.AddPersonAsync(), await strict.AddPersonAsync());
        for (var i = 0; i < 2; i++) await strict.PostAsync(hasty, RoomId.General, "hello");
        var refused = Assert.IsType<PostResult.Rejected>(await strict.Get<MessageWriter>().PostAsync(hasty.Id, RoomId.General, "hello", key: null));
        Assert.Equal(PostRefusal.TooFast, refused.Reason);
        Assert.True(refused.RetryAfter > TimeSpan.Zero);
        await strict.PostAsync(other, RoomId.General, "hello");
    }

    [Fact]
    public async Task The_writer_tells_of_a_stored_message_itself_where_no_other_waits_and_only_once_it_can_be_read()
    {
        var author = await server.AddPersonAsync();
        var (told, read) = (new List<PostResult.Accepted>(), new List<bool>());
        var accepted = Assert.IsType<PostResult.Accepted>(await Writer.PostAsync(author.Id, RoomId.General, "alone", "key", stored: Note));
        // Nobody else posts here, but the house may have stored something of its own at the same moment.
        await Eventually.BecomesAsync(async () =>
        {
            if (told.Count > 0) return true;
            accepted = Assert.IsType<PostResult.Accepted>(await Writer.PostAsync(author.Id, RoomId.General, "alone", Guid.NewGuid().ToString(), stored: Note));
            return false;
        });
        Assert.Same(accepted, Assert.Single(told));
        Assert.Equal([true], read);
        // Nothing was stored: a retry, and what is refused.
        Assert.True(Assert.IsType<PostResult.Accepted>(await Writer.PostAsync(author.Id, RoomId.General, "alone", accepted.Message.Key, stored: Note)).IsDuplicate);
        Assert.IsType<PostResult.Rejected>(await Writer.PostAsync(author.Id, RoomId.New(), "alone", "third key", stored: Note));
        Assert.Single(told);

        void Note(PostResult.Accepted stored)
        {
            using var db = server.Get<ChatDatabase>().OpenRead();
            read.Add(db.Messages.Any(message => message.Id == stored.Message.Id.Value));
            told.Add(stored);
        }
    }

    private void AssertGone(MessageView message, TestPerson viewer)
    {
        var left = server.Get<MessageHistory>().Latest(viewer.Id, message.Room, 200)!.Messages.Single(one => one.Id == message.Id);
        Assert.Equal((true, "", ""), (left.IsDeleted, left.Text, left.Html));
        using var db = server.Get<ChatDatabase>().OpenRead();
        var row = db.Messages.Single(one => one.Id == message.Id.Value);
        Assert.Equal(("", ""), (row.Text, row.Html));
        Assert.NotNull(row.DeletedAt);
    }

    private async Task<PostRefusal> RefusedAsync(TestPerson author, RoomId room, string text, string? key = null) =>
        Assert.IsType<PostResult.Rejected>(await Writer.PostAsync(author.Id, room, text, key)).Reason;
}
