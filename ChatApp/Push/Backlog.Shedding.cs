using System.Runtime.InteropServices;

namespace ChatApp.Push;

internal sealed partial class Backlog
{
    /// <summary>Events that were left out by the policy of their channel, since somebody last asked.</summary>
    public int Shed { get; private set; }

    /// <summary>Puts a notice in front of all that waits, but not into a frame that was begun. It takes no room.</summary>
    public void PutFirst(Envelope notice)
    {
        var delivery = new Delivery(notice, Subscription: null, Bytes: 0);
        if (_head > 0) _waiting[--_head] = delivery;
        else _waiting.Insert(0, delivery);
    }

    /// <summary>How many were left out; counts from zero again.</summary>
    public int TakeShed()
    {
        var shed = Shed;
        Shed = 0;
        return shed;
    }

    // The newest event takes the place of the one that waits already: as its channel wants it, full or not.
    private bool TryReplace(Delivery delivery)
    {
        if (delivery.Subscription is not { WhenSlow: SlowPolicy.LatestOnly, Waiting: { } place } subscription) return false;
        _waitingBytes += delivery.Bytes - place.Bytes;
        subscription.Waiting = new LatestEvent(delivery.Envelope, delivery.Bytes);
        Shed++;
        return true;
    }

    // Those go first whose channel says that they may.
    private void MakeRoom(Delivery delivery)
    {
        if (delivery.Subscription is { WhenSlow: SlowPolicy.DropOldest } own) DropOldest(own, delivery);
        if (Fits(delivery)) return;
        foreach (var other in Droppable(delivery.Subscription))
        {
            DropOldest(other, delivery);
            if (Fits(delivery)) return;
        }
    }

    // Full of what may not be dropped: then the event itself goes where its channel allows it, and the next notice counts it.
    private bool TryLeaveOut(Delivery delivery)
    {
        if (delivery.Subscription is not { WhenSlow: not SlowPolicy.Close } subscription) return false;
        Shed++;
        if (subscription.WhenSlow == SlowPolicy.DropOldest) LeaveOut(subscription, delivery.Envelope);
        return true;
    }

    // Half of what waits of the channel, and at least what is needed: so it costs little for each event that comes.
    private void DropOldest(Subscription subscription, Delivery coming)
    {
        var waiting = CollectionsMarshal.AsSpan(_waiting);
        var held = 0L;
        foreach (ref var one in waiting[_head..])
        {
            if (ReferenceEquals(one.Subscription, subscription)) held += one.Bytes;
        }

        var enough = Math.Max(held / 2, Bytes + coming.Bytes - maxBytes);
        var (place, lost, last, model) = (-1, 0L, (Offset?)null, (Envelope?)null);
        for (var i = _head; i < waiting.Length && enough > 0; i++)
        {
            ref var one = ref waiting[i];
            if (one.Envelope is not { } envelope || !ReferenceEquals(one.Subscription, subscription)) continue;
            var earlier = envelope.Body as EventsDropped;
            lost += earlier?.Lost ?? 1;
            last = (earlier is null ? envelope.Offset : earlier.Last) ?? last;
            if (earlier is null) Shed++;
            model ??= envelope;
            enough -= one.Bytes;
            Forget(ref one);
            if (place < 0) place = i;
        }

        if (place < 0) return;
        waiting[place] = Notice(subscription, model!, lost, last);
        _waiting.RemoveAll(static delivery => delivery.Envelope is null);
        _head = 0;
    }

    private void LeaveOut(Subscription subscription, Envelope left)
    {
        var waiting = CollectionsMarshal.AsSpan(_waiting)[_head..];
        for (var i = waiting.Length - 1; i >= 0; i--)
        {
            if (!ReferenceEquals(waiting[i].Subscription, subscription)) continue;
            if (waiting[i].Envelope.Body is not EventsDropped earlier) break;
            waiting[i] = Notice(subscription, left, earlier.Lost + 1, left.Offset ?? earlier.Last);
            return;
        }

        _waiting.Add(Notice(subscription, left, lost: 1, left.Offset));
    }

    // It takes no room: it is small, and there are never more of them than events around them.
    private static Delivery Notice(Subscription subscription, Envelope model, long lost, Offset? last) =>
        new(model.With(new EventsDropped(subscription.Channel, lost, last)), subscription, Bytes: 0);

    private List<Subscription> Droppable(Subscription? but)
    {
        var found = new List<Subscription>();
        foreach (ref var one in CollectionsMarshal.AsSpan(_waiting)[_head..])
        {
            if (one.Subscription is { WhenSlow: SlowPolicy.DropOldest } subscription && !ReferenceEquals(subscription, but) && !found.Contains(subscription)) found.Add(subscription);
        }

        return found;
    }
}

/// <summary>The newest event of a channel of which only the newest waits.</summary>
/// <param name="Envelope">The event.</param>
/// <param name="Bytes">What it weighs.</param>
internal sealed record LatestEvent(Envelope Envelope, int Bytes);
