using ChatApp.Client;

namespace ChatApp.Bench.Chat;

/// <summary>
/// A chat in a terminal. What it shows comes from its subscriptions alone, its own messages too, so the screen tells what
/// everybody sees. Typed lines are posted one after the other, and wait while the connection is down.
/// </summary>
internal sealed class TerminalChat(ChatClient chat, TextReader input, Screen screen)
{
    private const string Help = "text posts; /rooms /join ID /leave /more /search TEXT /edit TEXT /delete /react EMOJI /unread /quit";
    private const int PageLength = 20;

    private readonly Dictionary<string, ChatSubscription> _rooms = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _oldest = new(StringComparer.Ordinal);
    private Task _posting = Task.CompletedTask;
    private string _room = "";
    private string? _lastSeen;
    private string? _lastOwn;

    /// <summary>Until the input ends or says <c>/quit</c>.</summary>
    public async Task RunAsync(string room, CancellationToken cancel)
    {
        screen.Note(Help);
        _ = ListenAsync(await chat.SubscribeOwnAsync(cancel));
        await TryAsync(RoomsAsync);
        await TryAsync(() => JoinAsync(room));
        while (await LineAsync(cancel) is { } line && line.Trim() != "/quit")
            await TryAsync(() => DoAsync(line.Trim()));
        await _posting.WaitAsync(cancel);
    }

    /// <summary>Null at the end of the input, and of the chat.</summary>
    private async Task<string?> LineAsync(CancellationToken cancel)
    {
        // A terminal cannot be asked to stop reading, so the waiting stops.
        var line = input.ReadLineAsync(CancellationToken.None).AsTask();
        await Task.WhenAny(line, chat.Completion).WaitAsync(cancel);
        return line.IsCompleted ? await line : null;
    }

    private async Task DoAsync(string line)
    {
        var (word, rest) = line.IndexOf(' ', StringComparison.Ordinal) is > 0 and var at ? (line[..at], line[(at + 1)..].Trim()) : (line, "");
        switch (word)
        {
            case "":
                break;
            case "/rooms":
                await RoomsAsync();
                break;
            case "/join":
                await JoinAsync(rest);
                break;
            case "/leave" when _rooms.Remove(_room, out var left):
                await left.DisposeAsync();
                break;
            case "/more":
                await ShowAsync(_room, _oldest.TryGetValue(_room, out var oldest) ? HistoryPlace.Before(oldest) : null);
                break;
            case "/search":
                foreach (var hit in (await chat.SearchAsync(rest)).Hits)
                    screen.Say(hit.Message);
                break;
            case "/edit" when _lastOwn is { } own:
                await chat.EditAsync(own, rest);
                break;
            case "/delete" when _lastOwn is { } own:
                await chat.DeleteAsync(own);
                break;
            case "/react" when _lastSeen is { } seen:
                await chat.ReactAsync(seen, rest);
                break;
            case "/unread":
                foreach (var unread in await chat.UnreadAsync())
                    screen.Note($"{unread.Room}: {unread.Unread} unread");
                break;
            case ['/', ..]:
                screen.Note(Help);
                break;
            default:
                _posting = PostAfterAsync(_posting, _room, line);
                break;
        }
    }

    private async Task PostAfterAsync(Task earlier, string room, string text)
    {
        await earlier;
        await TryAsync(async () => _lastOwn = (await chat.PostAsync(room, text)).MessageId);
    }

    private async Task RoomsAsync()
    {
        foreach (var room in await chat.RoomsAsync())
            screen.Note($"{room.Id}: {room.Name}{(room.Topic.Length > 0 ? " - " + room.Topic : "")}");
    }

    private async Task JoinAsync(string room)
    {
        if (!_rooms.ContainsKey(room))
        {
            var page = await ShowAsync(room, place: null);
            // From where the page ends: nothing is missing in between and nothing comes twice.
            var subscription = await chat.SubscribeAsync($"room:{room}", page.Position);
            _rooms[room] = subscription;
            _ = ListenAsync(subscription);
        }
        _room = room;
        screen.Note($"you are in {room}");
    }

    private async Task<HistoryPage> ShowAsync(string room, HistoryPlace? place)
    {
        var page = await chat.HistoryAsync(room, place, PageLength);
        foreach (var message in page.Messages)
            screen.Say(message);
        if (page.Messages is [{ Offset: { } first }, ..])
            _oldest[room] = first;
        return page;
    }

    private async Task ListenAsync(ChatSubscription subscription)
    {
        await foreach (var happened in subscription)
            await TryAsync(() => ShowAsync(subscription, happened));
        var end = await subscription.Completion;
        if (end.Kind is not EndKind.Disposed)
            screen.Note($"{subscription.Channel} is over: {end.Message} ({end.Kind})");
    }

    private async Task ShowAsync(ChatSubscription subscription, ChatEvent happened)
    {
        switch (happened)
        {
            case MessagePosted { Message: var posted }:
                _lastSeen = posted.Id;
                screen.Say(posted);
                break;
            case MessageEdited { Message: var edited }:
                screen.Say(edited, " (edited)");
                break;
            case MessageRestored { Message: var restored }:
                screen.Say(restored, " (restored)");
                break;
            case MessageDeleted deleted:
                screen.Note($"{deleted.By.Name} deleted message {deleted.MessageId}");
                break;
            case ReactionsChanged reacted:
                screen.Note($"message {reacted.MessageId}: {string.Join(' ', reacted.Reactions.Select(reaction => $"{reaction.Emoji} {reaction.Count}"))}");
                break;
            case MemberChanged changed:
                screen.Note($"{changed.Member.Name} {(changed.Joined ? "came in" : "left")}");
                break;
            case OwnRoomChanged own:
                screen.Note(own.Joined ? $"you can /join {own.Room} ({own.Name}) now" : $"you are no longer in {own.Name}");
                break;
            case Gap when subscription.Channel is ['r', 'o', 'o', 'm', ':', .. var room]:
                screen.Note("something is missing here; this is how it looks now:");
                await ShowAsync(room, place: null);
                break;
        }
    }

    private async Task TryAsync(Func<Task> step)
    {
        try
        {
            await step();
        }
        catch (ChatException refused)
        {
            screen.Note($"not done: {refused.Message}");
        }
        catch (Exception over) when (over is ObjectDisposedException or InvalidOperationException)
        {
            screen.Note("the chat is over");
        }
    }
}
