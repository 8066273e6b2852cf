using System.Net;
using System.Text.RegularExpressions;

namespace ChatApp.Tests.Harness;

/// <summary>A browser without JavaScript: keeps cookies, follows nothing by itself, and sends the token of the page on which a form stands.</summary>
/// <param name="address">Of the server.</param>
internal sealed partial class Visitor(string address) : IDisposable
{
    private readonly HttpClientHandler _handler = new() { AllowAutoRedirect = false };
    private HttpClient? _http;

    /// <summary>The client, for what the verbs do not cover.</summary>
    public HttpClient Http => _http ??= new(_handler) { BaseAddress = new Uri(address) };

    /// <summary>What it keeps.</summary>
    public CookieCollection Cookies => _handler.CookieContainer.GetAllCookies();

    /// <summary>A visitor who has signed in through the page.</summary>
    public static async Task<Visitor> SignInAsync(TestServer server, TestPerson person)
    {
        var visitor = new Visitor(server.Address);
        Assert.True(await visitor.TrySignInAsync(person.Email, person.Password));
        return visitor;
    }

    /// <summary>Where an answer leads, without the host; empty where it leads nowhere.</summary>
    public static string PathOf(HttpResponseMessage answer) =>
        answer.Headers.Location is not { } location ? "" : location.IsAbsoluteUri ? location.PathAndQuery : location.ToString();

    /// <summary>A page without what the server has encrypted, which is another text each time.</summary>
    public static string Plain(string page) => Secret().Replace(page, "");

    /// <summary>Signs in through the page; false where that is refused.</summary>
    public async Task<bool> TrySignInAsync(string email, string password)
    {
        using var answer = await PostAsync("/account/login", ("_handler", "login"), ("email", email), ("password", password));
        return answer.StatusCode == HttpStatusCode.Found;
    }

    /// <summary>Signs in through the page, and says where that leads; empty where it is refused.</summary>
    public async Task<string> EnterAsync(TestPerson person, string returnUrl = "/account/preferences")
    {
        using var answer = await PostAsync("/account/login?returnUrl=" + Uri.EscapeDataString(returnUrl), ("_handler", "login"), ("email", person.Email), ("password", person.Password));
        return PathOf(answer);
    }

    /// <summary>True where it has a cookie of that name.</summary>
    public bool Has(string cookie) => Cookies.Any(one => one.Name == cookie);

    /// <summary>The text of a page.</summary>
    public async Task<string> GetAsync(string path) => await Http.GetStringAsync(path);

    /// <summary>Sends the form that stands on the page to which it goes.</summary>
    public Task<HttpResponseMessage> PostAsync(string path, params (string Name, string Value)[] fields) => PostAsync(path, path, fields);

    /// <summary>Sends a form from another page.</summary>
    public async Task<HttpResponseMessage> PostAsync(string path, string from, params (string Name, string Value)[] fields)
    {
        using var content = new FormUrlEncodedContent([new("__RequestVerificationToken", await TokenOfAsync(from)), .. fields.Select(field => KeyValuePair.Create(field.Name, field.Value))]);
        return await Http.PostAsync(path, content);
    }

    /// <summary>Sends a form with a file.</summary>
    public async Task<HttpResponseMessage> SendFileAsync(string path, string from, string field, byte[] file, string name, string type)
    {
        using var content = new MultipartFormDataContent { { new StringContent(await TokenOfAsync(from)), "__RequestVerificationToken" } };
        var part = new ByteArrayContent(file);
        part.Headers.ContentType = new(type);
        content.Add(part, field, name);
        return await Http.PostAsync(path, content);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _http?.Dispose();
        _handler.Dispose();
    }

    private async Task<string> TokenOfAsync(string page) => Token().Match(await GetAsync(page)).Groups["token"].Value;

    [GeneratedRegex("""name="__RequestVerificationToken" value="(?<token>[^"]+)" """, RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Token();

    [GeneratedRegex("CfDJ8[-+/=A-Za-z0-9_]+", RegexOptions.None, 1000)]
    private static partial Regex Secret();
}
