using ChatApp.Rooms;
using ChatApp.Storage;

namespace ChatApp.Moderation;

/// <summary>Writes entries of the audit log, in the transaction of the action itself: neither exists without the other.</summary>
public static class AuditLog
{
    /// <summary>Longest reason and longest details, in UTF-16 units; the rest is cut.</summary>
    public const int MaxTextLength = 512;

    /// <summary>Adds an entry to the change that is being made, with the kind of connection by which it was asked for.</summary>
    /// <param name="commit">The change.</param>
    /// <param name="actor">Who acts.</param>
    /// <param name="action">What is done, such as <c>sanction.mute</c>.</param>
    /// <param name="target">Id of what it is done to.</param>
    /// <param name="details">What a person needs to recognise the target.</param>
    /// <param name="reason">Why; may be empty.</param>
    /// <param name="before">What is there until now, where the action changes a value; never a text that somebody deletes.</param>
    /// <param name="after">What is there from now on.</param>
    public static void Add(Commit commit, UserId actor, string action, string target, string details, string reason, string before = "", string after = "")
    {
        ArgumentNullException.ThrowIfNull(commit);
        commit.Db.Audit.Add(new AuditEntry
        {
            At = commit.Now,
            ActorId = actor.Value,
            Action = action,
            Target = target,
            Details = Cut(details),
            Reason = Cut(reason),
            Before = Cut(before),
            After = Cut(after),
            Via = commit.Via,
        });
    }

    /// <summary>A room as the log names it: moderators who are not in a private room must not learn its name here.</summary>
    public static string NameOf(Room room)
    {
        ArgumentNullException.ThrowIfNull(room);
        return room.Visibility != RoomVisibility.Public ? $"private room {room.Id}" : room.Name;
    }

    private static string Cut(string? text) => VisibleText.Cut(text ?? "", MaxTextLength);
}
