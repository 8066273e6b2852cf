using ChatApp.Accounts;
using ChatApp.Rooms;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace ChatApp.Storage;

/// <summary>
/// What everybody's right to be connected and to listen hangs on, in memory: thousands who come back at once would otherwise ask
/// the database the same things. <see cref="ChatDbContext"/> forgets each row that one of its saves has changed, once that is committed.
/// </summary>
/// <remarks>Only what is there is kept: who has no right is looked for in the database each time.</remarks>
public sealed class KeptRights
{
    private const int Capacity = 65_536;

    /// <summary>Security stamps of accounts.</summary>
    public KeptRows<UserId, string> Stamps { get; } = new(Capacity);

    /// <summary>Rooms; their heads are older than they say, see <see cref="RoomDirectory"/>.</summary>
    public KeptRows<RoomId, RoomView> Rooms { get; } = new(Capacity);

    /// <summary>Roles of members, default rooms excepted.</summary>
    public KeptRows<(RoomId Room, UserId User), RoomRole> Members { get; } = new(Capacity);

    /// <summary>True where a change of the row may take a right away, or says something else about a room.</summary>
    internal static bool Concerns(EntityEntry entry) => entry.State is EntityState.Modified or EntityState.Deleted && entry.Entity switch
    {
        // Each change takes an offset, and where the room is, the engine knows.
        Room => entry.State is EntityState.Deleted || entry.Properties.Any(static property => property.IsModified && property.Metadata.Name != nameof(Room.Head)),
        ChatUser or Membership => true,
        _ => false,
    };

    /// <summary>Forgets a row that <see cref="Concerns"/> has named.</summary>
    internal void Forget(object row)
    {
        switch (row)
        {
            case ChatUser user:
                Stamps.Forget(new UserId(user.Id));
                break;
            case Room room:
                Rooms.Forget(new RoomId(room.Id));
                break;
            case Membership membership:
                Members.Forget((new RoomId(membership.RoomId), new UserId(membership.UserId)));
                break;
        }
    }
}
