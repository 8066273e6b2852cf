using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Storage;

/// <summary>Tells a failing disk from a change that the database refuses, and a recovered one from one that was not asked.</summary>
internal static class StorageFault
{
    /// <summary>What is wrong with the storage, in words that name no file; null where the fault is the change's own.</summary>
    public static string? Of(Exception? fault) => fault switch
    {
        DbUpdateException update => Of(update.InnerException),
        SqliteException { SqliteErrorCode: SQLitePCL.raw.SQLITE_FULL } => "the disk is full",
        SqliteException { SqliteErrorCode: SQLitePCL.raw.SQLITE_READONLY } => "the database is read-only",
        SqliteException { SqliteErrorCode: SQLitePCL.raw.SQLITE_IOERR } => "the disk reports an error",
        SqliteException { SqliteErrorCode: SQLitePCL.raw.SQLITE_CANTOPEN or SQLitePCL.raw.SQLITE_PERM or SQLitePCL.raw.SQLITE_AUTH } => "the database cannot be opened",
        SqliteException { SqliteErrorCode: SQLitePCL.raw.SQLITE_CORRUPT or SQLitePCL.raw.SQLITE_NOTADB } => "the database is damaged",
        SqliteException { SqliteErrorCode: SQLitePCL.raw.SQLITE_BUSY or SQLitePCL.raw.SQLITE_LOCKED } => "another process keeps the database locked",
        SqliteException { SqliteErrorCode: SQLitePCL.raw.SQLITE_NOMEM } => "there is not enough memory",
        _ => null,
    };

    /// <summary>Rows that the context's connection has changed since it was opened: it grows with a batch that writes.</summary>
    public static long ChangesOf(ChatDbContext db) => db.Database.SqlQueryRaw<long>("SELECT total_changes() AS Value").Single();

    /// <summary>Writes and changes nothing. There and back: what is the same already would not be written at all.</summary>
    public static int Probe(ChatDbContext db) =>
        db.Database.ExecuteSql($"UPDATE rooms SET Head = Head + 1 WHERE Id = {RoomId.General.Value}; UPDATE rooms SET Head = Head - 1 WHERE Id = {RoomId.General.Value};");
}
