using ChatApp.Accounts;
using ChatApp.Moderation;
using ChatApp.Rooms;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace ChatApp.Storage;

/// <summary>
/// What everybody's right to be connected and to listen hangs on, in memory: thousands who come back at once would otherwise ask
/// the database the same things. <see cref="ChatDbContext"/> forgets each row that one of its saves has changed, once that is committed.
/// </summary>
/// <remarks>Only what is there is kept: who has no right is looked for in the database each time.</remarks>
/// <param name="time">The clock, for what ends by a save.</param>
public sealed class KeptRights(TimeProvider time)
{
    private const int Capacity = 65_536;

    /// <summary>
    /// Called for an account of which something was forgotten, before anybody else hears of the change: whoever is connected
    /// in its name looks again whether they may be. Calling it too often does no harm; it must not throw.
    /// </summary>
    public Action<UserId>? LookAgain { get; set; }

    /// <summary>Security stamps of accounts that are neither deleted, nor locked by an administrator, nor banned.</summary>
    public KeptRows<UserId, string> Stamps { get; } = new(Capacity);

    /// <summary>Sessions that nobody has ended.</summary>
    public KeptRows<string, KeptSession> Sessions { get; } = new(Capacity);

    /// <summary>Rooms; their heads are older than they say, see <see cref="RoomDirectory"/>.</summary>
    public KeptRows<RoomId, RoomView> Rooms { get; } = new(Capacity);

    /// <summary>Roles of members, default rooms excepted.</summary>
    public KeptRows<(RoomId Room, UserId User), RoomRole> Members { get; } = new(Capacity);

    /// <summary>Names of people who have an account.</summary>
    public NameBook PeopleNames { get; } = new(isSmall: false);

    /// <summary>Names of public rooms.</summary>
    public NameBook RoomNames { get; } = new(isSmall: true);

    internal DateTimeOffset Now => time.GetUtcNow();

    /// <summary>True where a change of the row may take a right away, or says something else about a room.</summary>
    internal static bool Concerns(EntityEntry entry) => entry.State switch
    {
        EntityState.Modified or EntityState.Deleted => IsRight(entry, entry.Entity),
        // Rooms and people have names that are new.
        EntityState.Added => entry.Entity is Room or ChatUser or Sanction { Kind: SanctionKind.Ban, RoomId: null },
        _ => false,
    };

    private static bool IsRight(EntityEntry entry, object row) => row switch
    {
        // Each change takes an offset, and where the room is, the engine knows.
        Room => entry.State is EntityState.Deleted || entry.Properties.Any(static property => property.IsModified && property.Metadata.Name != nameof(Room.Head)),
        ChatUser or UserSession or Membership => true,
        _ => false,
    };

    /// <summary>Whose connections hang on the row; null where nobody's do.</summary>
    internal static UserId? OwnerOf(object row) => row switch
    {
        ChatUser user => new UserId(user.Id),
        UserSession session => new UserId(session.UserId),
        Sanction ban => new UserId(ban.UserId),
        _ => null,
    };

    /// <summary>Forgets a row that <see cref="Concerns"/> has named.</summary>
    internal void Forget(object row)
    {
        switch (row)
        {
            case ChatUser user:
                Stamps.Forget(new UserId(user.Id));
                PeopleNames.Forget(user.Id);
                break;
            case Sanction ban:
                Stamps.Forget(new UserId(ban.UserId));
                break;
            case UserSession session:
                Sessions.Forget(session.Id);
                break;
            case Room room:
                Rooms.Forget(new RoomId(room.Id));
                RoomNames.Forget(room.Id);
                break;
            case Membership membership:
                Members.Forget((new RoomId(membership.RoomId), new UserId(membership.UserId)));
                break;
        }
    }
}

/// <summary>What counts of a session for whoever shows it.</summary>
/// <param name="User">Whose.</param>
/// <param name="ExpiresAt">When it ends by itself, or later: its use prolongs it.</param>
public sealed record KeptSession(UserId User, DateTimeOffset ExpiresAt);
