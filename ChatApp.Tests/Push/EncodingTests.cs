using ChatApp.Push;
using static ChatApp.Tests.Push.Engine;

namespace ChatApp.Tests.Push;

public sealed class EncodingTests
{
    private readonly Engine _engine = new();

    [Fact]
    public void An_event_is_encoded_once_however_many_sockets_receive_it()
    {
        var sockets = Enumerable.Range(0, 100).Select(i => _engine.Socket($"user{i}", Lobby)).ToList();
        _engine.Broker.Publish(Lobby, "hello");
        var bytes = sockets.Select(socket => socket.Outbox.Take([]).Single().Encoded).ToList();
        Assert.Equal(1, _engine.Encodings);
        Assert.All(bytes, one => Assert.True(one.Equals(bytes[0]), "All sockets share the same bytes."));
    }

    [Fact]
    public void An_event_is_never_encoded_for_circuits()
    {
        var circuit = _engine.Circuit("ann", Lobby);
        _engine.Broker.Publish(Lobby, "hello");
        _engine.Broker.PublishToUser(circuit.User, "psst");
        _engine.Broker.PublishToAll("attention");
        Assert.Equal(["hello", "psst", "attention"], Taken(circuit));
        Assert.Equal(0, _engine.Encodings);
        Assert.Equal(0, circuit.Outbox.Bytes);
    }

    [Fact]
    public void An_event_for_nobody_is_not_encoded()
    {
        _engine.Broker.Publish(Lobby, "hello");
        Assert.Equal(0, _engine.Encodings);
    }

    [Fact]
    public void All_circuits_share_the_same_object()
    {
        var (ann, bob) = (_engine.Circuit("ann", Lobby), _engine.Circuit("bob", Lobby));
        _engine.Broker.Publish(Lobby, new object());
        Assert.Same(Taken(ann).Single(), Taken(bob).Single());
    }

    [Fact]
    public async Task Threads_that_need_the_bytes_at_once_still_encode_once()
    {
        var envelope = _engine.Broker.Wrap("hello");
        await OnThreadsAsync(8, _ => Assert.Equal(5, envelope.Encoded.Length));
        Assert.Equal(1, _engine.Encodings);
    }
}
