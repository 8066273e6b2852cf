using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace ChatApp.Components;

/// <summary>
/// Parts of pages that look the same to everybody who reads in one language, and in which nothing happens on the server: menus and bars that a script
/// works on. Each is drawn once, by its own component, and is one string that all pages show. Where a page had the elements, it would keep forty bytes for each
/// element and attribute, for as long as it is open.
/// </summary>
/// <param name="services">What the components ask for.</param>
/// <param name="loggers">For their faults.</param>
public sealed class DrawnOnce(IServiceProvider services, ILoggerFactory loggers)
{
    private readonly ConcurrentDictionary<(Type Part, string Suffix, string Language), MarkupString> _drawn = new();

    /// <summary>The markup of a part in the language of the page.</summary>
    /// <typeparam name="TPart">A component that is drawn at once, without parameters but <see cref="SharedPart.Suffix"/>.</typeparam>
    /// <param name="suffix">What the names of its elements end with, where a page has several; one of a few that are known.</param>
    public MarkupString Of<TPart>(string suffix = "")
        where TPart : SharedPart =>
        _drawn.GetOrAdd((typeof(TPart), suffix, CultureInfo.CurrentUICulture.Name), static (key, self) => self.Draw(key.Part, key.Suffix), this);

    private MarkupString Draw(Type part, string suffix)
    {
        using var renderer = new HtmlRenderer(services, loggers);
        var html = "";
        var drawing = renderer.Dispatcher.InvokeAsync(() =>
            html = renderer.BeginRenderingComponent(part, ParameterView.FromDictionary(new Dictionary<string, object?> { [nameof(SharedPart.Suffix)] = suffix })).ToHtmlString());
        // Nobody else has this renderer, so it has drawn by now.
        if (!drawing.IsCompletedSuccessfully) throw new InvalidOperationException($"{part.Name} could not be drawn at once.", drawing.Exception);
        return new MarkupString(html);
    }
}

/// <summary>A component that <see cref="DrawnOnce"/> draws for everybody.</summary>
public abstract class SharedPart : ComponentBase
{
    /// <summary>What the names of its elements end with: a page may have it twice.</summary>
    [Parameter]
    public string Suffix { get; set; } = "";
}
