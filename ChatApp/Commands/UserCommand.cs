using System.Diagnostics.CodeAnalysis;
using ChatApp.Accounts;
using ChatApp.Moderation;
using ChatApp.Settings;
using ChatApp.Storage;
using Microsoft.AspNetCore.Identity;

namespace ChatApp.Commands;

/// <summary>
/// <c>user add EMAIL --name NAME [--admin] --password-stdin</c> makes an account without a browser, <c>user reset-second-factor EMAIL</c>
/// lets somebody in again who has lost phone, recovery codes and passkeys; both also while the server runs.
/// </summary>
public static class UserCommand
{
    private const string Usage = "usage: user add EMAIL --name NAME [--admin] --password-stdin | user reset-second-factor EMAIL   [--Data:Folder=FOLDER]";

    /// <summary>Runs the command.</summary>
    /// <returns>0 made; 1 not made; 2 wrong words on the command line. One line says what happened.</returns>
    [SuppressMessage("ApiDesign", "RS0030", Justification = "a command answers on the console")]
    public static async Task<int> RunAsync(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        if (CommandWords.Parse(args) is { Words: ["user", "reset-second-factor", var email], Options.Count: 0 } reset) return await TellAsync(() => ResetAsync(reset, email), "not reset");
        if (Parse(args) is not { } wanted)
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        return await TellAsync(async () => await AddAsync(wanted, await Console.In.ReadLineAsync() ?? ""), "not added");
    }

    [SuppressMessage("ApiDesign", "RS0030", Justification = "a command answers on the console")]
    private static async Task<int> TellAsync(Func<Task<(int Code, string Line)>> work, string failed)
    {
        try
        {
            var (error, line) = await work();
            await (error == 0 ? Console.Out : Console.Error).WriteLineAsync(line);
            return error;
        }
        catch (StartException problem)
        {
            await Console.Error.WriteLineAsync($"{failed}: {problem.Message}");
            return 1;
        }
    }

    // Whoever needs this has no working passkey either, and those that were lost must not open the account. The security stamp stays: a
    // server that runs has it in memory.
    private static async Task<(int Code, string Line)> ResetAsync(CommandWords words, string email)
    {
        using var database = new ChatDatabase(DataFolder.Open(words.Data()));
        database.Prepare(TimeProvider.System);
        using var exclusive = database.LockFor(TimeSpan.FromMinutes(1));
        using var pass = await database.Gate.EnterAsync();
        await using var db = database.OpenWrite();
        var folded = email.Trim().ToUpperInvariant();
        if (db.Users.FirstOrDefault(user => user.NormalizedEmail == folded) is not { } account) return (1, $"not reset: {email} has no account");
        var passkeys = db.Set<IdentityUserPasskey<string>>().Where(passkey => passkey.UserId == account.Id).ToList();
        if (!account.TwoFactorEnabled && passkeys.Count == 0) return (1, $"not reset: {account.Email} has no second factor");
        SecondFactor.Forget(db, account);
        db.RemoveRange(passkeys);
        db.Audit.Add(new AuditEntry { At = TimeProvider.System.GetUtcNow(), ActorId = "operator", Action = "account.second_factor.reset", Target = account.Id, Details = account.DisplayName, Via = Entrance.Command });
        await db.SaveChangesAsync();
        return (0, $"reset {account.Email}: authenticator app, recovery codes and {passkeys.Count} passkeys are gone; the password alone opens it");
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
        var commits = provider.GetRequiredService<CommitQueue>();
        await commits.StartAsync(CancellationToken.None);
        await using var scope = provider.CreateAsyncScope();
        var (error, user, rank) = await scope.ServiceProvider.GetRequiredService<Registration>()
            .RegisterAsync(wanted.Email, wanted.Name, password, wanted.Administrator, byOperator: true);
        if (user is { } added) await WriteAuditAsync(database, added, wanted, rank);
        await commits.StopAsync(CancellationToken.None);
        return (error, user) switch
        {
            (RegistrationError.BadEmail, _) => (1, $"not added: '{wanted.Email}' is not an e-mail address"),
            (RegistrationError.BadName, _) => (1, $"not added: the name must have 1 to {DisplayName.MaxLength} visible characters"),
            (RegistrationError.NameTaken, _) => (1, $"not added: somebody is called '{wanted.Name}' already"),
            (RegistrationError.WeakPassword, _) => (1, "not added: the password must have 8 to 256 characters and not be one of the most used"),
            (RegistrationError.Busy, _) => (1, "not added: nothing can be stored at present"),
            (null, null) => (1, $"not added: {wanted.Email} has an account already"),
            _ => (0, $"added {wanted.Email} ({(rank == Rank.Administrator ? "administrator" : "member")})"),
        };
    }

    private static async Task WriteAuditAsync(ChatDatabase database, UserId added, Wanted wanted, Rank rank)
    {
        using var pass = await database.Gate.EnterAsync();
        await using var db = database.OpenWrite();
        db.Audit.Add(new AuditEntry { At = TimeProvider.System.GetUtcNow(), ActorId = "operator", Action = "user.add", Target = added.Value, Details = $"{wanted.Name}: {rank}", Via = Entrance.Command });
        await db.SaveChangesAsync();
    }

    private static Wanted? Parse(string[] args) =>
        CommandWords.Parse(args, flags: ["--admin", "--password-stdin"], valued: ["--name"]) is { Words: ["user", "add", var email] } words
        && words.Options.ContainsKey("--password-stdin") && words.Options.TryGetValue("--name", out var name)
            ? new Wanted(email, name, words.Options.ContainsKey("--admin"), words)
            : null;

    private sealed record Wanted(string Email, string Name, bool Administrator, CommandWords Words);
}
