namespace ChatApp.Api;

/// <summary>Whether new visitors should be sent here. One instance.</summary>
public sealed class Readiness
{
    private bool _isDraining;

    /// <summary>True once the server has been told to stop: those who are here are served to the end.</summary>
    public bool IsDraining => Volatile.Read(ref _isDraining);

    /// <summary>The stop has begun; there is no way back.</summary>
    public void BeginDrain() => Volatile.Write(ref _isDraining, value: true);
}
