using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ChatApp.Storage.Migrations
{
    /// <inheritdoc />
    public partial class Lasting : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "Description",
                table: "rooms",
                type: "TEXT",
                maxLength: 2000,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<int>(
                name: "HtmlVersion",
                table: "messages",
                type: "INTEGER",
                nullable: false,
                defaultValue: 1);

            migrationBuilder.CreateTable(
                name: "spent_keys",
                columns: table => new
                {
                    AuthorId = table.Column<string>(type: "TEXT", nullable: false),
                    Key = table.Column<string>(type: "TEXT", maxLength: 128, nullable: false),
                    Fingerprint = table.Column<string>(type: "TEXT", maxLength: 44, nullable: false),
                    MessageId = table.Column<long>(type: "INTEGER", nullable: false),
                    RoomId = table.Column<string>(type: "TEXT", nullable: false),
                    Offset = table.Column<long>(type: "INTEGER", nullable: false),
                    At = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_spent_keys", x => new { x.AuthorId, x.Key });
                    table.ForeignKey(
                        name: "FK_spent_keys_users_AuthorId",
                        column: x => x.AuthorId,
                        principalTable: "users",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "upkeep",
                columns: table => new
                {
                    Name = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    Value = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_upkeep", x => x.Name);
                });

            // What was deleted so far may still be in the files: where there are messages there is something to erase.
            migrationBuilder.Sql("INSERT INTO upkeep (Name, Value) VALUES ('html.version', 1), ('texts.removed', EXISTS (SELECT 1 FROM messages)), ('texts.erased', 0);");
            migrationBuilder.Sql("DROP TRIGGER message_search_insert; DROP TRIGGER message_search_update; DROP TRIGGER message_search_delete;");
            migrationBuilder.Sql("CREATE TRIGGER message_search_insert AFTER INSERT ON messages WHEN NOT search_deferred() BEGIN INSERT INTO message_search(rowid, Text) VALUES (new.Id, search_form(new.Text)); END;");
            migrationBuilder.Sql("CREATE TRIGGER message_search_update AFTER UPDATE OF Text ON messages BEGIN INSERT INTO message_search(message_search, rowid, Text) VALUES ('delete', old.Id, search_form(old.Text)); INSERT INTO message_search(rowid, Text) VALUES (new.Id, search_form(new.Text)); UPDATE upkeep SET Value = Value + 1 WHERE Name = 'texts.removed'; END;");
            migrationBuilder.Sql("CREATE TRIGGER message_search_delete AFTER DELETE ON messages BEGIN INSERT INTO message_search(message_search, rowid, Text) VALUES ('delete', old.Id, search_form(old.Text)); UPDATE upkeep SET Value = Value + 1 WHERE Name = 'texts.removed'; END;");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP TRIGGER message_search_insert; DROP TRIGGER message_search_update; DROP TRIGGER message_search_delete;");
            migrationBuilder.Sql("CREATE TRIGGER message_search_insert AFTER INSERT ON messages BEGIN INSERT INTO message_search(rowid, Text) VALUES (new.Id, search_form(new.Text)); END;");
            migrationBuilder.Sql("CREATE TRIGGER message_search_update AFTER UPDATE OF Text ON messages BEGIN INSERT INTO message_search(message_search, rowid, Text) VALUES ('delete', old.Id, search_form(old.Text)); INSERT INTO message_search(rowid, Text) VALUES (new.Id, search_form(new.Text)); END;");
            migrationBuilder.Sql("CREATE TRIGGER message_search_delete AFTER DELETE ON messages BEGIN INSERT INTO message_search(message_search, rowid, Text) VALUES ('delete', old.Id, search_form(old.Text)); END;");

            migrationBuilder.DropTable(
                name: "spent_keys");

            migrationBuilder.DropTable(
                name: "upkeep");

            // Not DropColumn: it builds the table anew, and the triggers of the full-text index would go with the old one.
            migrationBuilder.Sql("ALTER TABLE messages DROP COLUMN HtmlVersion; ALTER TABLE rooms DROP COLUMN Description;");
        }
    }
}
