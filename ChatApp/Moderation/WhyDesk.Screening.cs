using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Moderation.Held;
using ChatApp.Rooms;
using ChatApp.Storage;

namespace ChatApp.Moderation;

/// <summary>What stands between what somebody writes and its being posted: rules, programs, review, and what was refused lately.</summary>
public sealed partial class WhyDesk
{
    private const string AlertAction = "rule.alert";
    private const string ApproveAction = "held.approve";

    // By names alone: what a rule looks for is on the page of the rules, and a text is nowhere here.
    private WhyAnswer Screened(ChatDbContext db, WhyAnswer answer)
    {
        var (user, room) = (answer.User.Id, answer.Room.Id);
        var (rules, policy) = screening.For(room, ModerationRights.Of(answer.User.Rank, answer.Role ?? RoomRole.Member));
        var checker = checks.CheckerOf(room);
        return answer with
        {
            Rules = [.. rules.Select(rule => new WhyRule(rule.Row.Name, rule.Row.Kind, rule.Row.Action, rule.Row.RoomId is null))],
            Policy = policy is null || checker == user ? null : new WhyPolicy(policy.FailsClosed, checker is { } program ? users.Get(program) : null),
            Held = HeldOf(db, user, room),
            Refused = refusals.Of(user, room),
        };
    }

    private List<WhyHeld> HeldOf(ChatDbContext db, UserId user, RoomId room)
    {
        var since = time.GetUtcNow() - HeldMessage.Life;
        return [.. db.Held.Where(held => held.AuthorId == user.Value && held.RoomId == room.Value && held.State == HeldState.Waiting && held.At > since)
            .Select(held => new { held.Source, held.At }).AsEnumerable()
            .GroupBy(held => held.Source, StringComparer.Ordinal)
            .Select(waiting => new WhyHeld(waiting.Key, waiting.Count(), waiting.Max(held => held.At)))
            .OrderByDescending(waiting => waiting.At)];
    }

    // From the audit log, where both stand under the message's number. Entries from before the name had a place of its own have it among other words.
    private WhyAnswer Reviewed(ChatDbContext db, WhyAnswer answer, Message message)
    {
        var target = new MessageId(message.Id).ToString();
        var entries = db.Audit.Where(entry => entry.Target == target && (entry.Action == AlertAction || entry.Action == ApproveAction)).OrderBy(entry => entry.Id).Take(SanctionLists.MaxLines).ToList();
        return answer with
        {
            Review = entries.Find(entry => entry.Action == ApproveAction) is { } approved
                ? new WhyReview(approved.Before.StartsWith(HeldDesk.HeldBy, StringComparison.Ordinal) ? approved.Before[HeldDesk.HeldBy.Length..] : approved.Details, users.Get(new UserId(approved.ActorId)), approved.At)
                : null,
            Alerts = [.. entries.Where(entry => entry.Action == AlertAction).Select(entry => entry.Reason.Length > 0 ? entry.Reason : entry.Details).Distinct(StringComparer.Ordinal)],
        };
    }
}
