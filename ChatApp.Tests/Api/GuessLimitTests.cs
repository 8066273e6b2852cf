using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Api;

/// <summary>Whoever guesses from one address is slowed down at every entrance where there is something to guess.</summary>
public sealed class GuessLimitTests(GuessLimitTests.PatientServer server) : IClassFixture<GuessLimitTests.PatientServer>
{
    private const int PerMinute = 3;
    private static int _address;

    // Those where nobody guesses, and why.
    private static readonly Dictionary<string, string> Unlimited = new(StringComparer.Ordinal)
    {
        ["/account/logout"] = "asks for nothing but the antiforgery token",
        ["/account/language"] = "a choice, kept in a cookie",
        ["/account/preferences"] = "a choice, kept in a cookie; for who is signed in",
        ["/account/join"] = "for who is signed in; a secret of 256 bits",
        ["/account/signed-out"] = "a page without a form",
        ["/account/deleted"] = "a page without a form",
        ["/account/profile"] = "for who is signed in; changes of an account are limited",
        ["/account/avatar"] = "for who is signed in; changes of an account are limited",
        ["/account/avatar/remove"] = "for who is signed in; changes of an account are limited",
        ["/account/sessions"] = "for who is signed in, about their own sessions",
        ["/account/tokens"] = "for who is signed in, about their own tokens, of which there are few",
        ["/account/passkey/options"] = "random options, the same for everybody, that name nobody",
        ["/account/external-arrival"] = "for who has just come back from another site, in their own cookie",
        ["/api/account/ticket"] = "for who shows a token or a cookie; tickets of an account are limited",
    };

    [Fact]
    public async Task Every_entrance_to_accounts_is_limited_by_address_or_says_why_not()
    {
        var entrances = PostEntrances.All(server).Where(path => path.StartsWith("/account/", StringComparison.Ordinal) || path.StartsWith("/api/account/", StringComparison.Ordinal)).ToList();
        Assert.Superset(new HashSet<string>(StringComparer.Ordinal) { "/account/login", "/account/register", "/api/account/login", "/api/account/refresh" }, entrances.ToHashSet(StringComparer.Ordinal));
        Assert.Empty(Unlimited.Keys.Except(entrances, StringComparer.Ordinal));
        foreach (var path in entrances.Except(Unlimited.Keys, StringComparer.Ordinal))
        {
            using var guesser = FromAnAddressOfItsOwn();
            // Seven of three per minute: also where a new minute begins in between, one is too many.
            var statuses = new List<HttpStatusCode>();
            for (var i = 0; i < (2 * PerMinute) + 1; i++) statuses.Add(await GuessAsync(guesser, path, forwardedFor: null));
            Assert.True(statuses.Contains(HttpStatusCode.TooManyRequests), $"{path} was answered with {string.Join(", ", statuses)}");
        }
    }

    [Fact]
    public async Task Another_client_address_in_a_header_of_nobody_the_operator_named_does_not_help()
    {
        foreach (var path in new[] { "/account/login", "/account/register", "/api/account/login", "/api/account/refresh" })
        {
            using var guesser = FromAnAddressOfItsOwn();
            var statuses = new List<HttpStatusCode>();
            for (var i = 0; i < (2 * PerMinute) + 1; i++) statuses.Add(await GuessAsync(guesser, path, forwardedFor: $"198.51.100.{i + 1}"));
            Assert.Contains(HttpStatusCode.TooManyRequests, statuses);
        }
    }

    [Fact]
    public async Task The_entrances_share_one_limit_and_others_are_not_held_up()
    {
        using var guesser = FromAnAddressOfItsOwn();
        var statuses = new List<HttpStatusCode>();
        foreach (var path in new[] { "/account/login", "/api/account/login", "/account/register", "/api/account/refresh", "/account/login", "/api/account/login", "/account/register" })
            statuses.Add(await GuessAsync(guesser, path, forwardedFor: null));
        Assert.Contains(HttpStatusCode.TooManyRequests, statuses);
        using var other = FromAnAddressOfItsOwn();
        Assert.Equal(HttpStatusCode.Unauthorized, await GuessAsync(other, "/api/account/login", forwardedFor: null));
        // And reading is no guess.
        using var page = await guesser.GetAsync(new Uri("/account/register", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
    }

    private static async Task<HttpStatusCode> GuessAsync(HttpClient guesser, string path, string? forwardedFor)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = path.StartsWith("/api/", StringComparison.Ordinal)
                ? JsonContent.Create(new { email = "a@example.org", password = "guess", refreshToken = "guess" })
                : new FormUrlEncodedContent([new("email", "a@example.org"), new("password", "guess")]),
        };
        if (forwardedFor is not null)
        {
            foreach (var name in (string[])["X-Forwarded-For", "X-Real-IP", "Forwarded", "CF-Connecting-IP"])
                request.Headers.TryAddWithoutValidation(name, name == "Forwarded" ? $"for={forwardedFor}" : forwardedFor);
        }

        using var answer = await guesser.SendAsync(request);
        return answer.StatusCode;
    }

    // All of 127.0.0.0/8 is this machine.
    private HttpClient FromAnAddressOfItsOwn()
    {
        var own = IPAddress.Parse($"127.0.1.{Interlocked.Increment(ref _address)}");
        return new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectCallback = async (context, cancellation) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(own, 0));
                await socket.ConnectAsync(context.DnsEndPoint, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        }) { BaseAddress = new Uri(server.Address) };
    }

    public sealed class PatientServer() : TestServer([$"Accounts:AttemptsPerMinute={PerMinute}"]);
}
