using System.Diagnostics.CodeAnalysis;
using ChatApp.Accounts;
using ChatApp.Moderation;
using ChatApp.Settings;
using ChatApp.Storage;

namespace ChatApp.Commands;

/// <summary>
/// <c>user add EMAIL --name NAME [--admin] --password-stdin</c>: makes an account without a browser, also while the
/// server runs.
/// </summary>
public static class UserCommand
{
    private const string Usage = "usage: user add EMAIL --name NAME [--admin] --password-stdin [--Data:Folder=FOLDER]";

    /// <summary>Runs the command.</summary>
    /// <returns>0 made; 1 not made; 2 wrong words on the command line. One line says what happened.</returns>
    [SuppressMessage("ApiDesign", "RS0030", Justification = "a command answers on the console")]
    public static async Task<int> RunAsync(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        if (Parse(args) is not { } wanted)
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        try
        {
            var password = await Console.In.ReadLineAsync() ?? "";
            var (error, line) = await AddAsync(wanted, password);
            await (error == 0 ? Console.Out : Console.Error).WriteLineAsync(line);
            return error;
        }
        catch (StartException problem)
        {
            await Console.Error.WriteLineAsync($"not added: {problem.Message}");
            return 1;
        }
    }

    private static async Task<(int Code, string Line)> AddAsync(Wanted wanted, string password)
    {
        var configuration = wanted.Words.Configuration();
        var folder = DataFolder.Open(SettingsReader.Read<DataOptions>(configuration, "Data"));

        var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System);
        services.AddStorage(folder, new StorageOptions());
        services.AddAccounts(SettingsReader.Read<AccountOptions>(configuration, "Accounts"), folder);
        await using var provider = services.BuildServiceProvider();
        var database = provider.GetRequiredService<ChatDatabase>();
        database.Prepare(TimeProvider.System);

        // A server on the same folder must not checkpoint while this process writes.
        using var exclusive = database.LockFor(TimeSpan.FromMinutes(1));
        await using var scope = provider.CreateAsyncScope();
        var (error, user, rank) = await scope.ServiceProvider.GetRequiredService<Registration>()
            .RegisterAsync(wanted.Email, wanted.Name, password, wanted.Administrator, isConfirmed: true);
        if (user is { } added) await WriteAuditAsync(database, added, wanted, rank);
        return (error, user) switch
        {
            (RegistrationError.BadEmail, _) => (1, $"not added: '{wanted.Email}' is not an e-mail address"),
            (RegistrationError.BadName, _) => (1, $"not added: the name must have 1 to {DisplayName.MaxLength} visible characters"),
            (RegistrationError.NameTaken, _) => (1, $"not added: somebody is called '{wanted.Name}' already"),
            (RegistrationError.WeakPassword, _) => (1, "not added: the password must have 8 to 256 characters and not be one of the most used"),
            (null, null) => (1, $"not added: {wanted.Email} has an account already"),
            _ => (0, $"added {wanted.Email} ({(rank == Rank.Administrator ? "administrator" : "member")})"),
        };
    }

    private static async Task WriteAuditAsync(ChatDatabase database, UserId added, Wanted wanted, Rank rank)
    {
        using var pass = await database.Gate.EnterAsync();
        await using var db = database.OpenWrite();
        db.Audit.Add(new AuditEntry { At = TimeProvider.System.GetUtcNow(), ActorId = "operator", Action = "user.add", Target = added.Value, Details = $"{wanted.Name}: {rank}" });
        await db.SaveChangesAsync();
    }

    private static Wanted? Parse(string[] args) =>
        CommandWords.Parse(args, flags: ["--admin", "--password-stdin"], valued: ["--name"]) is { Words: ["user", "add", var email] } words
        && words.Options.ContainsKey("--password-stdin") && words.Options.TryGetValue("--name", out var name)
            ? new Wanted(email, name, words.Options.ContainsKey("--admin"), words)
            : null;

    private sealed record Wanted(string Email, string Name, bool Administrator, CommandWords Words);
}
