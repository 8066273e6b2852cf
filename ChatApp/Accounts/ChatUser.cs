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
}

/// <summary>What others see of an account. Immutable and shared.</summary>
/// <param name="Id">Identity.</param>
/// <param name="Name">Display name.</param>
/// <param name="Rank">Rank in the instance.</param>
public sealed record UserCard(UserId Id, string Name, Rank Rank)
{
    /// <summary>True for moderators and administrators.</summary>
    public bool IsModerator => Rank >= Rank.Moderator;
}
