namespace ChatApp.Storage;

/// <summary>Registers the database and its one writer.</summary>
public static class StorageServices
{
    /// <summary>Adds the database in <paramref name="folder"/>.</summary>
    public static IServiceCollection AddStorage(this IServiceCollection services, DataFolder folder, StorageOptions options) => services
        .AddSingleton(folder)
        .AddSingleton(options)
        .AddSingleton<ChatDatabase>()
        .AddSingleton<CommitQueue>()
        .AddHostedService(provider => provider.GetRequiredService<CommitQueue>());
}
