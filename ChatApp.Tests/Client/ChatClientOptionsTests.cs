using ChatApp.Client;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Client;

/// <summary>Wrong options are named when the client is made, not when it fails.</summary>
public sealed class ChatClientOptionsTests
{
    [Theory]
    [InlineData("http://localhost/ws")]
    [InlineData("/ws")]
    public void The_endpoint_must_be_a_socket_address(string endpoint) =>
        AssertRefused(nameof(ChatClientOptions.Endpoint), endpoint, Make(endpoint: endpoint));

    [Theory]
    [InlineData(0)]
    [InlineData(30_000)]
    public void The_shortest_wait_lies_below_the_longest(int milliseconds) =>
        AssertRefused(nameof(ChatClientOptions.BackoffMin), "00:00:20", Make(backoffMin: milliseconds));

    [Fact]
    public void The_reply_timeout_has_a_range() =>
        AssertRefused(nameof(ChatClientOptions.ReplyTimeout), "00:10:00", Make(replyTimeout: -1));

    [Fact]
    public void The_event_buffer_holds_at_least_one() =>
        AssertRefused(nameof(ChatClientOptions.EventBuffer), "1000000", Make(eventBuffer: 0));

    [Fact]
    public void The_name_is_not_empty() =>
        AssertRefused(nameof(ChatClientOptions.Name), "1 to 64", Make(name: ""));

    [Fact]
    public void A_pace_has_a_range() =>
        AssertRefused(nameof(ChatClientOptions.Posts), "0.01", new()
        {
            Endpoint = new("ws://localhost/ws"),
            Token = (_, _) => ValueTask.FromResult(""),
            Posts = new(0, 1),
        });

    private static void AssertRefused(string option, string partOfTheMessage, ChatClientOptions options)
    {
        var refused = Assert.Throws<ArgumentException>(() => new ChatClient(options));
        Assert.Equal(option, refused.ParamName);
        Assert.Contains($"{nameof(ChatClientOptions)}.{option} ", refused.Message, StringComparison.Ordinal);
        Assert.Contains(partOfTheMessage, refused.Message, StringComparison.Ordinal);
    }

    private static ChatClientOptions Make(
        string endpoint = "ws://localhost/ws", int backoffMin = 500, int replyTimeout = 10_000, int eventBuffer = 1024, string name = "x") => new()
    {
        Endpoint = new(endpoint, UriKind.RelativeOrAbsolute),
        Token = (_, _) => ValueTask.FromResult(""),
        BackoffMin = TimeSpan.FromMilliseconds(backoffMin),
        ReplyTimeout = TimeSpan.FromMilliseconds(replyTimeout),
        EventBuffer = eventBuffer,
        Name = name,
    };
}
