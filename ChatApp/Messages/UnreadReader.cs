using System.Collections.Immutable;
using System.Runtime.InteropServices;
using ChatApp.Accounts;
using ChatApp.Push;
using ChatApp.Rooms;

namespace ChatApp.Messages;

/// <summary>The numbers of one person, shared by all their pages.</summary>
/// <param name="user">Who.</param>
internal sealed class UnreadReader(UserId user)
{
    private readonly Lock _gate = new();
    private volatile ImmutableDictionary<RoomId, Unread> _numbers = ImmutableDictionary<RoomId, Unread>.Empty;
    private volatile ThreadNumbers _threads = ThreadNumbers.None;
    private bool _isLoaded;
    private bool _mustReload;

    public UserId User => user;

    public IReadOnlyDictionary<RoomId, Unread> Numbers => _numbers;

    public ThreadNumbers Threads => _threads;

    /// <summary>Changed under the board's lock only.</summary>
    public ImmutableArray<UnreadWatch> Watches { get; set; } = [];

    public void Load(ReadMarkers markers, Threads threads)
    {
        lock (_gate)
        {
            if (_isLoaded) return;
            _numbers = Read(markers);
            _threads = threads.NumbersOf(user);
            _isLoaded = true;
        }
    }

    /// <summary>Counts what has happened; true where a number is another one now.</summary>
    public bool Take(UnreadNews news, ReadMarkers markers, Threads threads)
    {
        lock (_gate)
        {
            // Not read yet: the reading will find all of this.
            if (!_isLoaded) return false;
            var (before, threadsBefore) = (_numbers, _threads);
            var mustReload = _mustReload || news.IsLost;
            _mustReload = true; // unless this goes well
            _numbers = mustReload ? Read(markers) : Count(news, markers);
            // Those of the few threads that somebody follows are not worth a memory of their own: they are counted again.
            if (mustReload || news.MovesThreads(user, _threads)) _threads = threads.NumbersOf(user);
            _mustReload = false;
            return threadsBefore.Unread != _threads.Unread || (!ReferenceEquals(before, _numbers) && IsDifferent(before, _numbers));
        }
    }

    private ImmutableDictionary<RoomId, Unread> Read(ReadMarkers markers) => markers.Of(user).ToImmutableDictionary(unread => unread.Room);

    private ImmutableDictionary<RoomId, Unread> Count(UnreadNews news, ReadMarkers markers)
    {
        var own = news.Personal.GetValueOrDefault(user) ?? [];
        // Which of the counted messages were whose is not remembered.
        if (own.Exists(static body => body is BlocksChanged)) return Read(markers);
        var numbers = _numbers.ToBuilder();
        var unheard = markers.Unheard(user);
        var stale = new HashSet<RoomId>();
        foreach (var body in own)
        {
            switch (body)
            {
                case ReadMoved moved:
                    numbers[moved.Unread.Room] = moved.Unread;
                    break;
                case OwnRoomsChanged { IsMember: true } joined:
                    stale.Add(joined.Room.Id);
                    break;
                case OwnRoomsChanged left:
                    numbers.Remove(left.Room.Id);
                    stale.Remove(left.Room.Id);
                    break;
            }
        }

        foreach (var (room, happened) in news.Rooms)
        {
            if (!numbers.TryGetValue(room, out var unread)) continue;
            if (happened.MakesStale(unread, user)) stale.Add(room);
            else numbers[room] = happened.AddTo(unread, user, unheard);
        }

        foreach (var room in stale)
        {
            if (markers.Of(user, room) is { } unread) numbers[room] = unread;
            else numbers.Remove(room);
        }

        return numbers.ToImmutable();
    }

    private static bool IsDifferent(ImmutableDictionary<RoomId, Unread> before, ImmutableDictionary<RoomId, Unread> now) =>
        before.Count != now.Count || now.Any(pair => !before.TryGetValue(pair.Key, out var old) || old.Count != pair.Value.Count || old.Mentions != pair.Value.Mentions);
}

/// <summary>What has happened since the last time, as far as numbers depend on it: made once, read for every person.</summary>
internal sealed class UnreadNews
{
    public bool IsLost { get; private set; }

    public Dictionary<RoomId, RoomNews> Rooms { get; } = [];

    public Dictionary<UserId, List<object>> Personal { get; } = [];

    /// <summary>Threads in which something was said, deleted or brought back.</summary>
    public HashSet<MessageId> Threads { get; } = [];

