using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Architecture;

/// <summary>The files of the checkout that are written by hand: what a commit may hold.</summary>
internal static class SourceTree
{
    // By name wherever they stand: build output, packages, and data.
    private static readonly HashSet<string> Generated =
        new(["bin", "obj", "node_modules", "data", "TestResults", "_framework", ".git", ".vs", ".idea"], StringComparer.Ordinal);

    private static readonly HashSet<string> Binary =
        new([".png", ".jpg", ".ico", ".webp", ".woff2", ".gz", ".zip", ".db", ".user"], StringComparer.OrdinalIgnoreCase);

    /// <summary>All of them, sorted by path. Read once for the whole run.</summary>
    public static IReadOnlyList<SourceFile> Files { get; } = [.. Walk(Checkout.Root, "").OrderBy(file => file.Path, StringComparer.Ordinal)];

    /// <summary>Names of the folders of the web project that hold code: its features.</summary>
    public static IReadOnlyList<string> Features { get; } =
    [
        .. Files.Where(file => IsCode(file.Path))
            .Select(file => file.Path.Split('/'))
            .Where(parts => parts is ["ChatApp", _, _, ..])
            .Select(parts => parts[1])
            .Distinct(StringComparer.Ordinal),
    ];

    /// <summary>Whether the path is one of C# or Razor.</summary>
    public static bool IsCode(string path) =>
        path.EndsWith(".cs", StringComparison.Ordinal) || path.EndsWith(".razor", StringComparison.Ordinal);

    private static IEnumerable<SourceFile> Walk(string folder, string prefix)
    {
        foreach (var file in Directory.EnumerateFiles(folder))
            if (!Binary.Contains(Path.GetExtension(file)))
                yield return new SourceFile(prefix + Path.GetFileName(file), File.ReadAllText(file));
        foreach (var inner in Directory.EnumerateDirectories(folder))
            if (!Generated.Contains(Path.GetFileName(inner)))
                foreach (var file in Walk(inner, $"{prefix}{Path.GetFileName(inner)}/"))
                    yield return file;
    }
}
