using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Rooms;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Storage;

/// <summary>The tables of what concerns one reader: preferences, mentions, bookmarks, threads, blocks.</summary>
internal static class ReaderTables
{
    /// <summary>Adds them to the model.</summary>
    public static void Configure(ModelBuilder builder)
    {
        builder.Entity<RoomPreference>(preference =>
        {
            preference.ToTable("room_preferences");
            preference.HasKey(p => new { p.UserId, p.RoomId });
            preference.HasOne<Room>().WithMany().HasForeignKey(p => p.RoomId).OnDelete(DeleteBehavior.Cascade);
            preference.HasOne<ChatUser>().WithMany().HasForeignKey(p => p.UserId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<Mention>(mention =>
        {
            mention.ToTable("mentions");
            mention.HasKey(m => new { m.MessageId, m.UserId });
            mention.HasIndex(m => new { m.UserId, m.RoomId, m.Offset });
            mention.HasOne<Message>().WithMany().HasForeignKey(m => m.MessageId).OnDelete(DeleteBehavior.Cascade);
            mention.HasOne<ChatUser>().WithMany().HasForeignKey(m => m.UserId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<Bookmark>(bookmark =>
        {
            bookmark.ToTable("bookmarks");
            bookmark.HasKey(b => new { b.UserId, b.MessageId });
            bookmark.HasIndex(b => new { b.UserId, b.At });
            bookmark.HasOne<Message>().WithMany().HasForeignKey(b => b.MessageId).OnDelete(DeleteBehavior.Cascade);
            bookmark.HasOne<ChatUser>().WithMany().HasForeignKey(b => b.UserId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<ThreadFollow>(follow =>
        {
            follow.ToTable("thread_follows");
            follow.HasKey(f => new { f.UserId, f.ThreadId });
            follow.HasIndex(f => f.ThreadId);
            follow.HasOne<Message>().WithMany().HasForeignKey(f => f.ThreadId).OnDelete(DeleteBehavior.Cascade);
            follow.HasOne<Room>().WithMany().HasForeignKey(f => f.RoomId).OnDelete(DeleteBehavior.Cascade);
            follow.HasOne<ChatUser>().WithMany().HasForeignKey(f => f.UserId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<Block>(block =>
        {
            block.ToTable("blocks");
            block.HasKey(b => new { b.UserId, b.BlockedId });
            block.HasIndex(b => b.BlockedId);
            block.HasOne<ChatUser>().WithMany().HasForeignKey(b => b.UserId).OnDelete(DeleteBehavior.Cascade);
            block.HasOne<ChatUser>().WithMany().HasForeignKey(b => b.BlockedId).OnDelete(DeleteBehavior.Cascade);
        });
    }
}
