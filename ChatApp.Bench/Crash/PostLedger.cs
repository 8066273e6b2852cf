using System.Globalization;

namespace ChatApp.Bench.Crash;

/// <summary>
/// What the senders know of their posts: which were acknowledged and at which offset, and which got no answer. What is
/// found stored is held against it, so whatever was lost, doubled or put out of order shows. Safe from any thread.
/// </summary>
internal sealed class PostLedger
{
    private const int MostNamed = 20;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Post> _posts = new(StringComparer.Ordinal);
    private readonly Dictionary<int, List<Post>> _open = [];
    private readonly Dictionary<int, int> _lastStored = [];
    private readonly List<Post> _unconfirmed = [];
    private readonly List<string> _problems = [];
    private (int Count, TaskCompletionSource Reached)? _awaited;

    /// <summary>Posts that were acknowledged.</summary>
    public int Acknowledged { get; private set; }

    /// <summary>Posts that were found stored although their sender had got no answer.</summary>
    public int StoredUnanswered { get; private set; }

    /// <summary>Answers that said "this key was used before".</summary>
    public int Duplicates { get; private set; }

    /// <summary>Acknowledged posts that are not stored where the acknowledgement says.</summary>
    public int Lost { get; private set; }

    /// <summary>Posts that are stored twice, or were acknowledged at two places.</summary>
    public int Doubled { get; private set; }

    /// <summary>Posts that stand before an earlier one of the same sender.</summary>
    public int Reordered { get; private set; }

    /// <summary>Stored messages that nobody posted, or with another text.</summary>
    public int Foreign { get; private set; }

    /// <summary>The first problems in words.</summary>
    public IReadOnlyList<string> Problems
    {
        get { lock (_gate) return [.. _problems]; }
    }

    /// <summary>The text of a post: its key tells it.</summary>
    public static string TextOf(string key) => $"text of {key}";

    /// <summary>A new post: its key.</summary>
    public string Begin(int sender)
    {
        lock (_gate)
        {
            var post = new Post(string.Create(CultureInfo.InvariantCulture, $"post {_posts.Count + 1} of {sender}"), sender, _posts.Count + 1);
            _posts.Add(post.Key, post);
            OpenOf(sender).Add(post);
            return post.Key;
        }
    }

    /// <summary>The keys of a sender's posts that got no answer, in the order in which they were first sent.</summary>
    public IReadOnlyList<string> Open(int sender)
    {
        lock (_gate) return [.. OpenOf(sender).Select(post => post.Key)];
    }

    /// <summary>Any key that was acknowledged; null where there is none.</summary>
    public string? AnyAcknowledged(Random random)
    {
        lock (_gate)
        {
            var post = _posts.Count == 0 ? null : _posts.Values.ElementAt(random.Next(_posts.Count));
            return post is { Offset: not null } ? post.Key : null;
        }
    }

    /// <summary>The server said that the post is stored.</summary>
    public void Acknowledge(string key, long offset, bool isDuplicate)
    {
        lock (_gate)
        {
            var post = _posts[key];
            if (isDuplicate) Duplicates++;
            // Answers to two retries that were on the way together may be told here in either order, but one alone is new.
            else if (post.IsStoredAsNew) Doubled = Add(Doubled, $"'{key}' was stored as new a second time, at {offset}");
            else post.IsStoredAsNew = true;
            if (post.Offset is { } first)
            {
                if (first != offset) Doubled = Add(Doubled, $"'{key}' was acknowledged at {first} and again at {offset}");
                return;
            }

            if (post.StoredAt is { } stored && stored != offset) Doubled = Add(Doubled, $"'{key}' is stored at {stored}, but was acknowledged at {offset}");
            post.Offset = offset;
            OpenOf(post.Sender).Remove(post);
            _unconfirmed.Add(post);
            Acknowledged++;
            if (_awaited is { } awaited && Acknowledged >= awaited.Count) awaited.Reached.TrySetResult();
        }
    }

    /// <summary>Completes when so many posts have been acknowledged. For one who waits.</summary>
    public Task ReachesAsync(int count)
    {
        lock (_gate)
        {
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _awaited = (count, reached);
            if (Acknowledged >= count) reached.SetResult();
            return reached.Task;
        }
    }

    /// <summary>A message was found stored. Tell of all of them once, in the order of their offsets.</summary>
    public void Found(string key, string text, long offset)
    {
        lock (_gate)
        {
            if (!_posts.TryGetValue(key, out var post) || text != TextOf(key))
            {
                Foreign = Add(Foreign, $"at {offset} stands '{text}' with the key '{key}'");
                return;
            }

            if (post.StoredAt is { } first)
            {
                Doubled = Add(Doubled, $"'{key}' is stored at {first} and at {offset}");
                return;
            }

            post.StoredAt = offset;
            if (post.Offset is null) StoredUnanswered++;
            if (_lastStored.GetValueOrDefault(post.Sender) > post.Number) Reordered = Add(Reordered, $"'{key}' at {offset} stands after a later post of its sender");
            _lastStored[post.Sender] = post.Number;
        }
    }

    /// <summary>All that is stored has been told of by <see cref="Found"/>: whatever was acknowledged must be among it.</summary>
    public void FoundAll()
    {
        lock (_gate)
        {
            foreach (var post in _unconfirmed)
                if (post.StoredAt != post.Offset) Lost = Add(Lost, $"'{post.Key}' was acknowledged at {post.Offset}, but is {(post.StoredAt is { } at ? $"at {at}" : "not there")}");
            _unconfirmed.Clear();
        }
    }

    /// <summary>Forgets what was found, so that everything can be read and told of again.</summary>
    public void BeginAgain()
    {
        lock (_gate)
        {
            _unconfirmed.Clear();
            _lastStored.Clear();
            foreach (var post in _posts.Values)
            {
                post.StoredAt = null;
                if (post.Offset is not null) _unconfirmed.Add(post);
            }
        }
    }

    /// <summary>Notes a problem in words.</summary>
    public void Complain(string problem)
    {
        lock (_gate) Add(0, problem);
    }

    private int Add(int count, string problem)
    {
        if (_problems.Count < MostNamed) _problems.Add(problem);
        return count + 1;
    }

    private List<Post> OpenOf(int sender) => _open.TryGetValue(sender, out var open) ? open : _open[sender] = [];

    private sealed class Post(string key, int sender, int number)
    {
        public string Key => key;

        public int Sender => sender;

        public int Number => number;

        public bool IsStoredAsNew { get; set; }

        public long? Offset { get; set; }

        public long? StoredAt { get; set; }
    }
}
