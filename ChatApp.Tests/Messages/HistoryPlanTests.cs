using System.Text.RegularExpressions;
using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using ChatApp.Tests.Search;

namespace ChatApp.Tests.Messages;

/// <summary>
/// Which way the database goes where a room is opened and read: by an index at every step, so that a room of a million
/// messages costs what one of fifty costs. The statements are those that were really run.
/// </summary>
public sealed partial class HistoryPlanTests(TestServer server) : IClassFixture<TestServer>
{
    // What grows with what people say. (Rooms and people are few beside that.)
    private static readonly string[] Growing = ["messages", "log", "reactions", "message_revisions", "read_markers", "memberships", "spent_keys", "audit"];

    /// <summary>What is read, and how many statements at least that takes.</summary>
    public static TheoryData<string, int> Readings => new()
    {
        { "latest", 5 }, { "before", 5 }, { "after", 5 }, { "around", 5 }, { "date", 6 }, { "pinned", 3 }, { "message", 4 }, { "earlier texts", 3 },
        { "room", 1 }, { "members", 4 }, { "own rooms", 1 }, { "unread, read before", 3 }, { "unread, never read", 5 }, { "log", 1 }, { "logged role", 1 },
    };

    [Theory]
    [MemberData(nameof(Readings))]
    public async Task Every_step_uses_an_index_and_nothing_is_sorted(string what, int statements)
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, members: bob);
        var first = await server.PostAsync(ann, room.Id, "first");
        await server.Get<MessageMarks>().ReactAsync(bob.Id, first.Id, "👍", isOn: true);
        await server.Get<MessageMarks>().PinAsync(bob.Id, first.Id, isOn: true);
        await server.Get<MessageEditor>().EditAsync(ann.Id, first.Id, "first of all");
        await server.Get<MessageWriter>().PostAsync(bob.Id, room.Id, "answer", key: null, first.Id);
        await server.Get<ReadMarkers>().MarkAsync(bob.Id, room.Id, first.Offset);
        await server.Get<RoomRoles>().SetAsync(ann.Id, room.Id, bob.Id, RoomRole.Moderator);
        var (history, markers) = (server.Get<MessageHistory>(), server.Get<ReadMarkers>());
        object? answer = null;
        var run = QueryPlans.WithSql(server.Get<ChatDatabase>(), () => answer = what switch
        {
            "latest" => history.Latest(bob.Id, room.Id, 50),
            "before" => history.Before(bob.Id, room.Id, new Offset(100), 50),
            "after" => history.After(bob.Id, room.Id, Offset.Zero, 50),
            "around" => history.Around(bob.Id, room.Id, first.Offset, 50),
            "date" => history.Around(bob.Id, room.Id, first.At, 50),
            "pinned" => history.Pinned(bob.Id, room.Id),
            "message" => history.Find(bob.Id, first.Id),
            "earlier texts" => server.Get<MessageEditor>().EarlierTexts(ann.Id, first.Id),
            "room" => server.Get<RoomDirectory>().Find(room.Id, bob.Id),
            "members" => server.Get<RoomDirectory>().MembersOf(room.Id, bob.Id),
            "own rooms" => server.Get<RoomDirectory>().RoomsOf(bob.Id),
            "unread, read before" => markers.Of(bob.Id),
            "unread, never read" => markers.Of(ann.Id),
            "log" => server.Get<RoomLog>().Read(room.Id, new Offset(first.Offset.Value - 1), 5),
            _ => server.Get<RoomLog>().Read(room.Id, first.Offset, 50),
        });
        Assert.NotNull(answer);
        Assert.True(run.Count >= statements, $"only {run.Count} statements:\n{string.Join("\n\n", run.Select(statement => statement.Sql))}");
        Assert.All(run, AssertByIndex);
    }

    [Fact]
    public void A_reading_without_an_index_would_be_found()
    {
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => AssertAll(db => db.Messages.Where(m => m.Html == "x").ToList()));
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => AssertAll(db => db.Messages.Where(m => m.RoomId == "x").OrderBy(m => m.Key).ToList()));
        AssertAll(db => db.Messages.Where(m => m.RoomId == "x").OrderBy(m => m.Offset).ToList());

        void AssertAll(Func<ChatDbContext, object> read)
        {
            var run = QueryPlans.WithSql(server.Get<ChatDatabase>(), () =>
            {
                using var db = server.Get<ChatDatabase>().OpenRead();
                read(db);
            });
            Assert.NotEmpty(run);
            foreach (var statement in run) AssertByIndex(statement);
        }
    }

    private static void AssertByIndex((string Sql, string Plan) statement)
    {
        var aliases = Table().Matches(statement.Sql)
            .Where(match => Growing.Contains(match.Groups["table"].Value, StringComparer.Ordinal))
            .Select(match => match.Groups["alias"].Value)
            .ToHashSet(StringComparer.Ordinal);
        foreach (var step in statement.Plan.Split('\n'))
        {
            Assert.False(step.StartsWith("SCAN ", StringComparison.Ordinal) && aliases.Contains(step.Split(' ')[1]), $"{step}\n{statement.Sql}");
            // The list of members is sorted by name: it is as long as the room has members, whatever they say.
            var sortsNames = statement.Sql.Contains("\"NormalizedDisplayName\"", StringComparison.Ordinal);
            Assert.False(aliases.Count > 0 && !sortsNames && step.Contains("TEMP B-TREE", StringComparison.Ordinal), $"{step}\n{statement.Sql}");
        }
    }

    [GeneratedRegex("""
        "(?<table>\w+)" AS "(?<alias>\w+)"
        """, RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Table();
}
