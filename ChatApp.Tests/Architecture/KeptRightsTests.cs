namespace ChatApp.Tests.Architecture;

/// <summary>What rights hang on is kept in memory, and only a change by a tracked entity is seen there.</summary>
public sealed class KeptRightsTests
{
    private static readonly SourceRule Bulk = new(
        "Accounts, sessions, rooms and memberships change by tracked entities, so that KeptRights forgets them. Where nothing that is kept changes, allow the file here and say why.",
        path => path.StartsWith("ChatApp/", StringComparison.Ordinal) && SourceTree.IsCode(path) && !path.StartsWith("ChatApp/Storage/Migrations/", StringComparison.Ordinal),
        """\b(Users|Rooms|Memberships|Sessions)\b[^;]*\.Execute(Update|Delete)|(?i:\b(UPDATE|DELETE\s+FROM|REPLACE\s+INTO)\s+"?(users|rooms|memberships|sessions)\b)""")
    {
        Except = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ChatApp/Accounts/SessionUses.cs"] = "prolongs what holds; who finds it expired in memory asks the database",
            ["ChatApp/Accounts/SessionUpkeep.cs"] = "removes what holds nothing any more",
            ["ChatApp/Messages/RoomLog.cs"] = "takes a room's next offset; where a room is, its hub knows",
            ["ChatApp/Storage/StorageFault.cs"] = "asks the disk, and leaves the room as it was",
            ["ChatApp/Storage/Restore.cs"] = "no server uses the database",
        },
    };

    [Fact]
    public void Nothing_changes_rights_past_what_is_kept_of_them() => Bulk.AssertHolds();

    [Theory]
    [InlineData("commit.Db.Memberships.Where(m => m.RoomId == id)\n    .ExecuteDelete();")]
    [InlineData("await db.Users.Where(user => user.Id == id).ExecuteUpdateAsync(set);")]
    [InlineData("commit.Execute(\"UPDATE rooms SET Floor = $2 WHERE Id = $1\", id, floor);")]
    [InlineData("commit.Db.Sessions.Where(session => session.UserId == id).ExecuteUpdate(set);")]
    [InlineData("commit.Execute(\"UPDATE sessions SET EndedAt = ?1\", now);")]
    [InlineData("commit.Execute(\"delete from memberships WHERE UserId = $1\", id);")]
    public void The_rule_stops(string code) => Bulk.AssertStops("ChatApp/Rooms/Bad.cs", code);

    [Theory]
    [InlineData("commit.Db.Memberships.Remove(membership);")]
    [InlineData("commit.Db.Messages.Where(message => ids.Contains(message.Id)).ExecuteDelete();")]
    public void The_rule_allows(string code) => Bulk.AssertAllows("ChatApp/Rooms/Good.cs", code);
}
