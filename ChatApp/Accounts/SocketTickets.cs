using System.Security.Cryptography;

namespace ChatApp.Accounts;

/// <summary>
/// One-time tickets for clients that can send neither a header nor a frame before they are connected: an address ends up in
/// logs and histories, so what stands in it must be worthless a moment later. In memory only, and bounded.
/// </summary>
/// <param name="time">The clock.</param>
public sealed class SocketTickets(TimeProvider time)
{
    /// <summary>Seconds that a ticket lives.</summary>
    public const int LifeSeconds = 30;

    /// <summary>Tickets of one account that may be out at the same time.</summary>
    public const int MaxPerUser = 50;

    /// <summary>Tickets that may be out in all.</summary>
    public const int Max = 20_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Ticket> _out = new(StringComparer.Ordinal);
    private readonly Queue<Ticket> _byAge = new();
    private readonly Dictionary<UserId, int> _counts = [];

    /// <summary>A new ticket; null where the account, or everybody together, has too many.</summary>
    /// <param name="user">Whose it is.</param>
    /// <param name="proof">What it stands for, looked at again when it is shown: nobody who was signed out meanwhile comes in.</param>
    public string? Issue(UserId user, Func<Credential> proof)
    {
        ArgumentNullException.ThrowIfNull(proof);
        var ticket = new Ticket(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24)), user, proof, time.GetTimestamp());
        lock (_gate)
        {
            while (_byAge.TryPeek(out var oldest) && HasEnded(oldest))
            {
                _byAge.Dequeue();
                Forget(oldest);
            }

            // Used ones wait in the queue for their time too, so it is the queue that has to be bounded.
            if (_byAge.Count >= Max || _counts.GetValueOrDefault(user) >= MaxPerUser) return null;
            _byAge.Enqueue(ticket);
            _out.Add(ticket.Text, ticket);
            _counts[user] = _counts.GetValueOrDefault(user) + 1;
        }

        return ticket.Text;
    }

    /// <summary>What a ticket proves, once.</summary>
    public Credential Redeem(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Ticket? ticket;
        lock (_gate)
        {
            if (!_out.TryGetValue(text, out ticket)) return default;
            Forget(ticket);
        }

        return HasEnded(ticket) ? default : ticket.Proof();
    }

    private bool HasEnded(Ticket ticket) => time.GetElapsedTime(ticket.IssuedAt) >= TimeSpan.FromSeconds(LifeSeconds);

    private void Forget(Ticket ticket)
    {
        if (!_out.Remove(ticket.Text)) return;
        if (--_counts[ticket.User] == 0) _counts.Remove(ticket.User);
    }

    private sealed record Ticket(string Text, UserId User, Func<Credential> Proof, long IssuedAt);
}
