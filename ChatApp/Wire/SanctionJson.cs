using System.Text.Json;
using ChatApp.Moderation;

namespace ChatApp.Wire;

/// <summary>What sanctions look like in JSON.</summary>
internal static class SanctionJson
{
    /// <summary>What a sanction is, as fields of the object that is open.</summary>
    public static void Term(Utf8JsonWriter json, SanctionTerm term)
    {
        json.WriteNumber("id", term.Id);
        json.WriteString("kind", KindOf(term.Kind));
        if (term.Room is { } room) json.WriteString("room", room.Value);
        json.WriteString("reason", term.Reason);
        if (term.Until is { } until) json.WriteNumber("until", until.ToUnixTimeMilliseconds());
    }

    /// <summary>The same for moderators, with whom it is about and what became of it.</summary>
    public static void Line(Utf8JsonWriter json, SanctionLine line)
    {
        Term(json, line.Term);
        EventJson.User(json, "user", line.User);
        EventJson.User(json, "by", line.By);
        json.WriteNumber("at", line.At.ToUnixTimeMilliseconds());
        json.WriteBoolean("holds", line.Holds);
        if (line is not { LiftedAt: { } lifted, LiftedBy: { } lifter }) return;
        json.WriteNumber("lifted_at", lifted.ToUnixTimeMilliseconds());
        EventJson.User(json, "lifted_by", lifter);
        json.WriteString("lift_reason", line.LiftReason);
    }

    private static string KindOf(SanctionKind kind) => kind switch { SanctionKind.Warning => "warning", SanctionKind.Mute => "mute", _ => "ban" };
}
