using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using ChatApp.Bench.Probe;

namespace ChatApp.Bench.Servers;

/// <summary>
/// Ours: the product itself, as built, with a new database, one account made by its own command, a token from its
/// login endpoint, and every message posted durably through the socket.
/// </summary>
internal static class ProductServer
{
    public const string Name = "ours";

    /// <summary>The same with every message stored and flushed to disk before anybody gets it.</summary>
    public const string StoredName = "stored";

    /// <summary>What makes the rooms of the load topics: channels that keep what is new in memory.</summary>
    private static readonly string[] TopicSettings =
    [
        .. ((string[])["general", "r0"]).SelectMany((prefix, number) => (string[])
        [
            $"Topics:Prefixes:{number}:Prefix={prefix}",
            $"Topics:Prefixes:{number}:HistorySize=256",
            $"Topics:Prefixes:{number}:ClientPublish=Members",
        ]),
    ];

    private const string Email = "bench@example.org";

    /// <summary>
    /// The limits that protect a real server from what a load driver does: all receivers are one user at one
    /// address, and one connection posts for all.
    /// </summary>
    private static readonly (string Key, int Value)[] RaisedLimits =
    [
        ("Push:ConnectionsPerUser", 100_000),
        ("Push:ConnectionsPerAddress", 100_000),
        ("Push:BusySocketsPerUser", 1000),
        ("Push:UnauthenticatedSockets", 100_000),
        ("Push:CommandsPerSecond", 100_000),
        ("Push:CommandBurst", 100_000),
        ("Messages:PostsPerSecond", 100_000),
        ("Messages:PostBurst", 100_000),
        ("Accounts:AttemptsPerMinute", 100_000),
        ("Accounts:RegistrationsPerMinute", 0),
        ("Accounts:JoinsPerMinute", 0),
    ];

    /// <summary>Starts it with topics for rooms: with all that a room has but its log.</summary>
    /// <param name="assembly">Path of the product's dll.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <param name="probe">Will be able to ask it; null for none.</param>
    /// <param name="certificate">Makes it end TLS itself; null for none.</param>
    public static Task<ServerUnderTest> StartWithTopicsAsync(string assembly, CancellationToken cancellation, ProcessProbe? probe = null, Certificate? certificate = null) =>
        StartAsync(assembly, cancellation, settings: TopicSettings, probe: probe, channels: "topic:", certificate: certificate);

    /// <summary>Starts it in a child process and signs in.</summary>
    /// <param name="assembly">Path of the product's dll.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <param name="prepare">Fills its data folder, in which there is a database with the one account, before it serves; null for nothing.</param>
    /// <param name="settings">Settings of its own, as <c>Storage:BatchSize=1</c>.</param>
    /// <param name="wrapper">A program, with its arguments, that turns itself into this one; null for none.</param>
    /// <param name="probe">Will be able to ask it; null for none.</param>
    /// <param name="channels">What kind of channel a room of the load is.</param>
    /// <param name="name">Its name in tables.</param>
    /// <param name="certificate">Makes it end TLS itself; null for none.</param>
    public static async Task<ServerUnderTest> StartAsync(
        string assembly, CancellationToken cancellation, Action<string>? prepare = null, IReadOnlyList<string>? settings = null, IReadOnlyList<string>? wrapper = null, ProcessProbe? probe = null,
        string channels = "room:", string name = Name, Certificate? certificate = null)
    {
        var folder = Directory.CreateTempSubdirectory("chatapp-bench-");
        ChildProcess? process = null;
        try
        {
            var password = await AddAccountAsync(assembly, folder.FullName, cancellation);
            prepare?.Invoke(folder.FullName);
            var port = ChildProcess.FreePort();
            var encrypted = ChildProcess.FreePort();
            IReadOnlyList<string> all = certificate is null
                ? settings ?? []
                : [.. settings ?? [], .. certificate.Settings, $"Urls=http://127.0.0.1:{port};https://127.0.0.1:{encrypted}"];
            process = Launch(assembly, folder.FullName, port, all, wrapper, environment: probe?.Environment);
            await process.ListensAsync(port, cancellation);
            var token = await SignInAsync(process, port, password, cancellation);
            return new ServerUnderTest(name, process, certificate is null ? port : encrypted, new ProductDialect(token, channels, usesTls: certificate is not null), folder);
        }
        catch
        {
            if (process is not null) await process.DisposeAsync();
            folder.Delete(recursive: true);
            throw;
        }
    }

    /// <summary>Makes the account that the bench signs in with, by the product's own command.</summary>
    /// <returns>Its password.</returns>
    public static async Task<string> AddAccountAsync(string assembly, string folder, CancellationToken cancellation, bool pinned = true)
    {
        var password = $"Bench-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12))}-1!";
        await using var adding = ChildProcess.Start("the product's 'user add'", assembly,
            ["user", "add", Email, "--name", "Bench", "--password-stdin", $"--Data:Folder={folder}"], pinned: pinned);
        await adding.CompleteAsync(password, cancellation);
        return password;
    }

    /// <summary>Starts the server on a data folder, with limits that no driver reaches.</summary>
    public static ChildProcess Launch(
        string assembly, string folder, int port, IReadOnlyList<string>? settings = null, IReadOnlyList<string>? wrapper = null, bool pinned = true, IReadOnlyDictionary<string, string>? environment = null) => ChildProcess.Start(
            Name, assembly,
            [$"--Urls=http://127.0.0.1:{port}", $"--Data:Folder={folder}", .. RaisedLimits.Select(limit => $"--{limit.Key}={limit.Value}"), .. (settings ?? []).Select(setting => $"--{setting}")],
            wrapper, pinned, environment);

    /// <summary>An access token of the bench's account.</summary>
    public static async Task<string> SignInAsync(ChildProcess process, int port, string password, CancellationToken cancellation)
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        using var answer = await http.PostAsJsonAsync("api/account/login", new { email = Email, password }, cancellation);
        if (!answer.IsSuccessStatusCode) throw process.Failed($"refused the sign-in with {(int)answer.StatusCode}");
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>(cancellation);
        return body.TryGetProperty("accessToken", out var token) && token.GetString() is { } text
            ? text
            : throw process.Failed("answered the sign-in without an accessToken");
    }
}
