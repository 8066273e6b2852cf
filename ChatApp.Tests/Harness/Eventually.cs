using System.Diagnostics;
using System.Runtime.CompilerServices;
using Xunit.Sdk;

namespace ChatApp.Tests.Harness;

/// <summary>
/// Waits for a condition instead of for a time. The deadline only bounds a failing test, so it is generous; a passing
/// test goes on within some milliseconds of the condition becoming true.
/// </summary>
internal static class Eventually
{
    /// <summary>How long to wait where the caller does not say: 30 s.</summary>
    public static readonly TimeSpan DefaultDeadline = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50);

    /// <summary>The same task, failing where it takes longer than <see cref="DefaultDeadline"/>.</summary>
    public static Task<T> Soon<T>(this Task<T> task) => task.WaitAsync(DefaultDeadline);

    /// <inheritdoc cref="Soon{T}(Task{T})"/>
    public static Task Soon(this Task task) => task.WaitAsync(DefaultDeadline);

    /// <summary>Completes when <paramref name="condition"/> is true.</summary>
    /// <exception cref="XunitException">The deadline passed; says <paramref name="message"/> and the expression.</exception>
    public static Task BecomesAsync(
        Func<bool> condition,
        string? message = null,
        TimeSpan? deadline = null,
        [CallerArgumentExpression(nameof(condition))] string expression = "") =>
        BecomesAsync(() => Task.FromResult(condition()), message, deadline, expression);

    /// <inheritdoc cref="BecomesAsync(Func{bool}, string?, TimeSpan?, string)"/>
    public static Task BecomesAsync(
        Func<Task<bool>> condition,
        string? message = null,
        TimeSpan? deadline = null,
        [CallerArgumentExpression(nameof(condition))] string expression = "") =>
        PollAsync(condition, met => met, met => $"{message ?? "The condition never became true"}: {expression}", deadline);

    /// <summary>Completes when <paramref name="read"/> gives <paramref name="expected"/>; a failure shows the last value.</summary>
    public static Task EqualsAsync<T>(
        T expected,
        Func<T> read,
        TimeSpan? deadline = null,
        [CallerArgumentExpression(nameof(read))] string expression = "") =>
        PollAsync(
            () => Task.FromResult(read()),
            value => EqualityComparer<T>.Default.Equals(value, expected),
            value => $"{expression} never became {expected}; last seen: {value}",
            deadline);

    /// <summary>Completes with the first value of <paramref name="read"/> that is not null.</summary>
    public static async Task<T> GivesAsync<T>(
        Func<T?> read,
        string? message = null,
        TimeSpan? deadline = null,
        [CallerArgumentExpression(nameof(read))] string expression = "")
        where T : class =>
        (await PollAsync(
            () => Task.FromResult(read()),
            value => value is not null,
            _ => $"{message ?? "The value never came"}: {expression}",
            deadline))!;

    private static async Task<T> PollAsync<T>(
        Func<Task<T>> read, Func<T, bool> accepts, Func<T, string> complaint, TimeSpan? deadline)
    {
        var limit = deadline ?? DefaultDeadline;
        var started = Stopwatch.GetTimestamp();
        var pause = TimeSpan.FromMilliseconds(1);
        while (true)
        {
            // Read after the time is taken: the last look happens at or after the deadline, never before it.
            var elapsed = Stopwatch.GetElapsedTime(started);
            var value = await read();
            if (accepts(value))
                return value;
            if (elapsed >= limit)
                throw new XunitException($"{complaint(value)} (waited {elapsed.TotalSeconds:0.0} s)");
            await Task.Delay(pause);
            pause = pause + pause < LongestPause ? pause + pause : LongestPause;
        }
    }
}
