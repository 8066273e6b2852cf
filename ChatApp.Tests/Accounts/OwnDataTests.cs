using System.IO.Compression;
using System.Net;
using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Presence;
using ChatApp.Rooms;
using ChatApp.Search;
using ChatApp.Storage;
using ChatApp.Tests.Accounts.Images;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Accounts;

/// <summary>What people take with them, and what stays of them when they go.</summary>
public sealed class OwnDataTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task An_export_holds_what_the_person_has_written_and_nothing_of_others_and_no_secret()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, RoomVisibility.Private, "Tower", bob);
        for (var i = 0; i < 450; i++) await server.PostAsync(ann, room.Id, $"number {i}");
        var edited = await server.PostAsync(ann, room.Id, "first words");
        await server.Get<MessageEditor>().EditAsync(ann.Id, edited.Id, "second words");
        var theirs = await server.PostAsync(bob, room.Id, "a secret of Bob");
        await server.Get<MessageMarks>().ReactAsync(ann.Id, theirs.Id, "👍", isOn: true);
        await server.Get<MessageMarks>().ReactAsync(bob.Id, edited.Id, "🎉", isOn: true);
        await server.Get<Profiles>().ShowPictureAsync(ann.Id, ChatApp.Accounts.Images.CleanImage.TryMake(ImageMaker.Png(), out _)!);
        var direct = (await server.Get<DirectRooms>().OpenAsync(ann.Id, [bob.Id])).Room!;
        await server.PostAsync(ann, direct.Id, "between us");
        // Somebody has only looked for her.
        await server.Get<DirectRooms>().OpenAsync((await server.AddPersonAsync("Eve")).Id, [ann.Id]);
        await server.Get<Blocks>().AddAsync(ann.Id, bob.Id);
        await server.Get<RoomPreferences>().ChooseAsync(ann.Id, room.Id, level: NoticeLevel.Nothing);
        await server.Get<Bookmarks>().AddAsync(ann.Id, theirs.Id);
        var named = await server.PostAsync(bob, room.Id, $"@{ann.Name}");
        var token = Secret.Make("chat_");
        await server.Get<CommitQueue>().CommitAsync(commit => commit.Db.PersonalTokens.Add(
            new PersonalToken { Id = Secret.NewId(), UserId = ann.Id.Value, Name = "my script", Hash = Secret.Hash(token), CreatedAt = commit.Now }).Entity.Id);

        await server.Get<Profiles>().ChooseAsync(ann.Id, new Choices("en", Theme: null, TimeZone: null, "compact", "reduce"));
        await server.Get<PresenceChoices>().SetAsync(ann.Id, PresenceMode.Invisible, until: null);
        using var visitor = await Visitor.SignInAsync(server, ann);
        using var answer = await visitor.PostAsync("/account/data/export", from: "/account/data");
        Assert.Empty(server.Logs.Lines);
        Assert.Equal("application/zip", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal("attachment; filename=\"chatapp-my-data.zip\"", answer.Content.Headers.ContentDisposition!.ToString());
        using var zip = new ZipArchive(await answer.Content.ReadAsStreamAsync());
        var messages = Lines(zip, $"messages/{room.Id}.jsonl");
        Assert.Equal(451, messages.Count);
        Assert.Equal("number 0", messages[0].GetProperty("text").GetString());
        Assert.Equal(("second words", "first words"), (messages[^1].GetProperty("text").GetString(), messages[^1].GetProperty("earlier")[0].GetProperty("text").GetString()));
        Assert.Equal("🎉", messages[^1].GetProperty("reactions")[0].GetProperty("emoji").GetString());
        Assert.Equal("👍", Assert.Single(Lines(zip, "reactions.jsonl")).GetProperty("emoji").GetString());
        var memberships = Lines(zip, "memberships.jsonl");
        Assert.Equal(["Tower", ""], memberships.Select(row => row.GetProperty("name").GetString()));
        Assert.Equal(theirs.Id.Value, Assert.Single(Lines(zip, "bookmarks.jsonl")).GetProperty("message").GetInt64());
        Assert.Equal(named.Id.Value, Assert.Single(Lines(zip, "mentions.jsonl")).GetProperty("message").GetInt64());
        Assert.Contains(bob.Name, memberships[1].GetProperty("people").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal("between us", Assert.Single(Lines(zip, $"messages/{direct.Id}.jsonl")).GetProperty("text").GetString());
        Assert.Equal(bob.Name, Assert.Single(Lines(zip, "blocks.jsonl")).GetProperty("name").GetString());
        Assert.Equal("nothing", Assert.Single(Lines(zip, "room-preferences.jsonl")).GetProperty("level").GetString());
        Assert.Equal("my script", Assert.Single(Lines(zip, "tokens.jsonl")).GetProperty("name").GetString());
        Assert.Equal(ann.Email, Assert.Single(Lines(zip, "account.json")).GetProperty("email").GetString());
        Assert.Equal(("compact", "reduce"), (Lines(zip, "account.json")[0].GetProperty("density").GetString(), Lines(zip, "account.json")[0].GetProperty("motion").GetString()));
        Assert.True(Lines(zip, "account.json")[0].TryGetProperty("presenceMode", out _));
        Assert.NotNull(zip.GetEntry("avatar.png"));
        var all = string.Concat(zip.Entries.Select(entry => new StreamReader(entry.Open()).ReadToEnd()));
        Assert.DoesNotContain("secret of Bob", all, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret.Hash(token), all, StringComparison.Ordinal);
        using var db = server.Get<ChatDatabase>().OpenRead();
        var account = db.Users.Single(user => user.Id == ann.Id.Value);
        Assert.DoesNotContain(account.PasswordHash!, all, StringComparison.Ordinal);
        Assert.DoesNotContain(account.SecurityStamp!, all, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Exports_run_one_for_a_person_and_a_few_for_all()
    {
        var export = server.Get<DataExport>();
        var ann = await server.AddPersonAsync("Ann");
        using var visitor = await Visitor.SignInAsync(server, ann);
        using (export.TryBegin(ann.Id))
        {
            Assert.Null(export.TryBegin(ann.Id));
            using var busy = await visitor.PostAsync("/account/data/export", from: "/account/data");
            Assert.Equal("/account/data?busy=1", Visitor.PathOf(busy));
        }

        var others = Enumerable.Range(0, 4).Select(i => export.TryBegin(new UserId($"other {i}"))).ToList();
        Assert.Null(export.TryBegin(ann.Id));
        others[0]!.Dispose();
        using (var now = export.TryBegin(ann.Id)) Assert.NotNull(now);
        others.ForEach(other => other!.Dispose());
    }

    [Fact]
    public async Task A_deleted_account_leaves_its_messages_and_nothing_that_names_the_person()
    {
        var (ann, bob, carl) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"), await server.AddPersonAsync("Carl"));
        var room = await server.MakeRoomAsync(ann, RoomVisibility.Private, "Tower", bob, carl);
        await server.PostAsync(ann, room.Id, "these words stay");
        await server.Get<Profiles>().DescribeAsync(ann.Id, ann.Name, "a status");
        await server.Get<Profiles>().ShowPictureAsync(ann.Id, ChatApp.Accounts.Images.CleanImage.TryMake(ImageMaker.Png(), out _)!);
        await server.Get<Profiles>().ChooseAsync(ann.Id, new Choices("en", Theme: null, TimeZone: null, "compact", "reduce"));
        await server.Get<PresenceChoices>().SetAsync(ann.Id, PresenceMode.DoNotDisturb, until: null);
        var bot = await server.AddPersonAsync("Robot");
        await server.Get<CommitQueue>().CommitAsync(commit =>
        {
            var account = commit.Db.Users.Single(user => user.Id == bot.Id.Value);
            (account.IsBot, account.OwnerId) = (true, ann.Id.Value);
            return account.Id;
        });
        await using var watching = await server.SubscribeAsync(bob, room.Id);
        await using var own = await server.ConnectAsync(ann);
        using var visitor = await Visitor.SignInAsync(server, ann);

        using var untyped = await visitor.PostAsync("/account/data", ("_handler", "delete"), ("password", ann.Password), ("confirmation", "yes"));
        Assert.Contains("confirmation-error", await untyped.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var wrong = await visitor.PostAsync("/account/data", ("_handler", "delete"), ("password", "wrong"), ("confirmation", ann.Email));
        Assert.Contains("password-error", await wrong.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var deleted = await visitor.PostAsync("/account/data", ("_handler", "delete"), ("password", ann.Password), ("confirmation", ann.Email.ToUpperInvariant()));
        Assert.Equal("/account/deleted", Visitor.PathOf(deleted));

        var told = new List<JsonElement>();
        // The bot goes first, then the rooms, then the person.
        while (told.Count == 0 || !told[^1].TryGetProperty("user", out var changed) || changed.GetProperty("id").GetString() != ann.Id.Value)
            told.Add((await watching.PushAsync()).GetProperty("pub").GetProperty("data"));
        Assert.Contains(told, data => data.GetProperty("type").GetString() == "member.changed" && !data.GetProperty("joined").GetBoolean());
        Assert.Contains(told, data => data.GetProperty("type").GetString() == "role.changed" && data.GetProperty("member").GetProperty("id").GetString() == bob.Id.Value);
        Assert.StartsWith("Deleted user ", told[^1].GetProperty("user").GetProperty("name").GetString(), StringComparison.Ordinal);
        Assert.All(told, data => Assert.DoesNotContain(ann.Name, data.ToString(), StringComparison.Ordinal));
        await own.ClosedAsync();

        var page = server.Get<MessageHistory>().Latest(bob.Id, room.Id, 10)!;
        Assert.Equal("these words stay", page.Messages[^1].Text);
        Assert.StartsWith("Deleted user ", page.Messages[^1].Author.Name, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Get<RoomDirectory>().MembersOf(room.Id, bob.Id)!.Value.Members, member => member.User.Id == ann.Id);
        Assert.DoesNotContain(server.Get<UserDirectory>().Search("", 200), user => user.Id == ann.Id || user.Id == bot.Id);
        Assert.Equal(RoomOutcome.NoSuchUser, (await server.Get<RoomWriter>().InviteAsync(bob.Id, room.Id, ann.Id)).Outcome);
        using (var db = server.Get<ChatDatabase>().OpenRead())
        {
            var account = db.Users.Single(user => user.Id == ann.Id.Value);
            Assert.NotNull(account.DeletedAt);
            Assert.True(account is { Email: null, UserName: null, PasswordHash: null, StatusText: "", AvatarVersion: null });
            Assert.True(account is { Density: null, Motion: null, PresenceMode: PresenceMode.Automatic, PresenceUntil: null });
            Assert.NotNull(db.Users.Single(user => user.Id == bot.Id.Value).DeletedAt);
            Assert.False(db.Avatars.Any(avatar => avatar.UserId == ann.Id.Value));
            Assert.False(db.Memberships.Any(membership => membership.UserId == ann.Id.Value));
            Assert.Equal("", db.Audit.Single(entry => entry.Action == "account.delete" && entry.Target == ann.Id.Value).Reason);
        }

        // No way in is left, and address and name are free.
        using var again = new Visitor(server.Address);
        Assert.False(await again.TrySignInAsync(ann.Email, ann.Password));
        using var refused = await server.Http.PostAsync("/api/account/login", new StringContent(JsonSerializer.Serialize(new { email = ann.Email, password = ann.Password }), System.Text.Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Contains("was deleted", (await server.MailToAsync(ann.Email)).Text, StringComparison.Ordinal);
        using var registered = await again.PostAsync("/account/register", ("_handler", "register"), ("name", ann.Name), ("email", ann.Email), ("password", ann.Password));
        Assert.True(await again.TrySignInAsync(ann.Email, ann.Password));
        Assert.Equal(DeletionOutcome.NotFound, await server.Get<AccountDeletion>().DeleteAsync(ann.Id));
    }

    [Fact]
    public async Task What_a_deleted_person_wrote_is_still_found()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(bob, RoomVisibility.Private, "Tower", ann);
        var message = await server.PostAsync(ann, room.Id, "a peculiar gyroscope");
        Assert.Equal(DeletionOutcome.Done, await server.Get<AccountDeletion>().DeleteAsync(ann.Id));
        var name = server.Get<UserDirectory>().Get(ann.Id).Name;
        var searches = server.Get<MessageSearch>();
        foreach (var query in new[] { "gyroscope", $"gyroscope from:\"{name}\"" })
        {
            var found = searches.Search(bob.Id, SearchQuery.Parse(query))!.Hits;
            Assert.Equal(message.Id, Assert.Single(found).Message.Id);
        }

        Assert.Empty(searches.Search(bob.Id, SearchQuery.Parse($"gyroscope from:\"{ann.Name}\""))!.Hits);
    }

    [Fact]
    public async Task The_last_administrator_stays()
    {
        await using var fresh = await TestServer.StartAsync();
        var (boss, other) = (await fresh.AddPersonAsync("Boss", Rank.Administrator), await fresh.AddPersonAsync("Other", Rank.Administrator));
        Assert.Equal(DeletionOutcome.Done, await fresh.Get<AccountDeletion>().DeleteAsync(other.Id));
        Assert.Equal(DeletionOutcome.LastAdministrator, await fresh.Get<AccountDeletion>().DeleteAsync(boss.Id));
        using var visitor = await Visitor.SignInAsync(fresh, boss);
        using var refused = await visitor.PostAsync("/account/data", ("_handler", "delete"), ("password", boss.Password), ("confirmation", boss.Email));
        Assert.Contains("You are the last administrator", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static List<JsonElement> Lines(ZipArchive zip, string name)
    {
        using var reader = new StreamReader(zip.GetEntry(name)!.Open());
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }
}
