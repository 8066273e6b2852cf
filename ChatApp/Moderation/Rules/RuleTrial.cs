using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Storage;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Moderation.Rules;

/// <summary>A message that a rule would have hit.</summary>
/// <param name="Message">Which.</param>
/// <param name="Room">Where.</param>
/// <param name="Offset">Its place there.</param>
/// <param name="Author">Who wrote it.</param>
/// <param name="Extract">The beginning of its text.</param>
/// <param name="At">When.</param>
public sealed record TrialHit(MessageId Message, RoomId Room, Offset Offset, UserCard Author, string Extract, DateTimeOffset At);

/// <summary>What a rule would have done.</summary>
/// <param name="Outcome">How the test went.</param>
/// <param name="Looked">How many messages it was tried on.</param>
/// <param name="Count">How many of them it would have hit.</param>
/// <param name="Hits">The newest of those, at most <see cref="RuleTrial.MostShown"/>.</param>
public sealed record TrialResult(RuleOutcome Outcome, int Looked = 0, int Count = 0, IReadOnlyList<TrialHit>? Hits = null)
{
    /// <summary>See <see cref="RuleResult.Detail"/>.</summary>
    public string Detail { get; init; } = "";
}

/// <summary>
/// Tries a rule on what was said lately, before it is turned on: on the newest messages that whoever tries it may read, by the authors' standing of today. Runs beside everything
/// else, at most <see cref="AtOnce"/> at a time.
/// </summary>
/// <param name="database">Where messages are stored.</param>
/// <param name="users">Names and ranks.</param>
/// <param name="desk">Who may.</param>
public sealed class RuleTrial(ChatDatabase database, UserDirectory users, RuleDesk desk)
{
    /// <summary>Most messages that a rule is tried on.</summary>
    public const int MostMessages = 1000;

    /// <summary>Most hits that are shown.</summary>
    public const int MostShown = 20;

    /// <summary>Tests that run at the same time.</summary>
    public const int AtOnce = 2;

    private int _running;

    /// <summary>Tries a rule.</summary>
    /// <param name="actor">Who tries it: whoever may make it.</param>
    /// <param name="room">The room where it shall hold; null for all rooms, of which those are looked through that the actor is in.</param>
    /// <param name="draft">What it says.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<TrialResult> TestAsync(Actor actor, RoomId? room, RuleDraft draft, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(draft);
        var (clean, outcome, detail) = draft.Checked(room is not null);
        if (clean is null) return new TrialResult(outcome) { Detail = detail };
        if (Refusal(actor, room) is { } refusal) return new TrialResult(refusal);
        if (Interlocked.Increment(ref _running) > AtOnce)
        {
            Interlocked.Decrement(ref _running);
            return new TrialResult(RuleOutcome.Busy);
        }

