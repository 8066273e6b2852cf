using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Moderation;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Messages;

public sealed class MessageEditorTests(TestServer server) : IClassFixture<TestServer>
{
    private MessageEditor Editor => server.Get<MessageEditor>();

    [Fact]
    public async Task An_edit_takes_the_next_offset_changes_text_and_html_and_is_announced()
    {
        var (ann, room) = await RoomOfAnnAsync();
        await using var socket = await server.SubscribeAsync(ann, room.Id);
        var message = await server.PostAsync(ann, room.Id, "old *words*");

        var result = await Editor.EditAsync(ann.Id, message.Id, "new **words**");

        Assert.Equal(MessageOutcome.Done, result.Outcome);
        Assert.Equal("<p>new <strong>words</strong></p>", result.Message!.Html);
        Assert.NotNull(result.Message.EditedAt);
        var announced = await socket.EventAsync("message.edited");
        Assert.Equal(message.Offset.Value + 1, announced.GetProperty("offset").GetInt64());
        Assert.Equal("new **words**", announced.GetProperty("data").GetProperty("message").GetProperty("text").GetString());
        Assert.Equal("new **words**", server.Get<MessageHistory>().Find(ann.Id, message.Id)!.Text);
    }

    [Fact]
    public async Task The_same_text_again_is_no_edit()
    {
        var (ann, room) = await RoomOfAnnAsync();
        var message = await server.PostAsync(ann, room.Id, "words");
        Assert.Equal(MessageOutcome.Done, (await Editor.EditAsync(ann.Id, message.Id, "words")).Outcome);
        Assert.Equal(message.Offset, server.Get<RoomDirectory>().Find(room.Id, ann.Id)!.Room.Head);
        Assert.Null(server.Get<MessageHistory>().Find(ann.Id, message.Id)!.EditedAt);
    }

    [Fact]
    public async Task Nobody_edits_the_words_of_another_not_even_an_administrator()
    {
        var (ann, room) = await RoomOfAnnAsync();
        var root = await server.AddPersonAsync("Root", Rank.Administrator);
        var message = await server.PostAsync(ann, room.Id, "mine");
        Assert.Equal(MessageOutcome.NotFound, (await Editor.EditAsync(root.Id, message.Id, "yours")).Outcome);
        await server.Get<RoomWriter>().JoinAsync(root.Id, room.Id);
        Assert.Equal(MessageOutcome.NotAllowed, (await Editor.EditAsync(root.Id, message.Id, "yours")).Outcome);
    }

    [Theory]
    [InlineData(" \n ", MessageOutcome.Empty)]
    [InlineData(null, MessageOutcome.TooLong)]
    public async Task An_edit_passes_the_same_rules_as_a_post(string? text, MessageOutcome outcome)
    {
        var (ann, room) = await RoomOfAnnAsync();
        var message = await server.PostAsync(ann, room.Id, "words");
        Assert.Equal(outcome, (await Editor.EditAsync(ann.Id, message.Id, text ?? new string('x', 8001))).Outcome);
    }

    [Fact]
    public async Task The_window_closes_to_the_millisecond()
    {
        var time = new SetTime(TimeProvider.System.GetUtcNow());
        await using var own = await TestServer.StartAsync(["Messages:EditHours=1"], services => services.AddSingleton<TimeProvider>(time));
        var ann = await own.AddPersonAsync("Ann");
        var message = await own.PostAsync(ann, RoomId.General, "words");
        time.Now = message.At + TimeSpan.FromHours(1) - TimeSpan.FromMilliseconds(1);
        Assert.Equal(MessageOutcome.Done, (await own.Get<MessageEditor>().EditAsync(ann.Id, message.Id, "in time")).Outcome);
        time.Now = message.At + TimeSpan.FromHours(1);
        Assert.Equal(MessageOutcome.WindowClosed, (await own.Get<MessageEditor>().EditAsync(ann.Id, message.Id, "too late")).Outcome);
    }

