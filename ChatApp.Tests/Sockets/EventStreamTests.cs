using System.Net;
using System.Text.Json;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Tests.Api;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Sockets;

public sealed class EventStreamTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task A_stream_gives_the_events_of_its_channels_with_their_positions()
    {
        var ann = await server.AddPersonAsync("Ann");
        var (first, second) = (await server.MakeRoomAsync(ann), await server.MakeRoomAsync(ann));
        await using var events = await TestEvents.OpenAsync(server, ann, $"channel=room:{first.Id}&channel=room:{second.Id}&name=board");
        Assert.Equal("text/event-stream", events.Response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("no-store", events.Response.Headers.CacheControl!.ToString());
        var connected = await events.NextAsync();
        Assert.Equal("1000", events.Retry);
        var subs = connected.Data.GetProperty("push").GetProperty("connect").GetProperty("subs");
        Assert.Equal(first.Head.Value, subs.GetProperty($"room:{first.Id}").GetProperty("offset").GetInt64());
        Assert.Equal($"{first.Epoch}:{first.Head},{second.Epoch}:{second.Head}", connected.Id);
        Assert.Equal("board", Assert.Single(server.Get<RoomBroker>().ConnectionsOf(ann.Id)).Description.Name);

        await server.PostAsync(ann, second.Id, "line\nbreak \"and\" 茶");
        var (posted, publication) = await events.PublicationAsync("message.posted");
        Assert.Equal("line\nbreak \"and\" 茶", publication.GetProperty("data").GetProperty("message").GetProperty("text").GetString());
        Assert.Equal($"{first.Epoch}:{first.Head},{second.Epoch}:{second.Head.Value + 1}", posted.Id);
    }

    [Fact]
    public async Task With_the_last_id_every_missed_event_comes_once_and_in_order()
    {
        var ann = await server.AddPersonAsync("Ann");
        var (first, second) = (await server.MakeRoomAsync(ann), await server.MakeRoomAsync(ann));
        var query = $"channel=room:{first.Id}&channel=room:{second.Id}";
        string last;
        await using (var events = await TestEvents.OpenAsync(server, ann, query))
        {
            // The headers are there before the subscriptions are.
            await events.NextAsync();
            await server.PostAsync(ann, first.Id, "seen");
            last = (await events.PublicationAsync("message.posted")).Event.Id;
        }

        // More than an answer holds, so that some of it follows as pushes.
        var expected = new List<string>();
        for (var i = 0; i < 700; i++)
        {
            expected.Add($"missed {i}");
            await server.PostAsync(ann, i % 2 == 0 ? first.Id : second.Id, $"missed {i}");
        }

        // And in several steps: each id is a place to go on from, also one in the middle of what is replayed.
        var seen = new List<string>();
        while (seen.Count < 700)
        {
            await using var events = await TestEvents.OpenAsync(server, ann, query, last);
            for (var taken = 0; taken < 300 && seen.Count < 700;)
            {
                var next = await events.NextAsync();
                var texts = TextsOf(next.Data).ToList();
                seen.AddRange(texts);
                taken += texts.Count;
                last = next.Id;
            }
        }

        Assert.Equal(expected.Order(), seen.Order());
        Assert.Equal(expected.Where((_, i) => i % 2 == 0), seen.Where(text => int.Parse(text.AsSpan(7), System.Globalization.CultureInfo.InvariantCulture) % 2 == 0));
        Assert.Equal(expected.Where((_, i) => i % 2 == 1), seen.Where(text => int.Parse(text.AsSpan(7), System.Globalization.CultureInfo.InvariantCulture) % 2 == 1));
    }

    [Fact]
    public async Task What_cannot_be_given_is_said_first()
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann);
        await using var events = await TestEvents.OpenAsync(server, ann, $"channel=room:{room.Id}", "other:1");
        var next = await events.NextAsync();
        var sub = next.Data.GetProperty("push").GetProperty("connect").GetProperty("subs").GetProperty($"room:{room.Id}");
        Assert.False(sub.GetProperty("recovered").GetBoolean());
        Assert.Equal("epoch", sub.GetProperty("gap").GetProperty("reason").GetString());
        Assert.Equal($"{room.Epoch}:{room.Head}", next.Id);
    }

    [Theory]
    [InlineData("k3v9:1,k3v9:2")]
    [InlineData("k3v9")]
    [InlineData("k3v9:x")]
    [InlineData("k3v9:-1")]
    [InlineData("k3v9:99999999999999999999")]
    [InlineData(",")]
    public async Task An_id_that_is_not_of_these_channels_is_refused_instead_of_beginning_anew(string id)
    {
        var ann = await server.AddPersonAsync("Ann");
        var (status, events) = await TestEvents.TryOpenAsync(server, "channel=room:general", ("Authorization", "Bearer " + await server.TokenOfAsync(ann)), ("Last-Event-ID", id));
        Assert.Equal((HttpStatusCode.BadRequest, null), (status, events));
    }

    [Fact]
    public async Task Who_is_there_is_proved_as_on_a_socket()
    {
        var ann = await server.AddPersonAsync("Ann");
        var token = await server.TokenOfAsync(ann);
        var cookie = await server.CookieOfAsync(ann);
        foreach (var headers in new (string, string)[][]
        {
            [], [("Authorization", "Bearer x")], [("Authorization", "apikey " + token)], [("Cookie", cookie)], [("Cookie", cookie), ("Sec-Fetch-Site", "cross-site")],
            [("Cookie", cookie), ("Sec-Fetch-Site", "same-site")], [("Cookie", cookie), ("Sec-Fetch-Site", "none")],
        })
            Assert.Equal(HttpStatusCode.Unauthorized, (await TestEvents.TryOpenAsync(server, "channel=room:general", headers)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await TestEvents.TryOpenAsync(server, "channel=room:general&token=" + token)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await TestEvents.TryOpenAsync(server, "channel=room:general&ticket=x")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await TestEvents.TryOpenAsync(server, "channel=room:general", ("Cookie", cookie), ("Origin", "https://evil.example"))).Status);
        foreach (var headers in new (string, string)[][] { [("Cookie", cookie), ("Origin", server.Address)], [("Cookie", cookie), ("Sec-Fetch-Site", "same-origin")] })
        {
            var (status, events) = await TestEvents.TryOpenAsync(server, "channel=room:general", headers);
            await using (events) Assert.Equal(HttpStatusCode.OK, status);
        }
    }

    [Fact]
    public async Task A_ticket_opens_one_stream()
    {
        var ann = await server.AddPersonAsync("Ann");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/account/ticket");
        request.Headers.Add("Authorization", "Bearer " + await server.TokenOfAsync(ann));
        using var response = await server.Http.SendAsync(request);
        var ticket = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("ticket").GetString();
        await using (var events = (await TestEvents.TryOpenAsync(server, $"channel=room:general&ticket={ticket}")).Events!)
            Assert.Equal(ann.Id.Value, (await events.NextAsync()).Data.GetProperty("push").GetProperty("connect").GetProperty("data").GetProperty("user").GetString());
        Assert.Equal(HttpStatusCode.Unauthorized, (await TestEvents.TryOpenAsync(server, $"channel=room:general&ticket={ticket}")).Status);
    }

    [Fact]
    public async Task A_site_that_the_operator_named_may_read_the_stream_and_another_may_not()
    {
        await using var other = await TestServer.StartAsync(["Push:AllowedOrigins:0=https://portal.example.org"]);
        var cookie = await other.CookieOfAsync(await other.AddPersonAsync("Ann"));
        var (_, events) = await TestEvents.TryOpenAsync(other, "", ("Cookie", cookie), ("Origin", "https://portal.example.org"));
        await using (events)
        {
            Assert.Equal(["https://portal.example.org"], events!.Response.Headers.GetValues("Access-Control-Allow-Origin"));
            Assert.Equal(["true"], events.Response.Headers.GetValues("Access-Control-Allow-Credentials"));
        }
    }

    [Fact]
    public async Task Whoever_loses_the_right_to_read_hears_no_more_and_who_has_none_hears_nothing()
    {
        var (ann, bob, eve) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"), await server.AddPersonAsync("Eve"));
        var room = await server.MakeRoomAsync(ann, RoomVisibility.Private, "Room", bob);
        await using var outsider = await TestEvents.OpenAsync(server, eve, $"channel=room:{room.Id}");
        var refused = (await outsider.NextAsync()).Data.GetProperty("push").GetProperty("connect").GetProperty("refused");
        Assert.Equal(102, refused.GetProperty($"room:{room.Id}").GetProperty("code").GetInt32());
        await using var events = await TestEvents.OpenAsync(server, bob, $"channel=room:{room.Id}");
        await events.NextAsync();
        Assert.True((await server.Get<RoomWriter>().LeaveAsync(bob.Id, room.Id)).IsDone);
        await server.PostAsync(ann, room.Id, "secret of the room");
        await server.PostAsync(bob, RoomId.General, "elsewhere");
        JsonElement push;
        do push = (await events.NextAsync()).Data.GetProperty("push");
        while (!push.TryGetProperty("unsubscribe", out _));
        Assert.Equal(2000, push.GetProperty("unsubscribe").GetProperty("code").GetInt32());
        server.Get<RoomBroker>().EndAll(bob.Id, EndReason.ForceReconnect);
        while (await events.TryNextAsync() is { } next) Assert.DoesNotContain("secret", next.Data.ToString(), StringComparison.Ordinal);
        server.Get<RoomBroker>().EndAll(eve.Id, EndReason.ForceReconnect);
        while (await outsider.TryNextAsync() is { } next) Assert.DoesNotContain("secret", next.Data.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_ends_with_the_code_of_its_reason()
    {
        var ann = await server.AddPersonAsync("Ann");
        foreach (var reason in new[] { EndReason.ForceDisconnect, EndReason.ForceReconnect, EndReason.SignedOut })
        {
            await using var events = await TestEvents.OpenAsync(server, ann, "channel=room:general");
            await events.NextAsync();
            server.Get<RoomBroker>().EndAll(ann.Id, reason);
            Assert.Equal(reason.Code, await events.ClosedAsync());
        }
    }

    [Fact]
    public async Task Where_events_were_lost_the_stream_ends_with_3010_and_the_next_one_goes_on_from_there()
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann);
        string last;
        await using (var events = await TestEvents.OpenAsync(server, ann, $"channel=room:{room.Id}"))
        {
            last = (await events.NextAsync()).Id;
            var connection = Assert.Single(server.Get<RoomBroker>().ConnectionsOf(ann.Id));
            connection.SubscriptionTo(room.Id)!.Dispose();
            connection.Send(server.Get<RoomBroker>().Wrap(new SubscriptionEnded(room.Id, EndReason.InsufficientState)));
            Assert.Equal(3010, await events.ClosedAsync());
            Assert.Equal(last, events.LastId);
        }

        await server.PostAsync(ann, room.Id, "missed");
        await using var again = await TestEvents.OpenAsync(server, ann, $"channel=room:{room.Id}", last);
        Assert.Equal(["missed"], TextsOf((await again.NextAsync()).Data));
    }

    [Fact]
    public async Task Pings_are_comments_and_a_stream_that_is_left_frees_its_place()
    {
        await using var other = await TestServer.StartAsync(["Push:PingSeconds=1", "Push:PongSeconds=1", "Push:ConnectionsPerUser=1"]);
        var ann = await other.AddPersonAsync("Ann");
        await using (var events = await TestEvents.OpenAsync(other, ann, "channel=room:general"))
        {
            await events.NextAsync();
            // It goes on living through several pings that no program answers.
            var pinging = events.TryNextAsync();
            await Eventually.BecomesAsync(() => events.Comments >= 3);
            await other.PostAsync(ann, RoomId.General, "still here");
            Assert.Contains("still here", (await pinging)!.Data.ToString(), StringComparison.Ordinal);
            await using var second = await TestEvents.OpenAsync(other, ann, "");
            Assert.Equal(3504, await second.ClosedAsync());
        }

        await Eventually.BecomesAsync(() => other.Get<RoomBroker>().ConnectionsOf(ann.Id).Count == 0);
        await using var third = await TestEvents.OpenAsync(other, ann, "");
        await third.NextAsync();
    }

    [Fact]
    public async Task Too_many_channels_and_a_broken_address_are_refused()
    {
        var proof = ("Authorization", "Bearer " + await server.TokenOfAsync(await server.AddPersonAsync("Ann")));
        var many = string.Join('&', Enumerable.Range(0, 65).Select(i => $"channel=room:r{i}"));
        foreach (var query in new[] { many, "channel=", "channel=room:a&channel=room:a", "channel=room:a&offset=x", "channel=room:a&offset=1&offset=2" })
            Assert.Equal(HttpStatusCode.BadRequest, (await TestEvents.TryOpenAsync(server, query, proof)).Status);
    }

    private static IEnumerable<string> TextsOf(JsonElement data)
    {
        var push = data.GetProperty("push");
        var publications = push.TryGetProperty("connect", out var connected)
            ? connected.GetProperty("subs").EnumerateObject().SelectMany(sub => sub.Value.TryGetProperty("publications", out var missed) ? missed.EnumerateArray().ToList() : [])
            : push.TryGetProperty("pub", out var pub) ? [pub] : [];
        return publications.Select(publication => publication.GetProperty("data")).Where(change => change.GetProperty("type").GetString() == "message.posted")
            .Select(change => change.GetProperty("message").GetProperty("text").GetString()!);
    }
}
