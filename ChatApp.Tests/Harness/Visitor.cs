using System.Net;
using System.Text.RegularExpressions;

namespace ChatApp.Tests.Harness;

/// <summary>A browser without JavaScript: keeps cookies, follows no redirect, and sends the token of the page on which a form stands.</summary>
internal sealed partial class Visitor : IDisposable
{
    private readonly HttpClientHandler _handler;

    /// <summary>A visitor of a server.</summary>
    /// <param name="address">Where it listens.</param>
    public Visitor(string address)
    {
        _handler = new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = Cookies };
        Http = new HttpClient(_handler) { BaseAddress = new Uri(address) };
    }

    /// <summary>What it sends requests with.</summary>
    public HttpClient Http { get; }

    /// <summary>Its cookies.</summary>
    public CookieContainer Cookies { get; } = new();

    /// <summary>A visitor who has signed in through the page.</summary>
    public static async Task<Visitor> SignInAsync(TestServer server, TestPerson person)
    {
        var visitor = new Visitor(server.Address);
        Assert.True(await visitor.TrySignInAsync(person.Email, person.Password));
        return visitor;
    }

    /// <summary>Where an answer leads, on this server; empty where it leads nowhere.</summary>
    public static string PathOf(HttpResponseMessage answer) =>
        answer.Headers.Location is not { } location ? "" : location.IsAbsoluteUri ? location.PathAndQuery : location.ToString();

    /// <summary>A page without what the server has encrypted, which is another text each time.</summary>
    public static string Plain(string page) => Secret().Replace(page, "");

    /// <summary>True where it has a cookie of that name.</summary>
    public bool Has(string cookie) => Cookies.GetAllCookies().Any(one => one.Name == cookie);

    /// <summary>A page.</summary>
    public Task<string> GetAsync(string path) => Http.GetStringAsync(new Uri(path, UriKind.RelativeOrAbsolute));

    /// <summary>The antiforgery token of a page.</summary>
    public async Task<string> TokenAsync(string path) => Token().Match(await GetAsync(path)).Groups["token"].Value;

    /// <summary>Sends a form of a page to the address of that page.</summary>
    public Task<HttpResponseMessage> PostAsync(string path, params (string Name, string Value)[] fields) => PostAsync(path, path, fields);

    /// <summary>Sends a form that stands on another page.</summary>
    public async Task<HttpResponseMessage> PostAsync(string path, string from, params (string Name, string Value)[] fields)
    {
        var token = await TokenAsync(from);
        using var content = new FormUrlEncodedContent([new("__RequestVerificationToken", token), .. fields.Select(field => KeyValuePair.Create(field.Name, field.Value))]);
        return await Http.PostAsync(new Uri(path, UriKind.RelativeOrAbsolute), content);
    }

    /// <summary>Sends a form with a file.</summary>
    public async Task<HttpResponseMessage> SendFileAsync(string path, string from, string field, byte[] file, string name, string type)
    {
        using var content = new MultipartFormDataContent { { new StringContent(await TokenAsync(from)), "__RequestVerificationToken" } };
        var part = new ByteArrayContent(file);
        part.Headers.ContentType = new(type);
        content.Add(part, field, name);
        return await Http.PostAsync(path, content);
    }

    /// <summary>Signs in by the page.</summary>
    public async Task SignInAsync(TestPerson person) => Assert.True(await TrySignInAsync(person.Email, person.Password));

    /// <summary>Signs in by the page, and says where that leads; empty where it is refused.</summary>
    public async Task<string> EnterAsync(TestPerson person, string returnUrl = "/account/preferences")
    {
        using var answer = await PostAsync("/account/login?returnUrl=" + Uri.EscapeDataString(returnUrl), ("_handler", "login"), ("email", person.Email), ("password", person.Password));
        return PathOf(answer);
    }

    /// <summary>Signs in by the page; false where that is refused.</summary>
    public async Task<bool> TrySignInAsync(string email, string password)
    {
        using var answer = await PostAsync("/account/login", ("_handler", "login"), ("email", email), ("password", password));
        return answer.StatusCode == HttpStatusCode.Found;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Http.Dispose();
        _handler.Dispose();
    }

    [GeneratedRegex("""name="__RequestVerificationToken" value="(?<token>[^"]+)" """, RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Token();

    [GeneratedRegex("CfDJ8[-+/=A-Za-z0-9_]+", RegexOptions.None, 1000)]
    private static partial Regex Secret();
}
