using ChatApp.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Harness;

/// <summary>
/// A database of the present schema in which nothing is, not even the first room. A server that begins with a copy of it has no
/// migration to run: that is what a start in an empty folder costs most, and the tests of migrations are the only ones to which it matters.
/// </summary>
internal static class EmptyDatabase
{
    private static readonly Lazy<byte[]> Bytes = new(Make);

    /// <summary>Puts a copy into a folder, which is made.</summary>
    public static void PutInto(string path) => File.WriteAllBytes(DataFolder.Open(new DataOptions { Folder = path }).Database, Bytes.Value);

    private static byte[] Make()
    {
        var path = Path.Combine(Path.GetTempPath(), "chatapp-" + Guid.NewGuid().ToString("N"));
        try
        {
            var folder = DataFolder.Open(new DataOptions { Folder = path });
            using (var database = new ChatDatabase(folder))
            using (var db = database.OpenWrite())
            {
                db.Database.Migrate();
            }

            // All of it in the one file.
            using (var connection = new SqliteConnection($"Data Source={folder.Database};Pooling=False"))
            {
                connection.Open();
                using var command = connection.CreateCommand();
                command.CommandText = "PRAGMA journal_mode=DELETE";
                Assert.Equal("delete", command.ExecuteScalar());
            }

            return File.ReadAllBytes(folder.Database);
        }
        finally
        {
            Directory.Delete(path, recursive: true);
        }
    }
}
