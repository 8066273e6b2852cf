using System.Text;
using ChatApp.Push;
using ChatApp.Tests.Harness;
using ChatApp.Tests.Push;
using ChatApp.Topics;

namespace ChatApp.Tests.Topics;

public sealed class KeptFramesTests
{
    private readonly HistoryBudget _budget = new(1 << 20);
    private readonly Engine _engine = new();
    private readonly KeptFrames _kept;

    public KeptFramesTests() => _kept = new KeptFrames(TopicKit.Gold, _budget, _engine.Broker);

    [Fact]
    public Task What_is_read_is_what_was_kept_whatever_came_and_went() => RandomSeed.RunAsync(seed =>
    {
        var dice = new Random(seed);
        List<(string Text, long At)> model = [];
        List<(Envelope Envelope, string Text)> inHand = [];
        var before = 0L;
        for (var i = 0; i < 20_000; i++)
        {
            switch (dice.Next(100))
            {
                case < 55:
                    model.Add((new string((char)('a' + (i % 26)), dice.Next(dice.Next(20) == 0 ? 20_000 : 300)), i));
                    var envelope = _engine.Broker.Wrap(model[^1].Text, TopicKit.Gold, new Offset(before + model.Count));
                    _kept.Add(envelope, i);
                    inHand.Add((envelope, model[^1].Text));
                    break;
                case < 95 when model.Count > 0:
                    _kept.RemoveOldest();
                    model.RemoveAt(0);
                    before++;
                    break;
                case 99 when dice.Next(20) == 0:
                    _kept.Clear();
                    before += model.Count;
                    model.Clear();
                    break;
                default:
                    var first = dice.Next(model.Count + 1);
                    var end = dice.Next(first, model.Count + 1);
                    var read = _kept.Read(first..end, before);
                    Assert.Equal(model[first..end].Select(static one => one.Text), read.Select(TextOf));
                    Assert.Equal(Enumerable.Range(first, end - first).Select(place => before + place + 1), read.Select(static one => one.Offset!.Value.Value));
                    inHand.AddRange(read.Zip(model[first..end], static (one, known) => (one, known.Text)));
                    break;
            }

            Assert.Equal((model.Count, model.Count == 0 ? null : model[0].At), (_kept.Count, _kept.OldestAt));
            if (inHand.Count > 500) inHand.RemoveRange(0, 250);
        }

        // Whoever has read one keeps its bytes, however long ago that was.
        Assert.All(inHand, one => Assert.Equal(one.Text, TextOf(one.Envelope)));
        _kept.Clear();
        Assert.Equal(0, _budget.Bytes);
        return Task.CompletedTask;
    });

    [Fact]
    public void What_is_said_in_place_of_one_that_was_read_again_can_be_encoded()
    {
        _kept.Add(Publication("old"), at: 0);
        // As a viewer that is too slow for what it recovers is told what was dropped.
        Assert.Equal("dropped", TextOf(_kept.Read(.., before: 0)[0].With("dropped")));
    }

    [Fact]
    public void The_memory_counted_is_not_much_more_than_what_is_kept()
    {
        for (var i = 0; i < 1000; i++)
        {
            _kept.Add(Publication("0123456789"), at: i);
            if (_kept.Count > 200) _kept.RemoveOldest();
        }

        var bytes = _kept.Count * Publication("0123456789").Framed.Length;
        Assert.InRange(_budget.Bytes, bytes, bytes * 7 / 4);
        _kept.Clear();
        _kept.Add(Publication("alone"), at: 0);
        Assert.Equal(Publication("alone").Framed.Length, _budget.Bytes);
    }

    [Fact]
    public void A_kept_publication_is_no_object_of_its_own()
    {
        const int count = 10_000;
        var text = new string('x', 300);
        var publications = Enumerable.Range(0, count).Select(_ => Publication(text)).ToList();
        var blocks = 0;
        foreach (var publication in publications)
        {
            var before = _budget.Bytes;
            _kept.Add(publication, at: 0);
            if (_budget.Bytes > before) blocks++;
        }

        Assert.InRange(blocks, 1, count / 20);
    }

    private Envelope Publication(string text) => _engine.Broker.Wrap(text, TopicKit.Gold, new Offset(1));

    private static string TextOf(Envelope envelope) => Encoding.UTF8.GetString(envelope.Encoded.Span);
}
