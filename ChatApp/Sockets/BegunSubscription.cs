using ChatApp.Accounts;
using ChatApp.Push;
using ChatApp.Topics;
using ChatApp.Wire;

namespace ChatApp.Sockets;

/// <summary>A subscription on its way: refused, or listening with its events held back until its answer is out.</summary>
/// <param name="command">What was asked for.</param>
internal sealed class BegunSubscription(ClientCommand.Subscribe command)
{
    /// <summary>What was asked for.</summary>
    public ClientCommand.Subscribe Command => command;

    /// <summary>Where it listens; null where it was refused.</summary>
    public Subscription? Subscription { get; private set; }

    /// <summary>What the client is told; null where it was refused.</summary>
    public SubscribeAnswer? Answer { get; private set; }

    /// <summary>The last change that the client has, with what is in the answer.</summary>
    public Offset Position { get; private set; }

    /// <summary>The token that it holds by; null where it has none.</summary>
    public SubscriptionToken? Token { get; set; }

    /// <summary>Seconds until that token ends; null where it has none.</summary>
    public long? Ttl { get; set; }

    /// <summary>The sequence of a topic that keeps a history; null for others and for rooms.</summary>
    public TopicStream? Topic { get; set; }

    /// <summary>What was missed of a topic and is not in the answer.</summary>
    public IReadOnlyList<Envelope> Missed { get; set; } = [];

    /// <summary>Why it was refused; null where it was not.</summary>
    public WireError? Error { get; private set; }

    public void Listen(SubscribeResult result)
    {
        Subscription = result.Subscription;
        if (result.Refusal is { } refusal) Error = WireError.Of(refusal);
    }

    public void Accept(SubscribeAnswer answer, Offset position)
    {
        Answer = answer with { Ttl = Ttl };
        Position = position;
    }

    public void Refuse(WireError error)
    {
        Subscription?.Dispose();
        Subscription = null;
        Error = error;
    }
}
