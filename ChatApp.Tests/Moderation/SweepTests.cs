using System.Text;
using ChatApp.Accounts;
using ChatApp.Components.Messages;
using ChatApp.Messages;
using ChatApp.Moderation;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Components;
using ChatApp.Tests.Harness;
using ChatApp.Tests.Search;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Moderation;

/// <summary>A sweep hides everything at once, and undoing it leaves nothing of that.</summary>
public sealed class SweepTests : IAsyncLifetime
{
    private readonly SetTime _time = SanctionKit.Clock();
    private TestServer _server = default!;
    private TestPerson _owner = default!;
    private TestPerson _ann = default!;
    private TestPerson _bob = default!;
    private RoomView _room = default!;

    private Sweeps Sweeps => _server.Get<Sweeps>();

    public async Task InitializeAsync()
    {
        _server = await SanctionKit.StartAsync(_time);
        (_owner, _ann, _bob) = (await _server.AddPersonAsync("Owner"), await _server.AddPersonAsync("Ann"), await _server.AddPersonAsync("Bob"));
        _room = await _server.MakeRoomAsync(_owner, RoomVisibility.Public, "Room", _ann, _bob);
    }

    public Task DisposeAsync() => _server.DisposeAsync().AsTask();

    [Fact]
    public async Task Five_thousand_messages_go_as_one_change_for_fifty_sockets_and_all_pages_and_come_back_exactly()
    {
        var other = await _server.MakeRoomAsync(_owner, RoomVisibility.Public, "Other", _ann, _bob);
        await SpeakAsync();
        var ids = await SearchKit.FillAsync(_server, _ann.Id, _room.Id, 4000, (n, line) => line with { Text = $"flood {n}" });
        await SearchKit.FillAsync(_server, _ann.Id, other.Id, 990, (n, line) => line with { Text = $"flood elsewhere {n}" });
        foreach (var id in ids.Where((_, n) => n % 100 == 0)) await _server.Get<MessageMarks>().ReactAsync(_bob.Id, id, "👍", isOn: true);
        var last = await _server.PostAsync(_bob, _room.Id, "what is this?");

        var sockets = new List<TestSocket>();
        foreach (var listener in (TestPerson[])[_owner, _ann, _bob, await _server.AddPersonAsync("Cid"), await _server.AddPersonAsync("Dan")])
        {
            Assert.True((await _server.Get<RoomWriter>().JoinAsync(listener.Id, _room.Id)).IsDone);
            for (var n = 0; n < 10; n++) sockets.Add(await _server.SubscribeAsync(listener, _room.Id));
        }

        using var page = new FeedPage(_server, _bob, _room);
        Assert.True(page.Feed.Load());
        page.Connect();
        while (page.Feed.Messages.Count < RoomFeed.WindowSize) Assert.True(page.Feed.LoadOlder());
        var (before, shown) = (_server.Rows(), page.Shown(RoomFeed.WindowSize));

        var sweep = await _server.SweepAsync(_owner, _ann);
        Assert.Equal((SweepState.Done, 5000 - 10 + Spoken, 5000 - 10 + Spoken), (sweep.State, sweep.Messages, sweep.Left));
        foreach (var socket in sockets)
        {
            var heard = (await socket.EventAsync("messages.swept")).GetProperty("data");
            Assert.Equal((_ann.Id.Value, _owner.Id.Value), (heard.GetProperty("author").GetProperty("id").GetString(), heard.GetProperty("by").GetProperty("id").GetString()));
            Assert.True(heard.GetProperty("from").GetInt64() < ids.Count && heard.GetProperty("to").GetInt64() < last.Offset.Value);
            Assert.DoesNotContain(socket.Rest(), frame => frame.GetRawText().Contains("messages.swept", StringComparison.Ordinal));
        }

        page.TakeAll();
        Assert.All(page.Feed.Messages.Where(message => message.Author.Id == _ann.Id), message => Assert.True(message is { IsDeleted: true, Text: "", Html: "", Reactions: [] }));
        Assert.Contains(page.Feed.Messages, message => message.Id == last.Id && !message.IsDeleted);

        Assert.True((await Sweeps.UndoAsync(_owner.Id, sweep.Id)).IsDone);
        await _server.IsAsync(sweep, SweepState.Undone);
        foreach (var socket in sockets)
        {
            await socket.EventAsync("messages.returned");
            await socket.DisposeAsync();
        }

        Assert.Equal(before, _server.Rows());
        Assert.Null(await _server.Get<CommitQueue>().CommitAsync(commit => StorageAudit.SearchIndexProblem(commit.Db)));
        page.TakeAll();
        Assert.Equal(shown, page.Shown(RoomFeed.WindowSize));
    }

