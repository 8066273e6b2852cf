using ChatApp.Messages;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Messages.Resumed;

/// <summary>
/// A server that is stopped and started again on the same folder while people are in it. Whoever wants something of it
/// waits while there is none.
/// </summary>
internal sealed class House : IAsyncDisposable
{
    private static readonly string[] Settings = ["Push:OutboxBytes=131072", "Push:OutboxEvents=150", "Push:ConnectionsPerUser=1000"];
    private readonly string _folder = Directory.CreateTempSubdirectory("chatapp-").FullName;
    private volatile TaskCompletionSource<TestServer> _open = NewDoor();

    /// <summary>People of the test.</summary>
    public IReadOnlyList<Resident> People { get; private set; } = [];

    /// <summary>The room that all are in, for ever.</summary>
    public RoomView Busy { get; private set; } = default!;

    /// <summary>The room that people leave and enter.</summary>
    public RoomView Lobby { get; private set; } = default!;

    /// <summary>Both.</summary>
    public IReadOnlyList<RoomView> Rooms => [Busy, Lobby];

    /// <summary>Sockets that were ended because they did not keep up.</summary>
    public long SlowEnds { get; private set; }

    /// <summary>Set when nothing changes any more: views go to the end, and end.</summary>
    public CancellationTokenSource Quiet { get; } = new();

    /// <summary>Starts the first server, with people and rooms.</summary>
    public static async Task<House> OpenAsync(int people)
    {
        var house = new House();
        var server = await house.StartAsync();
        var persons = await Task.WhenAll(Enumerable.Range(0, people).Select(i => server.AddPersonAsync($"Person{i}")));
        house.People = await Task.WhenAll(persons.Select(async (person, number) => new Resident(number, person, await server.TokenOfAsync(person))));
        house.Busy = await server.MakeRoomAsync(persons[0], RoomVisibility.Private, "Busy", persons[1..]);
        house.Lobby = await server.MakeRoomAsync(persons[0], RoomVisibility.Public, "Lobby", persons[1..]);
        return house;
    }

    /// <summary>The server, as soon as there is one.</summary>
    public Task<TestServer> ServerAsync() => _open.Task.WaitAsync(TimeSpan.FromMinutes(2));

    /// <summary>Stops everything, and starts everything again on what is stored.</summary>
    public async Task RestartAsync()
    {
        var server = await ServerAsync();
        _open = NewDoor();
        await EndAsync(server);
        await StartAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await EndAsync(await ServerAsync());
        Quiet.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    // Small buffers in the kernel too: who does not read shall be noticed within a test.
    private async Task<TestServer> StartAsync()
    {
        var server = await TestServer.StartAsync(Settings, folder: _folder, replace: static services => services.Configure<SocketTransportOptions>(transport =>
            transport.CreateBoundListenSocket = static endpoint =>
            {
                var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
                socket.SendBufferSize = 16 * 1024;
                return socket;
            }));
        _open.SetResult(server);
        return server;
    }

    private async Task EndAsync(TestServer server)
    {
        SlowEnds += server.Get<RoomBroker>().Figures.Slow;
        await server.DisposeAsync();
    }

    private static TaskCompletionSource<TestServer> NewDoor() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>Somebody who acts and looks on.</summary>
/// <param name="Number">From 0.</param>
/// <param name="Person">The account.</param>
/// <param name="Token">An access token; it survives restarts.</param>
internal sealed record Resident(int Number, TestPerson Person, string Token)
{
    public UserId Id => Person.Id;
}
