using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace ChatApp.Components.Shared;

/// <summary>
/// A script that works on one element for as long as a component lives: a module under <c>wwwroot/js</c> whose
/// <c>attach(element, component)</c> gives an object with <c>dispose()</c>. All calls come from the circuit's dispatcher.
/// </summary>
/// <typeparam name="T">The component that the script calls back.</typeparam>
/// <param name="js">The page.</param>
/// <param name="path">Address of the module.</param>
public sealed class PageScript<T>(IJSRuntime js, string path) : IAsyncDisposable
    where T : class
{
    private DotNetObjectReference<T>? _component;
    private IJSObjectReference? _module;
    private IJSObjectReference? _script;
    private bool _disposed;

    /// <summary>Loads the module and lets it work on the element; once.</summary>
    public async Task AttachAsync(ElementReference element, T component)
    {
        try
        {
            _module = await js.InvokeAsync<IJSObjectReference>("import", path);
            if (!_disposed)
            {
                _component = DotNetObjectReference.Create(component);
                _script = await _module.InvokeAsync<IJSObjectReference>("attach", element, _component);
            }
        }
        catch (JSDisconnectedException)
        {
            // The page is gone, and its scripts with it.
        }

        // People click faster than scripts load: the component may have gone while this waited.
        if (_disposed) await ReleaseAsync();
    }

    /// <summary>Calls a function of the attached script; does nothing where it is not attached or the page is gone.</summary>
    public async Task InvokeAsync(string function, params object?[] values)
    {
        try
        {
            if (!_disposed && _script is not null) await _script.InvokeVoidAsync(function, values);
        }
        catch (Exception fault) when (fault is JSDisconnectedException or TaskCanceledException)
        {
            // The page is gone, and its scripts with it, or out of reach for so long that nobody waits for its answer any more.
        }
    }

    /// <summary>Calls a function of the attached script that says yes or no; false where it is not attached or the page is gone.</summary>
    public async Task<bool> AskAsync(string function, params object?[] values)
    {
        try
        {
            return !_disposed && _script is not null && await _script.InvokeAsync<bool>(function, values);
        }
        catch (Exception fault) when (fault is JSDisconnectedException or TaskCanceledException)
        {
            // As above: nobody is there who could say.
            return false;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _disposed = true;
        return ReleaseAsync();
    }

    private async ValueTask ReleaseAsync()
    {
        var (script, module) = (_script, _module);
        (_script, _module) = (null, null);
        try
        {
            if (script is not null)
            {
                await script.InvokeVoidAsync("dispose");
                await script.DisposeAsync();
            }

            if (module is not null) await module.DisposeAsync();
        }
        catch (JSDisconnectedException)
        {
            // The page is gone, and its scripts with it.
        }
        finally
        {
            // While attaching is under way the reference is on its way to the page: the end of attaching comes here again.
            if (script is not null) _component?.Dispose();
        }
    }
}
