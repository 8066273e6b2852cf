using System.Runtime.InteropServices;
using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Moderation;
using ChatApp.Push;
using ChatApp.Storage;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Messages;

/// <summary>A text whose names have been looked up, before it is known who is in the room.</summary>
/// <param name="Text">The text.</param>
/// <param name="Html">As safe HTML.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct NamedText(string Text, string Html)
{
    /// <summary>Its names; null where there are none, as in nearly every text.</summary>
    public LiveNames? Names { get; init; }

    /// <summary>What the text that it replaces named; null where it replaces none, or that named nothing.</summary>
    public KeptNames? Before { get; init; }

    /// <summary>Number of the text that it replaces; 0 where it replaces none.</summary>
    public int Replaces { get; init; }
}

/// <summary>A text with those whom it mentions, all of them in the room at this moment.</summary>
/// <param name="Html">As safe HTML.</param>
/// <param name="Whom">Whom it mentions.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SettledText(string Html, Mentioning Whom)
{
    /// <summary>Why it may not be stored; null where it may.</summary>
    public PostRefusal? Refusal { get; init; }
}

/// <summary>What an edit did to those whom a message mentions.</summary>
/// <param name="Came">People who are mentioned now.</param>
/// <param name="Went">People who are no longer.</param>
/// <param name="AllCame">True where everybody is mentioned now.</param>
/// <param name="AllWent">True where everybody was.</param>
internal sealed record MovedMentions(IReadOnlyList<UserId> Came, IReadOnlyList<UserId> Went, bool AllCame, bool AllWent)
{
    /// <summary>All whom it concerns.</summary>
    public Mentioning All => Came.Count + Went.Count == 0 && !AllCame && !AllWent ? Mentioning.Nobody : new Mentioning(Came.Concat(Went).ToHashSet(), AllCame || AllWent);
}

/// <summary>
/// Whom messages mention. Names are looked up in memory before the commit; who of them is in the room is asked in it, so that what is
/// stored is right at that moment. A text without a sign for names pays nothing. See docs/adr/0021-mentions.md.
/// </summary>
/// <param name="known">Names of today.</param>
/// <param name="markdown">Makes the HTML.</param>
/// <param name="database">Whom a text named before it was edited.</param>
/// <param name="broker">Who is connected; tells them.</param>
/// <param name="newcomers">What new accounts may not do yet.</param>
/// <param name="time">The clock.</param>
public sealed class Mentions(KnownNames known, MarkdownRenderer markdown, ChatDatabase database, RoomBroker broker, NewMembers newcomers, TimeProvider time)
{
    /// <summary>People whom one message may name.</summary>
    public const int MaxPeople = 50;

    /// <summary>Largest room, in members, in which everybody can be mentioned at once.</summary>
    public const int MaxEverybody = 1000;

    /// <summary>How often in a minute one person can mention everybody.</summary>
    public const int EverybodyPerMinute = 10;

    // Bots count while their owner is there, and nobody can tell by this that somebody who wants not to be seen is connected.
    private const string OfRoom =
        """
        SELECT u.Id FROM json_each(?2) AS named CROSS JOIN users AS u ON u.Id = named.value CROSS JOIN rooms AS r ON r.Id = ?1
        WHERE u.DeletedAt IS NULL AND (r.IsDefault OR EXISTS (SELECT 1 FROM memberships AS m WHERE m.RoomId = r.Id AND m.UserId = u.Id AND (u.OwnerId IS NULL
          OR EXISTS (SELECT 1 FROM memberships AS own WHERE own.RoomId = r.Id AND own.UserId = u.OwnerId))))
        """;

    private const string Seen = OfRoom + " AND (u.PresenceMode <> 2 OR u.PresenceUntil <= ?3)";

    private readonly Budget _everybody = new(time, EverybodyPerMinute, TimeSpan.FromMinutes(1));

    /// <summary>Reads a new text.</summary>
    internal NamedText Read(string text) => KnownNames.MayBeIn(text) ? Read(text, only: null, before: null) : new NamedText(text, markdown.Render(text));

    /// <summary>A text as its readers would see it, as far as that can be said before it is posted.</summary>
    public string Preview(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Read(text).Html;
    }

