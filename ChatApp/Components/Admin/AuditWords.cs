using ChatApp.Accounts;
using ChatApp.Moderation;
using ChatApp.Push;
using ChatApp.Resources;
using Microsoft.Extensions.Localization;

namespace ChatApp.Components.Admin;

/// <summary>
/// An audit entry in the reader's language. The log stores one neutral line per action; where that line can be taken
/// apart without doubt its parts are translated, else it is shown as it is.
/// </summary>
/// <param name="Action">What was done.</param>
/// <param name="Target">To what or whom.</param>
public sealed record AuditWords(string Action, string Target)
{
    // What is done, as the log names it, and the key of its words.
    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["message.delete"] = "Admin.DeletedMessage",
        ["connection.disconnect"] = "Admin.EndedConnection",
        ["connection.disconnect_all"] = "Admin.EndedAll",
        ["user.add"] = "Admin.AddedUser",
        ["user.lock"] = "Admin.LockedUser",
        ["user.unlock"] = "Admin.UnlockedUser",
        ["account.delete"] = "Admin.DeletedAccount",
        ["user.rank"] = "Admin.ChangedRank",
        ["sanction.warn"] = "Sanction.Audit.Warn",
        ["sanction.mute"] = "Sanction.Audit.Mute",
        ["sanction.ban"] = "Sanction.Audit.Ban",
        ["sanction.lift"] = "Sanction.Audit.Lift",
        ["brake.instance"] = "Brake.AuditInstance",
        ["brake.room"] = "Brake.AuditRoom",
        ["brake.lift"] = "Brake.AuditLift",
        ["report.read"] = "Report.Audit.Read",
        ["report.resolve"] = "Report.Audit.Resolve",
        ["sweep.run"] = "Sweep.Audit.Run",
        ["sweep.undo"] = "Sweep.Audit.Undo",
        ["sweep.purge"] = "Sweep.Audit.Purge",
        ["sweep.cancel"] = "Sweep.Audit.Cancel",
        ["rule.add"] = "Rules.Audit.Add",
        ["rule.change"] = "Rules.Audit.Change",
        ["rule.remove"] = "Rules.Audit.Remove",
        ["rule.alert"] = "Rules.Audit.Alert",
        ["held.approve"] = "Held.Audit.Approve",
        ["held.reject"] = "Held.Audit.Reject",
        ["policy.set"] = "Policy.Audit.Set",
        ["room.kick"] = "Sanction.Audit.Kick",
        ["room.slow"] = "Sanction.Audit.Slow",
        ["room.lock"] = "Sanction.Audit.Lock",
        ["token.revoke"] = "Tokens.AuditRevoked",
        ["key.add"] = "Tokens.AuditKeyAdded",
        ["key.revoke"] = "Tokens.AuditKeyRevoked",
        ["key.restore"] = "Tokens.AuditKeyRestored",
        ["bot.delete"] = "Bots.AuditDeleted",
        ["room.edit"] = "Admin.EditedRoom",
        ["room.archive"] = "Admin.ArchivedRoom",
        ["room.restore"] = "Admin.RestoredRoom",
        ["room.retention"] = "Admin.ChangedRetention",
        ["room.role"] = "Admin.ChangedRole",
        ["moderation.why"] = "Why.Audit",
        ["invitation.create"] = "Invites.AuditCreated",
        ["invitation.revoke"] = "Invites.AuditRevoked",
        ["setting.change"] = "AdminSettings.AuditChanged",
        ["account.second_factor.on"] = "Security.AuditOn",
        ["account.second_factor.off"] = "Security.AuditOff",
        ["account.second_factor.reset"] = "Security.AuditReset",
        ["account.app.add"] = "Security.AuditApp",
        ["account.recovery_codes"] = "Security.AuditCodes",
        ["account.passkey.add"] = "Security.AuditPasskeyAdded",
        ["account.passkey.remove"] = "Security.AuditPasskeyRemoved",
        ["account.login.link"] = "Security.AuditLinked",
        ["account.login.unlink"] = "Security.AuditUnlinked",
    };

    /// <summary>The words for an entry.</summary>
    public static AuditWords Of(IStringLocalizer<Text> text, AuditLine line)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(line);
        return line.Action switch
        {
            "message.delete" => new(ActionOf(text, line.Action), MessageOf(text, line.Details)),
            "connection.disconnect" => new(ActionOf(text, line.Action), ConnectionOf(text, line.Details)),
            "account.delete" => new(ActionOf(text, line.Action), line.Actor),
            "user.rank" => RankOf(text, line.Details),
            _ => new(ActionOf(text, line.Action), line.Details.Length > 0 ? line.Details : line.Target),
        };
    }

    /// <summary>All actions that have words, by those words.</summary>
    public static IEnumerable<(string Action, string Words)> Actions(IStringLocalizer<Text> text) =>
        Names.Select(name => (name.Key, text[name.Value].Value)).OrderBy(name => name.Value, StringComparer.CurrentCultureIgnoreCase);

    // What has no words is shown as the log names it.
    private static string ActionOf(IStringLocalizer<Text> text, string action) => Names.TryGetValue(action, out var key) ? text[key] : action;

    // "by NAME in ROOM": both may hold the word "in", so only a single one is trusted.
    private static string MessageOf(IStringLocalizer<Text> text, string details)
    {
        var at = details.IndexOf(" in ", StringComparison.Ordinal);
        return at > 3 && at == details.LastIndexOf(" in ", StringComparison.Ordinal) && details.StartsWith("by ", StringComparison.Ordinal)
            ? text["Admin.MessageTarget", AdminWords.Isolate(details[3..at]), AdminWords.Isolate(details[(at + 4)..])]
            : details;
    }

    // "KIND of NAME from ADDRESS": a kind and an address hold no spaces.
    private static string ConnectionOf(IStringLocalizer<Text> text, string details)
    {
        var of = details.IndexOf(" of ", StringComparison.Ordinal);
        var from = details.LastIndexOf(" from ", StringComparison.Ordinal);
        return of > 0 && from > of && Enum.TryParse<ConnectionKind>(details[..of], out var kind)
            ? text["Admin.ConnectionTarget", AdminWords.Isolate(details[(of + 4)..from]), AdminWords.Kind(text, kind), details[(from + 6)..]]
            : details;
    }

    // "NAME: BEFORE -> AFTER": a rank is one word.
    private static AuditWords RankOf(IStringLocalizer<Text> text, string details)
    {
        var colon = details.LastIndexOf(": ", StringComparison.Ordinal);
        return colon > 0 && details[(colon + 2)..].Split(" -> ") is [var before, var after]
            && Enum.TryParse<Rank>(before, out var old) && Enum.TryParse<Rank>(after, out var given)
            ? new(text[given > old ? "Admin.Promoted" : "Admin.Demoted", AdminWords.Rank(text, given)], details[..colon])
            : new(text["Admin.ChangedRank"], details);
    }
}
