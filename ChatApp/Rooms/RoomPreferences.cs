using ChatApp.Push;
using ChatApp.Storage;

namespace ChatApp.Rooms;

/// <summary>What somebody has chosen for a room they are in. Immutable.</summary>
/// <param name="Room">The room.</param>
public sealed record RoomChoice(RoomId Room)
{
    /// <summary>True where it stands among their favourites.</summary>
    public bool IsFavourite { get; init; }

    /// <summary>Of what they want to hear.</summary>
    public NoticeLevel Level { get; init; }

    /// <summary>A direct room is not listed until something is said after this place; null where it is listed.</summary>
    public Offset? HiddenUpTo { get; init; }

    /// <summary>True where nothing differs from what everybody begins with.</summary>
    public bool IsDefault => this is { IsFavourite: false, Level: NoticeLevel.All, HiddenUpTo: null };

    internal static RoomChoice Of(RoomPreference row) =>
        new(new RoomId(row.RoomId)) { IsFavourite = row.IsFavourite, Level = row.Level, HiddenUpTo = row.HiddenUpTo is { } place ? new Offset(place) : null };
}

/// <summary>Tells a person on all devices that they have chosen something else for a room.</summary>
/// <param name="Choice">What they have chosen now.</param>
public sealed record RoomPreferenceChanged(RoomChoice Choice);

/// <summary>Outcome of a choice.</summary>
/// <param name="Outcome">How it went.</param>
/// <param name="Choice">What is chosen now, where it was done.</param>
public readonly record struct RoomChoiceResult(RoomOutcome Outcome, RoomChoice? Choice = null);

/// <summary>
/// What people choose for the rooms they are in: theirs alone, and the same on all their devices. A row is kept only where
/// something differs from the defaults, and outlives leaving: whoever comes back finds the room as they had it.
/// </summary>
/// <param name="commits">The one writer.</param>
/// <param name="database">Where choices are stored.</param>
/// <param name="broker">Tells the person's devices.</param>
public sealed class RoomPreferences(CommitQueue commits, ChatDatabase database, RoomBroker broker)
{
    /// <summary>All choices of a person that differ from the defaults, of rooms they are in and know of.</summary>
    public IReadOnlyDictionary<RoomId, RoomChoice> Of(UserId user)
    {
        using var db = database.OpenRead();
        var memberships = RoomAccess.Memberships(db);
        var untold = RoomAccess.Untold(db, user);
        // A conversation that came back to the list may have left a row that says nothing.
        return db.RoomPreferences
            .Where(row => row.UserId == user.Value && (row.IsFavourite || row.Level != NoticeLevel.All || (row.HiddenUpTo != null && !untold.Any(own => own.RoomId == row.RoomId))))
            .Where(row => db.Rooms.Any(room => room.Id == row.RoomId && room.IsDefault) || memberships.Any(m => m.RoomId == row.RoomId && m.UserId == user.Value))
            .AsEnumerable()
            .Select(RoomChoice.Of)
            .ToDictionary(choice => choice.Room);
    }

    /// <summary>What a person has chosen for one room; null where they are not in such a room.</summary>
    public RoomChoice? Of(UserId user, RoomId room)
    {
        using var db = database.OpenRead();
        if (RoomAccess.Find(db, room, user) is not { IsMember: true }) return null;
        return db.RoomPreferences.FirstOrDefault(row => row.UserId == user.Value && row.RoomId == room.Value) is { } row ? RoomChoice.Of(row) : new RoomChoice(room);
    }

    /// <summary>Chooses for a room; what is null stays as it is.</summary>
    /// <param name="user">Who.</param>
    /// <param name="room">A room they are in.</param>
    /// <param name="isFavourite">Whether it stands among the favourites.</param>
    /// <param name="level">Of what they want to hear; other numbers than the defined ones are <see cref="RoomOutcome.NotPossible"/>.</param>
    public Task<RoomChoiceResult> ChooseAsync(UserId user, RoomId room, bool? isFavourite = null, NoticeLevel? level = null) =>
        level is { } wanted && !Enum.IsDefined(wanted)
            ? Task.FromResult(new RoomChoiceResult(RoomOutcome.NotPossible))
            : ChangeAsync(user, room, row =>
            {
                (row.IsFavourite, row.Level) = (isFavourite ?? row.IsFavourite, level ?? row.Level);
                // A favourite is one to have at hand.
                if (isFavourite == true) row.HiddenUpTo = null;
            });

    private async Task<RoomChoiceResult> ChangeAsync(UserId user, RoomId room, Action<RoomPreference> change)
    {
        try
        {
            return await commits.CommitAsync(commit =>
            {
                if (RoomAccess.Find(commit.Db, room, user) is not { } standing) return new RoomChoiceResult(RoomOutcome.NotFound);
                if (!standing.IsMember) return new RoomChoiceResult(RoomOutcome.NotAllowed);
                var stored = commit.Db.RoomPreferences.FirstOrDefault(row => row.UserId == user.Value && row.RoomId == room.Value);
                var row = stored ?? new RoomPreference { UserId = user.Value, RoomId = room.Value };
                var before = RoomChoice.Of(row);
                change(row);
                var choice = RoomChoice.Of(row);
                if (choice == before) return new RoomChoiceResult(RoomOutcome.Done, choice);
                if (stored is null) commit.Db.RoomPreferences.Add(row);
                else if (choice.IsDefault) commit.Db.RoomPreferences.Remove(stored);
                commit.AfterCommit(() => broker.PublishToUser(user, new RoomPreferenceChanged(choice)));
                return new RoomChoiceResult(RoomOutcome.Done, choice);
            });
        }
        catch (StorageUnavailableException)
        {
            return new RoomChoiceResult(RoomOutcome.Busy);
        }
    }
}
