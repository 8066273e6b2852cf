using System.Text.RegularExpressions;

namespace ChatApp.Tests.Architecture;

/// <summary>Something that no code under certain paths may say. A rule that finds nothing to look at is broken, and fails.</summary>
/// <param name="reason">Why, for the person whose change breaks it.</param>
/// <param name="covers">Whether the rule holds for a path.</param>
/// <param name="pattern">What may not occur: a regular expression, matched against the file without its comments.</param>
internal sealed class SourceRule(string reason, Func<string, bool> covers, string pattern)
{
    private readonly Regex _pattern = new(pattern, RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(10));

    /// <summary>Files that may, each with its reason.</summary>
    public IReadOnlyDictionary<string, string> Except { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Fails with file, line and reason when the working tree breaks the rule.</summary>
    public void AssertHolds()
    {
        var covered = SourceTree.Files.Where(file => Covers(file.Path)).ToList();
        Assert.True(covered.Count > 0, $"No file is covered any more, so nothing guards this: {reason}");
        var findings = covered.SelectMany(Find).ToList();
        Assert.True(findings.Count == 0, $"{reason}\n{string.Join('\n', findings)}");
    }

    /// <summary>Fails unless the rule would stop this text at this path: the proof that it can fail.</summary>
    public void AssertStops(string path, string text) =>
        Assert.True(Covers(path) && Find(new SourceFile(path, text)).Any(), $"The rule lets this through in {path}: {text}");

    /// <summary>Fails unless the rule lets this text pass at this path.</summary>
    public void AssertAllows(string path, string text) =>
        Assert.True(!Covers(path) || !Find(new SourceFile(path, text)).Any(), $"The rule stops this in {path}: {text}");

    private bool Covers(string path) => covers(path) && !Except.ContainsKey(path);

    private IEnumerable<string> Find(SourceFile file) =>
        _pattern.Matches(file.Code)
            .Select(match => file.LineAt(match.Index))
            .Distinct()
            .Select(line => $"  {file.Path}:{line}: {file.Line(line)}");
}
