using System.Diagnostics;
using ChatApp.Components.Account;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Diagnostics;

namespace ChatApp.Components.Layout;

/// <summary>Names the failed request by a number that stands in the log too.</summary>
public partial class ErrorPage
{
    private string _number = "";
    private string _again = "/";

    [CascadingParameter]
    private HttpContext Context { get; set; } = default!;

    [Inject]
    private ILogger<ErrorPage> Log { get; set; } = default!;

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        _number = Activity.Current?.TraceId.ToHexString()[..16] ?? Context.TraceIdentifier;
        if (Context.Features.Get<IExceptionHandlerPathFeature>() is not { } fault) return;
        // What was posted is not sent again by a link; the page that posted it is opened instead.
        _again = HttpMethods.IsGet(Context.Request.Method)
            ? LocalPath.Safe(new PathString(fault.Path).ToUriComponent() + Context.Request.QueryString, "/")
            : LocalPath.OfReferer(Context.Request, "/");
        LogShown(Log, _number, fault.Error);
    }

    [LoggerMessage(310, LogLevel.Error, "Request {Number} failed, and its sender was shown this number")]
    private static partial void LogShown(ILogger logger, string number, Exception fault);
}
