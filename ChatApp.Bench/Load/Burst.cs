namespace ChatApp.Bench.Load;

/// <summary>What the load client saw of a number of messages, from the first one published to the last one delivered.</summary>
/// <param name="Published">Messages.</param>
/// <param name="Due">Deliveries that they should make.</param>
/// <param name="Delivered">Deliveries that they made.</param>
/// <param name="Uneven">Receivers that did not get each message exactly once.</param>
/// <param name="Bytes">Bytes received by receivers, with frame heads.</param>
/// <param name="Elapsed">The time it took.</param>
/// <param name="ClientBusy">The share of that time, from 0 to 1, in which the load client was not waiting.</param>
/// <param name="Latency">From the time at which a message was due to be published to its receipt.</param>
/// <param name="Last">The same for the last of its receivers; empty where the pace is not steady.</param>
internal sealed record Burst(
    int Published,
    long Due,
    long Delivered,
    int Uneven,
    long Bytes,
    TimeSpan Elapsed,
    double ClientBusy,
    LatencyHistogram Latency,
    LatencyHistogram Last);
