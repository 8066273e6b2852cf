using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Moderation.Held;
using ChatApp.Moderation.Policies;
using ChatApp.Moderation.Rules;
using ChatApp.Rooms;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Storage;

/// <summary>The tables of what judges messages before they are posted.</summary>
internal static class ScreeningTables
{
    /// <summary>Adds them to the model.</summary>
    public static void Configure(ModelBuilder builder)
    {
        builder.Entity<AutoModRule>(rule =>
        {
            rule.ToTable("rules");
            rule.Property(r => r.Name).HasMaxLength(RuleLimits.NameLength);
            rule.Property(r => r.Message).HasMaxLength(RuleLimits.MessageLength);
            rule.Property(r => r.ChangedById).HasMaxLength(64);
            rule.HasIndex(r => r.RoomId);
            rule.HasOne<Room>().WithMany().HasForeignKey(r => r.RoomId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<HeldMessage>(held =>
        {
            held.ToTable("held_messages");
            held.Property(h => h.Key).HasMaxLength(MessageWriter.MaxKeyLength);
            held.Property(h => h.Fingerprint).HasMaxLength(44);
            held.Property(h => h.Source).HasMaxLength(HeldMessage.MaxWordsLength);
            held.Property(h => h.Words).HasMaxLength(HeldMessage.MaxWordsLength);
            held.Property(h => h.Reason).HasMaxLength(HeldMessage.MaxReasonLength);
            held.HasIndex(h => new { h.AuthorId, h.Key }).IsUnique();
            held.HasIndex(h => new { h.RoomId, h.State, h.Id });
            held.HasIndex(h => new { h.State, h.Id });
            held.HasOne<Room>().WithMany().HasForeignKey(h => h.RoomId).OnDelete(DeleteBehavior.Cascade);
            held.HasOne<ChatUser>().WithMany().HasForeignKey(h => h.AuthorId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<RoomPolicy>(policy =>
        {
            policy.ToTable("room_policies");
            policy.HasKey(p => p.RoomId);
            policy.Property(p => p.SetById).HasMaxLength(64);
            policy.HasOne<Room>().WithMany().HasForeignKey(p => p.RoomId).OnDelete(DeleteBehavior.Cascade);
        });
    }
}
