namespace ChatApp.Tests.Harness;

/// <summary>The checkout that the tests were built from: for tests that read sources or run scripts.</summary>
internal static class Checkout
{
    private const string Mark = "ChatApp.sln";

    /// <summary>Full path of the folder that holds <c>ChatApp.sln</c>.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Full path of a file or folder that is named from the root, with slashes.</summary>
    public static string PathTo(string relative) => Path.Combine(Root, relative.Replace('/', Path.DirectorySeparatorChar));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, Mark)))
                return folder.FullName;
        throw new InvalidOperationException($"No {Mark} in {AppContext.BaseDirectory} or above it: run the tests from a checkout.");
    }
}
