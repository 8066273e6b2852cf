using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ChatApp.Storage.Migrations
{
    /// <summary>What each action changed and by which kind of connection it came, and the indexes by which the audit log is looked through.</summary>
    [DbContext(typeof(ChatDbContext))]
    [Migration("20261129210000_AuditDetails")]
    public partial class AuditDetails : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "After",
                table: "audit",
                type: "TEXT",
                maxLength: 512,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "Before",
                table: "audit",
                type: "TEXT",
                maxLength: 512,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<int>(
                name: "Via",
                table: "audit",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "IX_audit_Action_Id",
                table: "audit",
                columns: new[] { "Action", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_audit_ActorId_Id",
                table: "audit",
                columns: new[] { "ActorId", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_audit_At",
                table: "audit",
                column: "At");

            migrationBuilder.CreateIndex(
                name: "IX_audit_Target_Id",
                table: "audit",
                columns: new[] { "Target", "Id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_audit_Action_Id",
                table: "audit");

            migrationBuilder.DropIndex(
                name: "IX_audit_ActorId_Id",
                table: "audit");

            migrationBuilder.DropIndex(
                name: "IX_audit_At",
                table: "audit");

            migrationBuilder.DropIndex(
                name: "IX_audit_Target_Id",
                table: "audit");

            migrationBuilder.Sql("ALTER TABLE audit DROP COLUMN \"After\"");

            migrationBuilder.Sql("ALTER TABLE audit DROP COLUMN \"Before\"");

            migrationBuilder.Sql("ALTER TABLE audit DROP COLUMN Via");
        }
    }
}
