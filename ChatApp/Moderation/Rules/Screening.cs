using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Moderation.Policies;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Storage;

namespace ChatApp.Moderation.Rules;

/// <summary>What somebody wants to say, as it is judged.</summary>
/// <param name="Author">Who.</param>
/// <param name="Room">Where.</param>
/// <param name="Text">What.</param>
/// <param name="Edited">The message whose text it shall be; null for a new one.</param>
/// <param name="ReplyTo">What it answers.</param>
/// <param name="Thread">In whose thread it is said.</param>
internal sealed record Candidate(UserId Author, RoomId Room, RuleText Text, MessageId? Edited = null, MessageId? ReplyTo = null, MessageId? Thread = null);

/// <summary>What was found out about a text before its commit.</summary>
/// <param name="Rules">The rules and policies by which it was looked at.</param>
/// <param name="Screen">Those of its room; null where there are none, and then the rest says nothing.</param>
internal sealed record Looked(ScreenSnapshot Rules, RoomScreen? Screen)
{
    /// <summary>What it was about.</summary>
    public Candidate? Candidate { get; init; }

    /// <summary>Which rules hit by the text alone, in their order.</summary>
    public IReadOnlyList<bool> Hits { get; init; } = [];

    /// <summary>What the program that checks the room has answered.</summary>
    public PolicyAnswer Answer { get; init; }
}

/// <summary>What a commit does with a message.</summary>
internal abstract record Judgement
{
    /// <summary>It is stored.</summary>
    /// <param name="Alerts">Of these rules moderators are told.</param>
    public sealed record Passed(IReadOnlyList<CompiledRule> Alerts) : Judgement
    {
        /// <summary>Without anything more, as nearly always.</summary>
        public static readonly Passed Quietly = new([]);
    }

    /// <summary>The rules have changed since it was looked at.</summary>
    public sealed record Outdated : Judgement;

    /// <summary>It waits for a moderator.</summary>
    /// <param name="Source">The rule or the program that wants it so, in a name.</param>
    /// <param name="Words">What its author is told besides; may be empty.</param>
    public sealed record Held(string Source, string Words) : Judgement;

    /// <summary>It is refused.</summary>
    /// <param name="Result">In what way.</param>
    public sealed record Refused(PostResult.Rejected Result) : Judgement;
}

/// <summary>
/// The one place where rules and programs judge what is said, for new texts and edited ones, by whichever entrance. Texts are
/// looked at on the thread of whoever says them, and what the program says is waited for there; the commit only decides, by what is
/// stored at that moment. See docs/adr/0029-rules.md.
/// </summary>
/// <param name="book">The rules.</param>
/// <param name="checks">The programs.</param>
/// <param name="sanctions">For rules that mute.</param>
/// <param name="users">Ranks.</param>
/// <param name="news">Tells moderators.</param>
/// <param name="database">What was said lately.</param>
/// <param name="time">The clock.</param>
public sealed class Screening(RuleBook book, PolicyChecks checks, Sanctions sanctions, UserDirectory users, ModeratorNews news, ChatDatabase database, TimeProvider time)
{
    /// <summary>How long whoever is refused for want of an answer shall wait.</summary>
    internal static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly RecentPosts _recent = new();

    /// <summary>What may stand in the way in a room.</summary>
    internal Looked Look(RoomId room)
    {
        var rules = book.Current;
        return rules.For(room) is { } screen ? new Looked(rules, screen) : rules.Nothing;
    }

    /// <summary>What stands in the way of whoever stands that high in a room: the rules, in the order in which they are asked, and whether a program checks it.</summary>
    internal (IReadOnlyList<CompiledRule> Rules, RoomPolicy? Policy) For(RoomId room, Standing place) =>
        book.Current.For(room) is { } screen ? ([.. screen.Rules.Where(rule => rule.IsFor(room, place))], screen.Policy) : ([], null);

    /// <summary>Looks at a text, and asks the program where one checks the room. That it is asked does not wait for anything.</summary>
    internal async ValueTask<Looked> LookAsync(Candidate candidate)
    {
        var looked = Look(candidate.Room);
        if (looked.Screen is not { } screen) return looked;
        if (screen.LooksBack && candidate.Edited is null) _recent.ReadAhead(database, looked.Rules, time.GetUtcNow());
        var asking = screen.Policy is { } policy ? checks.AskAsync(policy, candidate) : null;
        bool[] hits = [.. screen.Rules.Select(rule => rule.Covers(candidate.Room) && rule.IsIn(candidate.Text))];
        return looked with { Candidate = candidate, Hits = hits, Answer = asking is null ? default : await asking };
    }

