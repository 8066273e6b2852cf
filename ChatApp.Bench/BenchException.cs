namespace ChatApp.Bench;

/// <summary>The measurement cannot be made or went wrong in a way that its message explains.</summary>
internal sealed class BenchException : Exception
{
    /// <summary>With the reason as people should read it.</summary>
    public BenchException(string message) : base(message)
    {
    }

    /// <summary>With the fault behind it.</summary>
    public BenchException(string message, Exception inner) : base(message, inner)
    {
    }
}
