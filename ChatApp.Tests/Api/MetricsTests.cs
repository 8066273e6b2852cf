using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using ChatApp.Messages;
using ChatApp.Settings;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Api;

public sealed class MetricsTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task What_happens_in_the_engine_can_be_read_as_figures()
    {
        await using var own = await TestServer.StartAsync(["Push:ConnectionsPerUser=1"]);
        var ann = await own.AddPersonAsync("Ann");
        await using var socket = await own.SubscribeAsync(ann, RoomId.General);
        await own.PostAsync(ann, RoomId.General, "one", "key");
        await own.PostAsync(ann, RoomId.General, "one", "key");
        await socket.EventAsync("message.posted");
        await using var refused = await own.OpenSocketAsync();
        await refused.SendTextAsync(Sockets.ConnectTests.ConnectFrame(await own.TokenOfAsync(ann)));
        Assert.Equal(3504, await refused.ClosedAsync());

        await Eventually.BecomesAsync(async () => (await FiguresAsync(own)).GetValueOrDefault("chatapp_publish_to_write_seconds_count") >= 1);
        var figures = await FiguresAsync(own);
        Assert.Equal(1, figures["chatapp_connections{kind=\"socket\"}"]);
        Assert.Equal(0, figures["chatapp_connections{kind=\"circuit\"}"]);
        Assert.Equal(1, figures["chatapp_subscriptions"]);
        Assert.Equal(1, figures["chatapp_channels"]);
        Assert.Equal(0, figures["chatapp_outbox_waiting_bytes"]);
        Assert.Equal(1, figures["chatapp_deliveries_total"]);
        Assert.Equal(1, figures["chatapp_posts_total{result=\"accepted\"}"]);
        Assert.Equal(1, figures["chatapp_posts_total{result=\"duplicate\"}"]);
        Assert.Equal(1, figures["chatapp_limits_total{limit=\"ConnectionsPerUser\"}"]);
        Assert.Equal(1, figures["chatapp_closes_total{kind=\"socket\",code=\"3504\"}"]);
        Assert.Equal(figures["chatapp_write_frames_count"], figures["chatapp_write_frames_bucket{le=\"+Inf\"}"]);
        Assert.True(figures["chatapp_commit_changes_sum"] >= figures["chatapp_commit_changes_count"]);
        Assert.True(figures["chatapp_commit_duration_seconds_sum"] > 0);
        Assert.Equal(0, figures["chatapp_commit_waiting"]);
        Assert.Equal(0, figures["chatapp_storage_failing"]);
    }

    [Fact]
    public async Task Who_comes_back_is_counted_by_what_could_be_given()
    {
        await using var own = await TestServer.StartAsync();
        var ann = await own.AddPersonAsync("Ann");
        await using var socket = await own.ConnectAsync(ann);
        await socket.AskAsync(new { subscribe = new { channel = "room:general", recover = true, epoch = "other", offset = 0 } });
        Assert.Equal(1, (await FiguresAsync(own))["chatapp_recoveries_total{result=\"epoch\"}"]);
    }

    [Fact]
    public async Task A_connection_that_ends_is_counted_by_its_code_and_leaves_the_figures()
    {
        await using var own = await TestServer.StartAsync();
        await using var socket = await own.SubscribeAsync(await own.AddPersonAsync(), RoomId.General);
        await socket.SendTextAsync("not the protocol");
        Assert.Equal(3501, await socket.ClosedAsync());
        var figures = await FiguresAsync(own);
        Assert.Equal(0, figures["chatapp_connections{kind=\"socket\"}"]);
        Assert.Equal(0, figures["chatapp_subscriptions"]);
        Assert.Equal(1, figures["chatapp_closes_total{kind=\"socket\",code=\"3501\"}"]);
    }

    [Fact]
    public async Task Every_line_has_the_form_that_Prometheus_reads()
    {
        using var response = await server.Http.GetAsync("/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        var lines = (await response.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(lines, line => Assert.Matches(@"^(# HELP chatapp_\w+ \S.*|# TYPE chatapp_\w+ (counter|gauge|histogram)|chatapp_\w+(\{(\w+=""[^""]*"",?)+\})? [0-9.E+-]+)$", line));
        Assert.Equal(lines.Length, lines.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task Every_figure_stands_in_the_operators_handbook_and_no_other()
    {
        // It brings a figure of its own, and is made when it is first needed.
        _ = server.Get<MessageWriter>();
        var handbook = await File.ReadAllTextAsync(Checkout.PathTo("docs/OPERATIONS.md"));
        var described = Regex.Matches(handbook, "`(?<name>chatapp_[a-z_]+)`", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5)).Select(found => found.Groups["name"].Value);
        var given = Regex.Matches(await server.Http.GetStringAsync("/metrics"), @"# TYPE (?<name>\w+)", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5)).Select(found => found.Groups["name"].Value);
        Assert.Equal(given.Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Without_a_token_a_proxy_on_the_same_machine_reads_for_nobody()
    {
        Assert.Equal(HttpStatusCode.OK, (await server.Http.GetAsync("/metrics")).StatusCode);
        foreach (var mark in (string[])["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
            request.Headers.TryAddWithoutValidation(mark, "127.0.0.1");
            using var response = await server.Http.SendAsync(request);
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        }
    }

    [Fact]
    public async Task With_a_token_only_who_shows_it_reads()
    {
        await using var own = await TestServer.StartAsync(["Metrics:Token=a long enough secret"]);
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(own, token: null));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(own, "a long enough secre"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(own, "a long enough secret"));
    }

    [Fact]
    public async Task Figures_are_sent_by_OTLP_where_the_operator_says()
    {
        using var collector = new TcpListener(IPAddress.Loopback, 0);
        collector.Start();
        await using var own = await TestServer.StartAsync([$"Metrics:OtlpEndpoint=http://127.0.0.1:{((IPEndPoint)collector.LocalEndpoint).Port}/v1/metrics", "Metrics:OtlpSeconds=1"]);
        using var sender = await collector.AcceptTcpClientAsync().Soon();
        var stream = sender.GetStream();
        var heard = new StringBuilder();
        var buffer = new byte[4096];
        while (!heard.ToString().Contains("chatapp.connections", StringComparison.Ordinal))
            heard.Append(Encoding.Latin1.GetString(buffer, 0, await stream.ReadAsync(buffer).AsTask().Soon()));
        Assert.StartsWith("POST /v1/metrics HTTP/1.1", heard.ToString(), StringComparison.Ordinal);
        await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
    }

    [Fact]
    public async Task An_OTLP_address_that_is_none_stops_the_start() =>
        Assert.Contains("Metrics:OtlpEndpoint", (await Assert.ThrowsAsync<StartException>(() => TestServer.StartAsync(["Metrics:OtlpEndpoint=collector:4317"]))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Health_tells_a_supervisor_that_it_lives_and_a_balancer_whether_to_send_people_here()
    {
        await using var own = await TestServer.StartAsync();
        Assert.Equal((HttpStatusCode.OK, """{"status":"alive"}"""), await HealthAsync(own, "live"));
        Assert.Equal((HttpStatusCode.OK, """{"status":"ready"}"""), await HealthAsync(own, "ready"));
        own.Get<ChatApp.Api.Readiness>().BeginDrain();
        Assert.Equal((HttpStatusCode.ServiceUnavailable, """{"status":"draining"}"""), await HealthAsync(own, "ready"));
        Assert.Equal((HttpStatusCode.OK, """{"status":"alive"}"""), await HealthAsync(own, "live"));
    }

    internal static async Task<Dictionary<string, double>> FiguresAsync(TestServer server) =>
        (await server.Http.GetStringAsync("/metrics")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.StartsWith('#'))
            .ToDictionary(line => line[..line.LastIndexOf(' ')], line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture), StringComparer.Ordinal);

    private static async Task<HttpStatusCode> StatusAsync(TestServer server, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await server.Http.SendAsync(request);
        return response.StatusCode;
    }

    private static async Task<(HttpStatusCode, string)> HealthAsync(TestServer server, string what)
    {
        using var response = await server.Http.GetAsync("/health/" + what);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