    /// <summary>Decides, inside the change.</summary>
    /// <param name="commit">The change.</param>
    /// <param name="looked">What was found out before.</param>
    /// <param name="standing">The author's place in the room.</param>
    internal Judgement Judge(Commit commit, Looked looked, PostingStanding standing)
    {
        if (!book.IsCurrent(looked.Rules.Generation)) return new Judgement.Outdated();
        // What people say between themselves is theirs: nobody moderates there, so nobody would be told or asked.
        if (looked.Screen is not { } screen || standing.IsDirect) return Judgement.Passed.Quietly;
        if (looked.Candidate is not { } candidate) return new Judgement.Outdated();
        var card = users.Get(candidate.Author);
        var place = ModerationRights.Of(card.Rank, standing.Role);
        if (screen.LooksBack && candidate.Edited is null) _recent.Prepare(commit, looked.Rules);
        List<CompiledRule> alerts = [];
        for (var index = 0; index < screen.Rules.Count; index++)
        {
            var rule = screen.Rules[index];
            if (!rule.IsFor(candidate.Room, place) || !Hits(commit, rule, looked.Hits[index], candidate)) continue;
            if (rule.Row.Action == RuleAction.Alert) alerts.Add(rule);
            else return Carry(commit, rule, candidate, place);
        }

        return looked.Answer.Word switch
        {
            PolicyWord.Deny => new Judgement.Refused(new PostResult.Rejected(PostRefusal.Blocked) { Words = looked.Answer.Reason is { Length: > 0 } reason ? reason : null, Source = looked.Answer.Checker }),
            PolicyWord.Hold => new Judgement.Held(looked.Answer.Checker ?? "", looked.Answer.Reason ?? ""),
            PolicyWord.NoneClosed => new Judgement.Refused(new PostResult.Rejected(PostRefusal.NotChecked, Pause)),
            _ => alerts.Count == 0 ? Judgement.Passed.Quietly : new Judgement.Passed(alerts),
        };
    }

    /// <summary>To be called in the change that stores a new message which has passed.</summary>
    internal void Stored(Commit commit, Looked looked, Judgement.Passed passed, MessageView message)
    {
        if (looked is { Screen.LooksBack: true, Candidate: { Edited: null } candidate }) _recent.Note(candidate.Author, candidate.Room, candidate.Text.Print, commit.Now);
        foreach (var rule in passed.Alerts) news.Alert(commit, rule.Row, message);
    }

    private bool Hits(Commit commit, CompiledRule rule, bool isInText, Candidate candidate) => rule.Row.Kind switch
    {
        RuleKind.Repeats or RuleKind.Rate => candidate.Edited is null && _recent.Hits(rule, candidate.Author, candidate.Text.Print, commit.Now),
        RuleKind.NewMemberLinks => isInText && commit.Now - CameAt(commit, candidate) < TimeSpan.FromMinutes(rule.Row.Count),
        _ => isInText,
    };

    // Into the room; into the instance, where everybody is in the room.
    private static DateTimeOffset CameAt(Commit commit, Candidate candidate)
    {
        using var row = commit.Query(
            "SELECT COALESCE((SELECT JoinedAt FROM memberships WHERE RoomId = ?1 AND UserId = ?2), (SELECT CreatedAt FROM users WHERE Id = ?2), 0)",
            candidate.Room.Value, candidate.Author.Value);
        return DateTimeOffset.FromUnixTimeMilliseconds(row.Read() ? row.Number(0) : 0);
    }

    private Judgement Carry(Commit commit, CompiledRule rule, Candidate candidate, Standing place)
    {
        var row = rule.Row;
        if (row.Action == RuleAction.Hold) return new Judgement.Held(row.Name, row.Message);
        // Nobody is muted by a rule who could take the mute back themselves.
        var isMuted = row.Action == RuleAction.Mute && place < (row.RoomId is null ? Standing.Moderator : Standing.RoomModerator);
        if (!isMuted) return new Judgement.Refused(new PostResult.Rejected(PostRefusal.Blocked) { Words = WordsOf(row), Source = row.Name });
        var term = sanctions.MuteByRule(commit, candidate.Author, row);
        return new Judgement.Refused(new PostResult.Rejected(PostRefusal.Muted) { Until = term.Until, Words = WordsOf(row), Source = row.Name });
    }

    private static string? WordsOf(AutoModRule rule) => rule.Message.Length > 0 ? rule.Message : null;
}
