using ChatApp.Moderation.Rules;
using ChatApp.Rooms;
using ChatApp.Storage;

namespace ChatApp.Messages;

/// <summary>Changes texts. A new text is judged as a new message is.</summary>
public sealed partial class MessageEditor
{
    // As often as the rules may change while one text is judged; nobody changes them that fast.
    private const int MostLooks = 5;

    /// <summary>Changes the text of one's own message within <see cref="Settings.InstanceValues.EditHours"/>. The same text changes nothing.</summary>
    public async Task<MessageResult> EditAsync(UserId actor, MessageId id, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (texts.Check(text, out var clean) is { } problem) return new MessageResult(problem == PostRefusal.Empty ? MessageOutcome.Empty : MessageOutcome.TooLong);
        var read = mentions.Read(clean, id);
        for (var looks = 1; ; looks++)
        {
            var looked = await LookAsync(actor, id, read);
            var result = await CommitAsync(commit => Edit(commit, actor, id, read, looked));
            if (result.IsOutdated && looks < MostLooks) continue;
            if (result.Refusal is var (room, why)) refusals.Note(actor, room, why, isEdit: true);
            return result;
        }
    }

    private MessageResult Edit(Commit commit, UserId actor, MessageId id, NamedText read, Looked looked)
    {
        if (FindInOwnRoom(commit, actor, id) is not { } found || found.Message.DeletedAt is not null) return new MessageResult(MessageOutcome.NotFound);
        var (message, room) = found;
        if (message.AuthorId != actor.Value) return new MessageResult(MessageOutcome.NotAllowed);
        if (guard.Speaking(commit, actor, new RoomId(room.Id)) is { } held) return MessageResult.Refused(held) with { Refusal = (new RoomId(room.Id), PostingRules.Refused(held)) };
        if (room.IsArchived) return new MessageResult(MessageOutcome.Archived);
        if (room.Visibility == RoomVisibility.Direct && !DirectRooms.MayWrite(commit, new RoomId(room.Id), actor)) return new MessageResult(MessageOutcome.NotAllowed);
        if (commit.Now - message.At >= TimeSpan.FromHours(settings.Current.EditHours)) return new MessageResult(MessageOutcome.WindowClosed);
        if (message.Text == read.Text) return new MessageResult(MessageOutcome.Done, MessageViews.Of(commit.Db, message, users));

        if (Screened(commit, looked, actor, new RoomId(room.Id), out var alerts) is { } stopped) return stopped;
        var settled = mentions.Settle(commit, read, new RoomId(room.Id), actor, message);
        if (settled.Refusal is { } refusal) return new MessageResult(OutcomeOf(refusal));
        var moved = Mentions.Move(commit, message, settled.Whom);
        commit.Db.Revisions.Add(new MessageRevision { MessageId = message.Id, Revision = message.Revision, Text = message.Text, ReplacedAt = commit.Now });
        message.Revision++;
        message.Text = read.Text;
        message.Html = settled.Html;
        message.HtmlVersion = MarkdownRenderer.Version;
        message.EditedAt = commit.Now;
        var view = MessageViews.Of(commit.Db, message, users);
        RoomLog.Append(commit, room, LogEntryKind.MessageEdited, actor, broker, new MessageEdited(view, commit.Now) { Moved = moved.All }, id);
        mentions.TellMoved(commit, view, moved);
        if (alerts is { Alerts.Count: > 0 }) screening.Stored(commit, looked, alerts, view);
        commit.AfterCommit(() => cards.Changed([id]));
        return new MessageResult(MessageOutcome.Done, view);
    }

    private async ValueTask<Looked> LookAsync(UserId actor, MessageId id, NamedText read)
    {
        // Of one moment: a rule that comes in between makes the commit ask again.
        var idle = screening.Look(default);
        if (idle.Rules.IsEmpty || RoomOf(actor, id) is not { } room) return idle;
        return await screening.LookAsync(new Candidate(actor, room, new RuleText(read.Text, read.Html, read.Names?.People.Count ?? 0), id));
    }

    // Whoever may not edit it has nothing looked at, by nobody.
    private RoomId? RoomOf(UserId author, MessageId id)
    {
        using var db = database.OpenRead();
        return db.Messages.Where(message => message.Id == id.Value && message.AuthorId == author.Value).Select(message => message.RoomId).FirstOrDefault() is { } room ? new RoomId(room) : null;
    }

    private MessageResult? Screened(Commit commit, Looked looked, UserId actor, RoomId room, out Judgement.Passed? passed)
    {
        var judgement = screening.Judge(commit, looked, RoomAccess.Find(commit, room, actor)!.Value);
        passed = judgement as Judgement.Passed;
        return judgement switch
        {
            Judgement.Passed => null,
            Judgement.Refused { Result: { Reason: PostRefusal.Muted } muted } => Refused(MessageOutcome.Muted, muted),
            Judgement.Refused { Result: { Reason: PostRefusal.NotChecked } silence } => Refused(MessageOutcome.NotChecked, silence),
            Judgement.Refused refused => Refused(MessageOutcome.Blocked, refused.Result),
            // A text that stands already cannot wait in two forms.
            Judgement.Held held => Refused(MessageOutcome.NeedsReview, new PostResult.Rejected(PostRefusal.Blocked) { Words = held.Words.Length > 0 ? held.Words : null, Source = held.Source }),
            _ => new MessageResult(MessageOutcome.Busy) { IsOutdated = true },
        };

        MessageResult Refused(MessageOutcome outcome, PostResult.Rejected why) => new(outcome) { Until = why.Until, Words = why.Words, Refusal = (room, why) };
    }
}
