using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Api;

/// <summary>A page of another site must not open a socket or a circuit with the visitor's cookie.</summary>
public sealed class OriginTests(TestServer server) : IClassFixture<TestServer>
{
    private const string Host = "chat.example.org:8080";

    private static readonly (string Address, bool IsSocket)[] Guarded =
        [("/connection/websocket", true), ("/ws", true), ("/_blazor", true), ("/_blazor/negotiate?negotiateVersion=1", false)];

    public static TheoryData<string, string[], bool> Matrix
    {
        get
        {
            var rows = new TheoryData<string, string[], bool>();
            foreach (var (address, _) in Guarded)
            {
                rows.Add(address, [], true);
                rows.Add(address, ["http://chat.example.org:8080"], true);
                foreach (var foreign in new[]
                {
                    "null", "", "http://evil.example", "https://chat.example.org:8080", "http://chat.example.org", "http://chat.example.org:80",
                    "http://chat.example.org:8081", "http://evil.chat.example.org:8080", "http://example.org:8080", "http://chat.example.org.evil.example:8080",
                    "http://chat.example.org:8080.evil.example", "HTTP://CHAT.EXAMPLE.ORG:8080", "http://chat.example.org:8080/", "http://chat.example.org:8080 ,http://evil.example",
                    "http://user@chat.example.org:8080", "ws://chat.example.org:8080", "chat.example.org:8080", "file://", "*",
                })
                    rows.Add(address, [foreign], false);
                rows.Add(address, ["http://chat.example.org:8080", "http://evil.example"], false);
                rows.Add(address, ["http://evil.example", "http://chat.example.org:8080"], false);
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Matrix))]
    public async Task Only_the_site_itself_and_programs_without_an_Origin_are_let_in(string address, string[] origins, bool isAllowed)
    {
        var status = await OpenAsync(server, address, origins);
        if (isAllowed) Assert.Equal(IsSocket(address) ? 101 : 200, status);
        else Assert.Equal(403, status);
    }

    [Theory]
    [InlineData("/WS")]
    [InlineData("/Connection/WebSocket")]
    [InlineData("/_BLAZOR")]
    [InlineData("/%5fblazor")]
    [InlineData("/ws/")]
    public async Task Another_spelling_of_the_address_is_no_way_around(string address) =>
        Assert.Equal(403, await OpenAsync(server, address, ["http://evil.example"]));

    [Fact]
    public async Task A_site_that_the_operator_named_is_let_in_and_its_neighbours_are_not()
    {
        await using var other = await TestServer.StartAsync(["Push:AllowedOrigins:0=https://portal.example.org", "Push:AllowedOrigins:1=http://localhost:3000"]);
        foreach (var (address, isSocket) in Guarded)
        {
            Assert.Equal(isSocket ? 101 : 200, await OpenAsync(other, address, ["https://portal.example.org"]));
            Assert.Equal(isSocket ? 101 : 200, await OpenAsync(other, address, ["http://localhost:3000"]));
            Assert.Equal(403, await OpenAsync(other, address, ["http://portal.example.org"]));
            Assert.Equal(403, await OpenAsync(other, address, ["https://portal.example.org:444"]));
            Assert.Equal(403, await OpenAsync(other, address, ["https://PORTAL.example.org"]));
        }
    }

    private static bool IsSocket(string address) => Guarded.Single(guarded => guarded.Address == address).IsSocket;

    private static Task<int> OpenAsync(TestServer server, string address, string[] origins)
    {
        var named = origins.Select(origin => "Origin: " + origin);
        return address.Contains("negotiate", StringComparison.Ordinal)
            ? RawHttp.StatusAsync(server, "POST " + address, ["Host: " + Host, "Content-Length: 0", .. named])
            : RawHttp.StatusAsync(server, "GET " + address,
                ["Host: " + Host, "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==", .. named]);
    }
}
