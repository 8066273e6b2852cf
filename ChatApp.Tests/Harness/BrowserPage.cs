using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace ChatApp.Tests.Harness;

/// <summary>One person's window: a page in its own context, which remembers everything that went wrong in it.</summary>
public sealed class BrowserPage : IAsyncDisposable
{
    // Far longer than anything takes: on a loaded machine of two cores a page may need seconds.
    private const float DeadlineInMilliseconds = 30_000;

    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _errors = new();

    private BrowserPage(IBrowserContext context, IPage page)
    {
        _context = context;
        Page = page;
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
                _errors.Enqueue($"console: {message.Text} ({message.Location})");
        };
        page.PageError += (_, error) => _errors.Enqueue($"uncaught: {error}");
    }

    /// <summary>The page, with all that Playwright can do.</summary>
    public IPage Page { get; }

    /// <summary>The page's context: cookies, further pages of the same person.</summary>
    public IBrowserContext Context => _context;

    /// <summary>Console errors and uncaught exceptions so far, in order.</summary>
    public IReadOnlyCollection<string> Errors => _errors;

    /// <summary>Fails, listing them, when the page has reported an error.</summary>
    public void AssertNoErrors() => Assert.True(_errors.IsEmpty, $"The page {Page.Url} reported:\n{string.Join('\n', _errors)}");

    /// <summary>Forgets the errors so far: for tests that provoke some, for instance by stopping the server.</summary>
    public void ForgetErrors() => _errors.Clear();

    /// <summary>Closes the page and drops everything its context held.</summary>
    public async ValueTask DisposeAsync() => await _context.DisposeAsync().AsTask().Soon();

    internal static async Task<BrowserPage> OpenAsync(IBrowserContext context)
    {
        context.SetDefaultTimeout(DeadlineInMilliseconds);
        context.SetDefaultNavigationTimeout(DeadlineInMilliseconds);
        return new BrowserPage(context, await context.NewPageAsync());
    }
}