    /// <summary>Reads the text that takes the place of another one.</summary>
    internal NamedText Read(string text, MessageId replaced)
    {
        if (!KnownNames.MayBeIn(text)) return new NamedText(text, markdown.Render(text));
        using var db = database.OpenRead();
        var now = db.Messages.Where(message => message.Id == replaced.Value).Select(message => new { message.Html, message.Revision }).FirstOrDefault();
        return Read(text, only: null, KeptNames.In(now?.Html ?? "")) with { Replaces = now?.Revision ?? 0 };
    }

    /// <summary>Finds out who of those who are named is in the room.</summary>
    /// <param name="commit">The change.</param>
    /// <param name="read">The text.</param>
    /// <param name="room">The room.</param>
    /// <param name="author">Who writes: they do not mention themselves.</param>
    /// <param name="was">The message whose text this one replaces; null for a new message.</param>
    internal SettledText Settle(Commit commit, NamedText read, RoomId room, UserId author, Message? was = null)
    {
        // Somebody has edited it since it was read.
        if (was is not null && read.Replaces != was.Revision && KnownNames.MayBeIn(read.Text))
            read = Read(read.Text, only: null, KeptNames.In(was.Html)) with { Replaces = was.Revision };
        if (read.Names is not { } names) return new SettledText(read.Html, Mentioning.Nobody);

        var before = was is null ? Mentioning.Nobody : MentionRows.Of(commit, was);
        var members = names.Candidates.Count == 0 ? [] : Among(commit, OfRoom, room, names.Candidates);
        members.UnionWith(before.People);
        if (names.People.Any(person => !members.Contains(person)))
        {
            read = Read(read.Text, members, read.Before) with { Replaces = read.Replaces };
            names = read.Names!;
        }

        var people = names.People.Where(members.Contains).ToHashSet();
        people.Remove(author);
        if (people.Count > MaxPeople) return Refused(PostRefusal.TooManyMentions);
        if (names.IsForEverybody || names.IsForHere)
        {
            var isHereNew = names.IsForHere && read.Before is not { MeantHere: true };
            if (isHereNew || (names.IsForEverybody && !before.IsAll))
            {
                if (newcomers.MayNotCall(commit, author)) return Refused(PostRefusal.NewMember);
                if (SizeOf(commit, room) > MaxEverybody) return Refused(PostRefusal.RoomTooLarge);
                if (!_everybody.TryTake(author)) return Refused(PostRefusal.TooFast);
            }

            // Once told, whoever was there then is who was meant.
            if (names.IsForHere) people.UnionWith(isHereNew ? Among(commit, Seen, room, Connected(), commit.Now) : before.People);
            people.Remove(author);
        }

        return new SettledText(read.Html, people.Count == 0 && !names.IsForEverybody ? Mentioning.Nobody : new Mentioning(people, names.IsForEverybody));
    }

    /// <summary>How many people a text would call, where it calls everybody; 0 where it calls nobody but those whom it names.</summary>
    /// <param name="text">The text.</param>
    /// <param name="room">The room.</param>
    public int CallsIn(string text, RoomId room)
    {
        if (!KnownNames.MayBeIn(text) || Read(text, only: null, before: null).Names is not { } names || !(names.IsForEverybody || names.IsForHere)) return 0;
        using var db = database.OpenRead();
        if (db.Rooms.FirstOrDefault(one => one.Id == room.Value) is not { } found) return 0;
        return found.IsDefault
            ? db.Users.Where(user => user.DeletedAt == null).Take(MaxEverybody + 1).Count()
            : db.Memberships.Where(member => member.RoomId == room.Value).Take(MaxEverybody + 1).Count();
    }

    /// <summary>Tells those whom a message mentions, once it is stored; only those who are in the room, and not whoever blocks its author.</summary>
    /// <param name="commit">The change.</param>
    /// <param name="message">The message as it is then.</param>
    /// <param name="people">Whom to tell.</param>
    /// <param name="isAll">True: everybody in the room who is connected.</param>
    internal void Tell(Commit commit, MessageView message, IEnumerable<UserId> people, bool isAll)
    {
        var told = Present(commit, message.Room, people, isAll);
        told.Remove(message.Author.Id);
        told.ExceptWith(WhoBlocks(commit, message.Author.Id));
        var news = new Mentioned(message);
        commit.AfterCommit(() =>
        {
            foreach (var user in told) broker.PublishToUser(user, news);
        });
    }

