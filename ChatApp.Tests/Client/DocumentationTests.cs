using System.Text.RegularExpressions;
using ChatApp.Client;
using ChatApp.Messages;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Client;

/// <summary>The library's documents: their samples are the compiled ones, and they do what the text says.</summary>
public sealed partial class DocumentationTests
{
    private static readonly string Compiled = Squeeze(File.ReadAllText(Checkout.PathTo("ChatApp.Tests/Client/DocumentationSamples.cs")));

    [Fact]
    public void Every_sample_in_the_readme_is_compiled()
    {
        var samples = Fences().Matches(File.ReadAllText(Checkout.PathTo("ChatApp.Client/README.md"))).Select(match => match.Groups["code"].Value).ToList();
        Assert.Equal(6, samples.Count);
        Assert.All(samples, sample => Assert.Contains(Squeeze(sample), Compiled, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_sample_in_the_comments_is_compiled()
    {
        var samples = Directory.EnumerateFiles(Checkout.PathTo("ChatApp.Client"), "*.cs")
            .SelectMany(file => Comments().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups["code"].Value.Replace("///", "", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(samples);
        Assert.All(samples, sample => Assert.Contains(Squeeze(sample), Compiled, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_samples_do_what_they_say()
    {
        await using var server = await TestServer.StartAsync(["Topics:Prefixes:0:Prefix=prices:", "Topics:Prefixes:0:HistorySize=100", "Topics:Prefixes:0:ClientPublish=Members"]);
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann);
        await server.PostAsync(ann, room.Id, "said before");
        var (heard, kept, why, prices, answered) = (new Lines(), new Lines(), new Lines(), new Lines(), new Lines());
        await using var client = await server.ClientAsync(ann);

        var listening = new DocumentationSamples(heard).ListenAndPostAsync(new Uri(server.Address), ann.Email, ann.Password);
        var keeping = new DocumentationSamples(kept).KeepUpAsync(client, room.Id.Value);
        var ending = new DocumentationSamples(why).SayWhyAsync(client);
        var following = new DocumentationSamples(prices).FollowPricesAsync(client);
        await heard.BecomeAsync($"{ann.Name}: hello");
        await prices.BecomeAsync("lme: 2345.10");
        await kept.BecomeAsync("shown said before");
        var said = await server.PostAsync(ann, room.Id, "said now");
        await kept.BecomeAsync("shown said now");
        await server.Get<MessageEditor>().DeleteAsync(ann.Id, said.Id);
        await kept.BecomeAsync($"hidden {said.Id}");

        await new DocumentationSamples(answered).AnswerAsync(client, room.Id.Value).Soon();
        await answered.BecomeAsync("shown bread");

        server.Get<RoomBroker>().EndAll(ann.Id, ChatApp.Push.EndReason.SignedOut);
        await why.BecomeAsync("please sign in again: signed out");
        await Task.WhenAll(listening, keeping, ending, following).Soon();
    }

    private static string Squeeze(string code) => Spaces().Replace(code, " ").Trim();

    [GeneratedRegex("```csharp\n(?<code>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Fences();

    [GeneratedRegex("<code>(?<code>.*?)</code>", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Comments();

    [GeneratedRegex(@"\s+", RegexOptions.None, 10_000)]
    private static partial Regex Spaces();

    private sealed class Lines : StringWriter
    {
        private readonly Lock _gate = new();
        private readonly List<string?> _lines = [];

        public override void WriteLine(string? value)
        {
            lock (_gate) _lines.Add(value);
        }

        public Task BecomeAsync(string line) => Eventually.EqualsAsync(line, Last);

        private string? Last()
        {
            lock (_gate) return _lines.LastOrDefault();
        }
    }
}
