using ChatApp.Moderation.Held;
using ChatApp.Moderation.Rules;
using ChatApp.Rooms;
using ChatApp.Storage;

namespace ChatApp.Messages;

/// <summary>Messages of rooms where rules or a program stand in between, and those that waited for a moderator.</summary>
public sealed partial class MessageWriter
{
    // As often as the rules may change while one message is judged; nobody changes them that fast.
    private const int MostLooks = 5;

    /// <summary>
    /// Posts what a moderator has approved: as a new message by its author, under its own key. Who may not post there any more is refused; what the
    /// message was to answer may be gone, and then it answers nothing.
    /// </summary>
    /// <param name="commit">The change in which it was approved.</param>
    /// <param name="held">The message.</param>
    /// <param name="read">Its text.</param>
    internal PostResult Release(Commit commit, HeldMessage held, NamedText read)
    {
        var target = held.ReplyTo is { } answered ? new MessageId(answered) : (MessageId?)null;
        var draft = new Draft(new UserId(held.AuthorId), new RoomId(held.RoomId), read, held.Key, target, held.ThreadId is { } root ? new MessageId(root) : null, Stored: null) { Fingerprint = held.Fingerprint };
        if (RoomAccess.Find(commit, draft.Room, draft.Author) is not { IsMember: true } standing) return _rules.Outside(commit, draft.Author, draft.Room);
        if (_rules.Refusal(commit, draft.Author, draft.Room, standing) is { Reason: not PostRefusal.SlowMode } rejected) return rejected;
        UserId? beginner = null;
        if (draft.Thread is { } thread && (beginner = BeginnerOf(commit, thread, draft.Room)) is null) return new PostResult.Rejected(PostRefusal.NoSuchThread);
        if (target is { } gone && !MayAnswer(commit, gone, draft)) draft = draft with { ReplyTo = null };
        return Store(commit, draft, standing, beginner);
    }

    // What one person says in one such room is judged and stored in the order in which it came, however long each takes to judge. All are
    // looked at as they come, so nobody waits longer for an answer than for their own.
    private async Task<PostResult> PostScreenedAsync(Draft draft)
    {
        using var turn = _turns.Enter(draft.Author, draft.Room);
        var candidate = new Candidate(draft.Author, draft.Room, new RuleText(draft.Read.Text, draft.Read.Html, draft.Read.Names?.People.Count ?? 0), Edited: null, draft.ReplyTo, draft.Thread);
        var looking = _screening.LookAsync(candidate).AsTask();
        await turn.Begun;
        var looked = await looking;
        for (var looks = 1; ; looks++)
        {
            var seen = looked;
            if (await _commits.CommitAsync(commit => Post(commit, draft, seen)) is { } result) return result;
            if (looks == MostLooks) return new PostResult.Rejected(PostRefusal.Busy, TimeSpan.FromSeconds(1));
            looked = await _screening.LookAsync(candidate);
        }
    }

    private static HeldMessage RowOf(Commit commit, Draft draft, Judgement.Held held) => new()
    {
        AuthorId = draft.Author.Value, RoomId = draft.Room.Value, Key = draft.Key, Fingerprint = draft.Fingerprint, Text = draft.Read.Text, ReplyTo = draft.ReplyTo?.Value,
        ThreadId = draft.Thread?.Value, At = commit.Now, Source = VisibleText.Cut(held.Source, HeldMessage.MaxWordsLength), Words = VisibleText.Cut(held.Words, HeldMessage.MaxWordsLength),
    };
}
