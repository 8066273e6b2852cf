using System.Text.Json;
using System.Text.RegularExpressions;
using ChatApp.Accounts;
using ChatApp.Sockets;
using ChatApp.Tests.Harness;
using ChatApp.Wire;

namespace ChatApp.Tests.Tokens;

/// <summary>
/// Every command and method needs the scope that the one table says, by every entrance; the table holds all that there are, and stands in the documents.
/// </summary>
public sealed class ScopeTableTests(PersonalTokenTests.Server server) : IClassFixture<PersonalTokenTests.Server>
{
    // Ten refusals end a program.
    private const int MostAtOnce = 8;

    private static readonly (string Name, CommandScope Needs, object Frame)[] Everything =
    [
        .. CommandScopes.Commands.Values.Where(command => command.Name.Length > 0 && command.Name is not ("connect" or "rpc")).DistinctBy(command => command.Name)
            .Select(command => (command.Name, command.Needs, FrameOf(command.Name))),
        ("publish", CommandScopes.Commands[typeof(ClientCommand.PublishData)].Needs, new { publish = new { channel = "topic:nothing", data = 1 } }),
        ("presence_stats", CommandScopes.Commands[typeof(ClientCommand.Presence)].Needs, new { presence_stats = new { channel = "room:nowhere" } }),
        .. CommandScopes.Methods.Select(method => (method.Key, method.Value, (object)new { rpc = new { method = method.Key, data = new { } } })),
    ];

