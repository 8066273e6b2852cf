using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Moderation;
using ChatApp.Rooms;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Storage;

/// <summary>The tables of sweeps.</summary>
internal static class SweepTables
{
    /// <summary>Adds them to the model.</summary>
    public static void Configure(ModelBuilder builder)
    {
        builder.Entity<Sweep>(sweep =>
        {
            sweep.ToTable("sweeps");
            sweep.Property(s => s.ById).HasMaxLength(64);
            sweep.Property(s => s.ChangedById).HasMaxLength(64);
            sweep.Property(s => s.Reason).HasMaxLength(Sanction.MaxReasonLength);
            sweep.HasIndex(s => s.UserId);
            sweep.HasOne<ChatUser>().WithMany().HasForeignKey(s => s.UserId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<SweepPart>(part =>
        {
            part.ToTable("sweep_parts");
            part.HasKey(p => new { p.RoomId, p.Offset });
            part.HasIndex(p => p.SweepId);
            part.HasOne<Room>().WithMany().HasForeignKey(p => p.RoomId).OnDelete(DeleteBehavior.Cascade);
            part.HasOne<Sweep>().WithMany().HasForeignKey(p => p.SweepId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<SweptMessage>(swept =>
        {
            swept.ToTable("swept_messages");
            swept.HasKey(s => s.MessageId);
            swept.Property(s => s.MessageId).ValueGeneratedNever();
            swept.HasIndex(s => new { s.SweepId, s.MessageId });
            swept.HasOne<Message>().WithOne().HasForeignKey<SweptMessage>(s => s.MessageId).OnDelete(DeleteBehavior.Cascade);
            swept.HasOne<Sweep>().WithMany().HasForeignKey(s => s.SweepId).OnDelete(DeleteBehavior.Cascade);
        });
    }
}
