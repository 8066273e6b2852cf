using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ChatApp.Storage.Migrations
{
    /// <summary>What stands in a room itself is found without passing by the answers in its threads.</summary>
    [DbContext(typeof(ChatDbContext))]
    [Migration("20261129180000_RoomHistory")]
    public partial class RoomHistory : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateIndex(
                name: "IX_messages_of_the_room",
                table: "messages",
                columns: new[] { "RoomId", "Offset" },
                filter: "\"ThreadId\" IS NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_messages_of_the_room",
                table: "messages");
        }
    }
}
