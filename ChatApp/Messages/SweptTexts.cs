using System.Runtime.InteropServices;
using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Moderation;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Storage;

namespace ChatApp.Messages;

/// <summary>A message of a batch: which, where it stands.</summary>
/// <param name="Id">Which.</param>
/// <param name="Room">Its room.</param>
/// <param name="Place">Its place.</param>
/// <param name="Thread">The thread in which it was said; null for none.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SweptPlace(long Id, string Room, long Place, long? Thread);

/// <summary>
/// Takes texts out of messages and puts them back. A swept message is stored as a deleted one, so whatever shows messages shows none of
/// it without knowing of sweeps; what it takes to bring it back lies in a table that only this class reads. Earlier texts,
/// reactions, mentions and bookmarks stay where they are: they are read with messages that stand. See docs/adr/0028-sweeps.md.
/// </summary>
/// <param name="broker">Tells the viewers.</param>
/// <param name="users">Names.</param>
/// <param name="mentions">Takes mentions back.</param>
/// <param name="cards">Where messages are shown that other messages link to.</param>
public sealed class SweptTexts(RoomBroker broker, UserDirectory users, Mentions mentions, MessageCards cards)
{
    /// <summary>Most messages of one change: nobody who posts waits for more than that.</summary>
    public const int BatchSize = 5000;

    /// <summary>The newest messages of a person that stand, down to a moment.</summary>
    /// <param name="commit">The change.</param>
    /// <param name="user">Whose.</param>
    /// <param name="below">Only those below this id.</param>
    /// <param name="since">Down to this moment.</param>
    /// <param name="rooms">Where.</param>
    /// <param name="most">Most of them.</param>
    internal static List<SweptPlace> Find(Commit commit, string user, long below, DateTimeOffset since, Func<string, bool> rooms, int most)
    {
        List<SweptPlace> found = [];
        // Ids grow with time, so it is read as far as it goes back and no further; the other indexes of authors have no such order.
        using var rows = commit.Query(
            """SELECT Id, RoomId, "Offset", At, ThreadId FROM messages INDEXED BY messages_by_author WHERE AuthorId = ?1 AND Id < ?2 AND DeletedAt IS NULL ORDER BY Id DESC""", user, below);
        while (found.Count < most && rows.Read() && rows.Number(3) >= since.ToUnixTimeMilliseconds())
        {
            if (rows.Text(1) is var room && rooms(room)) found.Add(new SweptPlace(rows.Number(0), room, rows.Number(2), rows.IsNull(4) ? null : rows.Number(4)));
        }

        return found;
    }

    /// <summary>Hides messages: their texts lie with the sweep from now on. One event tells each room.</summary>
    internal void Hide(Commit commit, Sweep sweep, IReadOnlyList<SweptPlace> messages, UserId by)
    {
        var ids = JsonSerializer.Serialize(messages.Select(message => message.Id));
        // Before their marks go: who was told that a message names them is told that it does no longer.
        Withdraw(commit, messages, ids);
        commit.Execute(
            """
            INSERT INTO swept_messages (MessageId, SweepId, Text, Html, HtmlVersion, PinnedAt, MentionsAll)
            SELECT m.Id, ?1, m.Text, m.Html, m.HtmlVersion, m.PinnedAt, m.MentionsAll FROM json_each(?2) AS one CROSS JOIN messages AS m ON m.Id = one.value
            """, sweep.Id, ids);
        commit.Execute(
            "UPDATE messages SET Text = '', Html = '', PinnedAt = NULL, MentionsAll = 0, DeletedAt = ?2 WHERE Id IN (SELECT value FROM json_each(?1))", ids, commit.Now.ToUnixTimeMilliseconds());
        Tell(commit, sweep, messages, by, isBack: false);
    }

    /// <summary>Brings back the oldest messages of a sweep that are hidden still, at most <see cref="BatchSize"/>.</summary>
    /// <returns>How many.</returns>
    internal int BringBack(Commit commit, Sweep sweep, UserId by)
    {
        var messages = Kept(commit, sweep);
        if (messages.Count == 0) return 0;
        var ids = JsonSerializer.Serialize(messages.Select(message => message.Id));
        commit.Execute(
            """
            UPDATE messages SET Text = s.Text, Html = s.Html, HtmlVersion = s.HtmlVersion, PinnedAt = s.PinnedAt, MentionsAll = s.MentionsAll, DeletedAt = NULL
            FROM swept_messages AS s WHERE s.MessageId = messages.Id AND messages.Id IN (SELECT value FROM json_each(?1))
            """, ids);
        commit.Execute("DELETE FROM swept_messages WHERE MessageId IN (SELECT value FROM json_each(?1))", ids);
        Tell(commit, sweep, messages, by, isBack: true);
        return messages.Count;
    }

