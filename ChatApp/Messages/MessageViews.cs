using ChatApp.Accounts;
using ChatApp.Storage;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Messages;

/// <summary>Turns stored messages into what people see, with what belongs to them: three queries for any number of messages, a fourth where one of them names somebody.</summary>
/// <remarks>Ids go to the database as one parameter: SQLite finds each of many by going through all of their names.</remarks>
internal static class MessageViews
{
    /// <summary>How much of a text its extract is made of, in UTF-16 units: the same whether all of it is at hand or not.</summary>
    internal const int ReadForExtract = 280;

    private const int ExtractLength = 140;

    public static MessageView Of(ChatDbContext db, Message row, UserDirectory users) => Of(db, [row], users)[0];

    public static IReadOnlyList<MessageView> Of(ChatDbContext db, IReadOnlyList<Message> rows, UserDirectory users) =>
        Of(db, rows, users, TargetsOf(db, rows), [.. rows.Where(row => row.ThreadId is null).Select(row => row.Id)], [.. rows.Where(row => row.DeletedAt is null).Select(row => row.Id)]);

    /// <summary>The same where the messages that these answer are read already, and it is known which of them have threads and reactions: no query for most.</summary>
    public static IReadOnlyList<MessageView> Of(ChatDbContext db, IReadOnlyList<Message> rows, UserDirectory users, IReadOnlyList<ReplyTarget> targets, IReadOnlyCollection<long> answered, long[] reactedTo)
    {
        if (rows.Count == 0) return [];
        var reactions = ReactionsTo(db, reactedTo);
        var mentions = MentionRows.Of(db, rows);
        var threads = ThreadViews.Of(db, answered);
        var previews = targets.ToDictionary(target => target.Id, target => PreviewOf(target.Id, target.Author, target.Text, target.IsDeleted, users));
        return [.. rows.Select(row => Of(row, users) with
        {
            ReplyTo = row is { ReplyTo: { } target, DeletedAt: null } ? previews.GetValueOrDefault(target) : null,
            Reactions = reactions.GetValueOrDefault(row.Id) ?? [],
            Mentions = MentioningOf(row, mentions),
            Answers = threads.GetValueOrDefault(row.Id),
        })];
    }

    /// <summary>What is shown of a message where another one answers it.</summary>
    public static ReplyPreview PreviewOf(ChatDbContext db, MessageId target, UserDirectory users) =>
        PreviewOf(db.Messages.Single(message => message.Id == target.Value), users);

    /// <summary>The reactions to one message.</summary>
    public static IReadOnlyList<ReactionView> ReactionsTo(ChatDbContext db, long message) => ReactionsTo(db, [message]).GetValueOrDefault(message) ?? [];

    private static IReadOnlyList<ReplyTarget> TargetsOf(ChatDbContext db, IReadOnlyList<Message> rows)
    {
        long[] targets = [.. rows.Where(row => row.ReplyTo is not null && row.DeletedAt is null).Select(row => row.ReplyTo!.Value).Distinct()];
        if (targets.Length == 0) return [];
        return [.. db.Messages
            .Where(message => EF.Parameter(targets).Contains(message.Id))
            .Select(message => new ReplyTarget(message.Id, message.AuthorId, message.Text, message.DeletedAt != null))];
    }

    private static MessageView Of(Message row, UserDirectory users) => new(
        new MessageId(row.Id), new RoomId(row.RoomId), new Offset(row.Offset), users.Get(new UserId(row.AuthorId)), row.Key,
        row.Text, HtmlOf(row), row.At, row.DeletedAt is not null)
    {
        EditedAt = row.DeletedAt is null ? row.EditedAt : null,
        IsPinned = row.PinnedAt is not null,
        Thread = row.ThreadId is { } thread ? new MessageId(thread) : null,
    };

    private static Mentioning MentioningOf(Message row, ILookup<long, UserId> mentions) =>
        row.MentionsAll || mentions.Contains(row.Id) ? new Mentioning(mentions[row.Id].ToHashSet(), row.MentionsAll) : Mentioning.Nobody;

    // Rules change between versions of the product; nobody is shown what older ones made of a text.
    private static string HtmlOf(Message row) => row.HtmlVersion == MarkdownRenderer.Version ? row.Html : MarkdownRenderer.Shared.Render(row.Text, KeptNames.In(row.Html));

    /// <summary>The beginning of a text, as one line without its marks.</summary>
    /// <param name="text">Markdown; of more than <see cref="ReadForExtract"/> UTF-16 units only the beginning counts.</param>
    public static string ExtractOf(string text)
    {
        var line = PlainLine.Of(text.Length <= ReadForExtract ? text : VisibleText.Cut(text, ReadForExtract));
        if (line.Length > ExtractLength) return VisibleText.Cut(line, ExtractLength) + "…";
        return text.Length <= ReadForExtract ? line : line + "…";
    }

    private static ReplyPreview PreviewOf(Message target, UserDirectory users) => PreviewOf(target.Id, target.AuthorId, target.Text, target.DeletedAt is not null, users);

    private static ReplyPreview PreviewOf(long id, string author, string text, bool isDeleted, UserDirectory users) => new(
        new MessageId(id), users.Get(new UserId(author)), ExtractOf(text), isDeleted);

    private static Dictionary<long, IReadOnlyList<ReactionView>> ReactionsTo(ChatDbContext db, long[] messages) =>
        messages.Length == 0
            ? []
            : db.Reactions
                .Where(reaction => EF.Parameter(messages).Contains(reaction.MessageId))
                .AsEnumerable()
                .OrderBy(reaction => reaction.At)
                .GroupBy(reaction => reaction.MessageId)
                .ToDictionary(
                    ofMessage => ofMessage.Key,
                    IReadOnlyList<ReactionView> (ofMessage) => [.. ofMessage
                        .GroupBy(reaction => reaction.Emoji, StringComparer.Ordinal)
                        .Select(kind => new ReactionView(kind.Key, [.. kind.Select(reaction => new UserId(reaction.UserId))]))]);
}
