using System.Net;
using System.Text.RegularExpressions;

namespace ChatApp.Bench.Circuits;

/// <summary>One person's browser, with cookies, that fills in the forms of the account pages.</summary>
internal sealed partial class CircuitBrowser : IDisposable
{
    private const string Password = "a sentence for the bench";

    private readonly HttpClientHandler _handler = new() { CookieContainer = new CookieContainer(), AllowAutoRedirect = true };

    /// <summary>A browser that has visited nothing.</summary>
    /// <param name="port">Of the server, on 127.0.0.1.</param>
    public CircuitBrowser(int port) => Http = new HttpClient(_handler) { BaseAddress = new Uri($"http://127.0.0.1:{port}/") };

    /// <summary>Fetches pages.</summary>
    public HttpClient Http { get; }

    /// <summary>What it keeps.</summary>
    public CookieContainer Cookies => _handler.CookieContainer;

    /// <summary>Makes an account and signs in.</summary>
    public async Task RegisterAsync(string name, CancellationToken cancellation)
    {
        var email = $"{name}@example.org";
        await SendAsync("account/register", new() { ["name"] = name, ["email"] = email, ["password"] = Password }, cancellation);
        var last = await SendAsync("account/login", new() { ["email"] = email, ["password"] = Password }, cancellation);
        if (last.Contains("/account/login", StringComparison.Ordinal)) throw new BenchException($"{name} could not sign in");
    }

    public void Dispose()
    {
        Http.Dispose();
        _handler.Dispose();
    }

    // The form with what it hides; to where it led is the answer.
    private async Task<string> SendAsync(string path, Dictionary<string, string> values, CancellationToken cancellation)
    {
        var html = await Http.GetStringAsync(new Uri(path, UriKind.Relative), cancellation);
        foreach (Match hidden in Hidden().Matches(html)) values.TryAdd(hidden.Groups["name"].Value, WebUtility.HtmlDecode(hidden.Groups["value"].Value));
        using var form = new FormUrlEncodedContent(values);
        using var answer = await Http.PostAsync(new Uri(path, UriKind.Relative), form, cancellation);
        answer.EnsureSuccessStatusCode();
        return answer.RequestMessage!.RequestUri!.AbsolutePath;
    }

    [GeneratedRegex("<input type=\"hidden\" name=\"(?<name>[^\"]+)\" value=\"(?<value>[^\"]*)\"", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Hidden();
}
