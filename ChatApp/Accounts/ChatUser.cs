using System.Linq.Expressions;
using Microsoft.AspNetCore.Identity;

namespace ChatApp.Accounts;

/// <summary>What an account may do in the whole instance. Higher ranks include lower ones.</summary>
public enum Rank
{
    /// <summary>Talks in rooms.</summary>
    Member = 0,

    /// <summary>Deletes messages and ends connections of people of lower rank.</summary>
    Moderator = 1,

    /// <summary>Everything, the ranks of others included.</summary>
    Administrator = 2,
}

/// <summary>How somebody wants to be seen by others.</summary>
public enum PresenceMode
{
    /// <summary>As they are: online, away, offline.</summary>
    Automatic = 0,

    /// <summary>Not to be disturbed: seen so while they are connected, and not notified.</summary>
    DoNotDisturb = 1,

    /// <summary>As if they were offline.</summary>
    Invisible = 2,
}

/// <summary>An account as stored. Never leaves the server: pages and programs see <see cref="UserCard"/>.</summary>
public sealed class ChatUser : IdentityUser
{
    /// <summary>Name shown to others; 1 to 30 code points, NFC.</summary>
    public string DisplayName { get; set; } = "";

    /// <summary>The name as compared with others (NFKC, case folded); unique.</summary>
    public string NormalizedDisplayName { get; set; } = "";

    /// <summary>What the account may do.</summary>
    public Rank Rank { get; set; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>What the person says of themselves; at most 100 code points, empty for nothing.</summary>
    public string StatusText { get; set; } = "";

    /// <summary>IANA name of the zone in which the person reads times; null for that of the browser.</summary>
    public string? TimeZone { get; set; }

    /// <summary>Language of pages and mails, one of those that the product speaks; null for that of the browser.</summary>
    public string? Language { get; set; }

    /// <summary>Theme of pages; null for that of the system.</summary>
    public string? Theme { get; set; }

    /// <summary>How close together pages are set; null for comfortable.</summary>
    public string? Density { get; set; }

    /// <summary>How much moves on pages; null for what the system says.</summary>
    public string? Motion { get; set; }

    /// <summary>How the person wants to be seen.</summary>
    public PresenceMode PresenceMode { get; set; }

    /// <summary>When <see cref="PresenceMode"/> ends by itself; null where it stays.</summary>
    public DateTimeOffset? PresenceUntil { get; set; }

    /// <summary>Names the picture that is shown now; null where there is none and initials are shown.</summary>
    public string? AvatarVersion { get; set; }

    /// <summary>True for a program's account: it belongs to somebody, and has no password.</summary>
    public bool IsBot { get; set; }

    /// <summary>Whose bot this is; null for people.</summary>
    public string? OwnerId { get; set; }

    /// <summary>When the account was deleted and its name and address taken off it; null while it lives.</summary>
    public DateTimeOffset? DeletedAt { get; set; }

    /// <summary>The session that makes the change which is about to be saved, where its context does not know; not stored. See <see cref="Storage.SessionEnds"/>.</summary>
    internal string? ChangedBy { get; set; }
}

/// <summary>What others see of an account when they look at it alone.</summary>
/// <param name="User">Who.</param>
/// <param name="Since">When the account was made.</param>
/// <param name="Zone">IANA name of the time zone that they chose; null where they chose none.</param>
/// <param name="IsDeleted">True where nobody is behind it any more.</param>
public sealed record PersonDetails(UserCard User, DateTimeOffset Since, string? Zone, bool IsDeleted);

/// <summary>What others see of an account. Immutable and shared.</summary>
/// <param name="Id">Identity.</param>
/// <param name="Name">Display name.</param>
/// <param name="Rank">Rank in the instance.</param>
/// <param name="IsBot">True for a program's account.</param>
/// <param name="Avatar">Names the picture that is shown; null for initials.</param>
/// <param name="Status">What the person says of themselves; empty for nothing.</param>
/// <param name="Owner">Whose bot it is; null for people.</param>
public sealed record UserCard(UserId Id, string Name, Rank Rank, bool IsBot = false, string? Avatar = null, string Status = "", UserId? Owner = null)
{
    /// <summary>How an account is read as a card, by the database or from an entity.</summary>
    public static readonly Expression<Func<ChatUser, UserCard>> FromAccount =
        user => new UserCard(new UserId(user.Id), user.DisplayName, user.Rank, user.IsBot, user.AvatarVersion, user.StatusText, user.OwnerId == null ? null : new UserId(user.OwnerId));

    private static readonly Func<ChatUser, UserCard> Compiled = FromAccount.Compile();

    /// <summary>The card of an account.</summary>
    public static UserCard Of(ChatUser account) => Compiled(account);

    /// <summary>True for moderators and administrators.</summary>
    public bool IsModerator => Rank >= Rank.Moderator;

    /// <summary>The same account with no more than that rank.</summary>
    public UserCard UpTo(Rank most) => Rank <= most ? this : this with { Rank = most };
}