    [Fact]
    public async Task Earlier_texts_are_for_the_author_and_moderators_of_the_room_only()
    {
        var (ann, room) = await RoomOfAnnAsync();
        var bob = await server.AddPersonAsync("Bob");
        var mod = await server.AddPersonAsync("Mod", Rank.Moderator);
        var outside = await server.AddPersonAsync("Out", Rank.Moderator);
        foreach (var guest in new[] { bob, mod }) await server.Get<RoomWriter>().InviteAsync(ann.Id, room.Id, guest.Id);
        var message = await server.PostAsync(ann, room.Id, "one");
        await Editor.EditAsync(ann.Id, message.Id, "two");
        await Editor.EditAsync(ann.Id, message.Id, "three");

        string[] Texts(TestPerson viewer) => [.. (Editor.EarlierTexts(viewer.Id, message.Id) ?? []).Select(revision => revision.Text)];
        Assert.Equal(["one", "two"], Texts(ann));
        Assert.Equal(["one", "two"], Texts(mod));
        Assert.Empty(Texts(bob));
        Assert.Empty(Texts(outside));
    }

    [Fact]
    public async Task A_deletion_leaves_nothing_of_the_text_in_any_table()
    {
        var (ann, room) = await RoomOfAnnAsync();
        var message = await server.PostAsync(ann, room.Id, "canary one");
        await Editor.EditAsync(ann.Id, message.Id, "canary two");
        await server.Get<MessageMarks>().ReactAsync(ann.Id, message.Id, "👍", isOn: true);
        Assert.Equal(MessageOutcome.Done, (await Editor.DeleteAsync(ann.Id, message.Id)).Outcome);

        using var db = server.Get<ChatDatabase>().OpenRead();
        var row = db.Messages.Single(m => m.Id == message.Id.Value);
        Assert.Equal(("", ""), (row.Text, row.Html));
        Assert.Empty(db.Revisions.Where(revision => revision.MessageId == message.Id.Value));
        Assert.Empty(db.Reactions.Where(reaction => reaction.MessageId == message.Id.Value));
        Assert.True(server.Get<MessageHistory>().Find(ann.Id, message.Id)!.IsDeleted);
    }

    [Fact]
    public async Task Delete_wins_over_a_late_edit()
    {
        var (ann, room) = await RoomOfAnnAsync();
        var message = await server.PostAsync(ann, room.Id, "words");
        await Editor.DeleteAsync(ann.Id, message.Id);
        Assert.Equal(MessageOutcome.NotFound, (await Editor.EditAsync(ann.Id, message.Id, "late")).Outcome);
    }

    [Fact]
    public async Task An_author_takes_a_deletion_back_within_ten_seconds_and_not_later()
    {
        var time = new SetTime(TimeProvider.System.GetUtcNow());
        await using var own = await TestServer.StartAsync(replace: services => services.AddSingleton<TimeProvider>(time));
        var ann = await own.AddPersonAsync("Ann");
        await using var socket = await own.SubscribeAsync(ann, RoomId.General);
        var editor = own.Get<MessageEditor>();
        var message = await own.PostAsync(ann, RoomId.General, "words");

        await editor.DeleteAsync(ann.Id, message.Id);
        time.Now += MessageEditor.UndoTime - TimeSpan.FromMilliseconds(1);
        var restored = await editor.RestoreAsync(ann.Id, message.Id);
        Assert.Equal((MessageOutcome.Done, "words"), (restored.Outcome, restored.Message!.Text));
        Assert.Equal("words", (await socket.EventAsync("message.restored")).GetProperty("data").GetProperty("message").GetProperty("text").GetString());

        await editor.DeleteAsync(ann.Id, message.Id);
        time.Now += MessageEditor.UndoTime;
        Assert.Equal(MessageOutcome.WindowClosed, (await editor.RestoreAsync(ann.Id, message.Id)).Outcome);
    }