    public bool IsEmpty => !IsLost && Rooms.Count == 0 && Personal.Count == 0 && Threads.Count == 0;

    /// <summary>What has happened next.</summary>
    public void Add(IReadOnlyList<Envelope> batch)
    {
        foreach (var envelope in batch)
        {
            switch (envelope.Body)
            {
                case EventsLost:
                    IsLost = true;
                    break;
                // What is said in threads stands in no room's number.
                case MessagePosted { Message.Thread: { } thread }:
                    Threads.Add(thread);
                    break;
                case MessageRestored { Message.Thread: { } thread }:
                    Threads.Add(thread);
                    break;
                case MessageDeleted { Thread: { } thread }:
                    Threads.Add(thread);
                    break;
                case MessagesSwept swept:
                    Threads.UnionWith(swept.Threads);
                    Of(swept.Room).HasLess = true;
                    break;
                case MessagesReturned returned:
                    Threads.UnionWith(returned.Threads);
                    Of(returned.Room).Return(returned.Range.To);
                    break;
                case MessagePosted posted:
                    Of(posted.Room).Posted.Add(new PostedNews(posted.Message.Offset, posted.Message.Author.Id, posted.Message.Mentions));
                    break;
                case MessageEdited { Moved.IsAny: true } edited:
                    Of(edited.Room).Moved.Add(edited.Moved);
                    break;
                case MessageRestored restored:
                    Of(restored.Room).Return(restored.Message.Offset);
                    break;
                case MessageDeleted or HistoryTrimmed:
                    Of(envelope.Room!.Value).HasLess = true;
                    break;
                case ReadMoved or OwnRoomsChanged or BlocksChanged or ThreadMoved when envelope.User is { } user:
                    if (!Personal.TryGetValue(user, out var own)) Personal.Add(user, own = []);
                    own.Add(envelope.Body);
                    break;
            }
        }
    }

    /// <summary>True where the person's numbers of threads may be others now.</summary>
    public bool MovesThreads(UserId user, ThreadNumbers threads) =>
        (Threads.Count > 0 && Threads.Overlaps(threads.Followed))
        || (Personal.TryGetValue(user, out var own) && own.Exists(body => body is ThreadMoved or OwnRoomsChanged))
        || (threads.Unread > 0 && Rooms.Values.Any(room => room.HasLess));

    private RoomNews Of(RoomId room)
    {
        if (!Rooms.TryGetValue(room, out var news)) Rooms.Add(room, news = new RoomNews());
        return news;
    }
}

/// <summary>A message that was posted, as far as numbers depend on it.</summary>
/// <param name="Place">Its place.</param>
/// <param name="Author">Who wrote it.</param>
/// <param name="Mentions">Whom it mentions.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PostedNews(Offset Place, UserId Author, Mentioning Mentions);

/// <summary>What has happened in one room.</summary>
internal sealed class RoomNews
{
    /// <summary>Posted messages in the order of their places.</summary>
    public List<PostedNews> Posted { get; } = [];

    /// <summary>Whom edits have brought into messages or taken out of them.</summary>
    public List<Mentioning> Moved { get; } = [];

    /// <summary>True where messages went.</summary>
    public bool HasLess { get; set; }

    /// <summary>Place of the last message that was brought back; zero where none was.</summary>
    public Offset Restored { get; private set; }

    /// <summary>Messages up to a place were brought back.</summary>
    public void Return(Offset place)
    {
        if (place > Restored) Restored = place;
    }

    /// <summary>True where the number must be taken from storage: which messages were counted is not remembered.</summary>
    public bool MakesStale(Unread unread, UserId user) =>
        ((unread.Count > 0 || Posted.Count > 0) && (HasLess || Moved.Exists(whom => whom.Means(user)))) || Restored > unread.UpTo;

    public Unread AddTo(Unread unread, UserId user, IReadOnlySet<UserId> unheard)
    {
        var (count, first, head, mentions) = (unread.Count, unread.First, unread.Head, unread.Mentions);
        foreach (var posted in Posted)
        {
            if (posted.Place <= head) continue;
            head = posted.Place;
            if (posted.Author == user || unheard.Contains(posted.Author)) continue;
            count = Math.Min(count + 1, ReadMarkers.MaxCount);
            first ??= posted.Place;
            if (posted.Mentions.Means(user)) mentions = Math.Min(mentions + 1, ReadMarkers.MaxCount);
        }

        return head == unread.Head ? unread : unread with { Count = count, First = first, Head = head, Mentions = mentions };
    }
}
