using ChatApp.Sockets;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Sockets;

/// <summary>A client is not blamed for what waits in the server's own queue.</summary>
public sealed class PoolTurnsTests
{
    [Fact]
    public async Task What_is_on_its_way_through_the_pool_is_waited_for()
    {
        for (var round = 0; round < 50; round++)
        {
            var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Pass(5);
            Assert.True(await PoolTurns.CompletesAsync(heard.Task).Soon());

            void Pass(int hops) => ThreadPool.UnsafeQueueUserWorkItem(
                _ =>
                {
                    if (hops == 0) heard.SetResult();
                    else Pass(hops - 1);
                },
                state: null);
        }
    }

    [Fact]
    public async Task What_never_comes_is_not() =>
        Assert.False(await PoolTurns.CompletesAsync(new TaskCompletionSource().Task).Soon());
}
