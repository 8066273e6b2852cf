namespace ChatApp.Push;

/// <summary>Outcome of <see cref="RoomBroker.Subscribe"/>: a held subscription, or why there is none.</summary>
/// <param name="Subscription">Set on success.</param>
/// <param name="Refusal">Set otherwise.</param>
public readonly record struct SubscribeResult(Subscription? Subscription, SubscribeRefusal? Refusal);

/// <summary>Why a subscription was not made.</summary>
public enum SubscribeRefusal
{
    /// <summary>The connection listens to that channel already.</summary>
    AlreadySubscribed,

    /// <summary>The connection has <see cref="PushOptions.SubscriptionsPerConnection"/> subscriptions.</summary>
    LimitReached,

    /// <summary>The connection has ended.</summary>
    ConnectionEnded,

    /// <summary>The channel is outside of the connection's <see cref="Reach"/>.</summary>
    OutOfReach,
}
