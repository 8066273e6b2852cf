using ChatApp.Accounts;
using ChatApp.Resources;
using Microsoft.Extensions.Localization;

namespace ChatApp.Components.Account;

/// <summary>A session in the reader's language.</summary>
public static class SessionWords
{
    /// <summary>What it is called: browser and system where both are known, else what it says itself, else that it said nothing.</summary>
    public static string Name(IStringLocalizer<Text> text, SessionLine line)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(line);
        return AgentName.Split(line.Name) is var (browser, system) ? text["Sessions.BrowserOn", browser, system]
            : line.Name.Length > 0 ? line.Name
            : text[$"Sessions.Nameless.{line.Kind}"];
    }
}
