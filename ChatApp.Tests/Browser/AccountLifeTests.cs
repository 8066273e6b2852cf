using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Tests.Harness;
using Microsoft.Playwright;

namespace ChatApp.Tests.BrowserTests;

/// <summary>The life of an account in a real browser, with the mails read from the pickup folder.</summary>
[Collection(Browser.Collection)]
public sealed class AccountLifeTests(TestServer server, Browser browser) : IClassFixture<TestServer>
{
    private const string NewPassword = "another short sentence";

    [Fact]
    public async Task A_person_who_forgot_the_password_is_back_in_by_a_mail()
    {
        var ann = await server.AddPersonAsync("Ann");
        await using var window = await browser.NewPageAsync(new Uri(server.Address));
        var page = window.Page;
        await page.GotoAsync("/account/login");
        await page.ClickAsync("a[href='/account/forgot']");
        await page.FillAsync("#email", ann.Email);
        await page.PressAsync("#email", "Enter");
        await window.ShowsAsync(".notice", Words.Of("Forgot.Sent"));
        await page.GotoAsync((await server.MailToAsync(ann.Email)).Address);
        await page.FillAsync("#password", NewPassword);
        await page.PressAsync("#password", "Enter");
        await window.ShowsAsync(".notice", Words.Of("Forgot.ResetDone"));
        await page.ClickAsync("main .button-primary");
        await page.FillAsync("#email", ann.Email);
        await page.FillAsync("#password", NewPassword);
        await page.PressAsync("#password", "Enter");
        await window.ArrivesAsync("**/rooms/general");
        window.AssertNoErrors();
    }

    [Fact]
    public async Task A_person_changes_address_and_password_in_chinese()
    {
        var ann = await server.AddPersonAsync("Ann");
        await using var window = await browser.SignInAsync(server, ann, locale: "zh-CN");
        var page = window.Page;
        await page.GotoAsync("/account/login-data");
        await page.FillAsync("#new-email", "new." + ann.Email);
        await page.FillAsync("#email-password", ann.Password);
        await page.PressAsync("#email-password", "Enter");
        await window.ShowsAsync(".notice", "链接正在发往新邮箱");
        var mail = await server.MailToAsync("new." + ann.Email);
        Assert.Equal("确认你的 ChatApp 新邮箱", mail.Subject);
        await page.GotoAsync(mail.Address);
        await page.ClickAsync("main .button-primary");
        await window.ArrivesAsync("**/account/login-data?saved=1");
        await window.ShowsAsync("main", "new." + ann.Email);

        await page.FillAsync("#present", ann.Password);
        await page.FillAsync("#wanted", NewPassword);
        await page.PressAsync("#wanted", "Enter");
        await window.ShowsAsync(".notice-success", "已保存");
        // This browser is still signed in.
        await page.GotoAsync("/account/login-data");
        await window.ShowsAsync("main", "new." + ann.Email);
        window.AssertNoErrors();
    }

