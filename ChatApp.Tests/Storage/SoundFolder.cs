using ChatApp.Storage;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Storage;

/// <summary>Whether a data folder that no server works on holds what it must.</summary>
internal static class SoundFolder
{
    /// <summary>The file is whole, every offset is there once, every message at its place, every key once, the full-text index fits.</summary>
    public static void Assert(string folder)
    {
        using var database = new ChatDatabase(DataFolder.Open(new DataOptions { Folder = folder }));
        using var db = database.OpenWrite();
        Xunit.Assert.Equal("ok", db.Database.SqlQueryRaw<string>("SELECT integrity_check AS Value FROM pragma_integrity_check").ToList().Single());
        Xunit.Assert.Empty(StorageAudit.Problems(db));
        Xunit.Assert.Null(StorageAudit.SearchIndexProblem(db));
    }
}
