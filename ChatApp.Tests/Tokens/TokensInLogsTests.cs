using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Sockets;
using ChatApp.Tests.Api;
using ChatApp.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ChatApp.Tests.Tokens;

/// <summary>Every kind of token by every entrance, right and wrong, and the log of a real run at its most talkative.</summary>
public sealed class TokensInLogsTests
{
    [Fact]
    public async Task No_token_or_ticket_is_in_any_line_of_the_log_at_any_level_whatever_the_entrance()
    {
        using var kit = new JwtKit();
        await using var server = await TestServer.StartAsync([.. kit.Settings, $"Push:TcpPort={TestLines.FreePort()}"], services =>
            services.PostConfigure<LoggerFilterOptions>(filter =>
            {
                filter.Rules.Clear();
                filter.MinLevel = LogLevel.Trace;
            }));
        var ann = await server.AddPersonAsync("Ann");
        var pair = await server.LoginAsync(ann);
        var (access, refresh) = (pair.GetProperty("accessToken").GetString()!, pair.GetProperty("refreshToken").GetString()!);
        var now = server.Get<TimeProvider>().GetUtcNow();
        var (personal, ofBot, revoked) = ((await server.AddTokenAsync(ann)).Secret, (await server.AddTokenAsync(ann, bot: await server.AddBotAsync(ann))).Secret, await server.AddTokenAsync(ann));
        await server.Get<PersonalTokens>().RevokeAsync(ann.Id, revoked.Id);
        var over = JwtKit.Claims(now);
        (over["exp"], over["iat"]) = (now.AddMinutes(-5).ToUnixTimeSeconds(), now.AddMinutes(-9).ToUnixTimeSeconds());
        string[] good = [access, personal, ofBot, JwtKit.Hs(JwtKit.Claims(now)), kit.Rs(JwtKit.Claims(now)), kit.Es(JwtKit.Claims(now))];
        string[] bad = [refresh, revoked.Secret, personal[..^1] + "?", Secret.Make(PersonalTokens.Prefix), JwtKit.Hs(over), JwtKit.Hs(JwtKit.Claims(now), secret: "a secret that is not the issuer's, at all"), kit.Rs(over)];
        var secrets = new List<string>([.. good, .. bad, JwtKit.Secret]);

        foreach (var token in good.Concat(bad))
        {
            await using (var socket = await server.OpenSocketAsync())
            {
                await socket.SendAsync(new { id = 1, connect = new { token } });
                if (good.Contains(token)) await socket.ReplyAsync(1);
                else await socket.ClosedAsync();
            }

            await using (var lines = await TestLines.OpenAsync(server.Get<LineServer>().Address!))
            {
                if (good.Contains(token)) await lines.AskAsync(new { connect = new { token } });
                else await lines.SendTextAsync(JsonSerializer.Serialize(new { id = 1, connect = new { token } }) + "\n");
                if (!good.Contains(token)) await lines.ClosedAsync();
            }

            var (_, events) = await TestEvents.TryOpenAsync(server, "channel=room:general", ("Authorization", "Bearer " + token));
            if (events is not null) await events.DisposeAsync();
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/account/ticket") { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };
            using var answer = await server.Http.SendAsync(request);
            if (answer.IsSuccessStatusCode)
            {
                var ticket = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("ticket").GetString()!;
                await using var byTicket = await TestSocket.OpenAsync(new Uri($"{server.Address.Replace("http", "ws", StringComparison.Ordinal)}/connection/websocket?ticket={ticket}"));
                await byTicket.SendTextAsync("""{"id":1,"connect":{}}""");
                await byTicket.ReplyAsync(1);
            }

            (await server.Http.PostAsJsonAsync("/api/account/refresh", new { refreshToken = token })).Dispose();
            using var api = new HttpRequestMessage(HttpMethod.Post, "/api/info") { Content = JsonContent.Create(new { }), Headers = { { "X-API-Key", token } } };
            (await server.Http.SendAsync(api)).Dispose();
        }

        foreach (var some in good.Concat(bad).Chunk(6))
        {
            await using var live = await server.ConnectByAsync(access);
            foreach (var token in some) await live.AskAsync(new { refresh = new { token } });
        }

        var heard = server.Logs.Lines;
        Assert.Contains(heard, line => line.StartsWith("Trace", StringComparison.Ordinal));
        // The middle of a token is as telling as the whole, and so is a claim or a signature of its own.
        foreach (var secret in secrets.SelectMany(secret => secret.Split('.')).Where(part => part.Length > 30).Select(part => part[12..28]).Distinct(StringComparer.Ordinal))
            Assert.DoesNotContain(heard, line => line.Contains(secret, StringComparison.OrdinalIgnoreCase));
    }
}
