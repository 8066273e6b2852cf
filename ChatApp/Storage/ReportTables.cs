using ChatApp.Accounts;
using ChatApp.Moderation;
using ChatApp.Rooms;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Storage;

/// <summary>The table of reports.</summary>
internal static class ReportTables
{
    /// <summary>Adds it to the model.</summary>
    public static void Configure(ModelBuilder builder) => builder.Entity<Report>(report =>
    {
        report.ToTable("reports");
        report.Property(r => r.Comment).HasMaxLength(Report.MaxCommentLength);
        report.Property(r => r.ResolvedById).HasMaxLength(64);
        report.Property(r => r.Reason).HasMaxLength(Sanction.MaxReasonLength);
        // A message is no foreign key: it may go by age, and that it was reported once stays.
        report.HasIndex(r => new { r.ReporterId, r.MessageId }).IsUnique().HasFilter("\"MessageId\" IS NOT NULL");
        report.HasIndex(r => new { r.ReporterId, r.UserId }).IsUnique().HasFilter("\"MessageId\" IS NULL AND \"ResolvedAt\" IS NULL").HasDatabaseName("IX_reports_of_people");
        report.HasIndex(r => new { r.UserId, r.Id });
        report.HasIndex(r => new { r.RoomId, r.Id });
        // Few of all that ever were.
        report.HasIndex(r => r.Id).HasFilter("\"ResolvedAt\" IS NULL").HasDatabaseName("IX_reports_open");
        report.HasOne<ChatUser>().WithMany().HasForeignKey(r => r.ReporterId).OnDelete(DeleteBehavior.Cascade);
        report.HasOne<ChatUser>().WithMany().HasForeignKey(r => r.UserId).OnDelete(DeleteBehavior.Cascade);
        report.HasOne<Room>().WithMany().HasForeignKey(r => r.RoomId).OnDelete(DeleteBehavior.Cascade);
    });
}
