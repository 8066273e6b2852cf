using ChatApp.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ChatApp.Tests.Storage;

/// <summary>Databases as earlier versions of the product have left them, filled in their own schema, and what must be there afterwards.</summary>
internal static class MigrationKit
{
    /// <summary>The schemas that were released before the present one.</summary>
    public static readonly string[] Earlier = ["20261120103847_Initial", "20261120112250_Log", "20261120120000_SearchText", "20261120132014_Lasting", "20261120170000_SearchMerge", "20261120173000_ApiKeys", "20261129110809_Accounts", "20261129142449_Conversations", "20261129150134_Sanctions", "20261129180000_RoomHistory", "20261129180001_RaidBrake", "20261129190000_Reports", "20261129191000_Sweeps", "20261129200000_Rules", "20261129201000_HeldMessages", "20261129202000_RoomPolicies", "20261129210000_AuditDetails"];

    /// <summary>Makes a database of an earlier schema with two people, two rooms and a log without a hole.</summary>
    /// <param name="path">The folder; new.</param>
    /// <param name="schema">One of <see cref="Earlier"/>.</param>
    /// <param name="messages">How many messages; every tenth is deleted.</param>
    public static void Make(string path, string schema, int messages)
    {
        var folder = DataFolder.Open(new DataOptions { Folder = path });
        using (var database = new ChatDatabase(folder))
        using (var db = database.OpenWrite())
        {
            db.GetService<IMigrator>().Migrate(schema);
#pragma warning disable EF1002 // Numbers and constants of this class, and in places where no parameter can stand.
            db.Database.ExecuteSqlRaw(
                $"""
                 BEGIN;
                 INSERT INTO users (Id, DisplayName, NormalizedDisplayName, Rank, CreatedAt, Email, NormalizedEmail, UserName, NormalizedUserName, EmailConfirmed, PhoneNumberConfirmed, TwoFactorEnabled, LockoutEnabled, AccessFailedCount)
                 VALUES ('ann', 'Ann', 'ANN', 2, 1, 'ann@example.org', 'ANN@EXAMPLE.ORG', 'ann@example.org', 'ANN@EXAMPLE.ORG', 0, 0, 0, 1, 0),
                        ('bob', 'Bob', 'BOB', 0, 2, 'bob@example.org', 'BOB@EXAMPLE.ORG', 'bob@example.org', 'BOB@EXAMPLE.ORG', 0, 0, 0, 1, 0);
                 INSERT INTO rooms (Id, Name, Topic, Visibility, IsDefault, Head, Epoch, CreatedAt)
                 VALUES ('general', 'General', '', 0, 1, {messages + 1}, 'epoch1', 1), ('attic', 'Attic', 'old things', 1, 0, 2, 'epoch2', 2);
                 INSERT INTO memberships (RoomId, UserId, Role, JoinedAt) VALUES ('attic', 'ann', 2, 2);
                 INSERT INTO log (RoomId, Offset, Kind, MessageId, SubjectId, ActorId, At)
                 VALUES ('general', 1, 1, NULL, NULL, '', 1), ('attic', 1, 1, NULL, NULL, 'ann', 2), ('attic', 2, 20, NULL, 'ann', 'ann', 2);
                 WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {messages})
                 INSERT INTO messages (Id, RoomId, Offset, AuthorId, Key, Fingerprint, Text, Html, At, DeletedAt)
                 SELECT i, 'general', i + 1, iif(i % 2, 'ann', 'bob'), 'key ' || i, 'fingerprint', iif(i % 10, {TextOf("i")}, ''), iif(i % 10, '<p>' || {TextOf("i")} || '</p>', ''), i, iif(i % 10, NULL, i) FROM n;
                 INSERT INTO log (RoomId, Offset, Kind, MessageId, SubjectId, ActorId, At)
                 SELECT RoomId, Offset, 10, Id, NULL, AuthorId, At FROM messages;
                 INSERT INTO audit (At, ActorId, Action, Target, Details, Reason) VALUES (3, 'ann', 'message.delete', '10', 'by Bob in General', 'spam');
                 COMMIT;
                 """);
#pragma warning restore EF1002
        }

        // Complete in one file, as a server leaves it that was stopped: a kill has nothing to lose but the migration.
        using var connection = new SqliteConnection($"Data Source={folder.Database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode=DELETE; PRAGMA journal_mode=WAL;";
        command.ExecuteNonQuery();
    }

    /// <summary>Holds a database of the present schema against what <see cref="Make"/> put in.</summary>
    public static void AssertComplete(ChatDatabase database, int messages)
    {
        using (database.Gate.Enter())
        using (var db = database.OpenWrite())
        {
            Assert.Equal("ok", db.Database.SqlQueryRaw<string>("SELECT integrity_check AS Value FROM pragma_integrity_check").ToList().Single());
            Assert.Equal(0, db.Database.SqlQueryRaw<int>("SELECT COUNT(*) AS Value FROM pragma_foreign_key_check").Single());
            Assert.Equal(db.Database.GetMigrations(), db.Database.GetAppliedMigrations());
            Assert.False(db.Database.HasPendingModelChanges());
            Assert.Empty(StorageAudit.Problems(db));
            Assert.Null(StorageAudit.SearchIndexProblem(db));
        }

        using var read = database.OpenRead();
        Assert.Equal(messages, read.Messages.Count());
        Assert.Equal(messages / 10, read.Messages.Count(m => m.DeletedAt != null && m.Text == ""));
        var seventh = read.Messages.Single(m => m.Id == 7);
        Assert.Equal(("general", 8, "ann", "key 7", "message 7 about crème and 茶 7", "<p>message 7 about crème and 茶 7</p>", 1), (seventh.RoomId, (int)seventh.Offset, seventh.AuthorId, seventh.Key, seventh.Text, seventh.Html, seventh.Revision));
        // As it was, or rendered anew already where a server has run.
        Assert.InRange(seventh.HtmlVersion, 1, ChatApp.Messages.MarkdownRenderer.Version);
        Assert.Equal(["Ann", "Bob"], read.Users.OrderBy(user => user.Id).Select(user => user.DisplayName));
        Assert.Equal([("attic", "old things", 2L, "epoch2"), ("general", "", messages + 1L, "epoch1")], read.Rooms.OrderBy(room => room.Id).Select(room => new ValueTuple<string, string, long, string>(room.Id, room.Topic, room.Head, room.Epoch)));
        Assert.Equal(("ann", ChatApp.Rooms.RoomRole.Owner), read.Memberships.Select(m => new ValueTuple<string, ChatApp.Rooms.RoomRole>(m.UserId, m.Role)).Single());
        Assert.Equal("spam", read.Audit.Single().Reason);
    }

    private static string TextOf(string number) => $"'message ' || {number} || ' about crème and 茶 ' || {number}";
}
