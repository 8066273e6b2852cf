using System.Globalization;

namespace ChatApp.Bench.Load;

/// <summary>Who listens to what: rooms with equally many receivers each, to which messages go in turn.</summary>
/// <param name="Rooms">Names of the rooms, seven letters each.</param>
/// <param name="PerRoom">Receivers of each.</param>
/// <param name="Also">Rooms that every receiver listens to besides and to which nothing is posted.</param>
internal sealed record Crowd(IReadOnlyList<string> Rooms, int PerRoom, params IReadOnlyList<string> Also)
{
    /// <summary>Everybody in the room that every server has.</summary>
    public static Crowd InOneRoom(int receivers, params IReadOnlyList<string> also) => new([Message.General], receivers, also);

    /// <summary>A number of rooms.</summary>
    public static Crowd InRooms(int rooms, int perRoom) =>
        new([.. Enumerable.Range(0, rooms).Select(number => string.Create(CultureInfo.InvariantCulture, $"r{number:d6}"))], perRoom);

    /// <summary>All receivers.</summary>
    public int Receivers => Rooms.Count * PerRoom;

    /// <summary>What a receiver listens to.</summary>
    public IReadOnlyList<string> RoomsOf(int receiver) => [Rooms[receiver / PerRoom], .. Also];

    /// <summary>The room of a message.</summary>
    public string RoomOf(int message) => Rooms[message % Rooms.Count];

    /// <summary>How many of the first messages a receiver gets.</summary>
    public int DueTo(int receiver, int messages) => (messages / Rooms.Count) + (receiver / PerRoom < messages % Rooms.Count ? 1 : 0);
}
