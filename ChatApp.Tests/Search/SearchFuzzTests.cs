using System.Text;
using ChatApp.Rooms;
using ChatApp.Search;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using Xunit.Abstractions;

namespace ChatApp.Tests.Search;

/// <summary>Random queries against random messages, with a fixed seed: nothing breaks, nothing leaks, nothing is missed.</summary>
public sealed class SearchFuzzTests(TestServer server, ITestOutputHelper output) : IClassFixture<TestServer>
{
    private const int Queries = 20_000;

    private static readonly string[] Alphabet =
    [
        "\"", "\"\"", "'", "-", "*", "^", "+", "(", ")", "{", "}", ":", ",", ".", ";", "\\", "%", "_", "[", "]", "|", "?", "!", "=", "$", "@", "#", "/", "://",
        " ", " ", " ", " ", "\t", "\n", "\0", "\u0001", "\u00A0", "\u200B", "\u202E", "\uFEFF", "\uFFFD", "\uD83D", "\uDE00", "😀", "👩‍👩‍👧",
        " OR ", " AND ", " NOT ", "NEAR(", "NEAR/2", "rowid:", "Text:", "message_search", "a", "b", "ab", "abc", "bca", "A", "é", "e\u0301", "ß", "ss", "æ",
        "聊", "天", "聊天", "もじ", "가", "각", "п", "П", "Ａ", "　", "“", "”", "「", "」", "«", "»", "：",
        "from:", "in:", "before:", "after:", "on:", "has:link", "is:pinned", "2026-11-20", "2026", "me", "general", "' OR 1=1 --", "); DROP TABLE messages; --", "NULL",
    ];

    [Fact]
    public async Task No_query_breaks_the_index_or_leaves_the_rooms_of_the_viewer()
    {
        var random = new Random(20261120);
        var ann = await server.AddPersonAsync("Ann");
        var eve = await server.AddPersonAsync("Eve");
        var hers = await server.MakeRoomAsync(eve, RoomVisibility.Private, "Hers");
        var shared = await server.MakeRoomAsync(ann, RoomVisibility.Public, "Shared", eve);
        var foreign = await server.MakeRoomAsync(ann, RoomVisibility.Private, "Foreign");
        var open = await server.MakeRoomAsync(ann, RoomVisibility.Public, "Open");
        RoomId[] rooms = [hers.Id, shared.Id, foreign.Id, open.Id, RoomId.General];
        foreach (var room in rooms) await SearchKit.FillAsync(server, ann.Id, room, 60, (_, line) => line with { Text = Any(random, 12, clean: true) });
        var readable = new HashSet<RoomId> { hers.Id, shared.Id, RoomId.General };
        var search = server.Get<MessageSearch>();

        var (withHits, hits, compared) = (0, 0, 0);
        for (var round = 0; round < Queries; round++)
        {
            var text = Any(random, 6, clean: false);
            try
            {
                var query = SearchQuery.Parse(text);
                var page = search.Search(eve.Id, query, count: MessageSearch.MaxCount)!;
                Assert.All(page.Hits, hit => Assert.Contains(hit.Message.Room, readable));
                withHits += page.Hits.Count > 0 ? 1 : 0;
                hits += page.Hits.Count;
                if (query is not { From: [], In: [], Since: null, Until: null, HasLink: false, IsPinned: false, IsEmpty: false }) continue;
                Assert.Equal(Expected(query), [.. page.Hits.Select(hit => hit.Message.Id.Value)]);
                compared++;
            }
            catch (Exception fault)
            {
                throw new Xunit.Sdk.XunitException($"round {round}, query {System.Text.Json.JsonSerializer.Serialize(text)}: {fault.Message}", fault);
            }
        }

        output.WriteLine($"{withHits} of {Queries} queries found something, {hits} hits; {compared} compared with a plain scan");
        Assert.True(withHits > Queries / 10, $"only {withHits} queries found anything");
        Assert.True(compared > Queries / 10, $"only {compared} were compared");
        Assert.Empty(server.Logs.Lines);

        List<long> Expected(SearchQuery query)
        {
            var matcher = new SearchMatcher(query);
            return [.. Texts().Where(message => matcher.Matches(message.Text)).Select(message => message.Id).Take(MessageSearch.MaxCount)];
        }

        List<(long Id, string Text)> Texts()
        {
            if (_texts is not null) return _texts;
            using var db = server.Get<ChatDatabase>().OpenRead();
            return _texts = [.. db.Messages.OrderByDescending(m => m.Id).AsEnumerable().Where(m => readable.Contains(new RoomId(m.RoomId))).Select(m => (m.Id, m.Text))];
        }
    }

    private List<(long Id, string Text)>? _texts;

    // Stored texts hold no NUL and no half surrogate pairs: MessageTexts sees to that.
    private static string Any(Random random, int most, bool clean)
    {
        var text = string.Concat(Enumerable.Range(0, random.Next(1, most + 1)).Select(_ => Alphabet[random.Next(Alphabet.Length)]));
        return clean ? string.Concat(text.Replace("\0", "", StringComparison.Ordinal).EnumerateRunes().Select(rune => rune.ToString())) : text;
    }
}
