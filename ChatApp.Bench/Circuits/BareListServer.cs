using ChatApp.Bench.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ChatApp.Bench.Circuits;

/// <summary>
/// The limit: a list of 300 lines in the same framework, rendered by each page for each message. Nobody signs in, nothing is stored,
/// and a line is three elements.
/// </summary>
internal static class BareListServer
{
    public const string Name = "barelist";

    /// <summary>Where a message is posted, as plain text.</summary>
    public const string Path = "/say";

    /// <summary>Runs it in this process until cancelled.</summary>
    public static async Task RunAsync(int port, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddDataProtection().UseEphemeralDataProtectionProvider();
        builder.Services.AddRazorComponents().AddInteractiveServerComponents();
        builder.Services.AddSingleton<BareRoom>();
        await using var app = builder.Build();
        app.Urls.Add($"http://127.0.0.1:{port}");
        app.UseAntiforgery();
        app.MapPost(Path, async (HttpContext context, BareRoom room) =>
        {
            using var reader = new StreamReader(context.Request.Body);
            room.Say(await reader.ReadToEndAsync(context.RequestAborted));
        });
        app.MapRazorComponents<BareDocument>().AddInteractiveServerRenderMode();
        await app.StartAsync(cancellation);
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellation).ContinueWith(_ => { }, TaskScheduler.Default);
    }
}

/// <summary>The lines that all pages show.</summary>
public sealed class BareRoom
{
    private const int Window = 300;

    private readonly Lock _gate = new();
    private (int Number, string Text)[] _lines = [.. Enumerable.Range(0, Window).Select(number => (number, $"line {number} of usual length, as people write them to each other every day"))];
    private Action[] _pages = [];

    /// <summary>Number and text; immutable, oldest first.</summary>
    public IReadOnlyList<(int Number, string Text)> Lines => Volatile.Read(ref _lines);

    /// <summary>Adds a line and tells all pages.</summary>
    public void Say(string text)
    {
        lock (_gate) Volatile.Write(ref _lines, [.. _lines[1..], (_lines[^1].Number + 1, text)]);
        foreach (var page in Volatile.Read(ref _pages)) page();
    }

    /// <summary>Calls a page with each line, from now on.</summary>
    public void Follow(Action page)
    {
        lock (_gate) Volatile.Write(ref _pages, [.. _pages, page]);
    }
}

/// <summary>The document around the list. Public, or the framework does not find it.</summary>
[Route("/")]
public sealed class BareDocument : ComponentBase
{
    /// <inheritdoc/>
    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddMarkupContent(0, "<!DOCTYPE html><html><head><base href=\"/\" /></head><body>");
        builder.OpenComponent<BareList>(1);
        builder.AddComponentRenderMode(new InteractiveServerRenderMode());
        builder.CloseComponent();
        builder.AddMarkupContent(2, "</body></html>");
    }
}

/// <summary>The list.</summary>
/// <param name="room">What it shows.</param>
public sealed class BareList(BareRoom room) : ComponentBase
{
    /// <inheritdoc/>
    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender) room.Follow(() => _ = InvokeAsync(StateHasChanged));
    }

    /// <inheritdoc/>
    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.OpenElement(0, "ol");
        foreach (var (number, text) in room.Lines)
        {
            builder.OpenElement(1, "li");
            builder.SetKey(number);
            builder.OpenElement(2, "b");
            builder.AddContent(3, "Somebody");
            builder.CloseElement();
            builder.OpenElement(4, "span");
            builder.AddContent(5, text);
            builder.CloseElement();
            builder.CloseElement();
        }

        builder.CloseElement();
    }
}
