using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ChatApp.Tests.Harness;

/// <summary>
/// The real product in this process, on a free port of 127.0.0.1 with a data folder of its own, and verbs of the domain
/// to prepare it. As a class fixture one server serves all tests of a class: each test makes its own people and rooms.
/// </summary>
public class TestServer : IAsyncLifetime, IAsyncDisposable
{
    private const string Password = "correct horse battery";
    private static int _people;
    private readonly string[] _settings;
    private readonly Action<IServiceCollection>? _replace;
    private readonly bool _ownsFolder;
    private readonly ConcurrentStack<IAsyncDisposable> _kept = new();
    private WebApplication? _app;
    private HttpClient? _http;

    /// <summary>With limits that no test reaches by accident. xunit makes it, and calls <see cref="InitializeAsync"/>.</summary>
    public TestServer()
        : this([])
    {
    }

    /// <summary>For servers of a kind of their own.</summary>
    protected TestServer(string[] settings, Action<IServiceCollection>? replace = null, string? folder = null)
    {
        _settings = settings;
        _replace = replace;
        _ownsFolder = folder is null;
        Folder = folder ?? Path.Combine(Path.GetTempPath(), "chatapp-" + Guid.NewGuid().ToString("N"));
    }

    /// <summary>The data folder.</summary>
    public string Folder { get; }

    /// <summary>Where it listens, without a slash at the end.</summary>
    public string Address { get; private set; } = "";

    /// <summary>The singletons of the product.</summary>
    public IServiceProvider Services => _app!.Services;

    /// <summary>A client without cookies.</summary>
    public HttpClient Http => _http!;

    /// <summary>Log lines of level Warning and above, so that a test can say that there were none.</summary>
    public LogLines Logs { get; } = new();

    /// <summary>A server with settings of its own, such as <c>Push:ConnectSeconds=1</c>.</summary>
    /// <param name="settings">Settings as on the command line, without dashes.</param>
    /// <param name="replace">Other services, such as a clock.</param>
    /// <param name="folder">An existing data folder, which stays; null makes one that goes with the server.</param>
    public static async Task<TestServer> StartAsync(string[]? settings = null, Action<IServiceCollection>? replace = null, string? folder = null)
    {
        var server = new TestServer(settings ?? [], replace, folder);
        await server.InitializeAsync();
        return server;
    }

