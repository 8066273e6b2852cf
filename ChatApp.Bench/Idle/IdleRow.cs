namespace ChatApp.Bench.Idle;

/// <summary>The size of a run.</summary>
/// <param name="Sockets">Idle sockets.</param>
/// <param name="BurstMessages">Messages to all of them, within a second where the server can.</param>
/// <param name="Settling">Rest before a measurement.</param>
/// <param name="Recovery">Rest after the burst.</param>
internal sealed record IdlePlan(int Sockets, int BurstMessages, TimeSpan Settling, TimeSpan Recovery);

/// <summary>One server's memory.</summary>
/// <param name="Server">Its name.</param>
/// <param name="Sockets">How many were open.</param>
/// <param name="Before">Before they came.</param>
/// <param name="IdleMemory">When all were there.</param>
/// <param name="BurstMemory">Right after the burst.</param>
/// <param name="RecoveredMemory">After the rest that followed.</param>
/// <param name="Lost">Deliveries of the burst that are missing or too many.</param>
internal sealed record IdleRow(
    string Server, int Sockets, ProcessMemory Before, ProcessMemory IdleMemory, ProcessMemory BurstMemory, ProcessMemory RecoveredMemory, long Lost)
{
    public double BeforeMiB => Before.Resident / 1024.0;

    /// <summary>KiB a socket, resident.</summary>
    public double Idle => Each(IdleMemory.Resident - Before.Resident);

    /// <summary>KiB a socket, with the process's share of shared pages.</summary>
    public double IdleProportional => Each(IdleMemory.Proportional - Before.Proportional);

    public double AfterBurst => Each(BurstMemory.Resident - Before.Resident);

    public double Recovered => Each(RecoveredMemory.Resident - Before.Resident);

    public double RecoveredProportional => Each(RecoveredMemory.Proportional - Before.Proportional);

    private double Each(long kibibytes) => (double)kibibytes / Sockets;
}
