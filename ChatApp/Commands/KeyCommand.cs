using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using ChatApp.Accounts;
using ChatApp.Moderation;
using ChatApp.Settings;
using ChatApp.Storage;
using ChatApp.Wire;

namespace ChatApp.Commands;

/// <summary><c>key add</c>, <c>key list</c> and <c>key revoke</c>: keys of the server API, also while the server runs.</summary>
public static class KeyCommand
{
    private const string Usage =
        "usage: key add --name NAME --scopes publish,read,manage --user EMAIL [--channels PREFIX] | key list | key revoke NAME   [--Data:Folder=FOLDER]";

    /// <summary>Runs the command.</summary>
    /// <returns>0 done; 1 not done; 2 wrong words on the command line.</returns>
    [SuppressMessage("ApiDesign", "RS0030", Justification = "a command answers on the console")]
    public static async Task<int> RunAsync(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        if (Parse(args) is not { } work)
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        try
        {
            var (error, lines) = await work();
            foreach (var line in lines) await (error == 0 ? Console.Out : Console.Error).WriteLineAsync(line);
            return error;
        }
        catch (StartException problem)
        {
            await Console.Error.WriteLineAsync($"not done: {problem.Message}");
            return 1;
        }
    }

    private static Func<Task<(int Code, string[] Lines)>>? Parse(string[] args)
    {
        if (CommandWords.Parse(args, valued: ["--name", "--scopes", "--user", "--channels"]) is not { } words) return null;
        switch (words.Words)
        {
            case ["key", "list"] when words.Options.Count == 0:
                return () => Task.FromResult((0, List(words)));
            case ["key", "revoke", var name] when words.Options.Count == 0:
                return () => RevokeAsync(words, name);
            case ["key", "add"] when words.Options.TryGetValue("--name", out var name) && words.Options.TryGetValue("--user", out var email)
                && ApiScopeNames.Parse(words.Options.GetValueOrDefault("--scopes", "")) is { } scopes:
                return () => AddAsync(words, name, scopes, email, words.Options.GetValueOrDefault("--channels", ""));
            default:
                return null;
        }
    }

    private static async Task<(int Code, string[] Lines)> AddAsync(CommandWords words, string name, ApiScopes scopes, string email, string channels)
    {
        if (name.Length > ApiKeys.MaxNameLength || string.IsNullOrWhiteSpace(name) || name.EnumerateRunes().Any(VisibleText.IsForbiddenInNames))
            return (1, [$"not added: the name must have 1 to {ApiKeys.MaxNameLength} visible characters"]);
        if (channels.Length > Channel.MaxLength) return (1, [$"not added: a channel has at most {Channel.MaxLength} characters"]);
        using var place = Place.Open(words);
        using var pass = await place.Database.Gate.EnterAsync();
        await using var db = place.Database.OpenWrite();
        var folded = email.Trim().ToUpperInvariant();
        if (db.Users.FirstOrDefault(user => user.NormalizedEmail == folded) is not { } owner) return (1, [$"not added: {email} has no account"]);
        if (db.ApiKeys.Any(key => key.Name == name && key.RevokedAt == null)) return (1, [$"not added: there is a key '{name}' already"]);
        var (secret, row) = ApiKeys.Make(name, scopes, channels, new UserId(owner.Id), TimeProvider.System.GetUtcNow());
        db.ApiKeys.Add(row);
        db.Audit.Add(Entry("key.add", row, $"{name}: {NameOf(scopes)}{(channels.Length > 0 ? $" on {channels}" : "")} as {owner.DisplayName}"));
        await db.SaveChangesAsync();
        // The key last: a script takes the last word.
        return (0, [$"added '{name}' ({NameOf(scopes)}, as {owner.Email}); it is shown only now: {secret}"]);
    }

    private static async Task<(int Code, string[] Lines)> RevokeAsync(CommandWords words, string name)
    {
        using var place = Place.Open(words);
        using var pass = await place.Database.Gate.EnterAsync();
        await using var db = place.Database.OpenWrite();
        if (db.ApiKeys.FirstOrDefault(key => (key.Name == name || key.Id == name) && key.RevokedAt == null) is not { } row) return (1, [$"not revoked: there is no key '{name}'"]);
        row.RevokedAt = TimeProvider.System.GetUtcNow();
        db.Audit.Add(Entry("key.revoke", row, row.Name));
        await db.SaveChangesAsync();
        return (0, [$"revoked '{row.Name}'"]);
    }

    private static string[] List(CommandWords words)
    {
        using var place = Place.Open(words);
        using var db = place.Database.OpenRead();
        return [.. db.ApiKeys.OrderBy(key => key.CreatedAt).Join(db.Users, key => key.UserId, user => user.Id, (key, user) => new { Key = key, user.Email }).AsEnumerable()
            .Select(line => string.Join('\t',
                line.Key.Id, line.Key.Name, NameOf(line.Key.Scopes), line.Key.Channels is { Length: > 0 } prefix ? prefix : "*", line.Email,
                Moment(line.Key.CreatedAt), line.Key.LastUsedAt is { } used ? Moment(used) : "never used", line.Key.RevokedAt is { } revoked ? $"revoked {Moment(revoked)}" : "holds"))];
    }

    private static AuditEntry Entry(string action, ApiKey key, string details) =>
        new() { At = TimeProvider.System.GetUtcNow(), ActorId = "operator", Action = action, Target = key.Id, Details = details, Via = Entrance.Command };

    private static string Moment(DateTimeOffset at) => at.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private static string NameOf(ApiScopes scopes) => string.Join(',', ApiScopeNames.Of(scopes));

    // The database, and the right to write to it beside a server that runs on the same folder.
    private sealed class Place(ChatDatabase database, IDisposable exclusive) : IDisposable
    {
        public ChatDatabase Database => database;

        public static Place Open(CommandWords words)
        {
            var database = new ChatDatabase(DataFolder.Open(words.Data()));
            database.Prepare(TimeProvider.System);
            return new Place(database, database.LockFor(TimeSpan.FromMinutes(1)));
        }

        public void Dispose()
        {
            exclusive.Dispose();
            database.Dispose();
        }
    }
}
