using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ChatApp.Storage.Migrations
{
    /// <summary>The index by which the held messages of all rooms that wait are counted: decided ones stay for weeks.</summary>
    [DbContext(typeof(ChatDbContext))]
    [Migration("20261129230000_HeldWaiting")]
    public partial class HeldWaiting : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateIndex(
                name: "IX_held_messages_State_Id",
                table: "held_messages",
                columns: new[] { "State", "Id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_held_messages_State_Id",
                table: "held_messages");
        }
    }
}
