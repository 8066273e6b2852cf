using System.Text.Json;
using ChatApp.Push;
using ChatApp.Tests.Harness;
using ChatApp.Tests.Push;
using ChatApp.Topics;
using ChatApp.Wire;

namespace ChatApp.Tests.Topics;

/// <summary>Topics on the push engine alone, with a clock that stands still.</summary>
internal sealed class TopicKit : IDisposable
{
    public static readonly ChannelName Gold = ChannelName.OfTopic("gold");
    public static readonly ChannelName Silver = ChannelName.OfTopic("silver");

    public TopicKit(TopicRule? rule = null, long historyBytes = 64L << 20, PushOptions? push = null)
    {
        Rule = rule ?? new TopicRule { Prefix = "", HistorySize = 10, HistorySeconds = 60 };
        Engine = new Engine(push, encoder: new FrameEncoder());
        Streams = new TopicStreams(new TopicOptions { HistoryBytes = historyBytes, Prefixes = [Rule] }, Engine.Broker, Time);
    }

    public TopicRule Rule { get; }

    public ManualTime Time { get; } = new();

    public Engine Engine { get; }

    public TopicStreams Streams { get; }

    public static JsonElement Json(string json) => JsonDocument.Parse(json).RootElement;

    public static TopicPublication Publication(string json) => new(TopicData.TryMake(Json(json))!, DateTimeOffset.UnixEpoch, By: null);

    /// <summary>The texts of what was published.</summary>
    public static IEnumerable<string> Texts(IEnumerable<Envelope> publications) =>
        publications.Select(Text);

    /// <summary>The text of one of them.</summary>
    public static string Text(Envelope publication) => JsonDocument.Parse(FrameEncoder.PublicationIn(publication)).RootElement.GetProperty("data").GetRawText();

    public (string Epoch, long Offset) Publish(ChannelName channel, string json = "0")
    {
        var (epoch, offset) = Streams.Publish(channel, Rule, Publication(json));
        return (epoch!, offset!.Value.Value);
    }

    public (ChannelState State, string[] Missed) Read(ChannelName channel, long after = 0)
    {
        var (_, state, missed) = Streams.Read(channel, Rule, new Offset(after));
        return (state, [.. Texts(missed)]);
    }

    public void Dispose() => Streams.Dispose();
}
