using ChatApp.Push;

namespace ChatApp.Topics;

/// <summary>Lets a subscription to a topic go on from where its owner is: what was missed at the owner's pace, then what is live.</summary>
internal static class TopicCatchUp
{
    /// <summary>As many of the publications as fit, but always one.</summary>
    public static IReadOnlyList<Envelope> Fitting(IReadOnlyList<Envelope> missed, long maxBytes)
    {
        var fits = 0;
        for (var bytes = 0L; fits < missed.Count && (fits == 0 || bytes + missed[fits].Encoded.Length <= maxBytes); fits++) bytes += missed[fits].Encoded.Length;
        return fits == missed.Count ? missed : [.. missed.Take(fits)];
    }

    /// <summary>
    /// Sends everything after a position and lets live publications through. False where some of it is not kept any more: the
    /// subscription is then of no use.
    /// </summary>
    /// <param name="subscription">Held until here.</param>
    /// <param name="stream">The topic's sequence.</param>
    /// <param name="missed">What came after the position, as read when the subscription had begun; not forgotten for this one, however long it takes.</param>
    /// <param name="position">The last publication that the owner has.</param>
    public static async Task<bool> StreamAsync(Subscription subscription, TopicStream stream, IReadOnlyList<Envelope> missed, Offset position)
    {
        var outbox = subscription.Connection.Outbox;
        while (!subscription.HasEnded)
        {
            await outbox.HalfEmptyAsync();
            if (missed.Count > 0)
            {
                var chunk = Fitting(missed, outbox.ReplayBytes);
                if (!subscription.TryReplay(chunk)) continue;
                position = chunk[^1].Offset!.Value;
                missed = [.. missed.Skip(chunk.Count)];
                // Where the reader is quick the wait above is none, and others would wait for the whole way.
                await Task.Yield();
                continue;
            }

            if (subscription.TryRelease(position)) return true;
            // More came than was held back; it is in the history, if that is long enough.
            if (stream.TryRead(position) is not { } now || now.State.Floor > position) return false;
            missed = now.Publications;
        }

        return true;
    }
}
