using System.Security.Cryptography;
using ChatApp.Accounts;
using ChatApp.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Accounts;

/// <summary>A server whose clock the tests move: a code is good once, and the next one comes after 30 seconds.</summary>
public sealed class FactorServer : TestServer
{
    private readonly SetTime _clock;

    /// <summary>Shows the present at first.</summary>
    public FactorServer()
        : this(new SetTime(TimeProvider.System.GetUtcNow()))
    {
    }

    private FactorServer(SetTime clock)
        : base([], services => services.AddSingleton<TimeProvider>(clock)) => _clock = clock;

    /// <summary>What its clock shows.</summary>
    public DateTimeOffset Now => _clock.Now;

    /// <summary>Lets time pass.</summary>
    public void Pass(TimeSpan time) => _clock.Now += time;
}

/// <summary>An account with an authenticator app.</summary>
/// <param name="Person">Whose.</param>
/// <param name="Key">What the app knows.</param>
/// <param name="Codes">The recovery codes.</param>
public sealed record Guarded(TestPerson Person, byte[] Key, IReadOnlyList<string> Codes);

/// <summary>What an authenticator app does, written a second time: the tests do not believe the product's arithmetic.</summary>
internal static class FactorKit
{
    /// <summary>The code that an app shows at a moment (RFC 6238).</summary>
    public static string CodeAt(byte[] key, DateTimeOffset moment)
    {
        var counter = BitConverter.GetBytes(moment.ToUnixTimeSeconds() / 30);
        if (BitConverter.IsLittleEndian) Array.Reverse(counter);
#pragma warning disable CA5350 // the algorithm of the standard
        var mac = HMACSHA1.HashData(key, counter);
#pragma warning restore CA5350
        var at = mac[19] & 0xf;
        var number = ((mac[at] & 0x7f) << 24) | (mac[at + 1] << 16) | (mac[at + 2] << 8) | mac[at + 3];
        return (number % 1_000_000).ToString("000000", System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>The bytes of a key as a page shows it.</summary>
    public static byte[] KeyOf(string base32)
    {
        var bits = string.Concat(base32.Where(c => c != ' ').Select(c => Convert.ToString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(c, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        return [.. Enumerable.Range(0, bits.Length / 8).Select(i => Convert.ToByte(bits.Substring(i * 8, 8), 2))];
    }

    /// <summary>The next code that is not spent yet: half a minute passes.</summary>
    public static string NextCode(this FactorServer server, Guarded guarded)
    {
        server.Pass(TimeSpan.FromSeconds(30));
        return CodeAt(guarded.Key, server.Now);
    }

    /// <summary>A new account with an authenticator app.</summary>
    public static async Task<Guarded> AddGuardedAsync(this TestServer server)
    {
        var person = await server.AddPersonAsync("Guarded");
        var factor = server.Get<SecondFactor>();
        var (key, setUp) = factor.NewKey(person.Id);
        var result = await factor.AddAppAsync(person.Id, setUp, CodeAt(key, server.Get<TimeProvider>().GetUtcNow()));
        Assert.Null(result.Error);
        return new Guarded(person, key, result.Codes!);
    }

    /// <summary>A code that no app shows now.</summary>
    public static string WrongCode(this FactorServer server, Guarded guarded) =>
        Enumerable.Range(0, 10).Select(i => $"00000{i}").First(code => Enumerable.Range(-3, 7).All(step => CodeAt(guarded.Key, server.Now.AddSeconds(30 * step)) != code));
}
