using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Push;
using ChatApp.Search;

namespace ChatApp.Settings;

/// <summary>Limits that administrators set while the server runs, as they hold now. Immutable; read from memory at each use.</summary>
/// <param name="Text">Longest message, in Unicode code points.</param>
/// <param name="PostsPerSecond">Messages per second that one person may post in the long run.</param>
/// <param name="PostBurst">Messages that one person may post at once after a quiet time.</param>
/// <param name="ReactionKinds">Kinds of reactions that one message can have.</param>
/// <param name="SearchesPerSecond">Searches per second that one person may make in the long run.</param>
/// <param name="SearchBurst">Searches that one person may make at once after a quiet time.</param>
/// <param name="ConnectionsPerUser">Live connections one person may have of each kind: pages, sockets.</param>
/// <param name="ConnectionsPerAddress">Sockets of one network address.</param>
public sealed record InstanceLimits(
    int Text, int PostsPerSecond, int PostBurst, int ReactionKinds, int SearchesPerSecond, int SearchBurst, int ConnectionsPerUser, int ConnectionsPerAddress)
{
    /// <summary>The pace of posts.</summary>
    public Pace Posts => new(PostsPerSecond, PostBurst);

    /// <summary>The pace of searches.</summary>
    public Pace Searches => new(SearchesPerSecond, SearchBurst);
}

/// <summary>One of them: where it lies in the values, and how far it may be moved.</summary>
/// <param name="Name">Its name among the settings, such as <c>limits.text</c>.</param>
/// <param name="Least">The lowest value.</param>
/// <param name="Most">The highest value.</param>
/// <param name="Read">Takes it out.</param>
/// <param name="Write">Puts another value in.</param>
public sealed record LiveLimit(string Name, int Least, int Most, Func<InstanceLimits, int> Read, Func<InstanceLimits, int, InstanceLimits> Write)
{
    /// <summary>The name without what all have in common.</summary>
    public string Id => Name[LiveLimits.Prefix.Length..];
}

/// <summary>
/// The table of the limits that need no restart. The operator's settings say what holds until an administrator sets something else, and
/// how far one may go: nobody sets a text that no frame can carry, or more connections than the server takes in all.
/// </summary>
public sealed class LiveLimits
{
    /// <summary>Longest message that an administrator may allow, in Unicode code points: pages and the index are made for no more.</summary>
    public const int MostText = 8000;

    /// <summary>Highest pace of posts and searches, per second and at once.</summary>
    public const int MostPace = 1000;

    /// <summary>What the names of all begin with.</summary>
    internal const string Prefix = "limits.";

    // Around the text of a message in its frame: the command, the channel, the key.
    private const int FrameRest = 1024;
    private const int BytesOfCharacter = 4;

    /// <summary>One table for all.</summary>
    public LiveLimits(MessageOptions messages, SearchOptions search, PushOptions push)
    {
        ArgumentNullException.ThrowIfNull(messages);
        ArgumentNullException.ThrowIfNull(search);
        ArgumentNullException.ThrowIfNull(push);
        Operators = new InstanceLimits(
            messages.MaxLength, messages.PostsPerSecond, messages.PostBurst, messages.MaxReactionKinds, search.SearchesPerSecond, search.SearchBurst,
            push.ConnectionsPerUser, push.ConnectionsPerAddress);
        All =
        [
            Limit("text", Math.Clamp((push.FrameBytes - FrameRest) / BytesOfCharacter, 1, MostText), static limits => limits.Text, static (limits, most) => limits with { Text = most }),
            Limit("posts", MostPace, static limits => limits.PostsPerSecond, static (limits, most) => limits with { PostsPerSecond = most }),
            Limit("post_burst", MostPace, static limits => limits.PostBurst, static (limits, most) => limits with { PostBurst = most }),
            Limit("reactions", MostPace, static limits => limits.ReactionKinds, static (limits, most) => limits with { ReactionKinds = most }),
            Limit("searches", MostPace, static limits => limits.SearchesPerSecond, static (limits, most) => limits with { SearchesPerSecond = most }),
            Limit("search_burst", MostPace, static limits => limits.SearchBurst, static (limits, most) => limits with { SearchBurst = most }),
            Limit("connections_user", push.Connections, static limits => limits.ConnectionsPerUser, static (limits, most) => limits with { ConnectionsPerUser = most }),
            Limit("connections_address", push.Connections, static limits => limits.ConnectionsPerAddress, static (limits, most) => limits with { ConnectionsPerAddress = most }),
        ];
    }

    /// <summary>What holds where no administrator has set anything.</summary>
    public InstanceLimits Operators { get; }

    /// <summary>All of them, in the order in which they are shown.</summary>
    public IReadOnlyList<LiveLimit> All { get; }

    // What the operator has set is always possible.
    private LiveLimit Limit(string name, int most, Func<InstanceLimits, int> read, Func<InstanceLimits, int, InstanceLimits> write) =>
        new(Prefix + name, Least: 1, Math.Max(most, read(Operators)), read, write);
}
