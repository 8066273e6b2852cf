using System.Text;
using ChatApp.Bench.Herd;
using ChatApp.Bench.Load;
using ChatApp.Bench.Servers;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Bench;

/// <summary>The herd counts every event that is missing or comes again.</summary>
public sealed class HerdTests : IDisposable
{
    private readonly HerdMember _member = new() { Connection = new ClientConnection() };

    [Fact]
    public void A_member_counts_what_is_missing_and_what_comes_again()
    {
        _member.TakeReply("""{"id":2,"subscribe":{"epoch":"k3v9","offset":6}}"""u8);
        Assert.Equal(("k3v9", 6), (_member.Epoch, _member.Position));
        foreach (var offset in (int[])[7, 8, 8, 11]) _member.TakeEvents(Encoding.UTF8.GetBytes($$$$"""{"push":{"pub":{"data":{},"offset":{{{{offset}}}}}}}"""));
        Assert.Equal((11, 2, 1), (_member.Position, _member.Missing, _member.Doubled));
    }

    [Fact]
    public void A_member_has_caught_up_with_the_last_of_the_missed_events()
    {
        _member.TakeReply("""{"id":2,"subscribe":{"epoch":"k3v9","offset":6}}"""u8);
        _member.State = HerdState.Joining;
        _member.TakeReply("""{"id":2,"subscribe":{"epoch":"k3v9","offset":9,"recovered":true,"publications":[{"data":{},"offset":7},{"data":{},"offset":8}]}}"""u8);
        Assert.False(_member.HasCaughtUp);
        _member.TakeEvents("""{"push":{"channel":"room:general","pub":{"data":{},"offset":9}}}"""u8);
        Assert.True(_member.HasCaughtUp);
        Assert.Equal((0, 0, false), (_member.Missing, _member.Doubled, _member.WasToldOfGap));
    }

    [Fact]
    public void A_member_that_is_told_of_a_gap_says_so()
    {
        _member.TakeReply("""{"id":2,"subscribe":{"epoch":"k3v9","offset":9,"recovered":false}}"""u8);
        Assert.True(_member.WasToldOfGap);
    }

    [Fact]
    public async Task All_come_back_to_the_product_with_nothing_missing()
    {
        await using var server = await TestServer.StartAsync(["Push:ConnectionsPerUser=100"]);
        var token = await server.TokenOfAsync(await server.AddPersonAsync("Ann"));
        await Task.Run(() =>
        {
            using var herd = new HerdClient(new ProductDialect(token), new Uri(server.Address).Port, new Random(1)) { Gap = 150_000_000 };
            herd.Connect(40, CancellationToken.None);
            herd.Live(TimeSpan.FromMilliseconds(300), CancellationToken.None);
            var before = herd.Position;
            var seconds = herd.CutAndReturn(TimeSpan.FromSeconds(60), CancellationToken.None);
            Assert.Equal(40, seconds.Count(double.IsFinite));
            Assert.Equal(0, herd.Finish(CancellationToken.None));
            Assert.True(herd.Position > before, "nothing was posted meanwhile");
            Assert.All(herd.Members, member => Assert.Equal((0, false, herd.Position), (member.Doubled, member.WasToldOfGap, member.Position)));
        });
    }

    public void Dispose() => _member.Connection.Dispose();
}
