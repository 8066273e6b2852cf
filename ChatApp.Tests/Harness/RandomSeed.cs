using System.Globalization;

namespace ChatApp.Tests.Harness;

/// <summary>The seed of a test that draws at random: another one each time, so that more is tried than one run can.</summary>
internal static class RandomSeed
{
    /// <summary>The environment variable that repeats a run.</summary>
    public const string Variable = "CHATAPP_TEST_SEED";

    /// <summary>A new seed, or the one of <see cref="Variable"/>.</summary>
    public static int Take() => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given
        ? int.Parse(given, CultureInfo.InvariantCulture)
        : Random.Shared.Next(1_000_000);

    /// <summary>Runs a test and names the seed where it fails.</summary>
    public static async Task RunAsync(Func<int, Task> test)
    {
        var seed = Take();
        try
        {
            await test(seed);
        }
        catch (Exception fault)
        {
            throw new Xunit.Sdk.XunitException($"{fault.Message}\n(repeat it with {Variable}={seed.ToString(CultureInfo.InvariantCulture)})", fault);
        }
    }
}
