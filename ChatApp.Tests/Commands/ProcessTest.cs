namespace ChatApp.Tests.Commands;

/// <summary>A data folder of its own for tests that start the product as a process.</summary>
public abstract class ProcessTest : IDisposable
{
    /// <summary>Exists and is empty.</summary>
    protected string Folder { get; } = Directory.CreateTempSubdirectory("chatapp-").FullName;

    /// <inheritdoc/>
    public void Dispose()
    {
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>One line on standard error, nothing else, exit code 1.</summary>
    internal static string AssertRefused(Harness.ProductResult result, int code = 1)
    {
        Assert.Equal(code, result.Code);
        Assert.Empty(result.Output);
        return Assert.Single(result.Errors);
    }
}