    /// <summary>A service of the product.</summary>
    public T Get<T>()
        where T : notnull => Services.GetRequiredService<T>();

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        if (_ownsFolder) EmptyDatabase.PutInto(Folder);
        string[] arguments =
        [
            "--Urls=http://127.0.0.1:0", $"--Data:Folder={Folder}", "--Accounts:AttemptsPerMinute=100000", "--Messages:PostsPerSecond=100000",
            "--Accounts:RegistrationsPerMinute=0", "--Accounts:JoinsPerMinute=0", "--Messages:PostBurst=100000", "--Push:CommandsPerSecond=100000", "--Push:CommandBurst=100000",
            .. _settings.Select(setting => "--" + setting),
        ];
        _app = Program.Build(arguments, services =>
        {
            services.AddLogging(logging => logging.ClearProviders().AddProvider(Logs).SetMinimumLevel(LogLevel.Warning));
            // A password of a real instance costs a tenth of a second, on purpose; the tests have thousands.
            services.Configure<PasswordHasherOptions>(hasher => hasher.IterationCount = 1);
            _replace?.Invoke(services);
        });
        await _app.StartAsync();
        Address = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First(address => address.StartsWith("http:", StringComparison.Ordinal)).TrimEnd('/');
        _http = new HttpClient(new HttpClientHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = new Uri(Address) };
    }

    /// <summary>Disposes that before the server stops.</summary>
    public void Keep(IAsyncDisposable companion) => _kept.Push(companion);

    /// <summary>Stops the server; a folder that was given stays.</summary>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Exception? found = null;
        while (_kept.TryPop(out var companion))
        {
            try
            {
                await companion.DisposeAsync();
            }
            catch (Xunit.Sdk.XunitException problem)
            {
                // Told at the end: the server stops nevertheless.
                found ??= problem;
            }
        }

        _http?.Dispose();
        if (_app is not null)
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }

        if (_ownsFolder && Directory.Exists(Folder)) Directory.Delete(Folder, recursive: true);
        if (found is not null) throw found;
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    /// <summary>A new account with a name that no other test has.</summary>
    public async Task<TestPerson> AddPersonAsync(string name = "Person", Rank rank = Rank.Member)
    {
        var number = Interlocked.Increment(ref _people);
        var email = $"{name.ToLowerInvariant()}{number}@example.org";
        var displayName = $"{name} {number}";
        await using var scope = Services.CreateAsyncScope();
        var result = await scope.ServiceProvider.GetRequiredService<Registration>().RegisterAsync(email, displayName, Password, byOperator: true);
        Assert.Null(result.Error);
        var id = result.User!.Value;
        await Get<CommitQueue>().CommitAsync(commit => commit.Db.Users.Single(user => user.Id == id.Value).Rank = rank);
        Get<UserDirectory>().Replace(new UserCard(id, displayName, rank));
        return new TestPerson(id, displayName, email, Password);
    }

    /// <summary>An access token, by the login endpoint.</summary>
    public async Task<string> TokenOfAsync(TestPerson person)
    {
        using var response = await Http.PostAsJsonAsync("/api/account/login", new { email = person.Email, password = person.Password });
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("accessToken").GetString()!;
    }

    /// <summary>A room of that person's making.</summary>
    public async Task<RoomView> MakeRoomAsync(TestPerson owner, RoomVisibility visibility = RoomVisibility.Public, string name = "Room", params TestPerson[] members)
    {
        var made = await Get<RoomWriter>().CreateAsync(owner.Id, name, "", visibility);
        Assert.Equal(RoomOutcome.Done, made.Outcome);
        foreach (var member in members)
            Assert.Equal(RoomOutcome.Done, (await Get<RoomWriter>().InviteAsync(owner.Id, made.Room!.Id, member.Id)).Outcome);
        return Get<RoomDirectory>().Find(made.Room!.Id, owner.Id)!.Room;
    }

    /// <summary>Posts as that person; fails where it is refused.</summary>
    public async Task<MessageView> PostAsync(TestPerson author, RoomId room, string text, string? key = null) =>
        Assert.IsType<PostResult.Accepted>(await Get<MessageWriter>().PostAsync(author.Id, room, text, key)).Message;

    /// <summary>A socket that nobody has signed in on yet.</summary>
    public Task<TestSocket> OpenSocketAsync(Action<System.Net.WebSockets.ClientWebSocketOptions>? options = null) =>
        TestSocket.OpenAsync(new Uri(Address.Replace("http", "ws", StringComparison.Ordinal) + "/connection/websocket"), options);

    /// <summary>A socket of that person, connected.</summary>
    public async Task<TestSocket> ConnectAsync(TestPerson person)
    {
        var socket = await OpenSocketAsync();
        await socket.SendAsync(new { id = 1, connect = new { token = await TokenOfAsync(person) } });
        var reply = await socket.ReplyAsync(1);
        Assert.True(reply.TryGetProperty("connect", out _), reply.ToString());
        return socket;
    }

    /// <summary>A socket of that person, connected and listening to rooms.</summary>
    public async Task<TestSocket> SubscribeAsync(TestPerson person, params RoomId[] rooms)
    {
        var socket = await ConnectAsync(person);
        foreach (var room in rooms)
        {
            var reply = await socket.AskAsync(new { subscribe = new { channel = $"room:{room}" } });
            Assert.True(reply.TryGetProperty("subscribe", out _), reply.ToString());
        }

        return socket;
    }
}

/// <summary>A server that writes to no socket directly, as under TLS.</summary>
public sealed class StreamServer() : TestServer(["Push:DirectWrites=false"]);

/// <summary>An account of a test.</summary>
/// <param name="Id">Identity.</param>
/// <param name="Name">Display name.</param>
/// <param name="Email">Address.</param>
/// <param name="Password">Password.</param>
public sealed record TestPerson(UserId Id, string Name, string Email, string Password);

/// <summary>Collects log lines.</summary>
public sealed class LogLines : ILoggerProvider
{
    private readonly ConcurrentQueue<string> _lines = new();

    /// <summary>The lines so far, with level, category and exception.</summary>
    public IReadOnlyCollection<string> Lines => _lines;

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private sealed class Logger(LogLines lines, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines._lines.Enqueue($"{logLevel} {category}: {formatter(state, exception)} {exception}");
    }
}
