namespace ChatApp.Storage;

/// <summary>The change could not be stored; nothing of it was. Says whether trying again soon makes sense.</summary>
/// <param name="isBusy">True: too many changes wait; false: the disk or the database failed.</param>
/// <param name="inner">The fault, if any.</param>
public sealed class StorageUnavailableException(bool isBusy, Exception? inner = null)
    : Exception(isBusy ? "too many changes wait to be stored" : "the database cannot be written", inner)
{
    /// <summary>True: too many changes wait.</summary>
    public bool IsBusy { get; } = isBusy;
}
