using System.Security.Cryptography;
using ChatApp.Bench.Load;

namespace ChatApp.Bench.Servers;

/// <summary>The peers of <c>ChatApp.Bench/Peers</c>, which npm installs into the bench's build folder when they are first needed.</summary>
internal static class NodePeers
{
    public const string Ws = "ws";
    public const string SocketIo = "socketio";
    public const string Bun = "bun";

    private const string Lock = "package-lock.json";

    /// <summary>Starts one in a child process.</summary>
    /// <exception cref="BenchException">It cannot be installed or does not start; the message says why.</exception>
    public static async Task<ServerUnderTest> StartAsync(string name, CancellationToken cancellation)
    {
        var folder = await InstallAsync(cancellation);
        IDialect dialect = name == SocketIo ? new SocketIoDialect() : new PlainDialect();
        return await ServerUnderTest.StartAsync(
            name, dialect, port => ChildProcess.Start(name, [name == Bun ? BunIn(folder) : "node", Path.Combine(folder, $"{name}.mjs"), $"{port}"], folder), cancellation);
    }

    /// <summary>Installs what the lock file says, once for each lock file.</summary>
    /// <returns>The folder, with the scripts in it.</returns>
    private static async Task<string> InstallAsync(CancellationToken cancellation)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Checkout.BenchBuild, "peers")).FullName;
        foreach (var file in Directory.EnumerateFiles(Checkout.Peers)) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        var stamp = Path.Combine(folder, "node_modules", ".lock.sha256");
        var wanted = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(folder, Lock), cancellation)));
        if (File.Exists(stamp) && await File.ReadAllTextAsync(stamp, cancellation) == wanted) return folder;
        await Console.Error.WriteLineAsync("installing the peers with npm");
        await using var npm = ChildProcess.Start("npm ci", ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"], folder, pinned: false);
        await npm.CompleteAsync("", cancellation);
        await File.WriteAllTextAsync(stamp, wanted, cancellation);
        return folder;
    }

    /// <summary>The program itself: its package is a script that would fetch it.</summary>
    private static string BunIn(string folder) =>
        Directory.EnumerateDirectories(Path.Combine(folder, "node_modules", "@oven")).Select(package => Path.Combine(package, "bin", "bun")).Where(File.Exists).Order(StringComparer.Ordinal).FirstOrDefault()
        ?? throw new BenchException("npm has installed no bun for this machine");
}
