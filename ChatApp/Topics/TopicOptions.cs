using System.ComponentModel.DataAnnotations;
using ChatApp.Push;

namespace ChatApp.Topics;

/// <summary>Who may subscribe to topics.</summary>
public enum TopicSubscribers
{
    /// <summary>Only who has a subscription token for the topic.</summary>
    Token,

    /// <summary>Administrators, and who has a token.</summary>
    Administrators,

    /// <summary>Moderators and administrators, and who has a token.</summary>
    Moderators,

    /// <summary>Everybody who is signed in.</summary>
    Members,
}

/// <summary>Which clients may publish to topics; the server API always may.</summary>
public enum TopicPublishers
{
    /// <summary>No client.</summary>
    Nobody,

    /// <summary>Administrators.</summary>
    Administrators,

    /// <summary>Moderators and administrators.</summary>
    Moderators,

    /// <summary>Everybody who is signed in.</summary>
    Members,

    /// <summary>Whoever is subscribed to the topic at that moment.</summary>
    Subscribers,
}

/// <summary>General push channels. Section <c>Topics</c> of the settings; without any prefix there are no topics.</summary>
public sealed class TopicOptions
{
    /// <summary>Memory for the histories of all topics together, in bytes; 64 MiB by default, 64 KiB to 1 TiB. The oldest go first.</summary>
    [Range(1L << 16, 1L << 40)]
    public long HistoryBytes { get; init; } = 64L << 20;

    /// <summary>Longest data of one publication, in bytes of JSON; 64 KiB by default, 1 KiB to 16 MiB.</summary>
    [Range(1024, 1 << 24)]
    public int DataBytes { get; init; } = 64 * 1024;

    /// <summary>The topics that there are, by the beginning of their names; the longest prefix that fits counts.</summary>
    public TopicRule[] Prefixes { get; init; } = [];
}

/// <summary>What holds for the topics whose names begin in one way.</summary>
public sealed class TopicRule
{
    /// <summary>How the names begin, without <c>topic:</c>; 1 to 100 ASCII letters, digits and <c>-_.:/@+=~</c>.</summary>
    [Required]
    [RegularExpression(@"[A-Za-z0-9\-_.:/@+=~]{1,100}")]
    public string Prefix { get; init; } = "";

    /// <summary>Newest publications of each topic that are kept; 0 by default (nothing is kept, nothing can be recovered), up to 100,000.</summary>
    [Range(0, 100_000)]
    public int HistorySize { get; init; }

    /// <summary>Seconds for which a publication is kept; 300 by default, 1 to 31,536,000.</summary>
    [Range(1, 31_536_000)]
    public int HistorySeconds { get; init; } = 300;

    /// <summary>
    /// True: every subscription has a position and recovers after a break, where a history is kept. False: only those of clients
    /// that ask for it. True by default.
    /// </summary>
    public bool ForceRecovery { get; init; } = true;

    /// <summary>True where subscribers may ask who is there; false by default.</summary>
    public bool Presence { get; init; }

    /// <summary>True where subscribers may hear who comes and goes; false by default.</summary>
    public bool JoinLeave { get; init; }

    /// <summary>What becomes of publications that a socket is too slow for: its end by default.</summary>
    public SlowPolicy WhenSlow { get; init; }

    /// <summary>Who may subscribe; everybody who is signed in by default.</summary>
    public TopicSubscribers Subscribe { get; init; } = TopicSubscribers.Members;

    /// <summary>Which clients may publish; none by default.</summary>
    public TopicPublishers ClientPublish { get; init; } = TopicPublishers.Nobody;
}
