using ChatApp.Accounts;
using ChatApp.Push;
using ChatApp.Wire;

namespace ChatApp.Sockets;

/// <summary>
/// The subscriptions of one connection that hold only as long as a token: each ends, with a time of grace, when its token
/// does and no other has come.
/// </summary>
/// <param name="connection">The connection.</param>
/// <param name="services">The house.</param>
internal sealed class SubscriptionLives(Connection connection, SocketServices services) : IDisposable
{
    private readonly Lock _gate = new();
    // Made for the first one: hardly any connection has one.
    private Dictionary<ChannelName, Life>? _lives;
    private bool _isDisposed;

    /// <summary>Whether a token is good for a channel; why not otherwise.</summary>
    public (SubscriptionToken? Token, WireError? Error) Judge(string token, string channel) => services.SubscriptionTokens.Read(token) switch
    {
        { } read when read.User != connection.User || read.Channel != channel => (null, WireError.PermissionDenied),
        { } read when read.Expires <= services.Time.GetUtcNow() => (null, WireError.TokenExpired),
        { } read => (read, null),
        _ => (null, WireError.PermissionDenied),
    };

    /// <summary>Seconds until then, at least 1.</summary>
    public long TtlOf(SubscriptionToken token) => Math.Max(1, (long)(token.Expires - services.Time.GetUtcNow()).TotalSeconds);

    /// <summary>From now on the subscription ends with this token.</summary>
    public void Hold(Subscription subscription, SubscriptionToken token)
    {
        lock (_gate)
        {
            if (_isDisposed) return;
            _lives ??= [];
            if (_lives.Remove(subscription.Channel, out var before)) before.Timer.Dispose();
            var life = new Life(this, subscription, token.Expires);
            _lives.Add(subscription.Channel, life);
            life.Timer = services.Time.CreateTimer(static life => ((Life)life!).Ring(), life, Wait(token.Expires), Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>True where the subscription to a channel holds by a token.</summary>
    public bool Holds(ChannelName channel)
    {
        lock (_gate) return _lives?.GetValueOrDefault(channel) is { Subscription.HasEnded: false };
    }

    /// <summary>A later token for a subscription that ends with one; false where there is none.</summary>
    public bool TryRenew(ChannelName channel, SubscriptionToken token)
    {
        lock (_gate)
        {
            if (_lives?.GetValueOrDefault(channel) is not { Subscription.HasEnded: false } life) return false;
            life.Expires = token.Expires > life.Expires ? token.Expires : life.Expires;
            return true;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            if (_lives is null) return;
            foreach (var life in _lives.Values) life.Timer.Dispose();
            _lives.Clear();
        }
    }

    private TimeSpan Wait(DateTimeOffset expires)
    {
        // A timer may ring a hair early.
        var left = expires + TimeSpan.FromSeconds(services.Options.ExpiryGraceSeconds) - services.Time.GetUtcNow() + TimeSpan.FromMilliseconds(1);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private void Ring(Life life)
    {
        lock (_gate)
        {
            if (_lives?.GetValueOrDefault(life.Subscription.Channel) != life) return;
            if (Wait(life.Expires) is { Ticks: > 0 } left && !life.Subscription.HasEnded)
            {
                life.Timer.Change(left, Timeout.InfiniteTimeSpan);
                return;
            }

            _lives!.Remove(life.Subscription.Channel);
            life.Timer.Dispose();
        }

        // As revoked, so that nothing of it is written after the notice.
        if (life.Subscription.End(revoked: true))
            connection.Send(services.Broker.Wrap(new SubscriptionEnded(life.Subscription.Channel, EndReason.SubscriptionExpired)));
    }

    private sealed class Life(SubscriptionLives owner, Subscription subscription, DateTimeOffset expires)
    {
        public Subscription Subscription => subscription;

        public DateTimeOffset Expires { get; set; } = expires;

        public ITimer Timer { get; set; } = null!;

        public void Ring() => owner.Ring(this);
    }
}
