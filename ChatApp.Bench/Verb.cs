using System.Text;
using ChatApp.Bench.Chat;
using ChatApp.Bench.Circuits;
using ChatApp.Bench.Crash;
using ChatApp.Bench.Fanout;
using ChatApp.Bench.Herd;
using ChatApp.Bench.Idle;
using ChatApp.Bench.Memory;
using ChatApp.Bench.Posts;
using ChatApp.Bench.Resume;
using ChatApp.Bench.Revocation;
using ChatApp.Bench.Rooms;
using ChatApp.Bench.Search;
using ChatApp.Bench.Servers;
using ChatApp.Bench.Slow;
using ChatApp.Bench.Sweeping;

namespace ChatApp.Bench;

/// <summary>One thing that the bench can measure or do.</summary>
/// <param name="Name">What is typed on the command line.</param>
/// <param name="Summary">One line for the list of verbs.</param>
/// <param name="Options">The options, one per line.</param>
/// <param name="RunAsync">Does it and returns the exit code, see <see cref="ExitCode"/>.</param>
internal sealed record Verb(
    string Name,
    string Summary,
    string Options,
    Func<Arguments, CancellationToken, Task<int>> RunAsync);

/// <summary>The exit codes of the bench.</summary>
internal static class ExitCode
{
    /// <summary>Every must-target holds.</summary>
    public const int Ok = 0;

    /// <summary>A must-target does not hold, or the measurement failed.</summary>
    public const int TargetMissed = 1;

    /// <summary>The command line was not understood; help was printed.</summary>
    public const int BadUsage = 2;

    /// <summary>Ended by a signal.</summary>
    public const int Interrupted = 130;
}

/// <summary>All verbs.</summary>
internal static class Verbs
{
    private const string Command = "dotnet run -c Release --project ChatApp.Bench --";

    private static readonly Verb[] All =
    [
        new("fanout", "messages to many receivers: CPU per delivery and latency beside SignalR, Bun and others",
            FanoutOptions.Help, FanoutVerb.RunAsync),
        new("idle", "10,000 idle sockets in two rooms each: resident memory beside SignalR, before and after a burst",
            IdleVerb.Help, IdleVerb.RunAsync),
        new("herd", "10,000 sockets cut at once: how long until all are live again with nothing missing",
            VerbOptions.Help, HerdVerb.RunAsync),
        new("slow", "a reader that stalls in a room of 1,000: what the others notice, and how it ends",
            VerbOptions.Help, SlowVerb.RunAsync),
        new("posts", "durable posts with group commit beside one message in a transaction, and beside a bare insert",
            VerbOptions.Help, PostsVerb.RunAsync),
        new("insert", "bare durable inserts, as the verb posts does in a child process",
            BareInsert.Help, BareInsert.RunAsync),
        new("crash", "kills the server again and again while many sockets post: nothing acknowledged may be lost or doubled",
            CrashOptions.Help, CrashVerb.RunAsync),
        new("rooms", "opening a room of 1,000,000 messages beside one of 1,000",
            VerbOptions.Help, RoomsVerb.RunAsync),
        new("search", "searches among 1,000,000 messages, rights included",
            VerbOptions.Help, SearchVerb.RunAsync),
        new("resume", "50,000 missed events on one socket, and what others notice of it",
            VerbOptions.Help, ResumeVerb.RunAsync),
        new("revocation", "1,000 connections of an account that loses its rights: until the last one is told, and what comes after",
            VerbOptions.Help, RevocationVerb.RunAsync),
        new("sanctions", "1,000 connections of an account on which a moderator imposes something: until the last one is told, and what comes after",
            VerbOptions.Help, RevocationVerb.RunSanctionsAsync),
        new("sweep", "5,000 messages hidden at once and brought back: until 50 sockets and 5 pages know",
            VerbOptions.Help, SweepVerb.RunAsync),
        new("memory", "10,000 quiet rooms with a live subscriber each: managed heap per room",
            VerbOptions.Help, MemoryVerb.RunAsync),
        new("circuits", "500 open pages of one room: CPU per shown message, latency and memory, beside a bare list in the same framework",
            VerbOptions.Help, CircuitsVerb.RunAsync),
        new("chat", "a chat in the terminal, for people; the sample of the client library",
            ChatVerb.Help, ChatVerb.RunAsync),
        new("serve", "runs one of the compared servers, as the other verbs do in a child process",
            ServeVerb.Help, ServeVerb.RunAsync),
    ];

    /// <summary>Runs the verb that the command line names.</summary>
    /// <exception cref="UsageException">No such verb, or options that it does not understand.</exception>
    public static Task<int> RunAsync(string[] args, CancellationToken cancellation)
    {
        if (args is ["help" or "--help" or "-h", ..] || args.Skip(1).Any(arg => arg is "--help" or "-h"))
        {
            Console.WriteLine(Help(args));
            return Task.FromResult(ExitCode.Ok);
        }

        var verb = Find(args) ?? throw new UsageException(
            args.Length == 0 ? "a verb is missing" : $"there is no verb '{args[0]}'");
        return verb.RunAsync(new Arguments(args.AsSpan(1)), cancellation);
    }

    /// <summary>The options of the verb named in <paramref name="args"/>, or else the list of verbs.</summary>
    public static string Help(string[] args)
    {
        if (Find(args) is { } verb)
            return $"{Command} {verb.Name} [options]\n  {verb.Summary}\n\n{verb.Options}";

        var help = new StringBuilder($"{Command} VERB [--quick] [options]\n\nverbs:\n");
        foreach (var known in All)
            help.Append("  ").Append(known.Name.PadRight(12)).Append(known.Summary).Append('\n');
        return help.Append("\nVERB --help lists its options. Exit code: 0 targets hold, 1 they do not, 2 bad usage.").ToString();
    }

    private static Verb? Find(string[] args) => args.Length == 0 ? null : Array.Find(All, verb => verb.Name == args[0]);
}
