using ChatApp.Components;
using ChatApp.Push;
using ChatApp.Tests.Harness;
using Microsoft.Extensions.Logging.Abstractions;

namespace ChatApp.Tests.Components;

/// <summary>A page's connection while its browser comes and goes.</summary>
public sealed class CircuitSessionTests : IClassFixture<TestServer>
{
    private readonly TestServer _server;
    private readonly RoomBroker _broker;

    public CircuitSessionTests(TestServer server) => (_server, _broker) = (server, server.Get<RoomBroker>());

    [Fact]
    public async Task A_browser_that_is_away_has_no_connection_and_one_that_is_back_is_told_that_events_were_lost()
    {
        var ann = await _server.AddPersonAsync("Ann");
        using var session = Session();
        var heard = new TaskCompletionSource<object>();
        session.Return(isSignedIn: true); // before the page is open: nothing to return to
        Assert.Null(session.Connection);
        session.Open(ann.Id, "192.0.2.1");
        var first = session.Connection!;
        using var listening = session.Listen(batch =>
        {
            heard.TrySetResult(batch[0].Body);
            return Task.CompletedTask;
        });

        session.Leave();
        Assert.Equal((true, null), (session.IsAway, _broker.Find(first.Id)));
        _broker.PublishToUser(ann.Id, "while away");
        session.Return(isSignedIn: true);
        session.Return(isSignedIn: true);
        Assert.IsType<EventsLost>(await heard.Task.Soon());
        var connection = Assert.Single(_broker.Connections, connection => connection.User == ann.Id);
        Assert.Equal((connection, "192.0.2.1", false), (session.Connection, connection.Description.Address, session.IsAway));
        Assert.False(session.Ended.IsCompleted);
    }

    [Fact]
    public async Task A_batch_of_the_old_connection_is_finished_before_the_new_one_brings_any()
    {
        var ann = await _server.AddPersonAsync("Ann");
        using var session = Session();
        session.Open(ann.Id, "192.0.2.1");
        var (begun, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        var heard = new List<object>();
        var told = new TaskCompletionSource();
        using var listening = session.Listen(async batch =>
        {
            begun.TrySetResult();
            if (batch[0].Body is not EventsLost) await release.Task;
            heard.AddRange(batch.Select(envelope => envelope.Body));
            if (batch[0].Body is EventsLost) told.SetResult();
        });
        _broker.PublishToUser(ann.Id, "before");
        await begun.Task.Soon();
        session.Leave();
        session.Return(isSignedIn: true);
        Assert.Empty(heard);
        release.SetResult();
        await told.Task.Soon();
        Assert.Equal(["before", new EventsLost()], heard);
    }

    [Fact]
    public async Task A_page_without_a_sign_in_or_beyond_the_limit_is_not_connected_again_and_is_told_why()
    {
        var (ann, bob) = (await _server.AddPersonAsync("Ann"), await _server.AddPersonAsync("Bob"));
        using var signedOut = Session();
        signedOut.Open(ann.Id, "192.0.2.1");
        signedOut.Leave();
        signedOut.Return(isSignedIn: false);
        Assert.Equal(EndReason.SignedOut, await signedOut.Ended.Soon());
        Assert.DoesNotContain(_broker.Connections, connection => connection.User == ann.Id);

        using var session = Session();
        session.Open(bob.Id, "192.0.2.1");
        session.Leave();
        var others = new List<Connection>();
        while (_broker.Connect(new ConnectionDescription(bob.Id, ConnectionKind.Circuit, "192.0.2.1")) is { } other) others.Add(other);
        session.Return(isSignedIn: true);
        Assert.Equal(EndReason.ConnectionLimit, await session.Ended.Soon());
        foreach (var other in others) other.End(EndReason.Closed);
    }

    [Fact]
    public async Task A_page_that_was_ended_stays_ended_and_one_that_was_closed_never_returns()
    {
        var ann = await _server.AddPersonAsync("Ann");
        using var ended = Session();
        ended.Open(ann.Id, "192.0.2.1");
        ended.Connection!.End(EndReason.ForceDisconnect);
        Assert.Equal(EndReason.ForceDisconnect, await ended.Ended.Soon());
        var closed = Session();
        closed.Open(ann.Id, "192.0.2.1");
        closed.Leave();
        closed.Dispose();
        foreach (var session in new[] { ended, closed })
        {
            session.Leave();
            session.Return(isSignedIn: true);
        }

        Assert.DoesNotContain(_broker.Connections, connection => connection.User == ann.Id);
    }

    private CircuitSession Session() => new(_broker, _server.Get<PagePace>(), NullLogger<CircuitSession>.Instance);
}
