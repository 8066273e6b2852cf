using ChatApp.Accounts;
using ChatApp.Rooms;
using ChatApp.Settings;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Storage;

/// <summary>The tables of accounts: Identity's under our names, and what belongs to them.</summary>
internal static class AccountTables
{
    /// <summary>Adds them to the model.</summary>
    public static void Configure(ModelBuilder builder)
    {
        builder.Entity<ChatUser>(user =>
        {
            user.ToTable("users");
            user.Property(u => u.DisplayName).HasMaxLength(60);
            user.Property(u => u.NormalizedDisplayName).HasMaxLength(120);
            user.Property(u => u.StatusText).HasMaxLength(200);
            user.Property(u => u.TimeZone).HasMaxLength(64);
            user.Property(u => u.Language).HasMaxLength(16);
            user.Property(u => u.Theme).HasMaxLength(16);
            user.Property(u => u.Density).HasMaxLength(16);
            user.Property(u => u.Motion).HasMaxLength(16);
            user.Property(u => u.AvatarVersion).HasMaxLength(16);
            user.Property(u => u.OwnerId).HasMaxLength(64);
            user.HasIndex(u => u.NormalizedDisplayName).IsUnique();
            // Without a foreign key: adding one makes SQLite write the table anew, which no transaction holds. Accounts are never removed.
            user.HasIndex(u => u.OwnerId);
            user.HasIndex(u => u.NormalizedEmail).HasDatabaseName("EmailIndex").IsUnique();
        });
        builder.Entity<IdentityUserClaim<string>>().ToTable("user_claims");
        builder.Entity<IdentityUserLogin<string>>().ToTable("user_logins");
        builder.Entity<IdentityUserToken<string>>().ToTable("user_tokens");
        builder.Entity<IdentityUserPasskey<string>>(passkey =>
        {
            passkey.ToTable("user_passkeys");
            passkey.HasKey(p => p.CredentialId);
            passkey.Property(p => p.CredentialId).HasMaxLength(1024);
            passkey.Property(p => p.UserId).IsRequired();
            passkey.HasIndex(p => p.UserId);
            passkey.OwnsOne(p => p.Data).ToJson();
            passkey.HasOne<ChatUser>().WithMany().HasForeignKey(p => p.UserId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<UserSession>(session =>
        {
            session.ToTable("sessions");
            session.Property(s => s.Id).HasMaxLength(16);
            session.Property(s => s.Name).HasMaxLength(200);
            session.Property(s => s.Address).HasMaxLength(64);
            session.HasIndex(s => new { s.UserId, s.LastSeenAt });
            session.HasIndex(s => s.ExpiresAt);
            session.HasOne<ChatUser>().WithMany().HasForeignKey(s => s.UserId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<PersonalToken>(token =>
        {
            token.ToTable("personal_tokens");
            token.Property(t => t.Id).HasMaxLength(8);
            token.Property(t => t.Name).HasMaxLength(64);
            token.Property(t => t.Hash).HasMaxLength(44);
            token.Property(t => t.Rooms).HasMaxLength(2000);
            token.Property(t => t.LastAddress).HasMaxLength(64);
            token.HasIndex(t => t.Hash).IsUnique();
            token.HasIndex(t => t.UserId);
            token.HasOne<ChatUser>().WithMany().HasForeignKey(t => t.UserId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<Invitation>(invitation =>
        {
            invitation.ToTable("invitations");
            invitation.Property(i => i.Id).HasMaxLength(8);
            invitation.Property(i => i.Hash).HasMaxLength(44);
            invitation.Property(i => i.Note).HasMaxLength(64);
            invitation.HasIndex(i => i.Hash).IsUnique();
            invitation.HasOne<ChatUser>().WithMany().HasForeignKey(i => i.CreatedById).OnDelete(DeleteBehavior.Cascade);
            invitation.HasOne<Room>().WithMany().HasForeignKey(i => i.RoomId).OnDelete(DeleteBehavior.SetNull);
        });
        builder.Entity<InvitationUse>(use =>
        {
            use.ToTable("invitation_uses");
            use.HasKey(u => new { u.InvitationId, u.UserId });
            use.HasOne<Invitation>().WithMany().HasForeignKey(u => u.InvitationId).OnDelete(DeleteBehavior.Cascade);
            use.HasOne<ChatUser>().WithMany().HasForeignKey(u => u.UserId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<AvatarImage>(avatar =>
        {
            avatar.ToTable("avatars");
            avatar.HasKey(a => a.UserId);
            avatar.Property(a => a.Version).HasMaxLength(16);
            avatar.Property(a => a.ContentType).HasMaxLength(32);
            avatar.HasOne<ChatUser>().WithOne().HasForeignKey<AvatarImage>(a => a.UserId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<InstanceSetting>(setting =>
        {
            setting.ToTable("instance_settings");
            setting.HasKey(s => s.Name);
            setting.Property(s => s.Name).HasMaxLength(64);
            setting.Property(s => s.Value).HasMaxLength(512);
        });
    }
}
