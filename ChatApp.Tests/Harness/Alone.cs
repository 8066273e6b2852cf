namespace ChatApp.Tests.Harness;

/// <summary>For tests that measure what the whole process holds: nothing else runs meanwhile.</summary>
[CollectionDefinition(Collection, DisableParallelization = true)]
public sealed class Alone
{
    /// <summary>The name of the collection.</summary>
    public const string Collection = "alone";
}
