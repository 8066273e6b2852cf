using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace ChatApp.Storage;

/// <summary>
/// Makes Entity Framework's SQLite provider work with the SQLite packages that every feed has.
/// </summary>
/// <remarks>
/// Why this file exists: the provider (10.0) was compiled against SQLitePCLRaw 2.1, some feeds carry only 2.0.6.
/// The two agree in what the provider calls, so requests for any version are answered with the one beside the
/// application. The native library comes from the system where it has one (with its security fixes), otherwise
/// from the package. To drop it: reference Microsoft.EntityFrameworkCore.Sqlite instead of .Core and the two
/// SQLitePCLRaw packages, and delete this file and its one call.
/// </remarks>
public static class SqliteRuntime
{
    private static readonly Lazy<string> Loaded = new(Load);

    /// <summary>Loads the library once; every later call costs nothing.</summary>
    /// <returns>SQLite's version, such as <c>3.40.1</c>.</returns>
    public static string EnsureLoaded() => Loaded.Value;

    /// <summary>
    /// The library's own handle of an open connection. It is the public property <c>Handle</c>, which the compiler does not let
    /// us name because of the two versions.
    /// </summary>
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Handle")]
    internal static extern SQLitePCL.sqlite3? HandleOf(Microsoft.Data.Sqlite.SqliteConnection connection);

    private static string Load()
    {
        AssemblyLoadContext.Default.Resolving += static (context, name) =>
        {
            if (name.Name is not { } simple || !simple.StartsWith("SQLitePCLRaw.", StringComparison.Ordinal)) return null;
            var file = Path.Combine(AppContext.BaseDirectory, simple + ".dll");
            return File.Exists(file) ? context.LoadFromAssemblyPath(file) : null;
        };
        return InitialiseProvider();
    }

    // A method of its own: the types it names must not be looked up before the handler above is in place.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static string InitialiseProvider()
    {
        NativeLibrary.SetDllImportResolver(typeof(SQLitePCL.SQLite3Provider_e_sqlite3).Assembly, static (name, assembly, path) =>
            name == "e_sqlite3" && NativeLibrary.TryLoad("libsqlite3.so.0", assembly, searchPath: null, out var system)
                ? system
                : NativeLibrary.Load(name, assembly, path));
        SQLitePCL.Batteries_V2.Init();
        return SQLitePCL.raw.sqlite3_libversion().utf8_to_string();
    }
}
