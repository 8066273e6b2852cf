using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Moderation;
using ChatApp.Moderation.Held;
using ChatApp.Moderation.Policies;
using ChatApp.Moderation.Rules;
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
public sealed class ChatDbContext(DbContextOptions<ChatDbContext> options, WriteGate? gate = null, KeptRights? kept = null, ActingSession? acting = null)
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

    /// <summary>What people have chosen for rooms.</summary>
    public DbSet<RoomPreference> RoomPreferences => Set<RoomPreference>();

    /// <summary>Who is named in which message.</summary>
    public DbSet<Mention> Mentions => Set<Mention>();

    /// <summary>Messages that people want to find again.</summary>
    public DbSet<Bookmark> Bookmarks => Set<Bookmark>();

    /// <summary>Who follows which thread, and how far they have read it.</summary>
    public DbSet<ThreadFollow> ThreadFollows => Set<ThreadFollow>();

    /// <summary>Who does not want to hear from whom.</summary>
    public DbSet<Block> Blocks => Set<Block>();

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

    /// <summary>What was imposed on people.</summary>
    public DbSet<Sanction> Sanctions => Set<Sanction>();

    /// <summary>What members told moderators of.</summary>
    public DbSet<Report> Reports => Set<Report>();

    /// <summary>Messages that were hidden together.</summary>
    public DbSet<Sweep> Sweeps => Set<Sweep>();

    /// <summary>Which messages an entry of a room's log hid or brought back.</summary>
    public DbSet<SweepPart> SweepParts => Set<SweepPart>();

    /// <summary>What hidden messages said.</summary>
    public DbSet<SweptMessage> SweptMessages => Set<SweptMessage>();

    /// <summary>What messages are judged by.</summary>
    public DbSet<AutoModRule> Rules => Set<AutoModRule>();

    /// <summary>Messages that wait for a moderator.</summary>
    public DbSet<HeldMessage> Held => Set<HeldMessage>();

    /// <summary>Rooms that are checked by programs.</summary>
    public DbSet<RoomPolicy> Policies => Set<RoomPolicy>();

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
        if (_changed.Count == 0) return;
        foreach (var row in _changed) kept!.Forget(row);
        // All is forgotten before anybody looks: what ends together is then seen as ended together.
        foreach (var user in _changed.Select(KeptRights.OwnerOf).OfType<UserId>().Distinct()) kept!.LookAgain?.Invoke(user);
        _changed.Clear();
    }

    private void NoteChanges()
    {
        if (kept is null) return;
        // Identity writes an account back as it has read it, whole: whoever changes one past Identity makes such a save fail.
        foreach (var account in ChangeTracker.Entries<ChatUser>().Where(static entry => entry.State is EntityState.Modified && !entry.Property(user => user.ConcurrencyStamp).IsModified).ToList())
            account.Entity.ConcurrencyStamp = Guid.NewGuid().ToString();
        SessionEnds.Add(this, acting?.Id, kept.Now);
        _changed.AddRange(ChangeTracker.Entries().Where(KeptRights.Concerns).Select(static entry => entry.Entity));
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
        AccountTables.Configure(builder);
        ReaderTables.Configure(builder);
        ModerationTables.Configure(builder);
        ReportTables.Configure(builder);
        SweepTables.Configure(builder);
        ScreeningTables.Configure(builder);

        builder.Entity<Room>(room =>
        {
            room.ToTable("rooms");
            room.Property(r => r.Id).HasMaxLength(32);
            room.Property(r => r.Name).HasMaxLength(120);
            room.Property(r => r.Topic).HasMaxLength(500);
            room.Property(r => r.Description).HasMaxLength(2000);
            room.Property(r => r.Epoch).HasMaxLength(16);
            room.Property(r => r.DirectKey).HasMaxLength(44);
            room.HasIndex(r => r.DirectKey).IsUnique();
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
            message.HasIndex(m => new { m.ThreadId, m.Offset }).HasFilter("\"ThreadId\" IS NOT NULL");
            message.HasIndex(m => new { m.RoomId, m.MentionsAll, m.Offset }).HasFilter("\"MentionsAll\"");
            // A room whose newest thousand messages are answers shows those that stand before them as fast as any other.
            message.HasIndex(m => new { m.RoomId, m.Offset }, "IX_messages_of_the_room").HasFilter("\"ThreadId\" IS NULL");
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
            entry.Property(e => e.Before).HasMaxLength(512);
            entry.Property(e => e.After).HasMaxLength(512);
            entry.HasIndex(e => e.At);
            entry.HasIndex(e => new { e.Action, e.Id });
            entry.HasIndex(e => new { e.ActorId, e.Id });
            entry.HasIndex(e => new { e.Target, e.Id });
        });
    }

    private sealed class UnixMilliseconds() : ValueConverter<DateTimeOffset, long>(
        time => time.ToUnixTimeMilliseconds(), stored => DateTimeOffset.FromUnixTimeMilliseconds(stored));
}
