using System.ComponentModel.DataAnnotations;

namespace ChatApp.Push;

/// <summary>Limits of the push engine and of the connections it serves. Section <c>Push</c> of the settings.</summary>
public sealed class PushOptions
{
    /// <summary>Live connections one user may have of each kind (browser tabs, sockets); 20 by default, 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int ConnectionsPerUser { get; init; } = 20;

    /// <summary>Live connections in all, pages and sockets together; 100,000 by default, 1 to 10,000,000.</summary>
    [Range(1, 10_000_000)]
    public int Connections { get; init; } = 100_000;

    /// <summary>
    /// Sockets of one network address (of IPv6: of one network of 64 bits), whether anybody has signed in on them or not; this
    /// machine's own is not counted. 1,000 by default, 1 to 10,000,000.
    /// </summary>
    [Range(1, 10_000_000)]
    public int ConnectionsPerAddress { get; init; } = 1000;

    /// <summary>
    /// As many commands as this many sockets may send is what all sockets of one account may send together; 5 by default, 1 to 1,000.
    /// </summary>
    [Range(1, 1000)]
    public int BusySocketsPerUser { get; init; } = 5;

    /// <summary>Channels one connection may be subscribed to; 256 by default, 1 to 100,000.</summary>
    [Range(1, 100_000)]
    public int SubscriptionsPerConnection { get; init; } = 256;

    /// <summary>Bytes that may wait for one socket before it ends as slow; 1 MiB by default, 4 KiB to 1 GiB.</summary>
    [Range(4096, 1 << 30)]
    public int OutboxBytes { get; init; } = 1 << 20;

    /// <summary>Events that may wait for one circuit before they collapse into "reload"; 1,000 by default, 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int OutboxEvents { get; init; } = 1000;

    /// <summary>Newest events of a room that stay in memory for those who catch up; 256 by default, 1 to 100,000.</summary>
    [Range(1, 100_000)]
    public int RecentEvents { get; init; } = 256;

    /// <summary>
    /// Milliseconds that a channel with so many sockets that one event keeps a processor busy for more than one of them may wait
    /// for further events, so that they leave in one write for each socket; 20 by default, 0 (each event leaves at once) to 1,000.
    /// </summary>
    [Range(0, 1000)]
    public int JoinMilliseconds { get; init; } = 20;

    /// <summary>
    /// Connections in one channel up to which joins and leaves are told to those who asked for it; beyond that nobody is told.
    /// 200 by default, 0 (never) to 10,000.
    /// </summary>
    [Range(0, 10_000)]
    public int JoinLeaveConnections { get; init; } = 200;

    /// <summary>Longest frame a client may send, in bytes; 64 KiB by default, 1 KiB to 16 MiB.</summary>
    [Range(1024, 1 << 24)]
    public int FrameBytes { get; init; } = 64 * 1024;

    /// <summary>Seconds a new socket has for its connect command; 10 by default, 1 to 600.</summary>
    [Range(1, 600)]
    public int ConnectSeconds { get; init; } = 10;

    /// <summary>Seconds in which a frame that a client has begun must be there as a whole; 10 by default, 1 to 600.</summary>
    [Range(1, 600)]
    public int FrameSeconds { get; init; } = 10;

    /// <summary>Seconds between two pings of the server; 25 by default, 1 to 3,600.</summary>
    [Range(1, 3600)]
    public int PingSeconds { get; init; } = 25;

    /// <summary>Seconds a client has to answer a ping, and a write has to make progress; 10 by default, 1 to 600.</summary>
    [Range(1, 600)]
    public int PongSeconds { get; init; } = 10;

    /// <summary>Seconds that a client has for another token when its own has ended; 25 by default, 0 to 600.</summary>
    [Range(0, 600)]
    public int ExpiryGraceSeconds { get; init; } = 25;

    /// <summary>Commands per second that one socket may send in the long run; 20 by default, 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int CommandsPerSecond { get; init; } = 20;

    /// <summary>Commands that one socket may send at once after a quiet time; 60 by default, 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int CommandBurst { get; init; } = 60;

    /// <summary>Sockets that may be open before they have said who they are, in all; 5,000 by default, 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int UnauthenticatedSockets { get; init; } = 5000;

    /// <summary>
    /// Seconds for which a server that was told to stop serves everybody as before, only that it is not ready for new visitors:
    /// time for a load balancer to notice; 0 by default, 0 to 600.
    /// </summary>
    [Range(0, 600)]
    public int NoticeSeconds { get; init; }

    /// <summary>Seconds that viewers have to go once they were told that the server stops; 5 by default, 1 to 600. Who stays is cut off.</summary>
    [Range(1, 600)]
    public int DrainSeconds { get; init; } = 5;

    /// <summary>Seconds over which the return of those who were told is spread; 5 by default, 0 to 3,600.</summary>
    [Range(0, 3600)]
    public int ReturnSeconds { get; init; } = 5;

    /// <summary>
    /// Whether events go straight to a client's socket where that is possible (HTTP/1.1 without TLS in this process) or
    /// always through the web server, which costs more; true by default.
    /// </summary>
    public bool DirectWrites { get; init; } = true;

    /// <summary>Port for the JSON commands by bare TCP, one per line; 0, the default, for none. 0 to 65,535.</summary>
    [Range(0, 65_535)]
    public int TcpPort { get; init; }

    /// <summary>
    /// Network address of <see cref="TcpPort"/>; 127.0.0.1 by default, because nothing is encrypted there. 1 to 64 characters.
    /// </summary>
    [StringLength(64, MinimumLength = 1)]
    public string TcpAddress { get; init; } = "127.0.0.1";

    /// <summary>
    /// Sites whose pages may open sockets and circuits with the visitor's cookie, besides the server's own,
    /// as exact origins such as <c>https://chat.example.org</c>; none by default.
    /// </summary>
    public string[] AllowedOrigins { get; init; } = [];
}
