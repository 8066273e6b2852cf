namespace ChatApp.Bench.Product;

/// <summary>
/// Writes texts that are distributed as people's are: a few words everywhere, most words hardly anywhere (Zipf), words made
/// of syllables that many share, some texts in Chinese. The same seed gives the same texts.
/// </summary>
internal sealed class WordList
{
    /// <summary>Each stands in a tenth of all texts.</summary>
    public static readonly string[] Common = ["meridian", "lanterns", "orchard", "workshop"];

    private const int Count = 30_000;
    private const int ChineseCount = 4000;
    private const int FirstHan = 0x4E00;
    private const int HanCount = 2500;
    private const double ChineseShare = 0.05;

    private readonly Random _random;
    private readonly string[] _words;
    private readonly string[] _chinese;
    private readonly double[] _sums;
    private readonly double[] _chineseSums;

    public WordList(int seed)
    {
#pragma warning disable CA5394 // texts that can be made again, no secrets
        _random = new Random(seed);
        _words = [.. Distinct(MakeWord).Take(Count)];
        _chinese = [.. Distinct(MakeChineseWord).Take(ChineseCount)];
        _sums = ZipfSums(Count);
        _chineseSums = ZipfSums(ChineseCount);
    }

    /// <summary>A whole number from 0 up to, but not including, <paramref name="limit"/>.</summary>
    public int Number(int limit) => _random.Next(limit);

    /// <summary>True with the given probability.</summary>
    public bool Happens(double probability) => _random.NextDouble() < probability;

    /// <summary>Any word of the list, the rare ones as likely as the common ones.</summary>
    public string AnyWord() => _words[_random.Next(_words.Length)];

    /// <summary>The same in Chinese.</summary>
    public string AnyChineseWord() => _chinese[_random.Next(_chinese.Length)];

    /// <summary>The next message: 4 to 18 words, some 75 characters on average.</summary>
    public string NextText()
    {
        if (Happens(ChineseShare)) return string.Concat(Enumerable.Range(0, 4 + Number(16)).Select(_ => Pick(_chinese, _chineseSums)));
        var words = new string[4 + Number(15)];
        for (var place = 0; place < words.Length; place++) words[place] = Pick(_words, _sums);
        foreach (var common in Common)
            if (Happens(0.1 / (1 - ChineseShare))) words[Number(words.Length)] = common;
        return string.Join(' ', words);
    }

    private static IEnumerable<string> Distinct(Func<string> make)
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            var word = make();
            if (known.Add(word)) yield return word;
        }
    }

    private static double[] ZipfSums(int count)
    {
        var sums = new double[count];
        for (var rank = 0; rank < count; rank++) sums[rank] = (rank == 0 ? 0 : sums[rank - 1]) + (1 / (rank + 2.7));
        return sums;
    }

    private string MakeWord()
    {
        const string first = "bcdfghklmnprstvw";
        const string vowels = "aaeeeiioou";
        string[] ends = ["", "", "n", "r", "s", "t", "l", "ng", "ck"];
        return string.Concat(Enumerable.Range(0, 1 + Number(4)).Select(_ => $"{first[Number(first.Length)]}{vowels[Number(vowels.Length)]}{ends[Number(ends.Length)]}"));
    }

    private string MakeChineseWord() => string.Concat(Enumerable.Range(0, 1 + Number(3)).Select(_ => (char)(FirstHan + (int)(HanCount * Math.Pow(_random.NextDouble(), 2)))));

    private string Pick(string[] words, double[] sums)
    {
        var at = Array.BinarySearch(sums, _random.NextDouble() * sums[^1]);
        return words[Math.Min(at < 0 ? ~at : at, words.Length - 1)];
    }
}
