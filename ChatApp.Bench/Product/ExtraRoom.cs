using ChatApp.Storage;

namespace ChatApp.Bench.Product;

/// <summary>Makes a second room in a product that does not run yet.</summary>
internal static class ExtraRoom
{
    /// <summary>Its name; seven letters, as all rooms of the load have.</summary>
    public const string Name = "lounge1";

    /// <summary>Makes it, with the one account as its member.</summary>
    /// <param name="folder">The data folder.</param>
    public static void Add(string folder)
    {
        using var database = new ChatDatabase(DataFolder.Open(new DataOptions { Folder = folder }));
        UserId user;
        using (var db = database.OpenRead()) user = new UserId(db.Users.Single().Id);
        using var corpus = new Corpus(database);
        corpus.AddRoom(Name, user);
        corpus.Finish();
    }
}
