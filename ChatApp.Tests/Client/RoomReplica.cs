using ChatApp.Client;

namespace ChatApp.Tests.Client;

/// <summary>What a program that only listens knows of a room; fails where an event is missing, doubled or out of order.</summary>
internal sealed class RoomReplica(ChannelPosition from)
{
    private readonly SortedDictionary<long, ChatMessage> _messages = [];

    /// <summary>The last change that it knows.</summary>
    public ChannelPosition Position { get; private set; } = from;

    /// <summary>One line for each message, in order of place.</summary>
    public IEnumerable<string> Lines => _messages.Values.Select(Line);

    /// <summary>A message as one line, so that a difference can be read.</summary>
    public static string Line(ChatMessage message) =>
        $"{message.Id} {message.Author.Name} '{message.Text}' '{message.Html}' deleted:{message.Deleted} pinned:{message.Pinned} edited:{message.EditedAt} "
        + string.Join(' ', (message.Reactions ?? []).Select(reaction => $"{reaction.Emoji}x{string.Join(',', reaction.Users)}"));

    /// <summary>Takes one event.</summary>
    public void Apply(ChatEvent happened)
    {
        Assert.IsNotType<Gap>(happened);
        if (happened.Position is not { } position) return;
        Assert.Equal(Position with { Offset = Position.Offset + 1 }, position);
        Position = position;
        switch (happened)
        {
            case MessagePosted posted:
                _messages.Add(position.Offset, posted.Message);
                break;
            case MessageEdited { Message: var edited }:
                Change(edited.Id, _ => edited);
                break;
            case MessageRestored { Message: var restored }:
                Change(restored.Id, _ => restored);
                break;
            case MessageDeleted deleted:
                Change(deleted.MessageId, message => message with { Text = "", Html = "", Deleted = true, Pinned = false, EditedAt = null, Reactions = null });
                break;
            case ReactionsChanged reacted:
                Change(reacted.MessageId, message => message with { Reactions = reacted.Reactions });
                break;
            case PinChanged pinned:
                Change(pinned.MessageId, message => message with { Pinned = pinned.Pinned });
                break;
        }
    }

    private void Change(string id, Func<ChatMessage, ChatMessage> change)
    {
        var (offset, message) = _messages.Single(pair => pair.Value.Id == id);
        _messages[offset] = change(message);
    }
}