    [Theory]
    [InlineData("image/png")]
    [InlineData("image/jpeg")]
    [InlineData("image/webp")]
    public async Task Another_name_and_a_picture_from_a_browser_are_seen_by_others_without_loading_anew(string type)
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(ann, members: bob, name: "Tower");
        var message = await server.PostAsync(ann, room.Id, "hello from before");
        await server.Get<MessageWriter>().PostAsync(bob.Id, room.Id, "an answer", key: null, message.Id);
        await using var watching = await browser.SignInAsync(server, bob, $"/rooms/{room.Id}");
        await watching.SeesAsync("hello from before");
        await using var window = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}");
        var page = window.Page;
        await page.GotoAsync("/account/profile");
        var picture = await page.EvaluateAsync<string>(
            """
            type => {
              const canvas = Object.assign(document.createElement('canvas'), { width: 96, height: 96 });
              const pen = canvas.getContext('2d');
              pen.fillStyle = 'teal'; pen.fillRect(0, 0, 96, 96);
              pen.fillStyle = 'gold'; pen.fillRect(20, 30, 40, 20);
              return canvas.toDataURL(type);
            }
            """, type);
        Assert.StartsWith($"data:{type};base64,", picture, StringComparison.Ordinal);
        await page.SetInputFilesAsync("#picture", new FilePayload { Name = "me.bin", MimeType = "application/octet-stream", Buffer = Convert.FromBase64String(picture[(picture.IndexOf(',', StringComparison.Ordinal) + 1)..]) });
        await page.ClickAsync(".picture-form .button-primary");
        await window.ShowsAsync(".notice-success", Words.Of("Preferences.Saved"));
        Assert.Equal(96, await page.Locator(".picture-form img.avatar").EvaluateAsync<int>("async image => { await image.decode(); return image.naturalWidth; }"));
        await page.FillAsync("#name", ann.Name + " the Great");
        await page.FillAsync("#status", "painting");
        await page.PressAsync("#status", "Enter");
        await window.ShowsAsync(".notice-success", Words.Of("Preferences.Saved"));

        var shown = watching.Message("hello from before");
        await Assertions.Expect(shown.Locator(".message-author")).ToHaveTextAsync(ann.Name + " the Great");
        await Assertions.Expect(shown.Locator("img.avatar")).ToHaveCountAsync(1);
        Assert.Equal(96, await shown.Locator("img.avatar").EvaluateAsync<int>("async image => { await image.decode(); return image.naturalWidth; }"));
        var box = (await shown.Locator("img.avatar").BoundingBoxAsync())!;
        Assert.Equal((36f, 36f), (box.Width, box.Height));
        await Assertions.Expect(watching.Message("an answer").Locator(".quote-author")).ToHaveTextAsync(ann.Name + " the Great");
        await watching.ShowsAsync(".members-body", "painting");
        await Assertions.Expect(watching.Page.Locator(".members-body img.avatar")).ToHaveCountAsync(1);
        window.AssertNoErrors();
        watching.AssertNoErrors();
    }

    [Fact]
    public async Task A_photo_that_is_too_large_is_made_smaller_before_it_is_sent()
    {
        var ann = await server.AddPersonAsync("Ann");
        await using var window = await browser.SignInAsync(server, ann);
        var page = window.Page;
        await page.GotoAsync("/account/profile");
        // Noise does not pack: some 4 MB.
        var size = await page.EvaluateAsync<int>(
            """
            async () => {
              const canvas = Object.assign(document.createElement('canvas'), { width: 1200, height: 900 });
              const pixels = new ImageData(1200, 900);
              for (let at = 0; at < pixels.data.length; at += 65536) crypto.getRandomValues(pixels.data.subarray(at, Math.min(at + 65536, pixels.data.length)));
              for (let at = 3; at < pixels.data.length; at += 4) pixels.data[at] = 255;
              canvas.getContext('2d').putImageData(pixels, 0, 0);
              const file = new File([await new Promise(done => canvas.toBlob(done, 'image/png'))], 'photo.png', { type: 'image/png' });
              const chosen = new DataTransfer();
              chosen.items.add(file);
              const input = document.querySelector('#picture');
              input.files = chosen.files;
              input.dispatchEvent(new Event('change', { bubbles: true }));
              return file.size;
            }
            """);
        Assert.True(size > ChatApp.Accounts.Images.CleanImage.MaxBytes, $"{size} bytes");
        await Eventually.BecomesAsync(async () => await page.EvaluateAsync<int>("document.querySelector('#picture').files[0].size") < ChatApp.Accounts.Images.CleanImage.MaxBytes);
        await page.ClickAsync(".picture-form .button-primary");
        await window.ShowsAsync(".notice-success", Words.Of("Preferences.Saved"));
        Assert.Equal(512, await page.Locator(".picture-form img.avatar").EvaluateAsync<int>("async image => { await image.decode(); return image.naturalHeight; }"));
        window.AssertNoErrors();
    }

    [Fact]
    public async Task A_person_takes_their_data_and_goes_and_others_see_a_deleted_user()
    {
        var (ann, bob) = (await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Bob"));
        var room = await server.MakeRoomAsync(bob, members: ann, name: "Tower");
        await server.PostAsync(ann, room.Id, "these words stay");
        var theirs = await server.PostAsync(bob, room.Id, "what do you think?");
        await server.Get<MessageMarks>().ReactAsync(ann.Id, theirs.Id, "👍", isOn: true);
        await using var watching = await browser.SignInAsync(server, bob, $"/rooms/{room.Id}");
        await watching.SeesAsync("these words stay");
        await using var elsewhere = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}");
        await using var window = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}");
        var page = window.Page;
        await page.GotoAsync("/account/data");
        var download = await page.RunAndWaitForDownloadAsync(() => page.ClickAsync("section:first-of-type .button-primary"));
        Assert.Equal("chatapp-my-data.zip", download.SuggestedFilename);
        using (var zip = System.IO.Compression.ZipFile.OpenRead(await download.PathAsync())) Assert.NotNull(zip.GetEntry($"messages/{room.Id}.jsonl"));

        await page.FillAsync("#password", ann.Password);
        await page.FillAsync("#confirmation", ann.Email);
        await page.ClickAsync(".button-danger");
        await window.ShowsAsync("h1", Words.Of("Data.Deleted"));
        await elsewhere.ArrivesAtSignInAsync();
        await Assertions.Expect(watching.Message("these words stay").Locator(".message-author")).ToContainTextAsync(AccountDeletion.Name);
        await Assertions.Expect(watching.Page.Locator(".members-body")).Not.ToContainTextAsync(ann.Name);
        await Assertions.Expect(watching.Message("what do you think?").Locator(".reaction")).ToHaveAttributeAsync("data-who", new System.Text.RegularExpressions.Regex(AccountDeletion.Name, System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)));
        Assert.DoesNotContain(ann.Name, await watching.Page.ContentAsync(), StringComparison.Ordinal);
        await page.GotoAsync("/rooms/general");
        await window.ArrivesAtSignInAsync();
        watching.AssertNoErrors();
    }

    [Fact]
    public async Task Times_are_those_of_the_zone_that_the_person_has_chosen()
    {
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann, name: "Tower");
        var message = await server.PostAsync(ann, room.Id, "what time is it?");
        await server.Get<Profiles>().ChooseAsync(ann.Id, new Choices(Language: null, Theme: null, "Pacific/Kiritimati"));
        await using var window = await browser.SignInAsync(server, ann, $"/rooms/{room.Id}");
        await window.SeesAsync("what time is it?");
        var local = message.At.ToOffset(TimeSpan.FromHours(14));
        await Assertions.Expect(window.Message("what time is it?").Locator("header time")).ToHaveTextAsync(local.ToString("t", System.Globalization.CultureInfo.GetCultureInfo("en")));
        window.AssertNoErrors();
    }
}
