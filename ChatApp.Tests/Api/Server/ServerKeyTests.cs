using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Api.Server;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Api.Server;

/// <summary>Who may use the server API, and what is no request.</summary>
public sealed class ServerKeyTests(TestServer server) : IClassFixture<TestServer>
{
    public static TheoryData<string> Commands => [.. ServerCommand.All.Select(command => command.Name), "batch"];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Without_a_key_that_holds_there_is_nothing_but_an_empty_401(string command)
    {
        var bot = await server.AddPersonAsync("Bot", Rank.Administrator);
        var key = await server.KeyOfAsync(bot);
        var token = await server.TokenOfAsync(bot);
        foreach (var wrong in new[] { null, "", "x", key[..^1], key + "A", key.ToUpperInvariant(), key[ApiKeys.Prefix.Length..], ApiKeys.Prefix + new string('A', 43), token, new string('A', 5000), "' or 1=1 --" })
        {
            using var response = await server.SendAsync(wrong, command, "{}");
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            Assert.Empty(await response.Content.ReadAsByteArrayAsync());
        }

        // Neither is a cookie one, nor a token, nor a key in the address.
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/{command}?api_key={key}") { Content = JsonContent.Create(new { }) };
        request.Headers.Add("Cookie", await server.CookieOfAsync(bot));
        request.Headers.Add("Authorization", "Bearer " + token);
        using var refused = await server.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    [Fact]
    public async Task The_key_may_come_in_either_header()
    {
        var key = await server.KeyOfAsync(await server.AddPersonAsync("Bot"));
        foreach (var (name, value) in new[] { ("X-API-Key", key), ("Authorization", "apikey " + key), ("Authorization", "ApiKey " + key) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/info") { Content = JsonContent.Create(new { }) };
            request.Headers.TryAddWithoutValidation(name, value);
            using var response = await server.Http.SendAsync(request);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    [Fact]
    public async Task A_revoked_key_ends_with_the_next_request()
    {
        var bot = await server.AddPersonAsync("Bot");
        var key = await server.KeyOfAsync(bot);
        (await server.AskAsync(key, "info", new { })).Result();
        await server.RevokeAsync(bot);
        using var response = await server.SendAsync(key, "info", "{}");
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task A_key_does_what_its_scopes_say_and_nothing_else(string name)
    {
        if (ServerCommand.Find(name) is not { } command) return;
        var bot = await server.AddPersonAsync("Bot", Rank.Administrator);
        foreach (var scope in new[] { ApiScopes.Publish, ApiScopes.Read, ApiScopes.Manage })
        {
            var key = await server.KeyOfAsync(bot, scope);
            var answer = await server.AskAsync(key, name, new { });
            var inBatch = (await server.AskAsync(key, "batch", new { commands = new[] { new Dictionary<string, object> { [name] = new { } } } })).GetProperty("replies")[0];
            if (scope == command.Scope)
            {
                // The empty body is another matter.
                Assert.DoesNotContain("scope", answer.ToString(), StringComparison.Ordinal);
                Assert.DoesNotContain("scope", inBatch.ToString(), StringComparison.Ordinal);
            }
            else
            {
                Assert.Equal(103, answer.Error());
                Assert.Equal(103, inBatch.Error());
            }
        }
    }

    [Fact]
    public async Task A_key_for_some_channels_reaches_no_other_and_nobodys_connections_as_a_whole()
    {
        var bot = await server.AddPersonAsync("Bot", Rank.Administrator);
        var (mine, other) = (await server.MakeRoomAsync(bot), await server.MakeRoomAsync(bot));
        var key = await server.KeyOfAsync(bot, ServerApiKit.Everything, $"room:{mine.Id}");
        (await server.AskAsync(key, "publish", new { channel = $"room:{mine.Id}", data = new { text = "x" } })).Result();
        (await server.AskAsync(key, "history", new { channel = $"room:{mine.Id}" })).Result();
        var user = bot.Id.Value;
        var foreign = $"room:{other.Id}";
        foreach (var (command, body) in new (string, object)[]
        {
            ("publish", new { channel = foreign, data = new { text = "x" } }), ("history", new { channel = foreign }), ("history_remove", new { channel = foreign }), ("presence", new { channel = foreign }), ("presence_stats", new { channel = foreign }),
            ("subscribe", new { user, channel = foreign }), ("unsubscribe", new { user, channel = foreign }), ("disconnect", new { user }), ("refresh", new { user, expired = true }), ("info", new { }),
        })
            Assert.Equal(103, (await server.AskAsync(key, command, body)).Error());
        var responses = (await server.AskAsync(key, "broadcast", new { channels = new[] { foreign }, data = new { text = "x" } })).Result().GetProperty("responses");
        Assert.Equal(103, responses[0].Error());
    }

    [Fact]
    public async Task The_database_holds_no_key_and_says_when_one_was_used()
    {
        var bot = await server.AddPersonAsync("Bot");
        var key = await server.KeyOfAsync(bot);
        (await server.AskAsync(key, "info", new { })).Result();
        await Eventually.BecomesAsync(() =>
        {
            using var db = server.Get<ChatDatabase>().OpenRead();
            return db.ApiKeys.Single(stored => stored.UserId == bot.Id.Value).LastUsedAt is not null;
        });
        using var read = server.Get<ChatDatabase>().OpenRead();
        Assert.DoesNotContain(key[ApiKeys.Prefix.Length..], JsonSerializer.Serialize(read.ApiKeys.ToList()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("""{"channel":"room:general","channel":"room:other","data":{"text":"x"}}""")]
    [InlineData("""{"channel":"room:general","data":{"text":"x"}} {}""")]
    [InlineData("""{"\ud800":1}""")]
    public async Task What_is_not_one_object_is_a_400(string body)
    {
        var key = await server.KeyOfAsync(await server.AddPersonAsync("Bot"));
        using var response = await server.SendAsync(key, "publish", body);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(107, (await response.Content.ReadFromJsonAsync<JsonElement>()).Error());
    }

    [Theory]
    [InlineData("publish", "{}")]
    [InlineData("publish", """{"channel":7,"data":{"text":"x"}}""")]
    [InlineData("publish", """{"channel":null,"data":{"text":"x"}}""")]
    [InlineData("publish", """{"channel":"room:general"}""")]
    [InlineData("publish", """{"channel":"room:general","data":"text"}""")]
    [InlineData("publish", """{"channel":"room:general","data":{}}""")]
    [InlineData("publish", """{"channel":"room:general","data":{"text":null}}""")]
    [InlineData("publish", """{"channel":"room:general","data":{"text":"\ud800"}}""")]
    [InlineData("publish", """{"channel":"room:general","data":{"text":"x","reply_to":"x"}}""")]
    [InlineData("publish", """{"channel":"room:general","data":{"text":"x"},"idempotency_key":7}""")]
    [InlineData("publish", """{"channel":"room:general","data":{"text":"x"},"idempotency_key":""}""")]
    [InlineData("broadcast", """{"channels":"room:general","data":{"text":"x"}}""")]
    [InlineData("history", """{"channel":"room:general","limit":"7"}""")]
    [InlineData("history", """{"channel":"room:general","limit":1e309}""")]
    [InlineData("history", """{"channel":"room:general","limit":99999999999}""")]
    [InlineData("history", """{"channel":"room:general","since":{}}""")]
    [InlineData("history", """{"channel":"room:general","since":{"offset":-1}}""")]
    [InlineData("disconnect", """{"user":"nobody"}""")]
    [InlineData("disconnect", """{"user":""}""")]
    [InlineData("batch", "{}")]
    [InlineData("batch", """{"commands":[]}""")]
    [InlineData("batch", """{"commands":{}}""")]
    public async Task A_field_that_is_missing_or_of_another_kind_is_error_107(string command, string body)
    {
        var key = await server.KeyOfAsync(await server.AddPersonAsync("Bot", Rank.Moderator));
        using var response = await server.SendAsync(key, command, body);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(107, (await response.Content.ReadFromJsonAsync<JsonElement>()).Error());
        Assert.DoesNotContain(server.Logs.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_body_over_the_limit_is_a_413_also_where_its_length_is_not_said()
    {
        await using var other = await TestServer.StartAsync(["Api:BodyBytes=2048"]);
        var key = await other.KeyOfAsync(await other.AddPersonAsync("Bot"));
        var large = JsonSerializer.Serialize(new { channel = "room:general", data = new { text = new string('x', 3000) } });
        foreach (var chunked in new[] { false, true })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/publish") { Content = new StringContent(large, Encoding.UTF8, "application/json") };
            request.Headers.Add("X-API-Key", key);
            request.Headers.TransferEncodingChunked = chunked;
            using var response = await other.Http.SendAsync(request);
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        }

        (await other.AskAsync(key, "publish", new { channel = "room:general", data = new { text = new string('x', 1500) } })).Result();
    }

    [Fact]
    public async Task One_key_that_asks_too_much_waits_and_others_do_not()
    {
        await using var other = await TestServer.StartAsync(["Api:CommandsPerSecond=1", "Api:CommandBurst=5"]);
        var bot = await other.AddPersonAsync("Bot");
        var (greedy, modest) = (await other.KeyOfAsync(bot), await other.KeyOfAsync(bot));
        var replies = (await other.AskAsync(greedy, "batch", new { commands = Enumerable.Repeat(new { info = new { } }, 50) })).GetProperty("replies").EnumerateArray().ToList();
        Assert.Equal(50, replies.Count);
        Assert.Contains(replies, reply => reply.TryGetProperty("info", out _));
        var refused = replies.First(reply => reply.TryGetProperty("error", out _)).GetProperty("error");
        Assert.Equal((111, true, 1000), (refused.GetProperty("code").GetInt32(), refused.GetProperty("temporary").GetBoolean(), refused.GetProperty("retry_ms").GetInt32()));
        (await other.AskAsync(modest, "info", new { })).Result();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_batch_answers_in_the_order_of_its_commands(bool parallel)
    {
        var bot = await server.AddPersonAsync("Bot");
        var room = await server.MakeRoomAsync(bot);
        var key = await server.KeyOfAsync(bot);
        var channel = $"room:{room.Id}";
        object[] commands =
        [
            new { publish = new { channel, data = new { text = "one" } } }, new { nonsense = new { } }, new { publish = new { channel = "room:nowhere", data = new { text = "two" } } },
            new { }, "text", new { publish = new { channel, data = new { text = "three" } } }, new { history = new { channel } }, new { batch = new { commands = Array.Empty<object>() } },
        ];
        var replies = (await server.AskAsync(key, "batch", new { commands, parallel })).GetProperty("replies").EnumerateArray().ToList();
        Assert.Equal(["publish", "104", "102", "107", "107", "publish", "history", "104"], replies.Select(reply =>
            reply.TryGetProperty("error", out var error) ? error.GetProperty("code").ToString() : reply.EnumerateObject().Single().Name));
        if (!parallel) Assert.True(replies[0].GetProperty("publish").GetProperty("offset").GetInt64() < replies[5].GetProperty("publish").GetProperty("offset").GetInt64());
        Assert.Equal(107, (await server.AskAsync(key, "batch", new { commands = Enumerable.Repeat(new { info = new { } }, 101) })).Error());
    }
}
