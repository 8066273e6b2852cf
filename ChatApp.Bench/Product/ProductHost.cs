using ChatApp.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ChatApp.Bench.Product;

/// <summary>
/// The product's services in this process, put together by its own composition root, over a data folder in the
/// temporary folder that goes with it. It listens only where it is told to.
/// </summary>
internal sealed class ProductHost : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;
    private readonly WebApplication _app;

    private ProductHost(DirectoryInfo folder, WebApplication app)
    {
        _folder = folder;
        _app = app;
    }

    /// <summary>The database file.</summary>
    public string Database => Get<DataFolder>().Database;

    /// <summary>Makes a new, migrated instance.</summary>
    /// <param name="settings">Settings as on the command line, without dashes.</param>
    public static ProductHost Create(params string[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("chatapp-bench-");
        try
        {
            return new ProductHost(folder, ChatApp.Program.Build(
                [$"--Data:Folder={folder.FullName}", .. settings.Select(setting => "--" + setting)],
                services => services.AddLogging(logging => logging.ClearProviders())));
        }
        catch
        {
            folder.Delete(recursive: true);
            throw;
        }
    }

    /// <summary>For services with a scope of their own.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>A service of the product.</summary>
    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    /// <summary>Starts the server where <c>Urls</c> says, with its writer.</summary>
    /// <returns>Its address.</returns>
    public async Task<Uri> ListenAsync()
    {
        await _app.StartAsync();
        return new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    public async ValueTask DisposeAsync()
    {
        // What was never started stops as well.
        await _app.StopAsync();
        await _app.DisposeAsync();
        SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
    }
}
