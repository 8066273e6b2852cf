using ChatApp.Bench.Load;

namespace ChatApp.Bench.Fanout;

/// <summary>One of the workloads of docs/PERFORMANCE.md, by its letter. Workload c, idle sockets, is the verb <c>idle</c>.</summary>
/// <param name="Letter">Its name.</param>
/// <param name="Rooms">Rooms, to which messages go in turn.</param>
/// <param name="PerRoom">Receivers in each.</param>
/// <param name="Rate">Messages per second in all; where the server sets the pace, those of the bursts that warm it up.</param>
/// <param name="InFlight">Messages that are always on their way; 0 where the rate is steady.</param>
/// <param name="UsesTls">Whether the servers end TLS themselves: only ours, which then writes through the web server, and SignalR.</param>
internal sealed record Workload(string Letter, int Rooms, int PerRoom, int Rate, int InFlight = 0, bool UsesTls = false)
{
    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<Workload> All =
    [
        new("a", 1, 1000, 100),
        new("b", 1, 1000, 100, InFlight: 8),
        new("d", 1, 10_000, 5),
        new("e", 2000, 5, 2000),
        new("l", 1, 1000, 50),
        new("ta", 1, 1000, 100, UsesTls: true),
        new("tb", 1, 1000, 100, InFlight: 8, UsesTls: true),
    ];

    /// <summary>Whether the product is measured with its log too, every message on disk before anybody gets it.</summary>
    public bool IsStoredToo => Letter is "a" or "l";

    /// <summary>Connections that receive.</summary>
    public int Receivers => Rooms * PerRoom;

    /// <summary>Who listens to what.</summary>
    public Crowd Crowd => Rooms == 1 ? Crowd.InOneRoom(PerRoom) : Crowd.InRooms(Rooms, PerRoom);

    /// <summary>In words.</summary>
    public string Description =>
        $"{Letter}: {(Rooms == 1 ? $"{PerRoom:N0} receivers in one room" : $"{Rooms:N0} rooms of {PerRoom} receivers")}, "
        + (InFlight > 0 ? $"{InFlight} messages always on their way" : $"{Rate:N0} messages/s{(Rooms == 1 ? "" : " in all")}")
        + (UsesTls ? ", over TLS" : "");

    /// <summary>The pace of a measured burst.</summary>
    public Pace Pace(int seconds) => InFlight > 0 ? new SaturatingPace(TimeSpan.FromSeconds(seconds), InFlight) : new SteadyPace(seconds * Rate, Rate);

    /// <summary>A quarter of the load for a second, for a server that has not compiled its code yet.</summary>
    public Pace GentlePace => new SteadyPace(Math.Max(1, Rate / 4), Math.Max(1, Rate / 4));
}
