using ChatApp.Bench.Probe;

/// <summary>
/// The runtime calls this before the main method of a program that is started with <c>DOTNET_STARTUP_HOOKS</c>, by exactly
/// this name: so the bench can ask the product, as built, what only its own process knows.
/// </summary>
#pragma warning disable CA1050, MA0047, MA0048 // the runtime looks for a class of this name outside of any namespace
internal static class StartupHook
{
    /// <summary>Begins to answer.</summary>
    public static void Initialize() => ProbeServer.Start();
}
#pragma warning restore CA1050, MA0047, MA0048
