using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace ChatApp.Tests.Harness;

/// <summary>
/// Lets bUnit run beside dependencies of other versions than those it was compiled against: an assembly that the
/// runtime cannot find by its exact version is answered from the test's own folder. See <c>Bunit.targets</c>, with
/// which this file goes away.
/// </summary>
internal static class BunitResolver
{
#pragma warning disable CA2255 // A library should not do this; a test assembly has no other place that runs before its first test.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Install() => AssemblyLoadContext.Default.Resolving += FromOwnFolder;

    private static Assembly? FromOwnFolder(AssemblyLoadContext context, AssemblyName wanted)
    {
        // Satellite assemblies ask under the same name; a wrong answer would hide the missing translation.
        if (wanted.Name is null || !string.IsNullOrEmpty(wanted.CultureName))
            return null;
        var file = Path.Combine(AppContext.BaseDirectory, wanted.Name + ".dll");
        return File.Exists(file) ? context.LoadFromAssemblyPath(file) : null;
    }
}
