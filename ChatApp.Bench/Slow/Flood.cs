using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using ChatApp.Bench.Product;
using ChatApp.Bench.Resume;
using ChatApp.Bench.Servers;

namespace ChatApp.Bench.Slow;

/// <summary>
/// Long messages in a room in which only their sender and the slow reader are: more than the network holds for it, so that it
/// falls behind within seconds. They come in the rounds in which it reads well too: the server's work is the same.
/// </summary>
internal sealed class Flood : IAsyncDisposable
{
    private const int Messages = 500;
    private static readonly TimeSpan Gap = TimeSpan.FromMilliseconds(8);
    private static readonly string Text = string.Concat(Enumerable.Repeat("a long message of many words ", 270)).TrimEnd();

    private readonly ResumeClient _publisher;
    private readonly CancellationTokenSource _ending;
    private readonly Task _reading;
    private TaskCompletionSource _acknowledged = new();
    private byte[] _lastReply = [];
    private int _id = 10;

    private Flood(ResumeClient publisher, ServerUnderTest server, CancellationToken cancellation)
    {
        _publisher = publisher;
        _ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _reading = ReadAsync(server);
    }

    /// <summary>Signs in, and listens: the room is never empty.</summary>
    public static async Task<Flood> ConnectAsync(ServerUnderTest server, CancellationToken cancellation) =>
        new(await ResumeClient.ConnectAsync(server.Port, server.Dialect.Path([]), server.Dialect.Hello([ExtraRoom.Name]), cancellation), server, cancellation);

    /// <summary>Posts them, and waits until all are acknowledged.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        _acknowledged = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _lastReply, Encoding.UTF8.GetBytes($$"""{"id":{{_id + Messages}},"""));
        var begun = Stopwatch.GetTimestamp();
        for (var number = 0; number < Messages; number++)
        {
            if ((number * Gap) - Stopwatch.GetElapsedTime(begun) is { Ticks: > 0 } early) await Task.Delay(early, cancellation);
            await _publisher.SendAsync(Command(++_id), cancellation);
        }

        await _acknowledged.Task.WaitAsync(TimeSpan.FromSeconds(60), cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _reading;
        _publisher.Dispose();
        _ending.Dispose();
    }

    private static byte[] Command(int id) => Encoding.UTF8.GetBytes(
        $$$$"""{"id":{{{{id}}}},"publish":{"channel":"room:{{{{ExtraRoom.Name}}}}","data":{"text":"{{{{Text}}}}"}}}""");

    // All the time, or pings would go unanswered between two rounds.
    private async Task ReadAsync(ServerUnderTest server)
    {
        try
        {
            while (true)
            {
                var message = (await _publisher.ReadAsync(_ending.Token)).Span;
                if (message.IndexOf("\"error\":"u8) >= 0) throw new BenchException($"the server refused: {Encoding.UTF8.GetString(message)}");
                if (message.IndexOf(Volatile.Read(ref _lastReply)) >= 0) _acknowledged.TrySetResult();
            }
        }
        catch (Exception over) when (_ending.IsCancellationRequested && over is OperationCanceledException or WebSocketException)
        {
            // The wished end.
        }
        catch (BenchException failed)
        {
            _acknowledged.TrySetException(server.Failed(failed));
        }
    }
}
