namespace ChatApp.Bench.Servers;

/// <summary>The servers that the product is compared with.</summary>
internal static class Peers
{
    /// <summary>All of them, in the order of their rows.</summary>
    public static readonly IReadOnlyList<string> All = [SignalRServer.Name, BareServer.Name, NodePeers.Bun, NchanServer.Name, NodePeers.Ws, NodePeers.SocketIo];

    /// <summary>Those that this machine can run as it is, or after npm has fetched them.</summary>
    public static IReadOnlyList<string> Available => [.. All.Where(name => name != NchanServer.Name || NchanServer.IsInstalled)];

    /// <summary>Starts one in a child process.</summary>
    /// <exception cref="BenchException">It cannot be started here; the message says why.</exception>
    public static Task<ServerUnderTest> StartAsync(string name, CancellationToken cancellation) => name switch
    {
        SignalRServer.Name => SignalRServer.StartAsync(cancellation),
        BareServer.Name => BareServer.StartAsync(cancellation),
        NchanServer.Name => NchanServer.StartAsync(cancellation),
        _ => NodePeers.StartAsync(name, cancellation),
    };

    /// <summary>Reads a list of names; <c>all</c> and <c>none</c> stand for those.</summary>
    /// <exception cref="UsageException">One of them is unknown.</exception>
    public static IReadOnlyList<string> Parse(string names)
    {
        if (names == "none") return [];
        if (names == "all") return Available;
        var named = names.Split(',');
        return named.FirstOrDefault(name => !All.Contains(name)) is { } unknown
            ? throw new UsageException($"--peers names '{unknown}', but there are {string.Join(", ", All)}")
            : [.. All.Where(named.Contains)];
    }
}
