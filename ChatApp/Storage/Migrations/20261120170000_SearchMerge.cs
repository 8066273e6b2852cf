using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ChatApp.Storage.Migrations
{
    /// <summary>
    /// The full-text index no longer merges its parts by itself, in the middle of somebody's post: the log's writer does so
    /// a little at a time (Storage/WriterSession.cs). The model stays as it was.
    /// </summary>
    [DbContext(typeof(ChatDbContext))]
    [Migration("20261120170000_SearchMerge")]
    public partial class SearchMerge : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder) =>
            migrationBuilder.Sql("INSERT INTO message_search(message_search, rank) VALUES ('automerge', 0);");

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) =>
            migrationBuilder.Sql("INSERT INTO message_search(message_search, rank) VALUES ('automerge', 4);");
    }
}
