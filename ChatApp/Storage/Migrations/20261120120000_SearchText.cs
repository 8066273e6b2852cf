using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ChatApp.Storage.Migrations
{
    /// <summary>
    /// The full-text index holds texts in the form in which they are compared (Search/SearchText.cs). The function that
    /// makes it is known on every connection that writes; a tool that does not know it cannot change messages. The model
    /// stays as it was.
    /// </summary>
    [DbContext(typeof(ChatDbContext))]
    [Migration("20261120120000_SearchText")]
    public partial class SearchText : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP TRIGGER message_search_insert; DROP TRIGGER message_search_update; DROP TRIGGER message_search_delete; DROP TABLE message_search;");
            migrationBuilder.Sql("CREATE VIEW message_search_source AS SELECT Id, search_form(Text) AS Text FROM messages;");
            migrationBuilder.Sql("CREATE VIRTUAL TABLE message_search USING fts5(Text, content='message_search_source', content_rowid='Id', tokenize='trigram');");
            migrationBuilder.Sql("CREATE TRIGGER message_search_insert AFTER INSERT ON messages BEGIN INSERT INTO message_search(rowid, Text) VALUES (new.Id, search_form(new.Text)); END;");
            migrationBuilder.Sql("CREATE TRIGGER message_search_update AFTER UPDATE OF Text ON messages BEGIN INSERT INTO message_search(message_search, rowid, Text) VALUES ('delete', old.Id, search_form(old.Text)); INSERT INTO message_search(rowid, Text) VALUES (new.Id, search_form(new.Text)); END;");
            migrationBuilder.Sql("CREATE TRIGGER message_search_delete AFTER DELETE ON messages BEGIN INSERT INTO message_search(message_search, rowid, Text) VALUES ('delete', old.Id, search_form(old.Text)); END;");
            migrationBuilder.Sql("INSERT INTO message_search(message_search) VALUES ('rebuild');");

            // What somebody wrote, in the order of ids: the unique index of author and key has another order.
            migrationBuilder.Sql("CREATE INDEX messages_by_author ON messages (AuthorId);");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP INDEX messages_by_author; DROP TRIGGER message_search_insert; DROP TRIGGER message_search_update; DROP TRIGGER message_search_delete; DROP TABLE message_search; DROP VIEW message_search_source;");
            migrationBuilder.Sql("CREATE VIRTUAL TABLE message_search USING fts5(Text, content='messages', content_rowid='Id', tokenize='trigram');");
            migrationBuilder.Sql("CREATE TRIGGER message_search_insert AFTER INSERT ON messages BEGIN INSERT INTO message_search(rowid, Text) VALUES (new.Id, new.Text); END;");
            migrationBuilder.Sql("CREATE TRIGGER message_search_update AFTER UPDATE OF Text ON messages BEGIN INSERT INTO message_search(message_search, rowid, Text) VALUES ('delete', old.Id, old.Text); INSERT INTO message_search(rowid, Text) VALUES (new.Id, new.Text); END;");
            migrationBuilder.Sql("CREATE TRIGGER message_search_delete AFTER DELETE ON messages BEGIN INSERT INTO message_search(message_search, rowid, Text) VALUES ('delete', old.Id, old.Text); END;");
            migrationBuilder.Sql("INSERT INTO message_search(message_search) VALUES ('rebuild');");
        }
    }
}