        try
        {
            // Away from whoever waits: a page goes on, and a socket answers pings.
            return await Task.Run(() => Test(actor, room, clean, cancellation), cancellation);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private RuleOutcome? Refusal(Actor actor, RoomId? room)
    {
        using var db = database.OpenRead();
        if (!desk.May(db, actor, "rule.test", room)) return RuleOutcome.NotAllowed;
        // What is found is shown: whoever does not read there does not read it here.
        return room is { } id && RoomAccess.Find(db, id, actor.Id) is not { IsMember: true } ? RuleOutcome.NotAllowed : null;
    }

    private TrialResult Test(Actor actor, RoomId? room, RuleDraft draft, CancellationToken cancellation)
    {
        var row = new AutoModRule { Name = draft.Name, RoomId = room?.Value, ChangedById = actor.Id.Value };
        draft.ApplyTo(row);
        var rule = new CompiledRule(row);
        using var db = database.OpenRead();
        var roles = new Dictionary<(string, string), (RoomRole Role, DateTimeOffset? JoinedAt)>();
        var earlier = new Dictionary<UserId, List<(DateTimeOffset At, UInt128 Print)>>();
        var (count, looked, hits) = (0, 0, new List<TrialHit>());
        foreach (var message in Newest(db, actor.Id, room, cancellation))
        {
            cancellation.ThrowIfCancellationRequested();
            looked++;
            var author = new UserId(message.AuthorId);
            var place = PlaceOf(db, roles, message);
            var text = new RuleText(message.Text, message.Html, db.Mentions.Count(mention => mention.MessageId == message.Id));
            var own = earlier.TryGetValue(author, out var known) ? known : earlier[author] = [];
            var isHit = rule.IsFor(new RoomId(message.RoomId), ModerationRights.Of(users.Get(author).Rank, place.Role)) && IsHit(rule, text, own, message, place.JoinedAt);
            // What would have been refused would not count for the next one.
            if (!isHit || draft.Action == RuleAction.Alert) own.Add((message.At, text.Print));
            if (!isHit) continue;
            count++;
            hits.Add(new TrialHit(new MessageId(message.Id), new RoomId(message.RoomId), new Offset(message.Offset), users.Get(author), MessageViews.ExtractOf(message.Text), message.At));
            if (hits.Count > MostShown) hits.RemoveAt(0);
        }

        hits.Reverse();
        return new TrialResult(RuleOutcome.Done, looked, count, hits);
    }

    private static bool IsHit(CompiledRule rule, RuleText text, List<(DateTimeOffset At, UInt128 Print)> earlier, Message message, DateTimeOffset? joined)
    {
        var since = message.At - TimeSpan.FromSeconds(rule.Row.Seconds);
        return rule.Row.Kind switch
        {
            RuleKind.Repeats => earlier.Count(post => post.At > since && post.Print == text.Print) + 1 >= rule.Row.Count,
            RuleKind.Rate => earlier.Count(post => post.At > since) >= rule.Row.Count,
            RuleKind.NewMemberLinks => rule.IsIn(text) && message.At - (joined ?? DateTimeOffset.UnixEpoch) < TimeSpan.FromMinutes(rule.Row.Count),
            _ => rule.IsIn(text),
        };
    }

    // The oldest first, so that what comes before counts.
    private static List<Message> Newest(ChatDbContext db, UserId reader, RoomId? room, CancellationToken cancellation)
    {
        var only = room?.Value;
        var memberships = RoomAccess.Memberships(db).Where(member => member.UserId == reader.Value).Select(member => member.RoomId);
        string[] readable = only is not null ? [only] : [.. db.Rooms.Where(one => one.IsDefault || (one.Visibility != RoomVisibility.Direct && memberships.Contains(one.Id))).Select(one => one.Id)];
        var found = new List<Message>();
        foreach (var one in readable)
        {
            cancellation.ThrowIfCancellationRequested();
            found.AddRange(db.Messages.Where(message => message.RoomId == one && message.DeletedAt == null).OrderByDescending(message => message.Offset).Take(MostMessages));
            if (found.Count > 2 * MostMessages) found = [.. found.OrderByDescending(message => message.Id).Take(MostMessages)];
        }

        return [.. found.OrderByDescending(message => message.Id).Take(MostMessages).Reverse()];
    }

    private static (RoomRole Role, DateTimeOffset? JoinedAt) PlaceOf(ChatDbContext db, Dictionary<(string, string), (RoomRole Role, DateTimeOffset? JoinedAt)> known, Message message)
    {
        var key = (message.RoomId, message.AuthorId);
        if (known.TryGetValue(key, out var place)) return place;
        var member = db.Memberships.FirstOrDefault(one => one.RoomId == message.RoomId && one.UserId == message.AuthorId);
        var joined = member?.JoinedAt ?? db.Users.Where(user => user.Id == message.AuthorId).Select(user => (DateTimeOffset?)user.CreatedAt).FirstOrDefault();
        return known[key] = (member?.Role ?? RoomRole.Member, joined);
    }
}
