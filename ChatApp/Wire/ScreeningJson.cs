using System.Text.Json;
using ChatApp.Moderation;
using ChatApp.Moderation.Held;
using ChatApp.Moderation.Policies;
using ChatApp.Moderation.Rules;

namespace ChatApp.Wire;

/// <summary>What rules, held messages and the questions to programs look like in JSON.</summary>
internal static class ScreeningJson
{
    /// <summary>What moderators, authors and programs that check rooms are told, as fields of the object that is open.</summary>
    public static void Event(Utf8JsonWriter json, object body)
    {
        switch (body)
        {
            case RuleAlert alert:
                json.WriteString("type", "rule.alert");
                json.WriteString("rule", alert.Rule);
                EventJson.Message(json, alert.Message);
                json.WriteNumber("offset", alert.Message.Offset.Value);
                break;
            case HeldChanged changed:
                json.WriteString("type", "held.changed");
                json.WriteString("room", changed.Room.Value);
                json.WriteNumber("waiting", changed.Waiting);
                json.WriteNumber("at", changed.At.ToUnixTimeMilliseconds());
                break;
            case HeldDecided decided:
                json.WriteString("type", "held.decided");
                json.WriteNumber("id", decided.Id);
                json.WriteString("room", decided.Room.Value);
                json.WriteString("key", decided.Key);
                json.WriteBoolean("approved", decided.IsApproved);
                if (decided.IsWithdrawn) json.WriteBoolean("withdrawn", value: true);
                if (decided.Reason.Length > 0) json.WriteString("reason", decided.Reason);
                json.WriteNumber("at", decided.At.ToUnixTimeMilliseconds());
                break;
            case PolicyCheck check:
                json.WriteString("type", "policy.check");
                json.WriteString("id", check.Id);
                json.WriteString("room", check.Room.Value);
                EventJson.User(json, "author", check.Author);
                json.WriteString("text", check.Text);
                if (check.Edited is { } edited) json.WriteString("edits", edited.ToString());
                if (check.ReplyTo is { } target) json.WriteString("reply_to", target.ToString());
                if (check.Thread is { } thread) json.WriteString("thread", thread.ToString());
                json.WriteNumber("deadline_ms", check.Milliseconds);
                break;
        }
    }

    /// <summary>A rule, as fields of the object that is open.</summary>
    public static void Rule(Utf8JsonWriter json, RuleLine rule)
    {
        var draft = rule.Draft;
        json.WriteNumber("id", rule.Id);
        if (rule.Room is { } room) json.WriteString("room", room.Value);
        json.WriteString("name", draft.Name);
        json.WriteString("kind", NameOf(draft.Kind));
        json.WriteString("action", NameOf(draft.Action));
        json.WriteBoolean("enabled", draft.IsEnabled);
        json.WriteNumber("position", draft.Position);
        if (RuleLimits.HasPatterns(draft.Kind)) Texts(json, "patterns", draft.Patterns);
        if (draft.AllowsListed) json.WriteBoolean("allows_listed", value: true);
        if (draft.Count > 0) json.WriteNumber("count", draft.Count);
        if (draft.Seconds > 0) json.WriteNumber("seconds", draft.Seconds);
        if (draft.Message.Length > 0) json.WriteString("message", draft.Message);
        if (draft.MuteSeconds > 0) json.WriteNumber("mute_seconds", draft.MuteSeconds);
        json.WriteString("exempt", NameOf(draft.ExemptFrom));
        if (draft.ExemptRooms.Count > 0) Texts(json, "exempt_rooms", draft.ExemptRooms.Select(one => one.Value));
        EventJson.User(json, "by", rule.By);
        json.WriteNumber("at", rule.At.ToUnixTimeMilliseconds());
    }

    /// <summary>A held message, as fields of the object that is open.</summary>
    public static void Held(Utf8JsonWriter json, HeldLine held)
    {
        json.WriteNumber("id", held.Id);
        json.WriteString("room", held.Room.Value);
        json.WriteString("room_name", held.RoomName);
        EventJson.User(json, "author", held.Author);
        json.WriteString("text", held.Text);
        json.WriteString("source", held.Source);
        json.WriteNumber("at", held.At.ToUnixTimeMilliseconds());
        json.WriteNumber("until", held.Until.ToUnixTimeMilliseconds());
    }

    /// <summary>What a rule would have done, as fields of the object that is open.</summary>
    public static void Trial(Utf8JsonWriter json, TrialResult trial)
    {
        json.WriteNumber("looked", trial.Looked);
        json.WriteNumber("count", trial.Count);
        json.WriteStartArray("hits");
        foreach (var hit in trial.Hits ?? [])
        {
            json.WriteStartObject();
            json.WriteString("id", hit.Message.ToString());
            json.WriteString("room", hit.Room.Value);
            json.WriteNumber("offset", hit.Offset.Value);
            EventJson.User(json, "author", hit.Author);
            json.WriteString("extract", hit.Extract);
            json.WriteNumber("at", hit.At.ToUnixTimeMilliseconds());
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>The word for a kind.</summary>
    public static string NameOf(RuleKind kind) => kind switch
    {
        RuleKind.Words => "words",
        RuleKind.Expression => "expression",
        RuleKind.Links => "links",
        RuleKind.Mentions => "mentions",
        RuleKind.Repeats => "repeats",
        RuleKind.Rate => "rate",
        _ => "new_member_links",
    };

    /// <summary>The word for an action.</summary>
    public static string NameOf(RuleAction action) => action switch { RuleAction.Block => "block", RuleAction.Hold => "hold", RuleAction.Alert => "alert", _ => "mute" };

    /// <summary>The word for who is exempt.</summary>
    public static string NameOf(Standing? exempt) => exempt switch
    {
        Standing.RoomModerator => "room_moderators",
        Standing.RoomOwner => "room_owners",
        Standing.Moderator => "moderators",
        Standing.Administrator => "administrators",
        _ => "nobody",
    };

    /// <summary>The word for what holds where no answer comes.</summary>
    public static string NameOf(PolicyMode mode) => mode switch { PolicyMode.Open => "open", PolicyMode.Closed => "closed", _ => "none" };

    private static void Texts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
