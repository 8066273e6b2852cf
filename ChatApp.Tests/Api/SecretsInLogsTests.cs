using System.Net.Http.Json;
using ChatApp.Tests.Harness;
using ChatApp.Tests.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ChatApp.Tests.Api;

public sealed class SecretsInLogsTests
{
    [Fact]
    public async Task No_password_token_or_cookie_is_in_any_line_of_the_log_at_any_level()
    {
        const string wrongPassword = "canary-wrong-password";
        const string wrongToken = "canary-wrong-token";
        await using var server = await TestServer.StartAsync([], services =>
            services.PostConfigure<LoggerFilterOptions>(filter =>
            {
                filter.Rules.Clear();
                filter.MinLevel = LogLevel.Trace;
            }));
        var ann = await server.AddPersonAsync("Ann");
        var pair = await server.LoginAsync(ann);
        var access = pair.GetProperty("accessToken").GetString()!;
        var refresh = pair.GetProperty("refreshToken").GetString()!;
        var cookie = (await server.CookieOfAsync(ann)).Split('=', 2);

        // Each secret by each way in, right and wrong.
        foreach (var body in new object[] { new { email = ann.Email, password = wrongPassword }, new { email = wrongPassword, password = new[] { wrongPassword } } })
            (await server.Http.PostAsJsonAsync("/api/account/login", body)).Dispose();
        (await server.Http.PostAsJsonAsync("/api/account/refresh", new { refreshToken = refresh })).Dispose();
        (await server.Http.PostAsJsonAsync("/api/account/refresh", new { refreshToken = wrongToken })).Dispose();
        foreach (var token in new[] { access, refresh, wrongToken })
        {
            await using var socket = await server.OpenSocketAsync();
            await socket.SendTextAsync(ConnectTests.ConnectFrame(token));
            await using var byHeader = await server.OpenSocketAsync(options => options.SetRequestHeader("Authorization", "Bearer " + token));
            await byHeader.SendTextAsync("""{"id":1,"connect":{}}""");
            if (token != access) Assert.Equal((3500, 3500), (await socket.ClosedAsync(), await byHeader.ClosedAsync()));
            else await Task.WhenAll(socket.ReplyAsync(1), byHeader.ReplyAsync(1));
        }

        await using (var broken = await server.OpenSocketAsync())
        {
            await broken.SendTextAsync(ConnectTests.ConnectFrame(access)[..^1]);
            Assert.Equal(3501, await broken.ClosedAsync());
        }

        await using (var byCookie = await server.OpenSocketAsync(options =>
        {
            options.SetRequestHeader("Cookie", string.Join('=', cookie));
            options.SetRequestHeader("Origin", server.Address);
        }))
        {
            await byCookie.SendTextAsync("""{"id":1,"connect":{}}""");
            await byCookie.ReplyAsync(1);
        }

        var lines = server.Logs.Lines;
        Assert.Contains(lines, line => line.StartsWith("Trace", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("Debug", StringComparison.Ordinal));
        // The middle of a token is as telling as the whole.
        foreach (var secret in new[] { ann.Password, wrongPassword, wrongToken, access[20..60], refresh[20..60], cookie[1][20..60] })
            Assert.DoesNotContain(lines, line => line.Contains(secret, StringComparison.OrdinalIgnoreCase));
    }
}