    /// <summary>Takes back what was told of a message.</summary>
    internal void Withdraw(Commit commit, RoomId room, MessageId message, IEnumerable<UserId> people, bool isAll)
    {
        var told = Present(commit, room, people, isAll);
        var news = new MentionWithdrawn(room, message);
        commit.AfterCommit(() =>
        {
            foreach (var user in told) broker.PublishToUser(user, news);
        });
    }

    /// <summary>Stores whom an edited message mentions; whose name stays keeps their row.</summary>
    /// <returns>Who came, and who went.</returns>
    internal static MovedMentions Move(Commit commit, Message message, Mentioning now)
    {
        var before = MentionRows.Of(commit, message);
        List<UserId> came = [.. now.People.Where(person => !before.People.Contains(person))];
        List<UserId> went = [.. before.People.Where(person => !now.People.Contains(person))];
        MentionRows.Remove(commit, message.Id, went);
        MentionRows.Add(commit, message.Id, new RoomId(message.RoomId), new Offset(message.Offset), came);
        var moved = new MovedMentions(came, went, now.IsAll && !message.MentionsAll, !now.IsAll && message.MentionsAll);
        message.MentionsAll = now.IsAll;
        return moved;
    }

    /// <summary>Tells those who came and those who went.</summary>
    internal void TellMoved(Commit commit, MessageView message, MovedMentions moved)
    {
        if (moved.AllWent || moved.Went.Count > 0) Withdraw(commit, message.Room, message.Id, moved.Went.Where(person => !message.Mentions.Means(person)), moved.AllWent);
        if (moved.AllCame || moved.Came.Count > 0) Tell(commit, message, moved.Came, moved.AllCame);
    }

    private static SettledText Refused(PostRefusal why) => new("", Mentioning.Nobody) { Refusal = why };

    private NamedText Read(string text, IReadOnlySet<UserId>? only, KeptNames? before)
    {
        known.Refresh();
        var names = new LiveNames(known, only, before);
        var html = markdown.Render(text, names);
        if (names.Unknown.Count > 0 && known.LookAgainFor(names.Unknown))
        {
            known.Refresh();
            names = new LiveNames(known, only, before);
            html = markdown.Render(text, names);
        }

        return new NamedText(text, html) { Names = names, Before = before };
    }

    // Few are connected of the many who may be members.
    private HashSet<UserId> Present(Commit commit, RoomId room, IEnumerable<UserId> people, bool isAll)
    {
        var connected = Connected();
        if (!isAll) connected.IntersectWith(people);
        return connected.Count == 0 ? connected : Among(commit, OfRoom, room, connected);
    }

    private HashSet<UserId> Connected() => broker.Connections.Select(connection => connection.User).ToHashSet();

    private static HashSet<UserId> WhoBlocks(Commit commit, UserId author)
    {
        using var rows = commit.Query("SELECT UserId FROM blocks WHERE BlockedId = ?1", author.Value);
        return Users(rows);
    }

    private static HashSet<UserId> Among(Commit commit, string sql, RoomId room, IReadOnlySet<UserId> people, DateTimeOffset? now = null)
    {
        var ids = JsonSerializer.Serialize(people.Select(person => person.Value));
        using var rows = now is { } moment ? commit.Query(sql, room.Value, ids, moment.ToUnixTimeMilliseconds()) : commit.Query(sql, room.Value, ids);
        return Users(rows);
    }

    private static HashSet<UserId> Users(Rows rows)
    {
        HashSet<UserId> users = [];
        while (rows.Read()) users.Add(new UserId(rows.Text(0)));
        return users;
    }

    private static long SizeOf(Commit commit, RoomId room)
    {
        using var rows = commit.Query(
            """
            SELECT CASE WHEN r.IsDefault THEN (SELECT COUNT(*) FROM (SELECT 1 FROM users WHERE DeletedAt IS NULL LIMIT ?2))
                   ELSE (SELECT COUNT(*) FROM (SELECT 1 FROM memberships WHERE RoomId = r.Id LIMIT ?2)) END
            FROM rooms AS r WHERE r.Id = ?1
            """,
            room.Value, MaxEverybody + 1);
        return rows.Read() ? rows.Number(0) : 0;
    }
}
