namespace ChatApp.Storage;

/// <summary>A backup could not be made, is not one, or could not be restored; its message is the one line that the operator sees.</summary>
/// <param name="message">What is wrong, in one line.</param>
public sealed class BackupException(string message) : Exception(message);
