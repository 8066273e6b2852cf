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
    /// <summary>The words for an entry.</summary>
    public static AuditWords Of(IStringLocalizer<Text> text, AuditLine line)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(line);
        return line.Action switch
        {
            "message.delete" => new(text["Admin.DeletedMessage"], MessageOf(text, line.Details)),
            "connection.disconnect" => new(text["Admin.EndedConnection"], ConnectionOf(text, line.Details)),
            "user.add" => new(text["Admin.AddedUser"], line.Details),
            "user.lock" => new(text["Admin.LockedUser"], line.Details),
            "user.unlock" => new(text["Admin.UnlockedUser"], line.Details),
            "account.delete" => new(text["Admin.DeletedAccount"], line.Actor),
            "user.rank" => RankOf(text, line.Details),
            "sanction.warn" => new(text["Sanction.Audit.Warn"], line.Details),
            "sanction.mute" => new(text["Sanction.Audit.Mute"], line.Details),
            "sanction.ban" => new(text["Sanction.Audit.Ban"], line.Details),
            "sanction.lift" => new(text["Sanction.Audit.Lift"], line.Details),
            "room.kick" => new(text["Sanction.Audit.Kick"], line.Details),
            "room.slow" => new(text["Sanction.Audit.Slow"], line.Details),
            "room.lock" => new(text["Sanction.Audit.Lock"], line.Details),
            "rule.add" => new(text["Rules.Audit.Add"], line.Details),
            "rule.change" => new(text["Rules.Audit.Change"], line.Details),
            "rule.remove" => new(text["Rules.Audit.Remove"], line.Details),
            "rule.alert" => new(text["Rules.Audit.Alert"], line.Details),
            "held.approve" => new(text["Held.Audit.Approve"], line.Details),
            "held.reject" => new(text["Held.Audit.Reject"], line.Details),
            "policy.set" => new(text["Policy.Audit.Set"], line.Details),
            "token.revoke" => new(text["Tokens.AuditRevoked"], line.Details),
            "bot.delete" => new(text["Bots.AuditDeleted"], line.Details),
            "room.edit" => new(text["Admin.EditedRoom"], line.Details),
            "room.archive" => new(text["Admin.ArchivedRoom"], line.Details),
            "room.restore" => new(text["Admin.RestoredRoom"], line.Details),
            "room.retention" => new(text["Admin.ChangedRetention"], line.Details),
            "room.role" => new(text["Admin.ChangedRole"], line.Details),
            "invitation.create" => new(text["Invites.AuditCreated"], line.Details),
            "invitation.revoke" => new(text["Invites.AuditRevoked"], line.Details),
            "setting.change" => new(text["AdminSettings.AuditChanged"], line.Details),
            "account.second_factor.on" => new(text["Security.AuditOn"], line.Details),
            "account.second_factor.off" => new(text["Security.AuditOff"], line.Details),
            "account.second_factor.reset" => new(text["Security.AuditReset"], line.Details),
            "account.app.add" => new(text["Security.AuditApp"], line.Details),
            "account.recovery_codes" => new(text["Security.AuditCodes"], line.Details),
            "account.passkey.add" => new(text["Security.AuditPasskeyAdded"], line.Details),
            "account.passkey.remove" => new(text["Security.AuditPasskeyRemoved"], line.Details),
            "account.login.link" => new(text["Security.AuditLinked"], line.Details),
            "account.login.unlink" => new(text["Security.AuditUnlinked"], line.Details),
            _ => new(line.Action, line.Details.Length > 0 ? line.Details : line.Target),
        };
    }

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
