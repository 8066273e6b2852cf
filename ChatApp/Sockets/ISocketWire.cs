using ChatApp.Push;

namespace ChatApp.Sockets;

/// <summary>
/// What lies under the socket of one session: takes the frames that the outbox gives, past the socket itself, which only its own
/// words (the first reply, the last one) go through.
/// </summary>
public interface ISocketWire
{
    /// <summary>The short way to the network; null where there is none. Asked once the client has said something.</summary>
    DirectWrite? Direct { get; }

    /// <summary>From now on what the socket itself writes keeps its place among what the outbox gives.</summary>
    void KeepOrderIn(Connection connection);

    /// <summary>All that waited has been written.</summary>
    void HasWritten();

    /// <summary>The outbox is empty for good, or given up.</summary>
    void Finish();

    /// <summary>Writes WebSocket text frames (<see cref="Wire.TextFrame"/>), a long one in pieces; for the one loop that reads the outbox.</summary>
    ValueTask SendAsync(ReadOnlyMemory<byte> frames);

    /// <summary>Waits until the client has let go of the connection; for whoever cannot hear that from the socket any more.</summary>
    Task GoneAsync(CancellationToken cancellation);

    /// <summary>Cuts the connection; a write that is under way fails.</summary>
    void Abort();
}