    [Fact]
    public async Task What_a_moderator_deleted_its_author_cannot_bring_back()
    {
        var (ann, room) = await RoomOfAnnAsync();
        var mod = await server.AddPersonAsync("Mod", Rank.Moderator);
        var message = await server.PostAsync(ann, room.Id, "words");
        Assert.Equal(MessageOutcome.Done, (await server.Get<MessageEditor>().DeleteAsync(mod.Id, message.Id, "spam")).Outcome);
        Assert.Equal(MessageOutcome.WindowClosed, (await Editor.RestoreAsync(ann.Id, message.Id)).Outcome);
    }

    [Fact]
    public async Task Who_left_a_room_changes_nothing_there_whatever_their_rank()
    {
        var (ann, room) = await RoomOfAnnAsync();
        var mod = await server.AddPersonAsync("Mod", Rank.Moderator);
        await server.Get<RoomWriter>().InviteAsync(ann.Id, room.Id, mod.Id);
        var message = await server.PostAsync(mod, room.Id, "words");
        var regretted = await server.PostAsync(mod, room.Id, "regretted");
        await Editor.DeleteAsync(mod.Id, regretted.Id);
        await server.Get<RoomWriter>().LeaveAsync(mod.Id, room.Id);
        Assert.Equal(MessageOutcome.NotFound, (await Editor.EditAsync(mod.Id, message.Id, "other words")).Outcome);
        Assert.Equal(MessageOutcome.NotFound, (await Editor.RestoreAsync(mod.Id, regretted.Id)).Outcome);
    }

    [Fact]
    public async Task A_reply_shows_what_it_answers_and_forgets_a_deleted_text()
    {
        var (ann, room) = await RoomOfAnnAsync();
        var asked = await server.PostAsync(ann, room.Id, "what\ntime is it?");
        var posted = Assert.IsType<PostResult.Accepted>(await server.Get<MessageWriter>().PostAsync(ann.Id, room.Id, "noon", key: null, asked.Id));
        Assert.Equal("what time is it?", posted.Message.ReplyTo!.Extract);

        await Editor.DeleteAsync(ann.Id, asked.Id);
        var quote = server.Get<MessageHistory>().Find(ann.Id, posted.Message.Id)!.ReplyTo!;
        Assert.Equal(("", true), (quote.Extract, quote.IsDeleted));
    }

    [Fact]
    public async Task A_reply_to_a_message_of_another_room_is_refused()
    {
        var (ann, room) = await RoomOfAnnAsync();
        var elsewhere = await server.PostAsync(ann, RoomId.General, "elsewhere");
        var result = await server.Get<MessageWriter>().PostAsync(ann.Id, room.Id, "noon", key: null, elsewhere.Id);
        Assert.Equal(PostRefusal.NoSuchReply, Assert.IsType<PostResult.Rejected>(result).Reason);
    }

    [Fact]
    public async Task In_an_archived_room_nothing_is_posted_edited_or_marked()
    {
        var (ann, room) = await RoomOfAnnAsync();
        var message = await server.PostAsync(ann, room.Id, "words");
        var deleted = await server.PostAsync(ann, room.Id, "regretted");
        await Editor.DeleteAsync(ann.Id, deleted.Id);
        await server.Get<CommitQueue>().CommitAsync(commit => commit.Db.Rooms.Single(r => r.Id == room.Id.Value).IsArchived = true);
        Assert.Equal(PostRefusal.Archived, Assert.IsType<PostResult.Rejected>(await server.Get<MessageWriter>().PostAsync(ann.Id, room.Id, "more", key: null)).Reason);
        Assert.Equal(MessageOutcome.Archived, (await Editor.EditAsync(ann.Id, message.Id, "other")).Outcome);
        Assert.Equal(MessageOutcome.Archived, (await Editor.RestoreAsync(ann.Id, deleted.Id)).Outcome);
        Assert.Equal(MessageOutcome.Archived, (await server.Get<MessageMarks>().PinAsync(ann.Id, message.Id, isOn: true)).Outcome);
    }

    private async Task<(TestPerson Ann, RoomView Room)> RoomOfAnnAsync()
    {
        var ann = await server.AddPersonAsync("Ann");
        return (ann, await server.MakeRoomAsync(ann));
    }
}
