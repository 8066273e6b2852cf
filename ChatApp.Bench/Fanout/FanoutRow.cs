using ChatApp.Bench.Load;

namespace ChatApp.Bench.Fanout;

/// <summary>One server in one round of a workload.</summary>
/// <param name="Server">Its name.</param>
/// <param name="Round">From 1.</param>
/// <param name="Cpu">The processor time of the server process during the measured burst.</param>
/// <param name="Disturbance">The share of the machine, from 0 to 1, that other programs used meanwhile.</param>
/// <param name="Burst">What the load client saw.</param>
/// <param name="Memory">What the server process occupied at its end.</param>
/// <param name="Allocated">Bytes of managed memory that it allocated during the burst; null where that was not asked.</param>
internal sealed record FanoutRow(string Server, int Round, TimeSpan Cpu, double Disturbance, Burst Burst, ProcessMemory Memory, long? Allocated)
{
    /// <summary>Whether other programs left the machine to the measurement, more or less.</summary>
    public bool Calm => Disturbance <= 0.1;

    /// <summary>Microseconds of processor time, user and system, for each delivered message.</summary>
    public double CpuMicroseconds => Cpu.TotalMicroseconds / Math.Max(Burst.Delivered, 1);

    /// <summary>The share of one core that the server used, from 0 to 1.</summary>
    public double CpuShare => Cpu / Burst.Elapsed;

    public double DeliveriesPerSecond => Burst.Delivered / Burst.Elapsed.TotalSeconds;

    /// <summary>Bytes on the wire for each delivered message.</summary>
    public double BytesPerDelivery => (double)Burst.Bytes / Math.Max(Burst.Delivered, 1);

    /// <summary>Bytes of managed memory for each delivered message.</summary>
    public double? AllocatedPerDelivery => (double?)Allocated / Math.Max(Burst.Delivered, 1);

    public double MiB => Memory.Resident / 1024.0;

    public double P50 => Burst.Latency.QuantileMs(0.5);

    public double P99 => Burst.Latency.QuantileMs(0.99);

    /// <summary>Until the last receiver has a message; null where the pace is not steady.</summary>
    public double? LastP50 => Last(0.5);

    public double? LastP99 => Last(0.99);

    /// <summary>Deliveries that are missing or too many; where they cancel out, the receivers that they went to.</summary>
    public long Wrong => Math.Max(Math.Abs(Burst.Due - Burst.Delivered), Burst.Uneven);

    private double? Last(double share) => Burst.Last.Count > 0 ? Burst.Last.QuantileMs(share) : null;
}
