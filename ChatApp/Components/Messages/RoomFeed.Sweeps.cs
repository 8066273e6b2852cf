using ChatApp.Messages;

namespace ChatApp.Components.Messages;

/// <summary>What a sweep takes out of the window.</summary>
public sealed partial class RoomFeed
{
    private bool Sweep(SweptRange range)
    {
        var changed = false;
        if (Root is { } root)
        {
            Root = Swept(root, range);
            changed = !ReferenceEquals(root, Root);
        }

        for (var index = 0; index < _messages.Count; index++)
        {
            var message = _messages[index];
            _messages[index] = Swept(message, range);
            changed |= !ReferenceEquals(message, _messages[index]);
        }

        return changed | CountAnswersAgain();
    }

    // A text that is hidden must not live on in what answers it.
    private static MessageView Swept(MessageView message, SweptRange range) =>
        range.Holds(message.Id, message.Author.Id) ? (message.IsDeleted ? message : message.Emptied())
        : message.ReplyTo is { IsDeleted: false } quote && range.Holds(quote.Id, quote.Author.Id) ? message with { ReplyTo = quote with { Extract = "", IsDeleted = true } }
        : message;

    // How many of them were answers, and to what, no event could say.
    private bool CountAnswersAgain()
    {
        var changed = false;
        var roots = _messages.Where(message => message.Answers is not null).Select(message => message.Id).ToHashSet();
        if (Root is { Answers: not null }) roots.Add(Root.Id);
        foreach (var (id, answers) in _history.AnswersOf(_viewer, _room, roots)) changed |= Recount(id, answers);
        return changed;
    }
}
