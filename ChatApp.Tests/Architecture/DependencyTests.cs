using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace ChatApp.Tests.Architecture;

/// <summary>What the projects stand on, and what a commit gives away about the place where it was made.</summary>
public sealed partial class DependencyTests
{
    private const string List = "docs/DEPENDENCIES.md";

    private static readonly string[] Licences = ["MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "MPL-2.0", "PostgreSQL", "ISC", "MS-PL", "0BSD"];

    private static readonly SourceRule ClientSources = new(
        "The client library is for other people's programs: the framework and nothing else.",
        path => path.StartsWith("ChatApp.Client/", StringComparison.Ordinal) && SourceTree.IsCode(path),
        @"\bMicrosoft\.(AspNetCore|EntityFrameworkCore|JSInterop)\b|\bChatApp\.(?!Client\b)[A-Z]");

    [Fact]
    public void The_client_library_uses_only_the_framework()
    {
        ClientSources.AssertHolds();
        Assert.Empty(References(SourceTree.Files.Single(file => file.Path == "ChatApp.Client/ChatApp.Client.csproj").Text));
    }

    [Theory]
    [InlineData("<PackageReference Include=\"Markdig\" />")]
    [InlineData("<ProjectReference Include=\"../ChatApp/ChatApp.csproj\" />")]
    [InlineData("<FrameworkReference Include=\"Microsoft.AspNetCore.App\" />")]
    [InlineData("<Reference Include=\"bunit\" />")]
    public void The_rule_on_the_client_library_stops_a_reference(string reference) =>
        Assert.Single(References($"<Project><ItemGroup>{reference}</ItemGroup></Project>"));

    [Fact]
    public void The_rule_on_the_client_library_stops_a_using()
    {
        ClientSources.AssertStops("ChatApp.Client/Bad.cs", "using Microsoft.AspNetCore.Http;");
        ClientSources.AssertStops("ChatApp.Client/Bad.cs", "using ChatApp.Wire;");
        ClientSources.AssertAllows("ChatApp.Client/Good.cs", "namespace ChatApp.Client.Frames;");
    }

    [Fact]
    public void Every_package_has_a_line_with_version_and_licence()
    {
        var packages = SourceTree.Files.SelectMany(Packages).Distinct().ToList();
        Assert.Contains(packages, package => package.Name == "Markdig");
        Assert.Contains(packages, package => package.Name == "centrifuge");
        var list = SourceTree.Files.SingleOrDefault(file => file.Path == List)?.Text ?? "";
        var missing = packages.Where(package => !IsListed(package, list)).Select(package => $"  {package.Name} {package.Version}").ToList();
        Assert.True(missing.Count == 0, $"{List} needs a line for each of these with its version, its licence, what it is for and what would replace it:\n{string.Join('\n', missing)}");
    }

    [Fact]
    public void The_rule_on_packages_stops_an_unlisted_one()
    {
        Package markdig = new("Markdig", "1.6.0");
        Assert.True(IsListed(markdig, "| Markdig | 1.6.0 | BSD-2-Clause | Markdown |"));
        Assert.False(IsListed(markdig, "| Markdig | 1.5.0 | BSD-2-Clause | Markdown |"));
        Assert.False(IsListed(markdig, "| Markdig | 1.6.0 | Markdown |"));
        Assert.False(IsListed(markdig, "| Markdig.Signed | 1.6.0 | BSD-2-Clause | Markdown |"));
        SourceFile props = new("A.props", "<Project><PropertyGroup><V>2</V></PropertyGroup><ItemGroup><PackageVersion Include=\"A\" Version=\"1\" /><PackageDownload Include=\"B\" Version=\"[$(V)]\" /></ItemGroup></Project>");
        Assert.Equal([new("A", "1"), new("B", "2")], Packages(props));
    }

    [Fact]
    public void Nothing_names_a_package_registry_or_a_path_of_one_machine()
    {
        var findings = SourceTree.Files.SelectMany(FindAddresses).ToList();
        Assert.True(findings.Count == 0, $"Whoever builds this chooses the feed and the folder:\n{string.Join('\n', findings)}");
    }

    [Fact]
    public void The_rule_on_addresses_stops_them()
    {
        string[] bad = ["https://api.nuget" + ".org/v3/index.json", "https://registry.npmjs" + ".org/ws", "\"resolv" + "ed\": \"x\"", "cd /wo" + "rk/main", "\"/ro" + "ot/.nuget\""];
        foreach (var text in bad)
            Assert.Equal([$"  a.md:2: {text}"], FindAddresses(new SourceFile("a.md", "x\n" + text)));
        Assert.Empty(FindAddresses(new SourceFile("a.md", "ChatApp/work/x, npm ci, NuGet, https://example.org/root")));
    }

    private static IEnumerable<string> References(string project) =>
        XDocument.Parse(project).Descendants()
            .Where(element => element.Name.LocalName is "PackageReference" or "ProjectReference" or "FrameworkReference" or "Reference")
            .Select(element => element.ToString());

    private static IEnumerable<Package> Packages(SourceFile file) => Path.GetExtension(file.Path) switch
    {
        ".props" or ".targets" or ".csproj" => MsBuildPackages(XDocument.Parse(file.Text)),
        ".json" when file.Path.EndsWith("/package.json", StringComparison.Ordinal) => NpmPackages(file.Text),
        _ => [],
    };

    private static IEnumerable<Package> MsBuildPackages(XDocument project)
    {
        var properties = project.Descendants()
            .Where(element => element.Parent?.Name.LocalName == "PropertyGroup")
            .ToLookup(element => $"$({element.Name.LocalName})", element => element.Value, StringComparer.Ordinal);
        return project.Descendants()
            .Where(element => element.Name.LocalName is "PackageVersion" or "PackageDownload")
            .Select(element => (Name: element.Attribute("Include")!.Value, Version: element.Attribute("Version")!.Value.Trim('[', ']')))
            .Select(package => new Package(package.Name, properties[package.Version].FirstOrDefault(package.Version)));
    }

    private static List<Package> NpmPackages(string text)
    {
        using var json = JsonDocument.Parse(text);
        List<Package> packages = [];
        foreach (var group in (string[])["dependencies", "devDependencies"])
            if (json.RootElement.TryGetProperty(group, out var entries))
                packages.AddRange(entries.EnumerateObject().Select(entry => new Package(entry.Name, entry.Value.GetString()!)));
        return packages;
    }

    private static bool IsListed(Package package, string list)
    {
        var name = new Regex($@"(?<![\w.]){Regex.Escape(package.Name)}(?![\w.])", RegexOptions.IgnoreCase, TimeSpan.FromSeconds(10));
        return list.Split('\n').Any(line =>
            name.IsMatch(line)
            && line.Contains(package.Version, StringComparison.Ordinal)
            && Licences.Any(licence => line.Contains(licence, StringComparison.Ordinal)));
    }

    private static IEnumerable<string> FindAddresses(SourceFile file) =>
        Addresses().Matches(file.Text)
            .Select(match => file.LineAt(match.Index))
            .Distinct()
            .Select(line => $"  {file.Path}:{line}: {file.Line(line)}");

    [GeneratedRegex("""(nuget|npmjs|yarnpkg|pypi|unpkg)\.(org|com|io)\b|"resolved"\s*:|(?<![\w./-])/(work|root)/""", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, 10_000)]
    private static partial Regex Addresses();

    private sealed record Package(string Name, string Version);
}
