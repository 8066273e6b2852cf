using System.Runtime.CompilerServices;
using ChatApp.Storage;

namespace ChatApp.Tests.Harness;

/// <summary>
/// Loads SQLite as the product does, before any test: one that opens a database of its own would otherwise load it in
/// another way, and whether that happens would depend on which test comes first.
/// </summary>
internal static class SqliteLoader
{
    [ModuleInitializer]
    internal static void Load() => SqliteRuntime.EnsureLoaded();
}
