using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.FileProviders;

namespace ChatApp.Settings;

/// <summary>Where settings come from; what comes later wins: <c>appsettings.json</c>, the environment, the command line.</summary>
public static class SettingsSources
{
    /// <summary>Replaces the framework's sources, whose order lets the file win over <c>ASPNETCORE_URLS</c>.</summary>
    /// <exception cref="StartException">The file is not JSON.</exception>
    public static void Apply(IConfigurationBuilder configuration, string[] args)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        configuration.Sources.Clear();
        configuration.Sources.Add(new JsonConfigurationSource
        {
            // Beside the program: the same file for `dotnet run`, a published folder and the tests.
            FileProvider = new PhysicalFileProvider(AppContext.BaseDirectory),
            Path = "appsettings.json",
            Optional = true,
            OnLoadException = static problem => throw new StartException(
                $"appsettings.json cannot be read: {problem.Exception.InnerException?.Message ?? problem.Exception.Message}"),
        });
        configuration.AddEnvironmentVariables("DOTNET_").AddEnvironmentVariables("ASPNETCORE_").AddEnvironmentVariables().AddCommandLine(args);
    }
}
