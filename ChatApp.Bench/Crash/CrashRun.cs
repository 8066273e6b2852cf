using System.Diagnostics;
using ChatApp.Bench.Servers;

namespace ChatApp.Bench.Crash;

/// <summary>
/// The real server is killed by SIGKILL in the middle of its work, again and again, on the same data folder. After each
/// kill its storage is checked as it lies there; after each start everything acknowledged must be there, and what got no
/// answer is sent again under the same key, each time twice.
/// </summary>
/// <param name="options">The size.</param>
/// <param name="folder">An empty data folder.</param>
/// <param name="progress">Gets a line per round.</param>
internal sealed class CrashRun(CrashOptions options, string folder, Action<string> progress)
{
    private const int MostAcknowledgedInARound = 600;
    private const int MostMillisecondsAfter = 4;
    private const int OneInSoManyDuringStart = 5;

    private readonly Random _random = new(options.Seed);
    private readonly Random[] _senders = [.. Enumerable.Range(1, options.Senders).Select(sender => new Random(options.Seed + sender))];
    private TimeSpan _start = TimeSpan.FromSeconds(1);
    private string _password = "";
    private long _read;
    private int _retried;

    /// <summary>What was sent, acknowledged and found.</summary>
    public PostLedger Ledger { get; } = new();

    /// <summary>Kills so far.</summary>
    public int Kills { get; private set; }

    /// <summary>Those of them that met the server while it started.</summary>
    public int KillsDuringStart { get; private set; }

    /// <summary>Posts that were sent again because no answer had come.</summary>
    public int Retried => _retried;

    /// <summary>Kills after which the stored was not whole.</summary>
    public int Unsound { get; private set; }

    /// <summary>Runs all rounds, and then checks everything once more.</summary>
    /// <exception cref="BenchException">The server did not start, or refused what it must not refuse.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        _password = await ProductServer.AddAccountAsync(options.Product, folder, cancellation, pinned: false);
        for (var round = 1; round <= options.Rounds; round++)
        {
            if (_random.Next(OneInSoManyDuringStart) == 0) await KillDuringStartAsync(cancellation);
            else await KillAtWorkAsync(cancellation);
            Kills++;
            await AuditAsync(cancellation);
            progress($"round {round}: {Ledger.Acknowledged} acknowledged, {_retried} sent again, {Ledger.Problems.Count} problems");
        }

        await FinishAsync(cancellation);
    }

    // The start reads, mends and writes what the kill before has left: a moment like any other.
    private async Task KillDuringStartAsync(CancellationToken cancellation)
    {
        await using var server = ProductServer.Launch(options.Product, folder, ChildProcess.FreePort(), pinned: false);
        await Task.Delay(_start * (0.2 + (0.8 * _random.NextDouble())), cancellation);
        await server.KillAsync();
        KillsDuringStart++;
    }

    private async Task KillAtWorkAsync(CancellationToken cancellation)
    {
        var (server, port, token) = await StartAsync(cancellation);
        await using (server)
        {
            await ReadAsync(port, token, cancellation);
            var enough = Ledger.ReachesAsync(Ledger.Acknowledged + _random.Next(1, MostAcknowledgedInARound));
            var wait = TimeSpan.FromMilliseconds(_random.NextDouble() * MostMillisecondsAfter);
            var senders = Enumerable.Range(0, options.Senders).Select(sender => SendUntilCutAsync(sender, port, token, cancellation)).ToList();
            var stuck = Task.Delay(TimeSpan.FromMinutes(2), cancellation);
            if (await Task.WhenAny([enough, stuck, .. senders]) != enough)
            {
                // A sender that ended has something to say, where not even that the server was too slow.
                foreach (var sender in senders.Where(sender => sender.IsCompleted)) await sender;
                throw server.Failed("did not acknowledge the posts of a round in time, or closed a sender's socket");
            }

            if (wait >= TimeSpan.FromMilliseconds(1)) await Task.Delay(wait, cancellation);
            await server.KillAsync();
            await Task.WhenAll(senders);
        }
    }

    private async Task<(ChildProcess Server, int Port, string Token)> StartAsync(CancellationToken cancellation)
    {
        var begun = Stopwatch.GetTimestamp();
        var port = ChildProcess.FreePort();
        var server = ProductServer.Launch(options.Product, folder, port, pinned: false);
        try
        {
            await server.ListensAsync(port, cancellation);
            _start = Stopwatch.GetElapsedTime(begun);
            return (server, port, await ProductServer.SignInAsync(server, port, _password, cancellation));
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    private async Task SendUntilCutAsync(int sender, int port, string token, CancellationToken cancellation)
    {
        try
        {
            await using var socket = await PostingSocket.ConnectAsync(port, token, cancellation);
            await RetryAsync(socket, sender);
            var random = _senders[sender];
            var window = new Queue<Task>();
            while (true)
            {
                // Now and then a key of long ago: it must give its first answer for ever.
                var key = random.Next(20) == 0 && Ledger.AnyAcknowledged(random) is { } known ? known : Ledger.Begin(sender);
                window.Enqueue(PostAsync(socket, key));
                if (window.Count >= options.Window) await window.Dequeue();
            }
        }
        catch (CutException)
        {
            // The kill.
        }
    }

    private async Task RetryAsync(PostingSocket socket, int sender)
    {
        foreach (var key in Ledger.Open(sender))
        {
            Interlocked.Increment(ref _retried);
            await Task.WhenAll(PostAsync(socket, key), PostAsync(socket, key));
        }
    }

    private async Task PostAsync(PostingSocket socket, string key)
    {
        var reply = await socket.PostAsync(key);
        if (reply.Offset is not { } offset) throw new BenchException($"'{key}' was refused with {reply.Error}");
        Ledger.Acknowledge(key, offset, reply.IsDuplicate);
    }

    private async Task ReadAsync(int port, string token, CancellationToken cancellation)
    {
        await using var socket = await PostingSocket.ConnectAsync(port, token, cancellation);
        _read = await socket.ReadAllAsync(Ledger, _read);
    }

    // The product's own check, of the files as the kill has left them.
    private async Task AuditAsync(CancellationToken cancellation)
    {
        try
        {
            await using var check = ChildProcess.Start("the product's 'verify'", options.Product, ["verify", $"--Data:Folder={folder}"], pinned: false);
            await check.CompleteAsync("", cancellation);
        }
        catch (BenchException unsound)
        {
            Unsound++;
            Ledger.Complain(unsound.Message);
        }
    }

    private async Task FinishAsync(CancellationToken cancellation)
    {
        var (server, port, token) = await StartAsync(cancellation);
        await using (server)
        {
            await ReadAsync(port, token, cancellation);
            await using var socket = await PostingSocket.ConnectAsync(port, token, cancellation);
            for (var sender = 0; sender < options.Senders; sender++) await RetryAsync(socket, sender);
            // From the beginning: the rounds have only looked at what was new.
            Ledger.BeginAgain();
            await socket.ReadAllAsync(Ledger, after: 0);
        }

        await AuditAsync(cancellation);
    }
}
