using System.Reflection;

namespace ChatApp.Bench;

/// <summary>Where things stand in the checkout that the bench was built from.</summary>
internal static class Checkout
{
    /// <summary>Debug or Release: the product is measured in the configuration that the bench was built in.</summary>
    public static string Configuration { get; } =
        typeof(Checkout).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()?.Configuration ?? "Release";

    /// <summary>The folder of the committed results.</summary>
    public static string Results => Path.Combine(Root(), "ChatApp.Bench", "results");

    /// <summary>The product as built by the reference in the bench's project file.</summary>
    public static string Product => Path.Combine(Root(), "ChatApp", "bin", Configuration, "net10.0", "ChatApp.dll");

    /// <summary>The folder of the servers of others.</summary>
    public static string Peers => Path.Combine(Root(), "ChatApp.Bench", "Peers");

    /// <summary>What the build of the bench leaves besides programs; a commit never holds it.</summary>
    public static string BenchBuild => Path.Combine(Root(), "ChatApp.Bench", "obj");

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "ChatApp.sln"))) return folder.FullName;
        throw new InvalidOperationException("ChatApp.sln is in no folder above the bench: run it from a checkout");
    }
}
