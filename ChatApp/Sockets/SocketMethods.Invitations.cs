using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Wire;

namespace ChatApp.Sockets;

/// <summary>The methods for links by which people come. Who may make which is the service's affair.</summary>
internal sealed partial class SocketMethods
{
    private async Task<(Action<Utf8JsonWriter>? Data, WireError? Error)> CallInvitationAsync(string method, Arguments given) => method switch
    {
        // A rank is an administrator's to give, so a token must be for what administrators do.
        "invitation.create" when given.TextOrNull("rank") is not null && given.Rank("rank") > permit.Actor.UpTo - 1 => (null, WireError.PermissionDenied),
        "invitation.create" => Of(await services.Invitations.CreateAsync(user, new InvitationWish(
            given.OptionalCount("uses") ?? 1,
            given.OptionalCount("seconds") is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            given.TextOrNull("rank") is null ? Rank.Member : given.Rank("rank"),
            given.OptionalRoom("room"),
            given.OptionalText("note")))),
        "invitation.list" => ListInvitations(),
        "invitation.revoke" => Of(await services.Invitations.RevokeAsync(user, given.Text("id"), given.OptionalText("reason"))),
        _ => (null, WireError.MethodNotFound),
    };

    private static (Action<Utf8JsonWriter>?, WireError?) Of(InvitationResult result) => result is { Id: { } id, Secret: { } secret } ? (json =>
    {
        json.WriteString("id", id);
        json.WriteString("path", Invitations.PathOf(secret));
        if (result.ExpiresAt is { } end) json.WriteNumber("expires_at", end.ToUnixTimeMilliseconds());
    }, null) : Of(result.Outcome);

    private static (Action<Utf8JsonWriter>?, WireError?) Of(InvitationOutcome outcome) => outcome switch
    {
        InvitationOutcome.Done => (Nothing, null),
        InvitationOutcome.NotAllowed => (null, WireError.PermissionDenied),
        InvitationOutcome.NoSuchRoom => (null, WireError.UnknownChannel),
        InvitationOutcome.Busy => (null, WireError.TooManyRequests with { RetryMs = 1000 }),
        InvitationOutcome.BadUses => Bad($"uses must be 1 to {Invitations.MostUses}"),
        InvitationOutcome.BadLife => Bad($"seconds must be {Invitations.ShortestLife.TotalSeconds} to {Invitations.LongestLife.TotalSeconds}"),
        InvitationOutcome.BadNote => Bad($"note must have at most {Invitations.MaxNoteLength} characters"),
        InvitationOutcome.TooMany => Bad($"at most {Invitations.MostPerDay} invitations within a day"),
        _ => Bad("there is no such invitation"),
    };

    private (Action<Utf8JsonWriter>?, WireError?) ListInvitations()
    {
        var lines = services.Invitations.List(user);
        return (json => List(json, "invitations", lines, line =>
        {
            json.WriteString("id", line.Id);
            json.WriteString("state", StateOf(line.State));
            json.WriteString("note", line.Note);
            EventJson.User(json, "by", line.Maker);
            json.WriteString("rank", EventJson.RankOf(line.Rank));
            if (line.Room is { } room) json.WriteString("room", room.Id.Value);
            else if (line.HasRoom) json.WriteNull("room");
            json.WriteNumber("uses", line.Uses);
            json.WriteNumber("max_uses", line.MaxUses);
            json.WriteNumber("created_at", line.CreatedAt.ToUnixTimeMilliseconds());
            if (line.ExpiresAt is { } end) json.WriteNumber("expires_at", end.ToUnixTimeMilliseconds());
            List(json, "came", line.Came, person =>
            {
                json.WriteString("id", person.Id.Value);
                json.WriteString("name", person.Name);
            });
        }), null);
    }

    private static string StateOf(InvitationState state) => state switch
    {
        InvitationState.Live => "live",
        InvitationState.UsedUp => "used_up",
        InvitationState.Expired => "expired",
        InvitationState.Revoked => "revoked",
        _ => "suspended",
    };
}
