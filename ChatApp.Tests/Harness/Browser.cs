using Microsoft.Playwright;

namespace ChatApp.Tests.Harness;

/// <summary>
/// One headless Chromium for all browser tests: put <c>[Collection(Browser.Collection)]</c> on the class and take a
/// <see cref="Browser"/> in its constructor. Each page lives in a context of its own: own cookies, cache and storage.
/// </summary>
public sealed class Browser : IAsyncLifetime
{
    /// <summary>Name of the collection whose tests share the browser and run one after another.</summary>
    public const string Collection = "browser";

    private static readonly string[] Places =
        ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/usr/bin/google-chrome-stable"];

    // The machine may have no way out: everything that phones home would only cost time. As root there is no sandbox.
    private static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
    ];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>The browser itself, for what the helpers do not cover.</summary>
    public IBrowser Instance => _browser ?? throw new InvalidOperationException("The browser has not been started yet.");

    /// <summary>Opens an empty page in a fresh context; nothing is loaded yet.</summary>
    /// <param name="baseUrl">Address of the server; <c>GotoAsync("/rooms/general")</c> is relative to it.</param>
    /// <param name="colorScheme">What the page sees as the system's theme.</param>
    /// <param name="width">Of the viewport, in CSS pixels.</param>
    /// <param name="height">Of the viewport, in CSS pixels.</param>
    /// <param name="locale">Language of the page and of its requests, as a BCP 47 tag.</param>
    /// <param name="timezone">Time zone of the page, as an IANA name.</param>
    public async Task<BrowserPage> NewPageAsync(
        Uri baseUrl,
        ColorScheme colorScheme = ColorScheme.Light,
        int width = 1280,
        int height = 800,
        string locale = "en-US",
        string timezone = "UTC")
    {
        ArgumentNullException.ThrowIfNull(baseUrl);
        var context = await Instance.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = baseUrl.ToString(),
            ColorScheme = colorScheme,
            ViewportSize = new ViewportSize { Width = width, Height = height },
            Locale = locale,
            TimezoneId = timezone,
        });
        return await BrowserPage.OpenAsync(context);
    }

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        var path = FindExecutable();
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = path,
            Headless = true,
            Args = Arguments,
        });
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    /// <summary>The browser that the tests use: the <c>CHROMIUM</c> environment variable, else the first known place.</summary>
    /// <exception cref="InvalidOperationException">There is none. A missing browser fails the tests; it never skips them.</exception>
    internal static string FindExecutable(string? named, IEnumerable<string> places)
    {
        if (!string.IsNullOrEmpty(named))
        {
            return File.Exists(named)
                ? named
                : throw new InvalidOperationException($"The environment variable CHROMIUM names {named}, which does not exist.");
        }
        return places.FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException("The browser tests need Chromium. This mends it: apt-get install -y chromium (./test.sh does it by itself), or set CHROMIUM to the path of one.");
    }

    private static string FindExecutable() => FindExecutable(Environment.GetEnvironmentVariable("CHROMIUM"), Places);
}

/// <summary>Ties <see cref="Browser"/> to its collection.</summary>
[CollectionDefinition(Browser.Collection)]
public sealed class BrowserCollection : ICollectionFixture<Browser>;
