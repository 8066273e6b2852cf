using ChatApp.Accounts;
using ChatApp.Moderation;
using ChatApp.Rooms;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Storage;

/// <summary>The tables of moderation.</summary>
internal static class ModerationTables
{
    /// <summary>Adds them to the model.</summary>
    public static void Configure(ModelBuilder builder)
    {
        builder.Entity<Sanction>(sanction =>
        {
            sanction.ToTable("sanctions");
            sanction.Property(s => s.ById).HasMaxLength(64);
            sanction.Property(s => s.LiftedById).HasMaxLength(64);
            sanction.Property(s => s.Reason).HasMaxLength(Sanction.MaxReasonLength);
            sanction.Property(s => s.LiftReason).HasMaxLength(Sanction.MaxReasonLength);
            sanction.HasIndex(s => new { s.UserId, s.Id });
            sanction.HasIndex(s => new { s.RoomId, s.Id });
            // Few of all that ever were: those that were not taken back.
            sanction.HasIndex(s => s.UserId).HasFilter("\"LiftedAt\" IS NULL").HasDatabaseName("IX_sanctions_standing");
            sanction.HasOne<ChatUser>().WithMany().HasForeignKey(s => s.UserId).OnDelete(DeleteBehavior.Cascade);
            sanction.HasOne<Room>().WithMany().HasForeignKey(s => s.RoomId).OnDelete(DeleteBehavior.Cascade);
        });
    }
}
