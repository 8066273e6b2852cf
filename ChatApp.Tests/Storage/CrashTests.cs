using ChatApp.Bench.Crash;
using ChatApp.Tests.Commands;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Storage;

/// <summary>
/// The server is killed in the middle of its work, again and again, on the same folder: what it acknowledged is there, once
/// and in order, and what it did not acknowledge can be sent again under the same key. Some rounds of what
/// <c>ChatApp.Bench -- crash</c> does hundreds of times.
/// </summary>
public sealed class CrashTests : ProcessTest
{
    private const int Rounds = 4;

    [Fact]
    public Task Nothing_acknowledged_is_lost_doubled_or_reordered_by_kills_at_random_moments() => RandomSeed.RunAsync(async seed =>
    {
        var run = new CrashRun(new CrashOptions(Rounds, Senders: 6, Window: 4, seed, ProductProcess.ProgramFile()), Folder, static _ => { });
        await run.RunAsync(CancellationToken.None);
        Assert.Empty(run.Ledger.Problems);
        Assert.Equal((Rounds, 0), (run.Kills, run.Unsound));
        Assert.NotEqual(run.Kills > run.KillsDuringStart, run.Ledger.Acknowledged == 0);
        SoundFolder.Assert(Folder);
    });
}