    /// <summary>Removes what is kept of a sweep for good, at most <see cref="BatchSize"/> messages: they are deleted ones from then on.</summary>
    /// <returns>How many.</returns>
    internal static int Remove(Commit commit, Sweep sweep)
    {
        var messages = Kept(commit, sweep);
        if (messages.Count > 0) Remove(commit, JsonSerializer.Serialize(messages.Select(message => message.Id)), messages.Count);
        return messages.Count;
    }

    /// <summary>Whoever deletes a message that is hidden wins over bringing it back.</summary>
    internal static void Forget(Commit commit, MessageId message)
    {
        using (var rows = commit.Query("SELECT 1 FROM swept_messages WHERE MessageId = ?1", message.Value))
        {
            if (!rows.Read()) return;
        }

        Remove(commit, $"[{message}]", 1);
    }

    private static void Remove(Commit commit, string ids, int count)
    {
        commit.Execute("DELETE FROM swept_messages WHERE MessageId IN (SELECT value FROM json_each(?1))", ids);
        commit.Execute("DELETE FROM message_revisions WHERE MessageId IN (SELECT value FROM json_each(?1))", ids);
        commit.Execute("DELETE FROM reactions WHERE MessageId IN (SELECT value FROM json_each(?1))", ids);
        commit.Execute("DELETE FROM mentions WHERE MessageId IN (SELECT value FROM json_each(?1))", ids);
        commit.Execute("UPDATE messages SET EditedAt = NULL WHERE Id IN (SELECT value FROM json_each(?1))", ids);
        // So that they go from the files too (Erasure.cs).
        commit.Execute("UPDATE upkeep SET Value = Value + ?1 WHERE Name = 'texts.removed'", count);
    }

    private static List<SweptPlace> Kept(Commit commit, Sweep sweep)
    {
        List<SweptPlace> kept = [];
        using var rows = commit.Query(
            """
            SELECT m.Id, m.RoomId, m."Offset", m.ThreadId FROM swept_messages AS s CROSS JOIN messages AS m ON m.Id = s.MessageId WHERE s.SweepId = ?1 ORDER BY s.MessageId LIMIT ?2
            """, sweep.Id, BatchSize);
        while (rows.Read()) kept.Add(new SweptPlace(rows.Number(0), rows.Text(1), rows.Number(2), rows.IsNull(3) ? null : rows.Number(3)));
        return kept;
    }

    private void Tell(Commit commit, Sweep sweep, IReadOnlyList<SweptPlace> messages, UserId by, bool isBack)
    {
        var (author, actor) = (users.Get(new UserId(sweep.UserId)), users.Get(by));
        foreach (var inRoom in messages.GroupBy(message => message.Room))
        {
            var room = commit.Db.Rooms.Find(inRoom.Key)!;
            var range = new SweptRange(
                author, new MessageId(inRoom.Min(message => message.Id)), new MessageId(inRoom.Max(message => message.Id)),
                new Offset(inRoom.Min(message => message.Place)), new Offset(inRoom.Max(message => message.Place)));
            var threads = inRoom.Select(message => message.Thread).OfType<long>().Select(thread => new MessageId(thread)).ToHashSet();
            RoomEvent happened = isBack
                ? new MessagesReturned(new RoomId(room.Id), range, actor, commit.Now) { Threads = threads }
                : new MessagesSwept(new RoomId(room.Id), range, actor, commit.Now) { Threads = threads };
            var offset = RoomLog.Append(commit, room, isBack ? LogEntryKind.MessagesReturned : LogEntryKind.MessagesSwept, by, broker, happened, subject: author.Id);
            commit.Db.SweepParts.Add(new SweepPart
            {
                RoomId = room.Id, Offset = offset.Value, SweepId = sweep.Id,
                First = range.First.Value, Last = range.Last.Value, From = range.From.Value, To = range.To.Value,
            });
        }

        commit.AfterCommit(() => cards.Changed([.. messages.Select(message => new MessageId(message.Id))]));
    }

    private void Withdraw(Commit commit, IReadOnlyList<SweptPlace> messages, string ids)
    {
        Dictionary<long, HashSet<UserId>> named = [];
        using (var rows = commit.Query("SELECT MessageId, UserId FROM mentions WHERE MessageId IN (SELECT value FROM json_each(?1))", ids))
        {
            while (rows.Read())
            {
                if (!named.TryGetValue(rows.Number(0), out var people)) named.Add(rows.Number(0), people = []);
                people.Add(new UserId(rows.Text(1)));
            }
        }

        HashSet<long> forAll = [];
        using (var rows = commit.Query("SELECT Id FROM messages WHERE Id IN (SELECT value FROM json_each(?1)) AND MentionsAll", ids))
        {
            while (rows.Read()) forAll.Add(rows.Number(0));
        }

        if (named.Count + forAll.Count == 0) return;
        foreach (var message in messages)
        {
            var (people, isAll) = (named.GetValueOrDefault(message.Id), forAll.Contains(message.Id));
            if (people is not null || isAll) mentions.Withdraw(commit, new RoomId(message.Room), new MessageId(message.Id), people ?? [], isAll);
        }
    }
}