    [Fact]
    public async Task A_sweep_is_one_audit_entry_and_mutes_with_it()
    {
        await _server.PostAsync(_ann, _room.Id, "spam");
        await _server.PostAsync(_ann, RoomId.General, "stays");
        var result = await Sweeps.RunAsync(_owner.Id, new SweepOrder(_ann.Id, 60, [_room.Id], "Flooding", TimeSpan.FromHours(1)));
        Assert.True(result.IsDone);
        Assert.Equal(PostRefusal.Muted, (await _server.TryPostAsync(_ann, _room.Id))?.Reason);
        Assert.Null(await _server.TryPostAsync(_ann, RoomId.General));
        using var db = _server.Get<ChatDatabase>().OpenRead();
        var entry = Assert.Single(db.Audit.Where(entry => entry.ActorId == _owner.Id.Value && (entry.Action.StartsWith("sweep") || entry.Action.StartsWith("sanction"))));
        Assert.Equal(("sweep.run", _ann.Id.Value, "Flooding"), (entry.Action, entry.Target, entry.Reason));
        Assert.Contains("1 messages of 60 minutes, muted until", entry.Details, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_what_was_said_in_that_time_goes()
    {
        var old = await _server.PostAsync(_ann, _room.Id, "old");
        _time.Now += TimeSpan.FromMinutes(60) + SanctionKit.Tick;
        var young = await _server.PostAsync(_ann, _room.Id, "young");
        Assert.Equal(1, (await _server.SweepAsync(_owner, _ann, _room.Id)).Messages);
        Assert.Equal((false, true), (IsDeleted(old), IsDeleted(young)));
        Assert.Equal(SweepOutcome.Empty, (await Sweeps.RunAsync(_owner.Id, new SweepOrder(_ann.Id, 60, [_room.Id], "again"))).Outcome);
    }

    [Theory]
    [InlineData(0, 1, SweepOutcome.BadRange)]
    [InlineData(43_201, 1, SweepOutcome.BadRange)]
    [InlineData(60, 101, SweepOutcome.BadRange)]
    [InlineData(60, 0, SweepOutcome.BadRange)]
    public async Task What_is_out_of_bounds_is_refused(int minutes, int rooms, SweepOutcome expected) =>
        Assert.Equal(expected, (await Sweeps.RunAsync(_owner.Id, new SweepOrder(_ann.Id, minutes, [.. Enumerable.Repeat(_room.Id, rooms)], "why"))).Outcome);

    [Fact]
    public async Task It_stays_in_the_rooms_that_one_moderates_and_out_of_conversations()
    {
        var (boss, general) = (await _server.AddPersonAsync("Boss", Rank.Moderator), await _server.PostAsync(_ann, RoomId.General, "here"));
        var direct = (await _server.Get<DirectRooms>().OpenAsync(_ann.Id, [_bob.Id])).Room!;
        var (own, secret) = (await _server.PostAsync(_ann, _room.Id, "there"), await _server.PostAsync(_ann, direct.Id, "between us"));
        Assert.Equal(1, (await _server.SweepAsync(_owner, _ann)).Messages);
        Assert.Equal((true, false, false), (IsDeleted(own), IsDeleted(general), IsDeleted(secret)));
        Assert.Equal(1, (await _server.SweepAsync(boss, _ann)).Messages);
        Assert.Equal((true, false), (IsDeleted(general), IsDeleted(secret)));
        Assert.Equal(SweepOutcome.NotAllowed, (await Sweeps.RunAsync(_bob.Id, new SweepOrder(_ann.Id, 60, null, "why"))).Outcome);
        Assert.Equal(SweepOutcome.RoomNotFound, (await Sweeps.RunAsync(boss.Id, new SweepOrder(_ann.Id, 60, [direct.Id], "why"))).Outcome);
    }

    [Fact]
    public async Task Nobody_undoes_what_somebody_higher_has_swept_and_nobody_else_hears_of_it()
    {
        var (boss, warden) = (await _server.AddPersonAsync("Boss", Rank.Moderator), await _server.AddRoomModeratorAsync(_owner, _room.Id));
        await _server.PostAsync(_ann, _room.Id, "spam");
        await _server.PostAsync(_ann, RoomId.General, "spam");
        var wide = await _server.SweepAsync(boss, _ann);
        // It touches a room that is not theirs.
        Assert.Equal(SweepOutcome.NotFound, (await Sweeps.UndoAsync(_owner.Id, wide.Id)).Outcome);
        Assert.Empty(_server.Get<SweepLists>().Of(_owner.Id)!);
        await _server.PostAsync(_ann, _room.Id, "more");
        var narrow = await _server.SweepAsync(boss, _ann, _room.Id);
        Assert.Equal([narrow.Id], _server.Get<SweepLists>().Of(warden.Id)!.Select(line => line.Id));
        Assert.Equal(SweepOutcome.NotAllowed, (await Sweeps.UndoAsync(warden.Id, narrow.Id)).Outcome);
        Assert.Equal(SweepOutcome.NotAllowed, (await Sweeps.PurgeAsync(_bob.Id, narrow.Id)).Outcome);
        Assert.True((await Sweeps.UndoAsync(boss.Id, narrow.Id)).IsDone);
        Assert.Null(_server.Get<SweepLists>().Of(_bob.Id));
    }

    [Fact]
    public async Task It_can_be_undone_for_thirty_days_and_then_its_texts_go_from_the_files_too()
    {
        const string secret = "ჟღყშჩცძ";
        var message = await _server.PostAsync(_ann, _room.Id, secret);
        await _server.Get<MessageEditor>().EditAsync(_ann.Id, message.Id, secret + " again");
        await _server.Get<MessageMarks>().ReactAsync(_bob.Id, message.Id, "👍", isOn: true);
        var sweep = await _server.SweepAsync(_owner, _ann, _room.Id);
        _time.Now = sweep.At + Sweeps.KeptFor - SanctionKit.Tick;
        Assert.Equal(0, await Sweeps.UpkeepAsync());
        Assert.Equal(1, _server.Get<SweepLists>().Of(_owner.Id)!.Single().Left);
        _time.Now += SanctionKit.Tick;
        Assert.Equal(SweepOutcome.TooLate, (await Sweeps.UndoAsync(_owner.Id, sweep.Id)).Outcome);
        Assert.Equal(1, await Sweeps.UpkeepAsync());
        Assert.Equal((SweepState.Purged, 0), _server.Get<SweepLists>().Of(_owner.Id)!.Select(line => (line.State, line.Left)).Single());
        using (var db = _server.Get<ChatDatabase>().OpenRead())
        {
            Assert.False(db.Revisions.Any(row => row.MessageId == message.Id.Value) || db.Reactions.Any(row => row.MessageId == message.Id.Value) || db.SweptMessages.Any());
        }

        await Eventually.GivesAsync(async () => { await _server.Get<Erasure>().RunAsync(); return true; });
        await Eventually.BecomesAsync(() => !IsInFiles(secret));
    }

    [Fact]
    public async Task What_is_purged_does_not_come_back()
    {
        await _server.PostAsync(_ann, _room.Id, "spam");
        var sweep = await _server.SweepAsync(_owner, _ann, _room.Id);
        Assert.True((await Sweeps.PurgeAsync(_owner.Id, sweep.Id, "for good")).IsDone);
        await _server.IsAsync(sweep, SweepState.Purged);
        Assert.Equal(SweepOutcome.TooLate, (await Sweeps.UndoAsync(_owner.Id, sweep.Id)).Outcome);
    }

    [Fact]
    public async Task A_deletion_in_the_meantime_wins()
    {
        var (first, second) = (await _server.PostAsync(_ann, _room.Id, "one"), await _server.PostAsync(_ann, _room.Id, "two"));
        var sweep = await _server.SweepAsync(_owner, _ann, _room.Id);
        Assert.Equal(MessageOutcome.Done, (await _server.Get<MessageEditor>().DeleteAsync(_ann.Id, first.Id)).Outcome);
        Assert.Equal(MessageOutcome.WindowClosed, (await _server.Get<MessageEditor>().RestoreAsync(_ann.Id, second.Id)).Outcome);
        Assert.True((await Sweeps.UndoAsync(_owner.Id, sweep.Id)).IsDone);
        Assert.Equal((true, false), (IsDeleted(first), IsDeleted(second)));
    }

    [Fact]
    public async Task A_pinned_message_that_is_hidden_outlives_retention_as_it_would_pinned()
    {
        var message = await _server.PostAsync(_ann, _room.Id, "keep me");
        await _server.Get<MessageMarks>().PinAsync(_bob.Id, message.Id, isOn: true);
        Assert.True((await _server.Get<RoomSettings>().SetRetentionAsync(_owner.Id, _room.Id, 1)).IsDone);
        var sweep = await _server.SweepAsync(_owner, _ann, _room.Id);
        _time.Now += TimeSpan.FromDays(2);
        await _server.Get<Retention>().TrimAsync();
        Assert.True((await Sweeps.UndoAsync(_owner.Id, sweep.Id)).IsDone);
        Assert.Equal("keep me", _server.Get<MessageHistory>().Pinned(_bob.Id, _room.Id)!.Single().Text);
    }

    [Fact]
    public async Task A_long_one_goes_on_by_itself_batch_by_batch_and_after_a_restart_too()
    {
        var count = (2 * SweptTexts.BatchSize) + 10;
        await SearchKit.FillAsync(_server, _ann.Id, _room.Id, count, (n, line) => line with { Text = $"flood {n}" });
        var sweep = await _server.SweepAsync(_owner, _ann, _room.Id);
        Assert.Equal((SweepState.Running, SweptTexts.BatchSize), (sweep.State, sweep.Messages));
        await _server.IsAsync(sweep, SweepState.Done);
        Assert.Equal(count, _server.Get<SweepLists>().Of(_owner.Id)!.Single().Left);

        // As a stop in the middle of it would leave it.
        await _server.Get<CommitQueue>().CommitAsync(commit => commit.Db.Sweeps.Single().State = SweepState.Undoing);
        await _server.Get<CommitQueue>().CommitAsync(commit => commit.Db.Sweeps.Single().ChangedById = _owner.Id.Value);
        await Sweeps.UpkeepAsync();
        Assert.Equal((SweepState.Undone, 0), _server.Get<SweepLists>().Of(_owner.Id)!.Select(line => (line.State, line.Left)).Single());
        using var db = _server.Get<ChatDatabase>().OpenRead();
        Assert.Equal(0, db.Messages.Count(message => message.DeletedAt != null));
        Assert.Equal((3, 3), (db.Log.Count(entry => entry.Kind == LogEntryKind.MessagesSwept), db.Log.Count(entry => entry.Kind == LogEntryKind.MessagesReturned)));
    }

    [Fact]
    public async Task One_that_is_going_on_can_be_stopped_and_what_it_hid_brought_back()
    {
        var (first, second) = (await _server.PostAsync(_ann, _room.Id, "one"), await _server.PostAsync(_ann, _room.Id, "two"));
        var sweep = await _server.SweepAsync(_owner, _ann, _room.Id);
        Assert.Equal(SweepOutcome.TooLate, (await Sweeps.CancelAsync(_owner.Id, sweep.Id)).Outcome);
        await _server.Get<CommitQueue>().CommitAsync(commit => commit.Db.Sweeps.Single().State = SweepState.Running);
        Assert.Equal(SweepState.Cancelled, (await Sweeps.CancelAsync(_owner.Id, sweep.Id)).Line!.State);
        await Sweeps.UpkeepAsync();
        Assert.True((await Sweeps.UndoAsync(_owner.Id, sweep.Id)).IsDone);
        Assert.Equal((false, false), (IsDeleted(first), IsDeleted(second)));
    }

    // Ten messages that are not like the others: edited, pinned, answered, naming people, in threads.
    private const int Spoken = 10;

    private async Task SpeakAsync()
    {
        var (editor, marks, writer) = (_server.Get<MessageEditor>(), _server.Get<MessageMarks>(), _server.Get<MessageWriter>());
        var root = await _server.PostAsync(_bob, _room.Id, "a thread");
        for (var n = 0; n < 2; n++)
        {
            var edited = await _server.PostAsync(_ann, _room.Id, $"first {n}");
            await editor.EditAsync(_ann.Id, edited.Id, $"second {n}");
            var pinned = await _server.PostAsync(_ann, _room.Id, $"pinned {n}");
            await marks.PinAsync(_bob.Id, pinned.Id, isOn: true);
            await _server.Get<Bookmarks>().AddAsync(_bob.Id, pinned.Id);
            await _server.PostAsync(_ann, _room.Id, $"hello @{_bob.Name} {n}");
            Assert.IsType<PostResult.Accepted>(await writer.PostAsync(_ann.Id, _room.Id, $"@all {n}", key: null));
            Assert.IsType<PostResult.Accepted>(await writer.PostAsync(_ann.Id, _room.Id, $"in the thread {n}", key: null, thread: root.Id));
            Assert.IsType<PostResult.Accepted>(await writer.PostAsync(_bob.Id, _room.Id, $"an answer {n}", key: null, replyTo: edited.Id));
        }
    }

    private bool IsDeleted(MessageView message)
    {
        using var db = _server.Get<ChatDatabase>().OpenRead();
        return db.Messages.Single(row => row.Id == message.Id.Value).DeletedAt is not null;
    }

    private bool IsInFiles(string text) => Directory.GetFiles(_server.Folder, "chat.db*").Where(file => !file.EndsWith("-shm", StringComparison.Ordinal)).Any(file =>
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return Encoding.Latin1.GetString(copy.ToArray()).Contains(Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text)), StringComparison.Ordinal);
    });
}
