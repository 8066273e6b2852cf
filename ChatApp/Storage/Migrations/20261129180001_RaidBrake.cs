using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ChatApp.Storage.Migrations
{
    /// <summary>Since when nobody comes into a room without being brought, because too many came at once.</summary>
    [DbContext(typeof(ChatDbContext))]
    [Migration("20261129180001_RaidBrake")]
    public partial class RaidBrake : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "BrakedAt",
                table: "rooms",
                type: "INTEGER",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("ALTER TABLE rooms DROP COLUMN BrakedAt");
        }
    }
}
