using System.Diagnostics;
using System.Globalization;
using ChatApp.Bench.Load;
using ChatApp.Storage;
using Microsoft.Data.Sqlite;

namespace ChatApp.Bench.Posts;

/// <summary>
/// What one durable insert costs at least: a prepared statement that adds a message to a table without indexes, alone in
/// its transaction, in a database of its own with the product's durability (WAL, <c>synchronous=FULL</c>).
/// </summary>
internal static class BareInsert
{
    public const string Help = """
          --count N     inserts (default 500); prints the median and the 99th percentile in nanoseconds
        """;

    public static Task<int> RunAsync(Arguments arguments, CancellationToken cancellation)
    {
        var count = arguments.Number("--count", 500, 1, 1_000_000);
        arguments.Done();
        var folder = Directory.CreateTempSubdirectory("chatapp-bench-");
        try
        {
            var times = Measure(Path.Combine(folder.FullName, "bare.db"), count, cancellation);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{times[count / 2]} {times[count * 99 / 100]}"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        return Task.FromResult(ExitCode.Ok);
    }

    /// <summary>Measures in a child process, as the servers are.</summary>
    /// <param name="count">How many inserts.</param>
    /// <param name="wrapper">A program, with its arguments, that turns itself into this one; null for none.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<BareTimes> MeasureAsync(int count, IReadOnlyList<string>? wrapper, CancellationToken cancellation)
    {
        await using var process = ChildProcess.Start("bare insert", typeof(BareInsert).Assembly.Location, ["insert", "--count", $"{count}"], wrapper);
        await process.CompleteAsync("", cancellation);
        double[] milliseconds = [.. process.LastLine.Split(' ').Select(word => long.Parse(word, CultureInfo.InvariantCulture) / 1e6)];
        return new BareTimes(milliseconds[0], milliseconds[1]);
    }

    private static long[] Measure(string file, int count, CancellationToken cancellation)
    {
        SqliteRuntime.EnsureLoaded();
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ConnectionString);
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0; CREATE TABLE bare (id INTEGER PRIMARY KEY, key TEXT, text TEXT);";
        command.ExecuteNonQuery();
        command.CommandText = "INSERT INTO bare (key, text) VALUES ($1, $2)";
        var key = command.Parameters.Add("$1", SqliteType.Text);
        var text = command.Parameters.Add("$2", SqliteType.Text);
        var times = new long[count];
        // The first tenth again: the compiler's.
        for (var number = -(count / 10); number < count; number++)
        {
            cancellation.ThrowIfCancellationRequested();
            var message = Message.Next(0);
            (key.Value, text.Value) = (message.Key, message.Text);
            var begun = Stopwatch.GetTimestamp();
            command.ExecuteNonQuery();
            if (number >= 0) times[number] = Stopwatch.GetElapsedTime(begun).Ticks * 100;
        }

        Array.Sort(times);
        return times;
    }
}

/// <summary>How long bare inserts take.</summary>
/// <param name="MedianMs">The median in milliseconds.</param>
/// <param name="P99Ms">The 99th percentile in milliseconds.</param>
internal sealed record BareTimes(double MedianMs, double P99Ms);
