using System.Net;
using System.Text.RegularExpressions;
using ChatApp.Accounts;
using ChatApp.Accounts.Images;
using ChatApp.Rooms;
using ChatApp.Tests.Accounts.Images;
using ChatApp.Tests.Api;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Accounts;

/// <summary>Name, status, picture and choices of a person, and who sees them.</summary>
public sealed class ProfileTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Another_name_and_status_are_heard_in_the_rooms_of_the_person_and_shown_from_then_on()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, RoomVisibility.Private, members: bob);
        await server.PostAsync(ann, room.Id, "from before");
        await using var socket = await server.SubscribeAsync(bob, room.Id);
        using var visitor = await Visitor.SignInAsync(server, ann);
        using var saved = await visitor.PostAsync("/account/profile", ("_handler", "profile"), ("name", ann.Name + " II"), ("status", "  on \t holiday 🏝 "));
        Assert.Equal("/account/profile?saved=1", Visitor.PathOf(saved));
        var told = (await socket.PushAsync()).GetProperty("pub").GetProperty("data");
        Assert.Equal("user.changed", told.GetProperty("type").GetString());
        Assert.Equal((ann.Name + " II", "on holiday 🏝"), (told.GetProperty("user").GetProperty("name").GetString(), told.GetProperty("status").GetString()));
        Assert.Equal(ann.Name + " II", server.Get<ChatApp.Messages.MessageHistory>().Latest(bob.Id, room.Id, 1)!.Messages[0].Author.Name);
        // Whoever was away and catches up from memory does not see the old one either.
        await using var back = await server.ConnectAsync(bob);
        var reply = await back.AskAsync(new { subscribe = new { channel = $"room:{room.Id}", recover = true, epoch = room.Epoch, offset = 0 } });
        Assert.DoesNotContain($"\"{ann.Name}\"", reply.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "", "name")]
    [InlineData("\u202Eevil", "", "name")]
    [InlineData("This name has more than thirty letters", "", "name")]
    [InlineData("Fine", "line\u202Eturned", "status")]
    [InlineData("Fine", "a null \u0007 bell", "status")]
    public async Task What_poses_as_something_else_is_refused_beside_its_field(string name, string status, string field)
    {
        var ann = await server.AddPersonAsync("Ann");
        using var visitor = await Visitor.SignInAsync(server, ann);
        using var answer = await visitor.PostAsync("/account/profile", ("_handler", "profile"), ("name", name == "Fine" ? ann.Name : name), ("status", status));
        var page = await answer.Content.ReadAsStringAsync();
        Assert.Contains($"id=\"{field}-error\"", page, StringComparison.Ordinal);
        Assert.Equal(ann.Name, server.Get<UserDirectory>().Get(ann.Id).Name);
    }

    [Fact]
    public async Task A_name_of_somebody_else_stays_theirs_and_a_former_one_is_free()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var profiles = server.Get<Profiles>();
        Assert.Equal(ProfileOutcome.NameTaken, await profiles.DescribeAsync(ann.Id, bob.Name.ToUpperInvariant(), ""));
        Assert.Equal(ProfileOutcome.Done, await profiles.DescribeAsync(bob.Id, bob.Name + "x", ""));
        Assert.Equal(ProfileOutcome.Done, await profiles.DescribeAsync(ann.Id, bob.Name, ""));
        Assert.Equal(ProfileOutcome.NotFound, await profiles.DescribeAsync(new UserId("nobody"), "Nobody at all", ""));
    }

    [Fact]
    public async Task A_status_has_a_hundred_characters_of_any_script()
    {
        var ann = await server.AddPersonAsync("Ann");
        var profiles = server.Get<Profiles>();
        Assert.Equal(ProfileOutcome.Done, await profiles.DescribeAsync(ann.Id, ann.Name, string.Concat(Enumerable.Repeat("😀", 100))));
        Assert.Equal(ProfileOutcome.BadStatus, await profiles.DescribeAsync(ann.Id, ann.Name, string.Concat(Enumerable.Repeat("汉", 101))));
        Assert.Equal(ProfileOutcome.BadStatus, await profiles.DescribeAsync(ann.Id, ann.Name, "\ud800"));
    }

    [Fact]
    public async Task Nobody_keeps_everybody_busy_with_changes()
    {
        var ann = await server.AddPersonAsync("Ann");
        var outcomes = new List<ProfileOutcome>();
        for (var i = 0; i < 12; i++) outcomes.Add(await server.Get<Profiles>().DescribeAsync(ann.Id, ann.Name, $"status {i}"));
        Assert.Equal(10, outcomes.Count(outcome => outcome == ProfileOutcome.Done));
        Assert.Equal(ProfileOutcome.TooOften, outcomes[^1]);
    }

    [Fact]
    public async Task Choices_come_along_to_another_browser()
    {
        var ann = await server.AddPersonAsync("Ann");
        using var here = await Visitor.SignInAsync(server, ann);
        using var saved = await here.PostAsync("/account/preferences", ("_handler", "preferences"), ("language", "zh-Hans"), ("theme", "dark"), ("timezone", "Asia/Shanghai"));
        Assert.Equal("/account/preferences?saved=1", Visitor.PathOf(saved));
        using var elsewhere = await Visitor.SignInAsync(server, ann);
        var page = await elsewhere.GetAsync("/account/preferences");
        Assert.Contains("lang=\"zh-Hans\"", page, StringComparison.Ordinal);
        Assert.Contains("data-theme=\"dark\"", page, StringComparison.Ordinal);
        Assert.Matches("<option value=\"Asia/Shanghai\" selected", page);

        // Back to what the browser says.
        using var back = await elsewhere.PostAsync("/account/preferences", ("_handler", "preferences"), ("language", "en"), ("theme", "system"), ("timezone", ""));
        page = await elsewhere.GetAsync("/account/preferences");
        Assert.DoesNotContain("data-theme=\"dark\"", page, StringComparison.Ordinal);
        Assert.DoesNotMatch("<option value=\"[A-Z][^\"]+\" selected", page);
        foreach (var (language, theme, zone) in new[] { ("tlh", "dark", ""), ("en", "neon", ""), ("en", "dark", "Mars/Olympus") })
        {
            using var refused = await elsewhere.PostAsync("/account/preferences", ("_handler", "preferences"), ("language", language), ("theme", theme), ("timezone", zone));
            Assert.Equal("/account/preferences", Visitor.PathOf(refused));
        }

        foreach (var wrong in new[] { ("density", "dense"), ("motion", "wild") })
        {
            using var refused = await elsewhere.PostAsync("/account/preferences", ("_handler", "preferences"), ("language", "en"), ("theme", "dark"), ("timezone", ""), wrong);
            Assert.Equal("/account/preferences", Visitor.PathOf(refused));
        }
    }

    [Fact]
    public async Task A_picture_is_shown_to_people_with_an_account_and_to_nobody_else()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        using var visitor = await Visitor.SignInAsync(server, ann);
        var file = ImageMaker.Png(64, 64, ("tEXt", [.. "Comment\0secret"u8]));
        using var sent = await visitor.SendFileAsync("/account/avatar", "/account/profile", "picture", file, "../../evil.html", "text/html");
        Assert.Equal("/account/profile?saved=1", Visitor.PathOf(sent));
        var path = Regex.Match(await visitor.GetAsync("/account/profile"), "src=\"(?<path>/avatars/[^\"]+)\"", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["path"].Value;
        Assert.StartsWith($"/avatars/{ann.Id}/", path, StringComparison.Ordinal);

        using var other = await Visitor.SignInAsync(server, bob);
        using var seen = await other.Http.GetAsync(path);
        Assert.Equal("image/png", seen.Content.Headers.ContentType!.ToString());
        Assert.Equal("nosniff", Assert.Single(seen.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("default-src 'none'; sandbox", Assert.Single(seen.Headers.GetValues("Content-Security-Policy")));
        Assert.Equal("inline; filename=\"avatar.png\"", seen.Content.Headers.ContentDisposition!.ToString());
        Assert.Equal("private, max-age=31536000, immutable", string.Join(", ", seen.Headers.NonValidated["Cache-Control"]));
        Assert.Equal(ImageMaker.Png(64, 64), await seen.Content.ReadAsByteArrayAsync());

        using var stranger = await server.Http.GetAsync(path);
        using var missing = await other.Http.GetAsync($"/avatars/{ann.Id}/nothing");
        using var nobody = await other.Http.GetAsync("/avatars/nobody/nothing");
        Assert.All([stranger, missing, nobody], answer => Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode));
        using var program = new HttpRequestMessage(HttpMethod.Get, path);
        program.Headers.Authorization = new("Bearer", await server.TokenOfAsync(bob));
        using var read = await server.Http.SendAsync(program);
        Assert.Equal(HttpStatusCode.OK, read.StatusCode);

        // Another picture has another address; the old one is gone.
        using var next = await visitor.SendFileAsync("/account/avatar", "/account/profile", "picture", ImageMaker.Gif(), "x.png", "image/png");
        using var old = await other.Http.GetAsync(path);
        Assert.Equal(HttpStatusCode.NotFound, old.StatusCode);
        using var removed = await visitor.PostAsync("/account/avatar/remove", from: "/account/profile");
        Assert.Equal("/account/profile?saved=1", Visitor.PathOf(removed));
        Assert.Null(server.Get<UserDirectory>().Get(ann.Id).Avatar);
        Assert.DoesNotContain("<img", await visitor.GetAsync("/account/profile"), StringComparison.Ordinal);
    }

    // By name, and made when it is needed: the runner writes all arguments down before it begins, one element of an array after the other.
    private static readonly Dictionary<string, Func<byte[]>> Refused = new(StringComparer.Ordinal)
    {
        ["nothing"] = static () => [],
        ["a drawing"] = static () => [.. "<svg xmlns='http://www.w3.org/2000/svg'/>"u8],
        ["half a picture"] = static () => ImageMaker.Png()[..50],
        ["too many pixels"] = static () => ImageMaker.Png(60_000, 60_000),
        ["too few pixels"] = static () => ImageMaker.Png(8, 8),
        ["a byte too many"] = static () => new byte[CleanImage.MaxBytes + 1],
        ["far too many bytes"] = static () => new byte[3 * CleanImage.MaxBytes],
    };

    [Theory]
    [InlineData("nothing", "None")]
    [InlineData("a drawing", nameof(ImageProblem.UnknownType))]
    [InlineData("half a picture", nameof(ImageProblem.Broken))]
    [InlineData("too many pixels", nameof(ImageProblem.TooManyPixels))]
    [InlineData("too few pixels", nameof(ImageProblem.TooSmall))]
    [InlineData("a byte too many", nameof(ImageProblem.TooLarge))]
    [InlineData("far too many bytes", nameof(ImageProblem.TooLarge))]
    public async Task What_is_no_picture_is_refused_with_words(string what, string problem)
    {
        var file = Refused[what]();
        var ann = await server.AddPersonAsync("Ann");
        using var visitor = await Visitor.SignInAsync(server, ann);
        using var sent = await visitor.SendFileAsync("/account/avatar", "/account/profile", "picture", file, "me.png", "image/png");
        Assert.Equal($"/account/profile?picture={problem}", Visitor.PathOf(sent));
        Assert.Contains("field-error", await visitor.GetAsync(Visitor.PathOf(sent)), StringComparison.Ordinal);
        Assert.Null(server.Get<UserDirectory>().Get(ann.Id).Avatar);
    }

    [Fact]
    public async Task Words_for_a_refusal_come_from_us_and_not_from_the_address()
    {
        var ann = await server.AddPersonAsync("Ann");
        using var visitor = await Visitor.SignInAsync(server, ann);
        var page = await visitor.GetAsync("/account/profile?picture=" + Uri.EscapeDataString("<script>alert(1)</script>") + "&problem=" + Uri.EscapeDataString("<b>"));
        Assert.DoesNotContain("alert(1)", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/account/avatar")]
    [InlineData("/account/avatar/remove")]
    [InlineData("/account/data/export")]
    public async Task A_form_from_elsewhere_changes_nothing(string path)
    {
        var ann = await server.AddPersonAsync("Ann");
        using var content = new MultipartFormDataContent { { new ByteArrayContent(ImageMaker.Png()), "picture", "me.png" } };
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        request.Headers.Add("Cookie", await server.CookieOfAsync(ann));
        using var answer = await server.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Null(server.Get<UserDirectory>().Get(ann.Id).Avatar);
    }
}
