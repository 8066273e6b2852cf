namespace ChatApp.Push;

/// <summary>
/// Where a room is to which somebody listens: everything that is published there passes by, so its newest offset is known without
/// the database. Whoever has subscribed and then looks misses nothing: what is newer than this comes to the subscription.
/// </summary>
public readonly struct ChannelHead
{
    private readonly ChannelHub _hub;

    internal ChannelHead(ChannelHub hub) => _hub = hub;

    /// <summary>The newest offset; null where nothing was published yet since somebody listens, and nobody has said.</summary>
    public Offset? Value => _hub.Head;

    /// <summary>
    /// Says where the room is. Only what was read after this was taken: what was published between would be missing from it otherwise.
    /// </summary>
    public void Learn(Offset head) => _hub.Learn(head);

    /// <summary>To be taken before the log is read, for <see cref="Adopt"/>.</summary>
    public int Version => _hub.Version;

    /// <summary>Keeps what was read from the log for those who come back next, where it is the newest of the room and still as it was read.</summary>
    /// <param name="read">Events without a hole, in order.</param>
    /// <param name="version">The <see cref="Version"/> before they were read.</param>
    public void Adopt(IReadOnlyList<Envelope> read, int version)
    {
        ArgumentNullException.ThrowIfNull(read);
        if (read.Count > 0) _hub.Adopt(read, version);
    }
}
