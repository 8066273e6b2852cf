using System.Text.RegularExpressions;

namespace ChatApp.Tests.Harness;

/// <summary>A browser without JavaScript: keeps cookies, follows nothing by itself, and sends the token of the page on which a form stands.</summary>
internal sealed partial class Visitor : IDisposable
{
    /// <summary>For the server at that address.</summary>
    public Visitor(string address)
    {
        Http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = Cookies }) { BaseAddress = new Uri(address) };
    }

    /// <summary>What it keeps.</summary>
    public System.Net.CookieContainer Cookies { get; } = new();

    /// <summary>For what the helpers do not cover.</summary>
    public HttpClient Http { get; }

    /// <summary>Where an answer sends the browser; empty where it does not.</summary>
    public static string PathOf(HttpResponseMessage answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return answer.Headers.Location is not { } location ? "" : location.IsAbsoluteUri ? location.PathAndQuery : location.ToString();
    }

    /// <summary>True where it has a cookie of that name.</summary>
    public bool Has(string cookie) => Cookies.GetAllCookies().Any(one => one.Name == cookie);

    /// <summary>A page.</summary>
    public async Task<string> GetAsync(string path) => await Http.GetStringAsync(path);

    /// <summary>Posts a form that stands on the page of the same address.</summary>
    public Task<HttpResponseMessage> PostAsync(string path, params (string Name, string Value)[] fields) => PostAsync(path, path, fields);

    /// <summary>Posts a form that stands on another page.</summary>
    public async Task<HttpResponseMessage> PostAsync(string path, string from, params (string Name, string Value)[] fields)
    {
        var token = Token().Match(await GetAsync(from)).Groups["token"].Value;
        using var content = new FormUrlEncodedContent([new("__RequestVerificationToken", token), .. fields.Select(field => KeyValuePair.Create(field.Name, field.Value))]);
        return await Http.PostAsync(path, content);
    }

    /// <summary>Posts the sign-in.</summary>
    public async Task<string> SignInAsync(TestPerson person, string returnUrl = "/account/preferences")
    {
        using var answer = await PostAsync("/account/login?returnUrl=" + Uri.EscapeDataString(returnUrl), ("_handler", "login"), ("email", person.Email), ("password", person.Password));
        return PathOf(answer);
    }

    /// <inheritdoc/>
    public void Dispose() => Http.Dispose();

    [GeneratedRegex("""name="__RequestVerificationToken" value="(?<token>[^"]+)" """, RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Token();
}
