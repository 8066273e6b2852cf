namespace ChatApp.Push;

/// <summary>
/// Limits of connections that may change while the engine runs. They begin as <see cref="PushOptions"/> say; whoever opens a connection
/// reads what holds at that moment, and those that are open stay open.
/// </summary>
/// <param name="options">What holds until somebody sets another value.</param>
public sealed class ConnectionLimits(PushOptions options)
{
    private volatile int _perUser = options.ConnectionsPerUser;
    private volatile int _perAddress = options.ConnectionsPerAddress;

    /// <summary>Live connections one user may have of each kind; see <see cref="PushOptions.ConnectionsPerUser"/>.</summary>
    public int PerUser
    {
        get => _perUser;
        set => _perUser = value;
    }

    /// <summary>Sockets of one network address; see <see cref="PushOptions.ConnectionsPerAddress"/>.</summary>
    public int PerAddress
    {
        get => _perAddress;
        set => _perAddress = value;
    }
}
