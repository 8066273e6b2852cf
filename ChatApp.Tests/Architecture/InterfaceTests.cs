using System.Text.RegularExpressions;

namespace ChatApp.Tests.Architecture;

/// <summary>An interface is worth its indirection when two things implement it, or will.</summary>
public sealed partial class InterfaceTests
{
    private static readonly Dictionary<string, string> Planned = new(StringComparer.Ordinal)
    {
        ["IBackplane"] = "one process today; a message broker between several is the second implementation",
        ["IEventEncoder"] = "Push may not know the wire; the bench encodes in its own way",
    };

    [Fact]
    public void Every_interface_has_a_second_implementation_or_one_that_is_planned()
    {
        var files = SourceTree.Files
            .Where(file => file.Path.StartsWith("ChatApp/", StringComparison.Ordinal) && SourceTree.IsCode(file.Path))
            .ToList();
        Assert.NotEmpty(files);
        var lonely = FindLonely(files);
        Assert.True(lonely.Count == 0, $"Use the class, or say in {nameof(InterfaceTests)} which second implementation is planned:\n{string.Join('\n', lonely)}");
    }

    [Fact]
    public void The_rule_stops_a_single_implementation_and_allows_two()
    {
        SourceFile one = new("ChatApp/Rooms/One.cs", "internal interface IClock<T> { }\nclass A(int x) : Base, IClock<int> { }\nclass C { IClock<int> clock; }");
        SourceFile two = new("ChatApp/Rooms/Two.cs", "sealed record B : IClock<long>;");
        SourceFile planned = new("ChatApp/Push/IBackplane.cs", "public interface IBackplane { }");
        Assert.Equal(["  ChatApp/Rooms/One.cs:1: IClock has 1 implementation"], FindLonely([one, planned]));
        Assert.Empty(FindLonely([one, two, planned]));
    }

    private static List<string> FindLonely(List<SourceFile> files)
    {
        // What stands after the colon of each type's head: base class and interfaces, up to the body or the constraints.
        var bases = files.SelectMany(file => Heads().Matches(file.Code)).Select(head => head.Groups["bases"].Value).ToList();
        List<string> lonely = [];
        foreach (var file in files)
        {
            foreach (Match declaration in Declarations().Matches(file.Code))
            {
                var name = declaration.Groups["name"].Value;
                var mention = new Regex($@"\b{name}\b", RegexOptions.None, TimeSpan.FromSeconds(10));
                var count = bases.Count(mention.IsMatch);
                if (count < 2 && !Planned.ContainsKey(name))
                    lonely.Add($"  {file.Path}:{file.LineAt(declaration.Index)}: {name} has {count} implementation{(count == 1 ? "" : "s")}");
            }
        }
        return lonely;
    }

    [GeneratedRegex(@"\binterface\s+(?<name>I[A-Z]\w*)", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Declarations();

    [GeneratedRegex(@"\b(class|struct|record)\s+\w+(<[^>{]*>)?\s*(\((?>[^()]|(?<open>\()|(?<-open>\)))*\)(?(open)(?!)))?\s*:\s*(?<bases>[^{;]+)", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Heads();
}
