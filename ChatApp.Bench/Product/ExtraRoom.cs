using ChatApp.Bench.Load;
using ChatApp.Storage;

namespace ChatApp.Bench.Product;

/// <summary>Makes more rooms in a product that does not run yet.</summary>
internal static class ExtraRoom
{
    /// <summary>The name of one; seven letters, as all rooms of the load have.</summary>
    public const string Name = "lounge1";

    /// <summary>Makes that one, with the one account as its member.</summary>
    /// <param name="folder">The data folder.</param>
    public static void Add(string folder) => AddAll(folder, [Name]);

    /// <summary>Makes these, but for the one that every server has.</summary>
    public static void AddAll(string folder, IReadOnlyList<string> rooms)
    {
        using var database = new ChatDatabase(DataFolder.Open(new DataOptions { Folder = folder }));
        UserId user;
        using (var db = database.OpenRead()) user = new UserId(db.Users.Single().Id);
        using var corpus = new Corpus(database);
        foreach (var room in rooms.Where(room => room != Message.General)) corpus.AddRoom(room, user);
        corpus.Finish();
    }
}
