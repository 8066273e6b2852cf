using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Moderation;
using ChatApp.Rooms;
using ChatApp.Settings;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace ChatApp.Storage;

/// <summary>
/// The database. Contexts made by the container are Identity's: each of their saves passes the <see cref="WriteGate"/>.
/// The log's writer owns the gate while it works and makes its contexts without one; everybody else reads.
/// </summary>
public sealed class ChatDbContext(DbContextOptions<ChatDbContext> options, WriteGate? gate = null, KeptRights? kept = null)
    : IdentityUserContext<ChatUser>(options)
{
    private readonly List<object> _changed = [];

    /// <summary>Rooms.</summary>
    public DbSet<Room> Rooms => Set<Room>();

    /// <summary>Who is in which room, default rooms excepted.</summary>
    public DbSet<Membership> Memberships => Set<Membership>();

    /// <summary>Messages of all rooms.</summary>
    public DbSet<Message> Messages => Set<Message>();

    /// <summary>Texts that messages had before.</summary>
    public DbSet<MessageRevision> Revisions => Set<MessageRevision>();

    /// <summary>Reactions to messages.</summary>
    public DbSet<Reaction> Reactions => Set<Reaction>();

    /// <summary>How far people have read.</summary>
    public DbSet<ReadMarker> ReadMarkers => Set<ReadMarker>();

    /// <summary>The logs of all rooms.</summary>
    public DbSet<LogEntry> Log => Set<LogEntry>();

    /// <summary>Keys of messages that went by retention.</summary>
    public DbSet<SpentKey> SpentKeys => Set<SpentKey>();

    /// <summary>How far the upkeep has come.</summary>
    public DbSet<UpkeepMark> UpkeepMarks => Set<UpkeepMark>();

    /// <summary>Keys of the server API.</summary>
    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();

    /// <summary>Sign-ins of accounts.</summary>
    public DbSet<UserSession> Sessions => Set<UserSession>();

    /// <summary>Tokens that people made for programs and bots.</summary>
    public DbSet<PersonalToken> PersonalTokens => Set<PersonalToken>();

    /// <summary>Links with which people make accounts.</summary>
    public DbSet<Invitation> Invitations => Set<Invitation>();

    /// <summary>Who came by which invitation.</summary>
    public DbSet<InvitationUse> InvitationUses => Set<InvitationUse>();

    /// <summary>Pictures of people.</summary>
    public DbSet<AvatarImage> Avatars => Set<AvatarImage>();

    /// <summary>What administrators have set while the server ran.</summary>
    public DbSet<InstanceSetting> InstanceSettings => Set<InstanceSetting>();

    /// <summary>What moderators did.</summary>
    public DbSet<AuditEntry> Audit => Set<AuditEntry>();

    // The writer's session begins and ends its transactions past the context, which then shall make none of its own.
    private bool IsPartOfTransaction => Database.CurrentTransaction is not null || Database.AutoTransactionBehavior == AutoTransactionBehavior.Never;

    /// <inheritdoc/>
    public override int SaveChanges(bool acceptAllChangesOnSuccess)
    {
        using var pass = gate?.Enter();
        NoteChanges();
        try
        {
            return base.SaveChanges(acceptAllChangesOnSuccess);
        }
        finally
        {
            if (!IsPartOfTransaction) ForgetChanged();
        }
    }

    /// <inheritdoc/>
    public override async Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        using var pass = gate is null ? null : await gate.EnterAsync(cancellationToken);
        NoteChanges();
        try
        {
            return await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
        }
        finally
        {
            if (!IsPartOfTransaction) ForgetChanged();
        }
    }

    /// <summary>
    /// Rights that the saves so far have changed are forgotten in memory. A save does this itself; whoever holds a transaction does
    /// it once that has ended, well or not, and before anybody hears of it.
    /// </summary>
    internal void ForgetChanged()
    {
        foreach (var row in _changed) kept!.Forget(row);
        _changed.Clear();
    }

    private void NoteChanges()
    {
        if (kept is not null) _changed.AddRange(ChangeTracker.Entries().Where(KeptRights.Concerns).Select(static entry => entry.Entity));
    }

    /// <inheritdoc/>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        // SQLite cannot order DateTimeOffset; as a number it is ordered everywhere.
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UnixMilliseconds>();
    }

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.Entity<ChatUser>(user =>
        {
            user.ToTable("users");
            user.Property(u => u.DisplayName).HasMaxLength(60);
            user.Property(u => u.NormalizedDisplayName).HasMaxLength(120);
            user.Property(u => u.StatusText).HasMaxLength(200);
            user.Property(u => u.TimeZone).HasMaxLength(64);
            user.Property(u => u.Language).HasMaxLength(16);
            user.Property(u => u.Theme).HasMaxLength(16);
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
        ConfigureAccounts(builder);

        builder.Entity<Room>(room =>
        {
            room.ToTable("rooms");
            room.Property(r => r.Id).HasMaxLength(32);
            room.Property(r => r.Name).HasMaxLength(120);
            room.Property(r => r.Topic).HasMaxLength(500);
            room.Property(r => r.Description).HasMaxLength(2000);
            room.Property(r => r.Epoch).HasMaxLength(16);
        });
        builder.Entity<Membership>(membership =>
        {
            membership.ToTable("memberships");
            membership.HasKey(m => new { m.RoomId, m.UserId });
            membership.HasIndex(m => m.UserId);
            membership.HasOne<Room>().WithMany().HasForeignKey(m => m.RoomId).OnDelete(DeleteBehavior.Cascade);
            membership.HasOne<ChatUser>().WithMany().HasForeignKey(m => m.UserId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<Message>(message =>
        {
            message.ToTable("messages");
            message.Property(m => m.Key).HasMaxLength(128);
            message.Property(m => m.Fingerprint).HasMaxLength(44);
            message.HasIndex(m => new { m.RoomId, m.Offset }).IsUnique();
            message.HasIndex(m => new { m.RoomId, m.At, m.Offset });
            message.HasIndex(m => new { m.AuthorId, m.Key }).IsUnique();
            message.HasIndex(m => new { m.RoomId, m.PinnedAt }).HasFilter("\"PinnedAt\" IS NOT NULL");
            message.HasOne<Room>().WithMany().HasForeignKey(m => m.RoomId).OnDelete(DeleteBehavior.Restrict);
            message.HasOne<ChatUser>().WithMany().HasForeignKey(m => m.AuthorId).OnDelete(DeleteBehavior.Restrict);
        });
        builder.Entity<MessageRevision>(revision =>
        {
            revision.ToTable("message_revisions");
            revision.HasKey(r => new { r.MessageId, r.Revision });
            revision.HasOne<Message>().WithMany().HasForeignKey(r => r.MessageId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<Reaction>(reaction =>
        {
            reaction.ToTable("reactions");
            reaction.HasKey(r => new { r.MessageId, r.Emoji, r.UserId });
            reaction.Property(r => r.Emoji).HasMaxLength(32);
            reaction.HasOne<Message>().WithMany().HasForeignKey(r => r.MessageId).OnDelete(DeleteBehavior.Cascade);
            reaction.HasOne<ChatUser>().WithMany().HasForeignKey(r => r.UserId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<ReadMarker>(marker =>
        {
            marker.ToTable("read_markers");
            marker.HasKey(m => new { m.UserId, m.RoomId });
            marker.HasOne<Room>().WithMany().HasForeignKey(m => m.RoomId).OnDelete(DeleteBehavior.Cascade);
            marker.HasOne<ChatUser>().WithMany().HasForeignKey(m => m.UserId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<LogEntry>(entry =>
        {
            entry.ToTable("log");
            entry.HasKey(e => new { e.RoomId, e.Offset });
            entry.HasOne<Room>().WithMany().HasForeignKey(e => e.RoomId).OnDelete(DeleteBehavior.Restrict);
        });
        builder.Entity<SpentKey>(spent =>
        {
            spent.ToTable("spent_keys");
            spent.HasKey(s => new { s.AuthorId, s.Key });
            spent.Property(s => s.Key).HasMaxLength(128);
            spent.Property(s => s.Fingerprint).HasMaxLength(44);
            spent.HasOne<ChatUser>().WithMany().HasForeignKey(s => s.AuthorId).OnDelete(DeleteBehavior.Restrict);
        });
        builder.Entity<UpkeepMark>(mark =>
        {
            mark.ToTable("upkeep");
            mark.HasKey(m => m.Name);
            mark.Property(m => m.Name).HasMaxLength(32);
        });
        builder.Entity<ApiKey>(key =>
        {
            key.ToTable("api_keys");
            key.Property(k => k.Id).HasMaxLength(8);
            key.Property(k => k.Name).HasMaxLength(Accounts.ApiKeys.MaxNameLength);
            key.Property(k => k.Hash).HasMaxLength(44);
            key.Property(k => k.Channels).HasMaxLength(255);
            key.HasIndex(k => k.Hash).IsUnique();
            key.HasIndex(k => k.Name).IsUnique().HasFilter("\"RevokedAt\" IS NULL");
            key.HasOne<ChatUser>().WithMany().HasForeignKey(k => k.UserId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<AuditEntry>(entry =>
        {
            entry.ToTable("audit");
            entry.Property(e => e.ActorId).HasMaxLength(64);
            entry.Property(e => e.Action).HasMaxLength(64);
            entry.Property(e => e.Target).HasMaxLength(64);
            entry.Property(e => e.Details).HasMaxLength(512);
            entry.Property(e => e.Reason).HasMaxLength(512);
        });
    }

    private static void ConfigureAccounts(ModelBuilder builder)
    {
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

    private sealed class UnixMilliseconds() : ValueConverter<DateTimeOffset, long>(
        time => time.ToUnixTimeMilliseconds(), stored => DateTimeOffset.FromUnixTimeMilliseconds(stored));
}