    public static TheoryData<string, TokenScopes> Ways()
    {
        var ways = new TheoryData<string, TokenScopes>();
        foreach (var way in new[] { "socket", "lines" })
        {
            foreach (var scope in Enum.GetValues<TokenScopes>().Where(scope => scope != TokenScopes.None)) ways.Add(way, scope);
        }

        return ways;
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_token_of_one_scope_does_what_needs_it_and_nothing_else(string way, TokenScopes scope)
    {
        // An administrator: what is refused is refused for the token's sake.
        var admin = await server.AddPersonAsync("Admin", Rank.Administrator);
        var token = await server.AddTokenAsync(admin, scope);
        foreach (var some in Everything.Chunk(MostAtOnce))
        {
            await using var door = await Door.OpenAsync(server, way, token.Secret);
            foreach (var (name, needs, frame) in some)
            {
                var reply = await door.AskAsync(Shown(admin, name, frame));
                var isRefused = reply.TryGetProperty("error", out var error) && error.GetProperty("code").GetInt32() == WireError.PermissionDenied.Code;
                Assert.True(isRefused == !scope.HasFlag(needs.Scope), $"{name} by a token for {scope}: {reply}");
            }
        }
    }

    [Theory]
    [InlineData(TokenScopes.Read, null)]
    [InlineData(TokenScopes.Post, 103)]
    [InlineData(TokenScopes.Moderate | TokenScopes.Admin, 103)]
    public async Task An_event_stream_hears_only_with_read(TokenScopes scopes, int? refused)
    {
        var ann = await server.AddPersonAsync("Ann", Rank.Administrator);
        var token = await server.AddTokenAsync(ann, scopes);
        var (_, events) = await TestEvents.TryOpenAsync(server, "channel=room:general", ("Authorization", "Bearer " + token.Secret));
        await using (events)
        {
            var connected = (await events!.NextAsync()).Data.GetProperty("push").GetProperty("connect");
            Assert.Equal(refused, connected.TryGetProperty("refused", out var refusals) ? refusals.GetProperty("room:general").GetProperty("code").GetInt32() : null);
            Assert.Equal(refused is null, connected.GetProperty("subs").TryGetProperty("#" + ann.Id, out _));
        }
    }

    [Fact]
    public async Task Sign_ins_have_all_scopes()
    {
        var admin = await server.AddPersonAsync("Admin", Rank.Administrator);
        foreach (var some in Everything.Chunk(MostAtOnce))
        {
            await using var door = await Door.OpenAsync(server, "socket", await server.TokenOfAsync(admin));
            foreach (var (name, _, frame) in some)
            {
                var reply = await door.AskAsync(Shown(admin, name, frame));
                Assert.False(reply.TryGetProperty("error", out var error) && error.GetProperty("code").GetInt32() == WireError.PermissionDenied.Code, $"{name}: {reply}");
            }
        }
    }

    [Fact]
    public void Every_command_has_its_line() =>
        Assert.Equal(
            typeof(ClientCommand).GetNestedTypes().Where(type => type.IsSubclassOf(typeof(ClientCommand))).Select(type => type.Name).Order(StringComparer.Ordinal),
            CommandScopes.Commands.Keys.Select(type => type.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_method_has_its_line()
    {
        var code = string.Concat(Directory.GetFiles(Checkout.PathTo("ChatApp/Sockets"), "SocketMethods*.cs").Select(File.ReadAllText));
        var methods = Regex.Matches(code, """^\s+"(?<name>[a-z_]+(\.[a-z_]+)?)" => (?!Accounts\.|RoomRole\.|NoticeLevel\.|DirectoryOrder\.|PresenceMode\.|PolicyMode\.)""", RegexOptions.Multiline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5)).Select(match => match.Groups["name"].Value);
        Assert.Equal(methods.Order(StringComparer.Ordinal), CommandScopes.Methods.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_command_that_the_decoder_knows_is_played_here()
    {
        var code = File.ReadAllText(Checkout.PathTo("ChatApp/Wire/ClientCommand.cs"));
        var names = Regex.Match(code, @"Commands = \[(?<names>[^\]]+)\]", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5)).Groups["names"].Value.Split(',').Select(name => name.Trim(' ', '"'));
        Assert.Equal(["connect", "rpc"], names.Except(Everything.Select(one => one.Name), StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("docs/PROTOCOL.md")]
    [InlineData("docs/SECURITY.md")]
    public void The_table_stands_in_the_documents(string document)
    {
        var rows = File.ReadAllLines(Checkout.PathTo(document))
            .Select(line => Regex.Match(line, @"^\| `(?<scope>read|post|moderate|admin)` \| (?<names>[^|]+) \|$", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)))
            .Where(row => row.Success)
            .ToDictionary(row => row.Groups["scope"].Value, row => row.Groups["names"].Value.Split(',').Select(name => name.Trim(' ', '`')).Order(StringComparer.Ordinal).ToList(), StringComparer.Ordinal);
        foreach (var word in TokenScopeNames.All)
        {
            var scope = TokenScopeNames.Read(word)!.Value;
            Assert.Equal(Everything.Where(one => one.Needs.Scope == scope).Select(one => one.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal), rows[word]);
        }
    }

    // A worthless one would be refused with the same code.
    private object Shown(TestPerson person, string name, object frame) => name != "sub_refresh" ? frame
        : new { sub_refresh = new { channel = "room:nowhere", token = server.Get<SubscriptionTokens>().Issue(person.Id, "room:nowhere", 60) } };

    private static object FrameOf(string command) => command switch
    {
        "publish" => new { publish = new { channel = "room:nowhere", data = new { text = "x" } } },
        "sub_refresh" => new { sub_refresh = new { channel = "room:nowhere", token = "x" } },
        "refresh" => new { refresh = new { token = "x" } },
        "ping" => new { ping = new { } },
        "send" => new { send = new { data = 1 } },
        _ => new Dictionary<string, object>(StringComparer.Ordinal) { [command] = new { channel = "room:nowhere" } },
    };

    private sealed class Door(Func<object, Task<JsonElement>> ask, IAsyncDisposable opened) : IAsyncDisposable
    {
        public static async Task<Door> OpenAsync(TestServer server, string way, string token)
        {
            if (way == "socket")
            {
                var socket = await server.ConnectByAsync(token);
                return new Door(socket.AskAsync, socket);
            }

            var lines = await TestLines.OpenAsync(server.Get<LineServer>().Address!);
            Assert.True((await lines.AskAsync(new { connect = new { token } })).TryGetProperty("connect", out _));
            return new Door(lines.AskAsync, lines);
        }

        public Task<JsonElement> AskAsync(object frame) => ask(frame);

        public ValueTask DisposeAsync() => opened.DisposeAsync();
    }
}
