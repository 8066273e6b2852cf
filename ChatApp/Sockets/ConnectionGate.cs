using System.Net;
using System.Net.Sockets;
using ChatApp.Push;

namespace ChatApp.Sockets;

/// <summary>
/// Counts open sockets, in all and of one address, from the moment that they ask to be opened: what nobody has signed in on
/// costs a place too. One instance.
/// </summary>
/// <param name="options">How many there may be in all.</param>
/// <param name="broker">Counts pages, which share the limit of all; says how many there may be of one address.</param>
/// <param name="metrics">What is measured.</param>
public sealed class ConnectionGate(PushOptions options, RoomBroker broker, PushMetrics metrics)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _addresses = new(StringComparer.Ordinal);
    private int _open;

    /// <summary>Open sockets.</summary>
    public int Open
    {
        get { lock (_gate) return _open; }
    }

    /// <summary>Takes a place. Null where there is none: then <paramref name="status"/> is the HTTP answer.</summary>
    /// <param name="address">The client's address; several of one IPv6 network count as one.</param>
    /// <param name="status">429 where this address has too many, 503 where the server has.</param>
    public IDisposable? TryEnter(IPAddress? address, out int status)
    {
        var group = GroupOf(address);
        lock (_gate)
        {
            status = Problem(group);
            if (status != 0) return null;
            _open++;
            if (group is not null) _addresses[group] = _addresses.GetValueOrDefault(group) + 1;
        }

        return new Place(this, group);
    }

    /// <summary>The same for a request, which has its answer where there is no place.</summary>
    public IDisposable? TryEnter(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var place = TryEnter(context.Connection.RemoteIpAddress, out var status);
        if (place is null) Refuse(context, status);
        return place;
    }

    /// <summary>Answers that there is no place now.</summary>
    public static void Refuse(HttpContext context, int status)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.Response.StatusCode = status;
        context.Response.Headers.RetryAfter = "10";
    }

    private int Problem(string? group)
    {
        if (_open + broker.CountOf(ConnectionKind.Circuit) >= options.Connections)
        {
            metrics.LimitMet(nameof(PushOptions.Connections));
            return StatusCodes.Status503ServiceUnavailable;
        }

        if (group is null || _addresses.GetValueOrDefault(group) < broker.Limits.PerAddress) return 0;
        metrics.LimitMet(nameof(PushOptions.ConnectionsPerAddress));
        return StatusCodes.Status429TooManyRequests;
    }

    // This machine itself is behind no address: a proxy that nobody has named, or a program of the operator.
    private static string? GroupOf(IPAddress? address)
    {
        if (address is null || IPAddress.IsLoopback(address)) return null;
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        // Whoever has one IPv6 address has 2^64 of them.
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8)) : address.ToString();
    }

    private void Leave(string? group)
    {
        lock (_gate)
        {
            _open--;
            if (group is null) return;
            if (--_addresses[group] == 0) _addresses.Remove(group);
        }
    }

    private sealed class Place(ConnectionGate gate, string? group) : IDisposable
    {
        private bool _isLeft;

        public void Dispose()
        {
            if (!_isLeft) gate.Leave(group);
            _isLeft = true;
        }
    }
}
